"""The desk (工作台): what to do, what waits, how things stand. Everybody's first page."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core import clock
from core.errors import ApplicationError
from core.generic import Action, Page
from core.generic.base import Crumb
from core.home import DOWN, HIDE, SHOW, UP, Card, arrange, cards_for, desk_of, reset
from core.templatetags.ui import day, weekday

logger = logging.getLogger(__name__)
# How often a card looks whether it still says what is so (seconds).
ASK_EVERY = 120


@dataclass(frozen=True)
class Drawn:
    """A card as the page holds it: ``body`` is empty while a slow one is on its way, or when it failed."""

    card: Card
    body: str = ""
    failed: bool = False
    waits: bool = False

    @property
    def version(self) -> str:
        """The same as long as the card says the same."""
        return hashlib.sha256(f"{self.failed}{self.body}".encode()).hexdigest()[:16]

    @property
    def url(self) -> str:
        return reverse(self.card.url_name) if self.card.url_name else ""


def draw(request, card: Card) -> Drawn | None:
    """One card; None where it has nothing to say. What goes wrong stays inside the card."""
    try:
        with transaction.atomic():
            context = card.context(request)
            if context is None:
                return None
            return Drawn(card, render_to_string(card.template, {**context, "card": card}, request))
    except Exception:
        logger.exception("The card %s of the desk failed.", card.code)
        return Drawn(card, failed=True)


class Home(Page):
    """All cards at once; slow ones come after the page, and each looks for news by itself."""

    title = _("Desk")
    template_name = "core/home.html"

    def actions(self):
        return [Action(_("Arrange the desk"), reverse("home-arrange"), "sliders-horizontal")]

    def get_context_data(self, **kwargs):
        desk = desk_of(self.request.user)
        drawn = [Drawn(one, waits=True) if one.slow else draw(self.request, one) for one in desk.shown]
        today = clock.today()
        return super().get_context_data(
            drawn=[one for one in drawn if one is not None],
            today=f"{day(today)} {weekday(today)}",
            ask_every=ASK_EVERY,
            **kwargs,
        )


class HomeCard(Page):
    """One card anew: 204 as long as it says what the page shows already."""

    def get(self, request, *args, **kwargs):
        card = next((one for one in cards_for(request.user) if one.code == kwargs["code"]), None)
        if card is None:
            raise Http404("There is no such card.")
        drawn = draw(request, card)
        if drawn is None:
            return HttpResponse("")
        if drawn.version == request.GET.get("seen"):
            return HttpResponse(status=204)
        answer = render(request, "core/home_card.html", {"one": drawn, "ask_every": ASK_EVERY})
        answer.headers["Cache-Control"] = "private, no-store"
        return answer


class HomeArrange(Page):
    """Which cards stand on one's desk, in which order: by buttons, so that a keyboard can do it."""

    title = _("Arrange the desk")
    template_name = "core/home_arrange.html"
    width = "form-page"

    def crumbs(self):
        return [Crumb(_("Desk"), reverse("home"))]

    def get_context_data(self, **kwargs):
        return super().get_context_data(desk=desk_of(self.request.user), **kwargs)

    def post(self, request, *args, **kwargs):
        if "reset" in request.POST:
            reset(person=request.user)
            said = _now("The desk is as it was in the beginning.")
        else:
            said = self._arrange(request)
        if request.htmx:
            context = {"desk": desk_of(request.user), "said": said}
            return render(request, "core/home_arrange.html#cards", context)
        return redirect("home-arrange")

    @staticmethod
    def _arrange(request) -> str:
        deed, _colon, code = request.POST.get("deed", "").partition(":")
        if deed not in (UP, DOWN, SHOW, HIDE):
            raise Http404("There is no such deed.")
        try:
            desk = arrange(person=request.user, deed=deed, code=code)
        except ApplicationError as refusal:
            # It went by another window: the list says how it is now.
            return str(refusal)
        codes = [one.code for one in desk.shown]
        if code in codes:
            return _now("Place %(place)s of %(count)s") % {
                "place": codes.index(code) + 1,
                "count": len(codes),
            }
        return _now("Hidden.")
