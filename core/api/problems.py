"""Errors of the API as RFC 9457 ``application/problem+json``.

``code`` is stable and for programs; ``title`` and ``detail`` are in the reader's language. Whatever a
service raises is answered here, so that no input ever ends as a server error.
"""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import (
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from core.api.fields import flattened
from core.errors import ApplicationError
from core.log_context import request_id

MEDIA_TYPE = "application/problem+json"
# PostgreSQL: lock timeout, deadlock, serialisation failure. Nothing is wrong with the request: try again.
_BUSY = frozenset({"55P03", "40P01", "40001"})
# The server goes down, comes up, or takes nobody more; a connection that broke has no state at all.
_AWAY = ("08", "57P", "53300")
RETRY_AFTER_SECONDS = 3
_ALREADY_EXISTS = frozenset({"23505", "23P01"})


def problem(
    status: int,
    code: str,
    detail: str = "",
    *,
    errors: dict[str, list[str]] | None = None,
) -> dict[str, Any]:
    """The body of a problem."""
    return {
        "type": f"urn:xiaoliu:problem:{code}",
        "title": titles().get(status) or HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail or titles().get(status, ""),
        "errors": errors or {},
        # The number by which operators find the lines of this request; also in the header X-Request-ID.
        "request_id": request_id(),
    }


def titles() -> dict[int, str]:
    """What each status means, in the reader's language."""
    return {
        400: _("The request is not right."),
        401: _("Please sign in."),
        403: _("You may look at this, but not do that."),
        404: _("There is no such thing, or it is not yours to see."),
        405: _("This address does not take that method."),
        406: _("This format is not available."),
        409: _("Somebody was faster, or the state has moved on."),
        413: _("The request is too large."),
        415: _("This content type is not understood here."),
        422: _("This idempotency key was used for another request."),
        429: _("Too many requests."),
        500: _("Something failed on our side. It has been written down."),
        503: _("The database does not answer at this moment. Nothing is lost: try again in a moment."),
    }


def problem_response(status: int, code: str, detail: str = "", **kwargs: Any) -> JsonResponse:
    """A problem as a plain Django response, for what never reaches a view of the API."""
    body = problem(status, code, detail, **kwargs)
    return JsonResponse(
        body, status=status, content_type=MEDIA_TYPE, json_dumps_params={"ensure_ascii": False}
    )


def problem_handler(exception: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's EXCEPTION_HANDLER. None lets an unexpected failure go on to be logged."""
    found = problem_of(exception)
    if found is None:
        return None
    set_rollback()
    headers = {}
    if isinstance(exception, exceptions.APIException):
        if header := getattr(exception, "auth_header", None):
            headers["WWW-Authenticate"] = header
        if wait := getattr(exception, "wait", None):
            headers["Retry-After"] = str(int(wait))
    if found["status"] == 503:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return Response(found, status=found["status"], headers=headers, content_type=MEDIA_TYPE)


def problem_of(exception: Exception) -> dict[str, Any] | None:
    """The problem that an exception means; None for an unexpected failure."""
    if isinstance(exception, ApplicationError):
        errors = {name: [str(text) for text in texts] for name, texts in exception.errors.items()}
        return problem(exception.status, exception.code, str(exception), errors=errors)
    if isinstance(exception, (Http404, ObjectDoesNotExist)):
        return problem(404, "not_found")
    if isinstance(exception, PermissionDenied):
        return problem(403, "forbidden")
    if isinstance(exception, exceptions.APIException):
        return _of_framework(exception)
    if isinstance(exception, DjangoValidationError):
        errors = getattr(exception, "message_dict", None)
        return problem(400, "invalid", "" if errors else " ".join(exception.messages), errors=errors)
    if isinstance(exception, RequestDataTooBig):
        return problem(413, "too_large")
    if isinstance(exception, (TooManyFieldsSent, TooManyFilesSent)):
        return problem(413, "too_many_fields")
    if isinstance(exception, (SuspiciousOperation, UnicodeError)):
        return problem(400, "malformed")
    if isinstance(exception, OverflowError):
        return problem(400, "invalid", _("A number or a day is too large or too small to calculate with."))
    return _of_database(exception)


def _of_framework(exception: exceptions.APIException) -> dict[str, Any]:
    status = exception.status_code
    if isinstance(exception, exceptions.ValidationError):
        errors, general = flattened(exception.detail)
        detail = " ".join(general) or _("Please correct the marked fields.")
        return problem(400, "invalid", detail, errors=errors)
    if isinstance(exception, exceptions.ParseError):
        return problem(400, "malformed", str(exception.detail))
    codes = exception.get_codes()
    code = codes if isinstance(codes, str) else "invalid"
    if status == 403 and code == "permission_denied":
        code = "forbidden"
    return problem(status, code, str(exception.detail) if isinstance(exception.detail, str) else "")


def _of_database(exception: Exception) -> dict[str, Any] | None:
    """The database is the last gate: what it refuses is the caller's input or somebody faster."""
    state = getattr(exception.__cause__, "sqlstate", None) or ""
    if isinstance(exception, DataError):
        return problem(
            400, "invalid", _("A value is too large, too long or holds a character that cannot be stored.")
        )
    if isinstance(exception, IntegrityError):
        name = getattr(getattr(exception.__cause__, "diag", None), "constraint_name", None) or ""
        if state in _ALREADY_EXISTS:
            return problem(
                409, "already_exists", _("There is one already: {rule}.").format(rule=_plain(name))
            )
        return problem(
            400, "invalid", _("A rule of the database refuses this: {rule}.").format(rule=_plain(name))
        )
    if isinstance(exception, OperationalError) and state in _BUSY:
        return problem(409, "busy", _("Somebody is working on this right now. Try again in a moment."))
    if is_away(exception):
        return problem(503, "database_away")
    return None


def is_away(exception: BaseException | None) -> bool:
    """Whether it says that the database is not there, rather than that it says no."""
    if not isinstance(exception, (OperationalError, InterfaceError)):
        return False
    state = getattr(exception.__cause__, "sqlstate", None) or ""
    return not state or state.startswith(_AWAY)


def _plain(constraint: str) -> str:
    """Constraints have readable names: ``customer_has_a_name``."""
    return constraint.replace("_", " ")
