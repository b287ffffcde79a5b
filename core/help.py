"""The documents for people who work here, shown beside the pages they are about.

A document is a Markdown file, ``docs/users/zh/tasks.md`` and the same in ``en/``. Its first lines say whom it is
for and which pages it explains:

    <!-- for: staff managers -->
    <!-- pages: workflows:inbox workflows:work-item -->
    # Tasks

    One sentence on what it is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt
from markdown_it.token import Token

from core.search import normalised

FOLDER = settings.BASE_DIR / "docs" / "users"
PICTURES = FOLDER / "pictures"
READERS: dict[str, str | Promise] = {
    "staff": _("For everybody"),
    "managers": _("For managers"),
    "finance": _("For finance"),
    "administrators": _("For administrators"),
}
_MARK = re.compile(r"<!-- (for|pages|order): *(.*?) *-->\n")
_NAME = re.compile(r"[a-z0-9-]+\.(?:png|jpg)")


@dataclass(frozen=True)
class Topic:
    """A document in one language."""

    slug: str
    title: str
    summary: str
    readers: tuple[str, ...]
    pages: tuple[str, ...]
    order: int
    source: str

    @property
    def url(self) -> str:
        return reverse("help-topic", args=[self.slug])

    @property
    def html(self) -> SafeString:
        return rendered(self.source)

    def matches(self, text: str) -> bool:
        return normalised(text) in normalised_whole(self.source)


def normalised_whole(text: str) -> str:
    """As ``normalised``, for a text of any length."""
    return "".join(normalised(text[at : at + 200]) for at in range(0, len(text), 200))


def topics() -> list[Topic]:
    """The documents in the reader's language, in order."""
    return _topics("en" if (get_language() or "").startswith("en") else "zh")


def topic(slug: str) -> Topic | None:
    return next((one for one in topics() if one.slug == slug), None)


def topic_for(view_name: str) -> Topic | None:
    """What explains a page."""
    return next((one for one in topics() if view_name in one.pages), None)


def found(text: str) -> list[Topic]:
    """The documents that hold a text."""
    return [one for one in topics() if one.matches(text)] if text.strip() else topics()


def by_reader(rows: Iterable[Topic]) -> list[tuple[str | Promise, list[Topic]]]:
    """The documents under whom they are for; one for several stands under the first."""
    rows = list(rows)
    grouped = [(label, [one for one in rows if one.readers[0] == code]) for code, label in READERS.items()]
    return [(label, of_reader) for label, of_reader in grouped if of_reader]


def picture(name: str) -> Path | None:
    """The file of a picture that documents show."""
    path = PICTURES / name
    return path if _NAME.fullmatch(name) and path.is_file() else None


# Reading the files ------------------------------------------------------------------------------------


@cache
def _topics(language: str) -> list[Topic]:
    read = [_read(path) for path in sorted((FOLDER / language).glob("*.md"))]
    return sorted(read, key=lambda one: (one.order, one.slug))


def _read(path: Path) -> Topic:
    text = path.read_text()
    marks = dict(_MARK.findall(text))
    source = _MARK.sub("", text).lstrip()
    lines = [line for line in source.splitlines() if line.strip()]
    return Topic(
        slug=path.stem,
        title=lines[0].removeprefix("# ").strip(),
        summary=lines[1].strip() if len(lines) > 1 else "",
        readers=tuple(marks.get("for", "staff").split()),
        pages=tuple(marks.get("pages", "").split()),
        order=int(marks.get("order", "50")),
        source=source,
    )


@cache
def rendered(source: str) -> SafeString:
    """The document as HTML. The page has its own h1, so the document's is left out."""
    body = source.split("\n", 1)[1] if source.startswith("# ") else source
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(body)
    _lead(tokens)
    # The files are ours and raw HTML is off: nothing in them comes from people.
    return mark_safe(str(reader.renderer.render(tokens, reader.options, {})))  # noqa: S308


def _lead(tokens: list[Token]) -> None:
    """Links between documents and to pictures lead to their addresses here; headings can be linked to."""
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", anchor(tokens[at + 1].content))
        for child in token.children or []:
            name = {"link_open": "href", "image": "src"}.get(child.type)
            if name is not None:
                child.attrSet(name, _address(str(child.attrGet(name) or "")))
            if child.type == "image":
                child.attrSet("loading", "lazy")


def anchor(heading: str) -> str:
    """``任务与转办`` stays; blanks become hyphens."""
    return re.sub(r"\s+", "-", heading.strip().lower())


def _address(target: str) -> str:
    document, _hash, part = target.partition("#")
    if document.endswith(".md") and "/" not in document:
        address = reverse("help-topic", args=[document.removesuffix(".md")])
        return f"{address}#{part}" if part else address
    if target.startswith("../pictures/"):
        return reverse("help-picture", args=[target.removeprefix("../pictures/")])
    return target
