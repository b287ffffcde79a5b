"""Move a case by hand: choose what is taken away and where it goes on, see what comes of it, then do it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.errors import ApplicationError
from core.generic.base import Crumb, Page
from workflows.definitions import definition_of
from workflows.engine import Case, Definition, Place, Waiting
from workflows.selectors import case_for
from workflows.selectors.cases import may_do
from workflows.services import move_case, preview_move
from workflows.services.host import NoHost
from workflows.services.moving import MOVE, Taken
from workflows.views.cases import case_name
from workflows.views.prospects import Words
from workflows.views.timeline import open_items
from workflows.views.words import Labels, Roles

# Where a person may let a case go on: at what waits or does something, not at a gateway in between.
PLACES = (
    "user_task",
    "manual_task",
    "task",
    "service_task",
    "script_task",
    "business_rule_task",
    "send_task",
    "receive_task",
    "call_activity",
    "subprocess",
    "transaction",
    "catch_event",
    "throw_event",
    "end_event",
)


@dataclass(frozen=True)
class Choice:
    """A box to tick: where the case stands, or where it may go on."""

    value: str
    name: str
    about: str = ""
    is_chosen: bool = False
    depth: int = 0


@dataclass
class Chosen:
    """What a person has ticked. ``seal`` tells whether it is what they have seen the consequences of."""

    cancel: list[Taken] = field(default_factory=list)
    at: list[str | Place] = field(default_factory=list)

    @property
    def seal(self) -> str:
        return hashlib.sha256(repr((sorted(map(str, self.cancel)), self.at)).encode()).hexdigest()[:32]


class CaseMove(Page):
    """One page for choosing, looking and doing; the last only for what has been looked at."""

    template_name = "workflows/move.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.object = case_for(request.user, kwargs["pk"])
            if not may_do(request.user, MOVE, self.object):
                raise PermissionDenied(MOVE)
            self.labels, self.roles = Labels(), Roles()
        return super().dispatch(request, *args, **kwargs)

    def get_title(self):
        return _("Move the case by hand")

    def crumbs(self):
        url = reverse("workflows:case-detail", args=[self.object.pk])
        return [Crumb(_("Cases"), reverse("workflows:case-list")), Crumb(case_name(self.object), url)]

    @cached_property
    def definition(self) -> Definition:
        return definition_of(self.object.version_id)

    @cached_property
    def words(self) -> Words:
        return Words(self.definition, self.labels, self.roles.pairs)

    @cached_property
    def waiting(self) -> list[Waiting]:
        if not self.object.is_open:
            return []
        return Case.load(self.definition, deepcopy(self.object.state), NoHost()).waiting()

    @cached_property
    def who(self) -> dict[str, str]:
        """Who has each open task, by its token."""
        return {one.item.token: one.who for one in open_items(self.object, self.roles)}

    # Answers ----------------------------------------------------------------------------------------

    def get(self, request, *args, **kwargs):
        tokens = [one.token for one in self.waiting if _stands(one)]
        return self.show(Chosen(cancel=list(tokens) if len(tokens) == 1 else []))

    def post(self, request, *args, **kwargs):
        given = request.POST
        chosen = self.chosen()
        if given.get("deed") == "move" and given.get("seen") == chosen.seal:
            return self.move(chosen)
        if "also" in given:
            chosen.cancel += [
                _taken(one) for one in given.getlist("also") if _taken(one) not in chosen.cancel
            ]
        return self.show(chosen, is_asked=True)

    def chosen(self) -> Chosen:
        given = self.request.POST
        return Chosen([_taken(one) for one in given.getlist("cancel")], list(given.getlist("at")))

    def move(self, chosen: Chosen) -> HttpResponse:
        given = self.request.POST
        revision = given.get("revision", "")
        try:
            move_case(
                instance_id=self.object.pk,
                cancel=chosen.cancel,
                at=chosen.at,
                revision=int(revision) if revision.isdecimal() and len(revision) < 10 else -1,
                reason=given.get("reason", ""),
                actor=self.request.user,
            )
        except ApplicationError as refusal:
            # It may have gone on meanwhile.
            self.object = case_for(self.request.user, self.object.pk)
            self.__dict__.pop("waiting", None)
            return self.show(chosen, is_asked=True, refusal=str(refusal), status=refusal.status)
        messages.success(self.request, _("The case was moved."))
        return redirect("workflows:case-detail", self.object.pk)

    def show(
        self, chosen: Chosen, *, is_asked: bool = False, refusal: str = "", status: int = 200
    ) -> HttpResponse:
        preview = None
        if is_asked and self.object.is_open and (chosen.cancel or chosen.at):
            preview = preview_move(self.object, cancel=chosen.cancel, at=chosen.at)
        elif is_asked and not refusal:
            refusal = _("Say what to take away or where to go on.")
        context = self.get_context_data(
            object=self.object,
            standing=list(self.standing(chosen)),
            places=list(self.places(chosen)),
            preview=preview,
            ways=self.words.onward(preview.ahead) if preview is not None and preview.ahead else [],
            also=[(_value(one), self._named(one)) for one in preview.also] if preview is not None else [],
            seen=chosen.seal,
            reason=self.request.POST.get("reason", ""),
            refusal=refusal,
        )
        return self.render_to_response(
            context, status=status if not (is_asked and refusal) else max(status, 400)
        )

    # What there is to choose ------------------------------------------------------------------------

    def standing(self, chosen: Chosen) -> Iterator[Choice]:
        """Where the case stands: each open place, and what has arrived at a join."""
        for one in self.waiting:
            name = self.words.name(one.path)
            if one.kind == "join":
                for flow in one.arrivals or {}:
                    taken = (one.token, flow)
                    about = pgettext("move", "has arrived at a meeting of branches")
                    yield Choice(_value(taken), name, about, taken in chosen.cancel)
            elif _stands(one):
                parts = ", ".join(f"{part.index + 1}/{part.total}" for part in one.parts)
                about = " · ".join(filter(None, [parts, self.who.get(one.token, "")]))
                yield Choice(one.token, name, about, one.token in chosen.cancel)

    def places(self, chosen: Chosen) -> Iterator[Choice]:
        yield from self._places(self.definition, chosen, "", 0)

    def _places(self, drawn: Definition, chosen: Chosen, before: str, depth: int) -> Iterator[Choice]:
        for id in drawn.steps:
            element = drawn.elements[id]
            if element.kind not in PLACES or element.host is not None:
                continue
            path = f"{before}{id}"
            around = drawn.elements.get(element.scope)
            about = around.label(self.labels.language) if around is not None else ""
            yield Choice(path, self.words.name(path), about, path in chosen.at, depth)
            if id in drawn.calls:
                yield from self._places(drawn.calls[id], chosen, f"{path}/", depth + 1)

    def _named(self, taken: Taken) -> str:
        token = taken if isinstance(taken, str) else taken[0]
        found = next((one for one in self.waiting if one.token == token), None)
        return self.words.name(found.path) if found is not None else token


def _stands(waiting: Waiting) -> bool:
    """What can be taken away by itself: not what waits at the edge of a step, nor what only holds others."""
    if waiting.kind in ("join", "catcher"):
        return False
    return waiting.element.host is None and waiting.element.kind != "start_event"


def _value(taken: Taken) -> str:
    return taken if isinstance(taken, str) else f"{taken[0]} {taken[1]}"


def _taken(value: str) -> Taken:
    token, space, flow = value.partition(" ")
    return (token, flow) if space else token
