"""Files as answers."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header


def pdf_answer(name: str, content: bytes, *, download: bool) -> HttpResponse:
    """A PDF made by us: shown in the browser, or saved."""
    answer = HttpResponse(content, content_type="application/pdf")
    answer.headers["Content-Disposition"] = content_disposition_header(download, name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
