"""QR codes: of addresses that people open with a phone."""

from __future__ import annotations

import io


def qr_data_uri(text: str) -> str:
    """For a page: a drawing that stands in the page itself."""
    import segno

    return str(segno.make(text, error="m", micro=False).svg_data_uri(scale=4, border=2))


def qr_png(text: str) -> bytes:
    """For paper: the same text gives the same bytes."""
    import segno

    found = io.BytesIO()
    segno.make(text, error="m", micro=False).save(found, kind="png", scale=8, border=0)
    return found.getvalue()
