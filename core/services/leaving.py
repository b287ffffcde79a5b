"""Somebody leaves: everything they hold goes to others, and nothing is left behind. Somebody comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, clock
from core.actors import Actor
from core.enumeration import listed
from core.errors import ApplicationError, Text
from core.holdings import Holding, Part, holdings
from core.models import User
from core.people import lock_organisation
from core.services.access import sessions_and_tokens_ended
from core.services.people import locked_person, require_administrator_left


@dataclass(frozen=True)
class Held:
    """Some of what a person holds, with whom the page suggests for it."""

    holding: Holding
    part: Part
    suggestion: User | None = None

    @property
    def key(self) -> str:
        """How the choice of a taker names it."""
        return f"{self.holding.code}:{self.part.code}"


@dataclass
class Result:
    """What happened to each part."""

    taken: dict[str, int] = field(default_factory=dict)
    notes: list[Text] = field(default_factory=list)


def what_is_held(person: User) -> list[Held]:
    """Everything that somebody has to take over, or that ends; the suggestion is the nearest active manager."""
    suggestion = next((one for one in person.chain_of_command() if one.is_active), None)
    return [
        Held(holding, part, suggestion if holding.needs_taker else None)
        for holding in holdings()
        for part in holding.parts(person)
        if part.count
    ]


@transaction.atomic
def deactivate_person(
    *, person_id: int, takers: Mapping[str, User], for_all: User | None = None, note: str = "", actor: Actor
) -> Result:
    """Close an account and hand over everything: all of it or nothing.

    ``takers`` says who takes which part (``Held.key``), ``for_all`` who takes the rest. Refused while
    something would be left without somebody.
    """
    lock_organisation()
    person = locked_person(person_id, actor=actor)
    if person.pk == actor.pk:
        raise PermissionDenied(_("Nobody deactivates their own account."))
    if not person.is_active:
        raise ApplicationError(_("This account is deactivated already."), code="inactive")
    held = what_is_held(person)
    chosen = _takers(person, held, takers, for_all)
    # From here on the person is not able to take anything: what finds no taker goes up the ladder.
    person.is_active = False
    person.deactivated_at = clock.now()
    person.revision += 1
    person.save(update_fields=["is_active", "deactivated_at", "revision"])
    require_administrator_left()
    result = Result()
    for one in held:
        outcome = one.holding.hand_over(person, chosen.get(one.key), one.part.code, actor)
        result.taken[one.key] = outcome.taken
        result.notes += outcome.notes
    sessions_and_tokens_ended(person)
    _refuse_leftovers(person)
    audit.record(
        actor,
        "core.deactivate_person",
        person,
        after={
            "handed_over": {
                one.key: {"count": one.part.count, "to": _name(chosen.get(one.key))} for one in held
            }
        },
        note=note,
    )
    return result


@transaction.atomic
def reactivate_person(*, person_id: int, actor: Actor) -> User:
    """Open the account again. Nothing that was handed over comes back by itself."""
    lock_organisation()
    person = locked_person(person_id, actor=actor)
    if person.is_active:
        raise ApplicationError(_("This account is active."), code="active")
    person.is_active, person.deactivated_at = True, None
    person.revision += 1
    person.save(update_fields=["is_active", "deactivated_at", "revision"])
    audit.record(actor, "core.reactivate_person", person)
    return person


def _takers(
    person: User, held: Sequence[Held], takers: Mapping[str, User], for_all: User | None
) -> dict[str, User]:
    chosen: dict[str, User] = {}
    errors: dict[str, list[Text]] = {}
    for one in held:
        if not one.holding.needs_taker:
            continue
        taker = takers.get(one.key) or for_all
        if taker is None:
            errors[one.key] = [_("Say who takes this over.")]
        elif taker.pk == person.pk or not User.objects.filter(pk=taker.pk, is_active=True).exists():
            errors[one.key] = [_("Choose somebody who works here.")]
        else:
            chosen[one.key] = taker
    if errors:
        raise ApplicationError(
            _("Some of what %(name)s holds has no taker yet.") % {"name": person.name},
            code="taker_missing",
            errors=errors,
        )
    return chosen


def _refuse_leftovers(person: User) -> None:
    """The promise of this page: what a holding could not give away stops the whole deed."""
    left = [one for one in what_is_held(person) if one.part.count]
    if left:
        names: dict[str, Any] = {
            "name": person.name,
            "what": listed(one.part.label for one in left),
        }
        raise ApplicationError(
            _("Not everything of %(name)s could be handed over: %(what)s. Nothing was changed.") % names,
            code="left_behind",
        )


def _name(taker: User | None) -> str | None:
    return taker.username if taker else None
