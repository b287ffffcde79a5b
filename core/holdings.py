"""What a person holds that somebody else must take over when they leave: each app declares its own.

An app registers its holdings in its ``holdings.py``; the page on which a person is deactivated shows them all,
and a test looks through the models for keys to people that nobody declared.

    register(Holding(
        "crm.customers", _("Customers"), count=lambda person: ..., hand_over=..., order=20,
        fields=("crm.Customer.owner",),
    ))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from core.actors import Actor
from core.models import User

Text = str | Promise


@dataclass(frozen=True)
class Part:
    """Some of a holding that a person may want to hand to somebody of its own: the tasks of one process."""

    code: str
    label: Text
    count: int
    # The first few by name, so that one sees what it is about.
    examples: Sequence[str] = ()


@dataclass(frozen=True)
class Outcome:
    """What became of it: how many the taker has now, and how many went to others, in words."""

    taken: int = 0
    notes: Sequence[Text] = ()


@dataclass(frozen=True)
class Holding:
    """Something people hold.

    ``parts(person)`` says what there is, by group; ``hand_over(person, to, part, actor)`` gives one group to
    somebody. Where nobody can take it (a key of a program, a substitution), ``needs_taker`` is false and
    ``hand_over`` ends it; ``to`` is None then. ``fields`` names the keys to people that it looks after.
    """

    code: str
    label: Text
    parts: Callable[[User], Sequence[Part]]
    hand_over: Callable[[User, User | None, str, Actor], Outcome]
    text: Text = ""
    icon: str = ""
    needs_taker: bool = True
    order: int = 50
    fields: tuple[str, ...] = ()

    def count(self, person: User) -> int:
        return sum(part.count for part in self.parts(person))


_holdings: dict[str, Holding] = {}
# Keys to people that say who did something, or belong to the person alone: nobody takes them over.
_not_held: dict[str, str] = {}


def register(holding: Holding) -> Holding:
    """Make a holding known; an app does so in its ``holdings.py``."""
    if _holdings.setdefault(holding.code, holding) is not holding:
        raise ValueError(f"The holding {holding.code} is registered twice.")
    return holding


def not_held(why: str, *fields: str) -> None:
    """Declare keys to people that need nobody else when the person leaves, and say why."""
    _not_held.update(dict.fromkeys(fields, why))


def holdings() -> list[Holding]:
    """All holdings in the order in which they are handed over."""
    return sorted(_holdings.values(), key=lambda one: one.order)


def declared_fields() -> dict[str, str]:
    """Each declared key to people ("crm.Customer.owner") with the holding that looks after it, or why none does."""
    return {**_not_held, **{field: one.code for one in _holdings.values() for field in one.fields}}
