"""Drafts of forms: keeping what is typed, and throwing it away. Everybody reaches only their own."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from core.services.drafts import discard_draft, keep_draft, place_of
from core.templatetags.ui import clock_time


@require_POST
@login_required
def keep(request: HttpRequest) -> HttpResponse:
    """{"at": "14:05"}; nothing where nothing was left to keep."""
    draft = keep_draft(
        ticket=request.POST.get("ticket", ""), data=request.POST.get("data", ""), actor=request.user
    )
    return JsonResponse({"at": clock_time(draft.saved_at) if draft is not None else ""})


@require_POST
@login_required
def discard(request: HttpRequest) -> HttpResponse:
    """Back to the form; for a script only the word that it is gone."""
    place = place_of(request.user, request.POST.get("ticket", ""))
    discard_draft(path=place.path, actor=request.user)
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    return redirect(place.path)
