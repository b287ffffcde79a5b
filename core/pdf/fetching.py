"""What a document may load while it is printed: our static files and the files handed over with it.

Texts in documents are written by many hands, and WeasyPrint would fetch whatever they name: a page of the
internal network, a file of this machine. So every other address is refused, and the printing with it.
"""

import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousOperation
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from core.pdf.errors import ForeignResourceError

STATIC = "static:"
NAMED = "named:"
# Relative addresses are resolved against this, so that they are refused like any other stranger.
BASE_URL = "https://print.invalid/"


class RefusedFetchError(FatalURLFetchingError):  # type: ignore[misc]
    """Carries the refusal out of WeasyPrint, which logs and forgets every ordinary exception."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.reason = ForeignResourceError(url)


class OwnFilesFetcher(URLFetcher):  # type: ignore[misc]
    """Answers ``static:path/in/static`` and ``named:logo`` (a file given with the document), refuses all else."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=[])
        self._files = files
        # WeasyPrint swallows everything while it draws an SVG, so refusals are remembered as well as raised.
        self.refused: list[str] = []

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        if url.startswith(NAMED):
            return self._named(url)
        if url.startswith(STATIC):
            return self._static(url)
        raise self._refusal(url)

    def _refusal(self, url: str) -> RefusedFetchError:
        self.refused.append(url)
        return RefusedFetchError(url)

    def _named(self, url: str) -> URLFetcherResponse:
        content = self._files.get(unquote(url.removeprefix(NAMED)))
        if content is None:
            raise self._refusal(url)
        return URLFetcherResponse(url, content)

    def _static(self, url: str) -> URLFetcherResponse:
        try:
            found = finders.find(unquote(url.removeprefix(STATIC)))
        except SuspiciousOperation as error:
            raise self._refusal(url) from error
        if not found or not Path(found).is_file():
            raise self._refusal(url)
        media_type = mimetypes.guess_type(found)[0] or "application/octet-stream"
        return URLFetcherResponse(url, Path(found).read_bytes(), {"Content-Type": media_type})
