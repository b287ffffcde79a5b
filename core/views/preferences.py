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


def _keep(request: HttpRequest, **changed: str | bool) -> None:
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


# What a person may choose of the look, and among which values.
CHOICES = {
    "theme": User.Theme.values,
    "density": User.Density.values,
    "high_contrast": ["on", "off"],
}


@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Light or dark, roomy or compact, with strong contrast or without; a value that is none changes nothing."""
    wanted = {name: request.POST[name] for name in CHOICES if request.POST.get(name) in CHOICES[name]}
    if wanted:
        switches = {"high_contrast": wanted["high_contrast"] == "on"} if "high_contrast" in wanted else {}
        _keep(request, **{**wanted, **switches})
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    return _back(request)
