"""Language by person, first run, and errors of services as pages."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation

from core.errors import ApplicationError

GetResponse = Callable[[HttpRequest], HttpResponse]
SUPPORTED = {code for code, _name in settings.LANGUAGES}


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


class ErrorPagesMiddleware:
    """Turns what services raise into pages: a missing row is 404, a refusal 400 or 409 with its cause."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, ObjectDoesNotExist):
            raise Http404 from exception
        if isinstance(exception, ApplicationError):
            from core.views.errors import refusal

            return refusal(request, exception)
        return None
