"""Who is served at all, language by person, first run, and errors of services as pages."""

from collections.abc import Callable
from http import HTTPStatus
from ipaddress import ip_address

from django.conf import settings
from django.core.exceptions import BadRequest, MiddlewareNotUsed, ObjectDoesNotExist, ValidationError
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from core.errors import ApplicationError, Conflict

GetResponse = Callable[[HttpRequest], HttpResponse]
SUPPORTED = {code for code, _label in settings.LANGUAGES}


class LoopbackMiddleware:
    """Outside production people and secrets are known to everybody, so only this machine is served.

    Whatever the server was bound to: a Host header is easily made up, the caller's address is not.
    """

    def __init__(self, get_response: GetResponse) -> None:
        if settings.PRODUCTION:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _is_loopback(request.META.get("REMOTE_ADDR", "")):
            refusal = _("This trial serves its own machine only. See docs/operations.md for production.")
            return HttpResponseForbidden(refusal, content_type="text/plain; charset=utf-8")
        return self.get_response(request)


def _is_loopback(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    # Servers that listen on both families write 127.0.0.1 as ::ffff:127.0.0.1.
    return (getattr(found, "ipv4_mapped", None) or found).is_loopback


class LanguageMiddleware:
    """Chinese unless the person, the browser's choice cookie, or an API caller's header says otherwise."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = self._wanted(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    def _wanted(self, request: HttpRequest) -> str:
        if request.path.startswith("/api/") and "HTTP_ACCEPT_LANGUAGE" in request.META:
            return translation.get_language_from_request(request)
        own = getattr(request.user, "language", "")
        cookie = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        return next((code for code in (own, cookie) if code in SUPPORTED), settings.LANGUAGE_CODE)


class FirstRunMiddleware:
    """As long as nobody exists, every page leads to the one that creates the administrator."""

    OPEN = ("/static/", "/health/", "/metrics", "/first-run/", "/api/", "/language/")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.done = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self.done and not request.path.startswith(self.OPEN):
            from core.models import User

            self.done = User.objects.exists()
            if not self.done:
                return redirect(reverse("first-run"))
        return self.get_response(request)


class OwnPasswordMiddleware:
    """Whoever signed in with a password that somebody else set chooses an own one before anything else."""

    OPEN = (
        "/static/",
        "/health/",
        "/metrics",
        "/me/password/",
        "/account/logout/",
        "/language/",
        "/appearance/",
    )

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        must = getattr(request.user, "must_change_password", False)
        if not must or request.path.startswith(self.OPEN):
            return self.get_response(request)
        if request.path.startswith("/api/"):
            from core.api.problems import problem_response

            return problem_response(HTTPStatus.FORBIDDEN, "password_change_required", password_text())
        address = reverse("own-password")
        if request.headers.get("HX-Request"):
            return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"HX-Redirect": address})
        return redirect(address)


def password_text() -> str:
    return _("This password was set by somebody else. Sign in on the site and choose your own first.")


class ErrorPagesMiddleware:
    """Turns what services raise into pages: a missing row is 404, a refusal 400 or 409 with its cause.

    An address with a null character, which no text of the database can hold, is refused at the door; the
    API says so in its own way.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/api/") and _has_null(request):
            raise BadRequest("The address holds a null character.")
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, ObjectDoesNotExist):
            raise Http404 from exception
        if isinstance(exception, ApplicationError):
            from core.views.errors import refusal

            return refusal(request, exception)
        if isinstance(exception, ValidationError):
            from core.views.errors import refusal

            return refusal(request, ApplicationError(" ".join(exception.messages), code="invalid"))
        if isinstance(exception, DatabaseError):
            return self._refused_by_the_database(request, exception)
        return None

    def _refused_by_the_database(self, request: HttpRequest, exception: DatabaseError) -> HttpResponse | None:
        """The last gate: somebody was faster, or a value that no check caught. Anything else is our failure."""
        from core.api.problems import problem_of
        from core.views.errors import refusal

        found = problem_of(exception)
        if found is None or found["status"] == HTTPStatus.SERVICE_UNAVAILABLE:
            return None
        kind = Conflict if found["status"] == Conflict.status else ApplicationError
        return refusal(request, kind(found["detail"], code=found["code"]))


def _has_null(request: HttpRequest) -> bool:
    given = (text for name, texts in request.GET.lists() for text in (name, *texts))
    return "\x00" in request.path or any("\x00" in text for text in given)
