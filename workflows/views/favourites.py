"""A star on a process in the catalogue, and back to where it was."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from workflows.services import set_favourite


@require_POST
@login_required
def star(request: HttpRequest, key: str) -> HttpResponse:
    """Put it, or with ``on=0`` take it away."""
    definition = set_favourite(
        definition_key=key, actor=request.user, is_favourite=request.POST.get("on") != "0"
    )
    asked = request.POST.get("q", "").strip()[:100]
    query = "?" + urlencode({"q": asked}) if asked else ""
    return redirect(f"{reverse('workflows:catalogue')}{query}#star-{definition.pk}")
