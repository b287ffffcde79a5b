"""Pages of a PDF of ours as pictures: for previews, and for browsers that show no PDF, such as WeChat's."""

from __future__ import annotations

from io import BytesIO
from threading import Lock

import pypdfium2

MEDIA_TYPE = "image/png"
NARROWEST, WIDEST = 200, 1800
# PDFium is not made for several threads at once.
_LOCK = Lock()


def page_count(content: bytes) -> int:
    """How many pages the file has."""
    with _LOCK, pypdfium2.PdfDocument(content) as document:
        return len(document)


def page_picture(content: bytes, number: int, *, width: int) -> bytes:
    """Page ``number`` (from 1) as a PNG of so many pixels. Raises IndexError where there is no such page."""
    width = max(NARROWEST, min(width, WIDEST))
    with _LOCK, pypdfium2.PdfDocument(content) as document:
        if not 1 <= number <= len(document):
            raise IndexError(number)
        page = document[number - 1]
        picture = page.render(scale=width / page.get_width()).to_pil()
    found = BytesIO()
    picture.convert("RGB").save(found, "PNG", optimize=False)
    return found.getvalue()
