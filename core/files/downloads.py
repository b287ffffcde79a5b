"""Files that leave the program: to save or to look at, never to run."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header

# Whatever is in a file, a browser that opens it all the same runs and loads nothing.
NEVER_RUN = "sandbox; default-src 'none'"


def attachment(content: bytes, *, name: str, media_type: str, inline: bool = False) -> HttpResponse:
    """A file to save, or to look at in the page: browsers neither sniff nor execute it."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(not inline, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = NEVER_RUN
    return response
