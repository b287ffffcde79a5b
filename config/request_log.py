"""Each request has a number, which is answered in a header, and one line in the log.

The line holds no search texts (no query string), no body, no address of the caller and no name: who looks for
a person's deeds asks the audit trail. A path that carries a secret, such as a link that sets a new password,
is written without it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject, empty

from config.logs import ACCESS
from core import log_context

HEADER = "X-Request-ID"
logger = logging.getLogger(ACCESS)

# Machines ask every few seconds, and files are of no interest.
_UNTOLD = ("/static/", "/health/", "/metrics")
# What these parts of an address hold lets in whoever knows it.
_SECRET_PARTS = frozenset({"token", "secret", "uidb36", "uidb64", "signature"})
LONGEST_PATH = 300


class RequestLogMiddleware:
    """The outermost of all: whatever answers, its answer has a number and its line."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        number = log_context.sane_request_id(request.headers.get(HEADER, ""))
        request.log_id = number  # type: ignore[attr-defined]
        started = time.monotonic()
        with log_context.request_context(number, lambda: user_of(request)):
            response = self.get_response(request)
            response.headers[HEADER] = number
            if not request.path.startswith(_UNTOLD):
                _tell(request, response, time.monotonic() - started)
        return response


def user_of(request: HttpRequest) -> int | None:
    """Whoever is signed in, if the request has looked already: a line of the log asks no database."""
    user = request.__dict__.get("user")
    if isinstance(user, SimpleLazyObject) and user.__dict__["_wrapped"] is empty:
        return None
    return getattr(user, "pk", None)


def safe_path(request: HttpRequest) -> str:
    """The path without what only its receiver may know."""
    path = request.path
    match = request.resolver_match
    for name, value in (match.kwargs if match else {}).items():
        is_secret = name in _SECRET_PARTS or (name in {"key", "code"} and path.startswith("/account/"))
        if is_secret and value:
            path = path.replace(str(value), "***")
    return path[:LONGEST_PATH]


def _tell(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    path = safe_path(request)
    logger.info(
        "%s %s %s",
        request.method,
        path,
        response.status_code,
        extra={
            "method": request.method,
            "path": path,
            "route": request.resolver_match.route if request.resolver_match else "",
            "status": response.status_code,
            "duration_ms": round(seconds * 1000, 1),
            "instances": log_context.cases_touched(),
        },
    )
