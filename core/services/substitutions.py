"""Who does somebody's work while they are away (代理): set up, ended early, and how the chain of them is followed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit, clock
from core.actors import Actor
from core.constraints import refusing
from core.errors import ApplicationError, Conflict, Text
from core.models import Substitution, User
from core.people import lock_organisation, managed_by
from core.permissions import MANAGE_PEOPLE

# What apps do with what lies there already, when somebody asks for that: (person, substitute, actor) -> how many.
Mover = Callable[[User, User, Actor], int]
_movers: list[Mover] = []


def moves_open_work(mover: Mover) -> Mover:
    """Let an app move its open work to a substitute."""
    _movers.append(mover)
    return mover


def visible_substitutions(actor: User) -> QuerySet[Substitution]:
    """One's own, those in which one stands in, those of the people one leads, and all for administrators."""
    rows = Substitution.objects.select_related("person", "substitute", "created_by")
    if "all" in actor.scopes_of(MANAGE_PEOPLE):
        return rows
    led = people_led_by(actor)
    mine = Q(person=actor.pk) | Q(substitute=actor.pk) | Q(person__in=led)
    if actor.may(MANAGE_PEOPLE):
        mine |= Q(person__in=managed_by(actor).values("pk"))
    return rows.filter(mine)


def people_led_by(actor: User) -> set[int]:
    """Everybody below in the chain of command."""
    found: set[int] = set()
    newest = {actor.pk}
    while newest:
        below = User.objects.filter(manager__in=newest).values_list("pk", flat=True)
        newest = set(below) - found - {actor.pk}
        found |= newest
    return found


def people_settable_by(actor: User) -> QuerySet[User]:
    """For whom an actor may set a substitute: themselves, whom they lead, whom they administer."""
    people = User.objects.filter(is_active=True)
    if "all" in actor.scopes_of(MANAGE_PEOPLE):
        return people
    mine = Q(pk=actor.pk) | Q(pk__in=people_led_by(actor))
    if actor.may(MANAGE_PEOPLE):
        mine |= Q(pk__in=managed_by(actor).values("pk"))
    return people.filter(mine)


@transaction.atomic
def create_substitution(
    *,
    person: User,
    substitute: User,
    starts_on: date,
    ends_on: date,
    actor: User,
    note: str = "",
    with_open_work: bool = False,
) -> tuple[Substitution, int]:
    """Let somebody stand in; gives the row, and how much open work went over at once."""
    if not people_settable_by(actor).filter(pk=person.pk).exists():
        raise PermissionDenied(_("You set substitutes for yourself and for the people you lead."))
    # Two that are set at the same moment could close a circle that neither of them sees.
    lock_organisation()
    _refuse_wrong(person, substitute, starts_on, ends_on, note)
    with refusing(_refusals()):
        row = Substitution.objects.create(
            person=person,
            substitute=substitute,
            starts_on=starts_on,
            ends_on=ends_on,
            note=note.strip(),
            created_by=actor,
            created_at=clock.now(),
        )
    holds_now = starts_on <= clock.today() <= ends_on
    if with_open_work and not holds_now:
        text = _("What lies there now can go over only on a day on which the substitute stands in.")
        raise ApplicationError(text, code="not_yet", errors={"with_open_work": [text]})
    moved = sum(mover(person, substitute, actor) for mover in _movers) if with_open_work else 0
    audit.record(
        actor,
        "core.create_substitution",
        person,
        after={
            "substitute": substitute.username,
            "starts_on": starts_on,
            "ends_on": ends_on,
            "moved": moved,
        },
        note=row.note,
    )
    return row, moved


@transaction.atomic
def end_substitution(*, substitution_id: int, actor: User) -> Substitution:
    """End it before its day: new work goes to the person again. What the substitute has stays with them."""
    lock_organisation()
    row = visible_substitutions(actor).get(pk=substitution_id)
    if row.substitute_id != actor.pk and not people_settable_by(actor).filter(pk=row.person_id).exists():
        raise PermissionDenied(_("This substitution is not yours to end."))
    if row.ended_at is not None or row.ends_on < clock.today():
        raise Conflict(_("This substitution is over already."), code="substitution_over")
    _end(row, actor)
    return row


def end_of_leaver(person: User, actor: Actor) -> int:
    """Somebody leaves: nobody stands in for them any more, and they for nobody."""
    rows = Substitution.objects.filter(
        Q(person=person) | Q(substitute=person), ended_at=None, ends_on__gte=clock.today()
    ).select_related("person", "substitute")
    for row in rows:
        _end(row, actor)
    return len(rows)


def _end(row: Substitution, actor: Actor) -> None:
    row.ended_at = clock.now()
    row.save(update_fields=["ended_at"])
    audit.record(
        actor,
        "core.end_substitution",
        row.person,
        before={
            "substitute": row.substitute.username,
            "starts_on": row.starts_on,
            "ends_on": row.ends_on,
        },
    )


# Conditions ----------------------------------------------------------------------------------------


def _refuse_wrong(person: User, substitute: User, starts_on: date, ends_on: date, note: str) -> None:
    errors: dict[str, list[Text]] = {}
    if person.pk == substitute.pk:
        errors["substitute"] = [_("Nobody stands in for themselves.")]
    elif not substitute.is_active:
        errors["substitute"] = [_("%(name)s does not work here any more.") % {"name": substitute.name}]
    if not person.is_active:
        errors["person"] = [_("%(name)s does not work here any more.") % {"name": person.name}]
    if ends_on < starts_on:
        errors["ends_on"] = [_("The last day lies before the first.")]
    elif ends_on < clock.today():
        errors["ends_on"] = [_("These days are over.")]
    if len(note) > 200 or "\x00" in note:
        errors["note"] = [_("At most 200 characters.")]
    if errors:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=errors)
    same_days = Substitution.objects.filter(ended_at=None, starts_on__lte=ends_on, ends_on__gte=starts_on)
    overlapping = same_days.filter(person=person).select_related("substitute").first()
    if overlapping is not None:
        text = _("%(substitute)s stands in from %(first)s to %(last)s already. End that first.") % {
            "substitute": overlapping.substitute.name,
            "first": overlapping.starts_on,
            "last": overlapping.ends_on,
        }
        raise ApplicationError(text, code="overlap", errors={"starts_on": [text]})
    if _leads_back(person.pk, substitute.pk, starts_on, ends_on, seen={substitute.pk}):
        text = _("On some of these days %(substitute)s is away too, and it would go round in a circle.") % {
            "substitute": substitute.name
        }
        raise ApplicationError(text, code="circle", errors={"substitute": [text]})


def _leads_back(person: int, at: int, first: date, last: date, *, seen: Collection[int]) -> bool:
    """Whether substitutes of substitutes lead back to the person on any day that all of them share."""
    rows = Substitution.objects.filter(person=at, ended_at=None, starts_on__lte=last, ends_on__gte=first)
    for row in rows:
        if row.substitute_id == person:
            return True
        if row.substitute_id in seen:
            continue
        shared = max(first, row.starts_on), min(last, row.ends_on)
        if _leads_back(person, row.substitute_id, *shared, seen={*seen, row.substitute_id}):
            return True
    return False


def _refusals() -> dict[str, ApplicationError]:
    taken = gettext_lazy("There is a substitute on some of these days already.")
    return {"one_substitute_a_day": ApplicationError(taken, code="overlap", errors={"starts_on": [taken]})}
