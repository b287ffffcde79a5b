"""From a template and its values to a PDF."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template import Context, Engine
from django.utils.safestring import SafeString, mark_safe

from core.tracing import span

if TYPE_CHECKING:
    from weasyprint import Document


# The form in which papers are filed: PDF/A-2, which carries its fonts, its colours and what it is called.
ARCHIVAL = "pdf/a-2b"


@dataclass
class LaidOut:
    """A document whose pages are set: can be written by itself and merged with others."""

    document: "Document"
    variant: str = ""
    _content: bytes | None = field(default=None, repr=False)

    @property
    def pages(self) -> int:
        return len(self.document.pages)

    def write(self) -> bytes:
        from core.pdf import engine

        if self._content is None:
            self._content = engine.write(self.document, variant=self.variant)
        return self._content


def render(
    template: str,
    context: Mapping[str, Any],
    *,
    draft: bool = False,
    files: Mapping[str, bytes] | None = None,
) -> bytes:
    """Print one document. The same template, values and files give the same bytes, whenever and wherever.

    ``files`` are images the document may show as ``named:<key>``; it can load nothing else but static files.
    ``draft`` puts a watermark behind every page, so that nobody signs or posts it.
    """
    with span("print", template=template):
        return lay_out(template, context, draft=draft, files=files).write()


def render_whatever_is_said(template: str, context: Mapping[str, Any]) -> bytes:
    """Print a document that holds what people have typed: a sign that our fonts lack becomes □, and costs nobody the
    whole sheet."""
    from core.pdf.errors import MissingGlyphsError

    unwritable = ""
    for _attempt in range(3):
        try:
            return render(template, _clean(context, unwritable))
        except MissingGlyphsError as error:
            unwritable += "".join(error.characters)
    raise MissingGlyphsError(list(unwritable))


def _clean(value: Any, unwritable: str) -> Any:
    if not unwritable:
        return value
    if isinstance(value, Mapping):
        return {key: _clean(one, unwritable) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(one, unwritable) for one in value]
    if not isinstance(value, str):
        return value
    text = "".join("□" if one in unwritable else one for one in value)
    # Markup that we have made stays markup.
    return mark_safe(text) if isinstance(value, SafeString) else text  # noqa: S308


def lay_out(
    template: str,
    context: Mapping[str, Any],
    *,
    draft: bool = False,
    files: Mapping[str, bytes] | None = None,
    variant: str = "",
) -> LaidOut:
    """Set the pages of one document without writing it, for the merging of many. ``variant``: as a PDF of this kind."""
    from core.pdf import engine

    html = _templates().get_template(template).render(Context({**context, "draft": draft}))
    laid = engine.lay_out(html, stylesheets=_stylesheets(template), files=files or {})
    return LaidOut(laid, variant)


@lru_cache(maxsize=1)
def _templates() -> Engine:
    """Print templates see their values and our filters, and nothing of the request, the session or the site."""
    loader = "django.template.loaders.filesystem.Loader"
    return Engine(
        dirs=[str(folder) for folder in _folders()],
        loaders=[("django.template.loaders.cached.Loader", [loader])],
        builtins=["core.pdf.filters"],
    )


def _stylesheets(template: str) -> list[Path]:
    """Every document wears ``print/base.css`` and the sheet that lies beside its template under its name."""
    return [_find("print/base.css"), _find(str(Path(template).with_suffix(".css")))]


@lru_cache(maxsize=32)
def _find(name: str) -> Path:
    for folder in _folders():
        path = folder / name
        if path.is_file():
            return path
    raise FileNotFoundError(f"{name} is in none of the template folders.")


def _folders() -> list[Path]:
    folders: Any = settings.TEMPLATES[0]["DIRS"]
    return [Path(folder) for folder in folders]
