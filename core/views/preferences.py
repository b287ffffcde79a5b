"""What a person chooses for themselves: language and appearance."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from core.models import User

A_YEAR = 365 * 24 * 60 * 60


def _back(request: HttpRequest) -> HttpResponse:
    """To the page it came from, never to another site."""
    wanted = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        wanted = "/"
    return HttpResponseRedirect(wanted)


def _keep(request: HttpRequest, **changed: str) -> None:
    if request.user.is_authenticated:
        User.objects.filter(pk=request.user.pk).update(**changed)


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Kept with the person, and in a cookie for the pages before sign-in."""
    answer = _back(request)
    wanted = request.POST.get("language", "")
    if wanted in dict(settings.LANGUAGES):
        _keep(request, language=wanted)
        answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, wanted, max_age=A_YEAR, samesite="Lax")
    return answer


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the device is."""
    wanted = request.POST.get("theme", "")
    if wanted in User.Theme.values:
        _keep(request, theme=wanted)
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    return _back(request)
