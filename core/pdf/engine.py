"""The only place that talks to WeasyPrint: lay out HTML, write the bytes.

Nothing here depends on the clock, on chance or on what was printed before: no timestamps are written, the
file identifier is a digest of the text, and characters without a glyph are an error, not a hole.
"""

import hashlib
import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from weasyprint import CSS, HTML, Document
from weasyprint.text.fonts import FontConfiguration

from core.pdf.compact_fonts import FontShelf, embed_bare_tables
from core.pdf.errors import ForeignResourceError, MissingGlyphsError
from core.pdf.fetching import BASE_URL, OwnFilesFetcher, RefusedFetchError

_local = threading.local()
# Reading the list of fonts costs more than laying out a letter, so each thread (Pango is not safe to share)
# keeps its own for a while. Not for ever: what Pango remembers of each run of text only grows.
RENDERINGS_PER_CONFIGURATION = 500


def lay_out(html: str, *, stylesheets: Sequence[Path], files: Mapping[str, bytes]) -> Document:
    """Set the pages of a document; nothing is written yet."""
    fetcher = OwnFilesFetcher(files)
    try:
        document = HTML(string=html, base_url=BASE_URL, url_fetcher=fetcher).render(
            font_config=_fonts(),
            stylesheets=[_stylesheet(path, path.stat().st_mtime_ns) for path in stylesheets],
        )
    except RefusedFetchError as refusal:
        raise refusal.reason from None
    document.print_identifier = hashlib.sha256(html.encode()).hexdigest()[:32].encode()
    return document


def write(document: Document, *, variant: str = "") -> bytes:
    """The bytes of a document, the same for the same pages. ``variant``: a kind of PDF that WeasyPrint knows."""
    document.fonts = FontShelf()
    try:
        content: bytes = document.write_pdf(
            finisher=embed_bare_tables,
            pdf_identifier=getattr(document, "print_identifier", None),
            pdf_variant=variant or None,
        )
    except RefusedFetchError as refusal:
        raise refusal.reason from None
    if document.url_fetcher.refused:
        raise ForeignResourceError(document.url_fetcher.refused[0])
    missing = [chr(codepoint) for font in document.fonts.values() for codepoint in font.missing]
    # The fonts are copies of whole font files: 20 MB each, of no use any more.
    document.fonts = {}
    if missing:
        raise MissingGlyphsError(missing)
    return content


def _fonts() -> FontConfiguration:
    used = getattr(_local, "used", 0)
    if used % RENDERINGS_PER_CONFIGURATION == 0:
        _local.fonts = FontConfiguration()
    _local.used = used + 1
    return _local.fonts


@lru_cache(maxsize=32)
def _stylesheet(path: Path, _changed_at: int) -> Any:
    """A parsed stylesheet; a changed file is parsed anew. Sheets hold no @font-face, so they can be shared."""
    return CSS(string=path.read_text("utf-8"), base_url=BASE_URL, url_fetcher=OwnFilesFetcher({}))


def blank_page() -> Any:
    """An empty A4 page: the back of a letter of one page, so that the next begins on a right-hand page."""
    if not hasattr(_local, "blank"):
        sheet = CSS(string="@page { size: A4; margin: 0 }")
        _local.blank = HTML(string="<html></html>", base_url=BASE_URL).render(stylesheets=[sheet]).pages[0]
    return _local.blank
