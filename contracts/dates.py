"""The days of a contract in order: what either side owes, does and can expect until when.

Apps above add what they do for the customer (``add_dates``): what is delivered, when its renewal is talked about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from contracts.models import Contract, Obligation
from contracts.money import shown
from contracts.selectors import plan_of
from core import clock
from core.actors import Actor

THEIRS, OURS = Obligation.Party.THEIRS, Obligation.Party.OURS


@dataclass(frozen=True)
class ContractDate:
    """One day: what happens on it, who has to do it (empty: nobody), how it stands."""

    on: date
    what: str
    party: str
    state: str
    colour: str
    note: str = ""
    obligation: Obligation | None = None
    icon: str = "calendar"

    @property
    def party_label(self) -> str:
        return str(Obligation.Party(self.party).label) if self.party else ""


Source = Callable[[Contract, Actor], Iterable[ContractDate]]
_sources: list[Source] = []


def add_dates(source: Source) -> None:
    """Make days of a contract known that another app keeps; it narrows them to what the reader may see."""
    _sources.append(source)


def dates_of(contract: Contract, reader: Actor) -> list[ContractDate]:
    """Term, instalments, obligations and what other apps know, the earliest first."""
    found = [*_term(contract), *_instalments(contract), *_obligations(contract)]
    found += [one for source in _sources for one in source(contract, reader)]
    return sorted(found, key=lambda one: one.on)


def _term(contract: Contract) -> list[ContractDate]:
    today = clock.today()
    days = [
        (contract.signed_on, pgettext("day of a contract", "Signed")),
        (contract.effective_on, pgettext("day of a contract", "Takes effect")),
        (contract.start_on, _("The term begins")),
        (contract.in_force_until, _("The term ends")),
    ]
    return [
        ContractDate(day, what, "", _("Passed") if day <= today else _("Still to come"), "")
        for day, what in days
        if day is not None
    ]


def _instalments(contract: Contract) -> list[ContractDate]:
    found = []
    for row in plan_of(contract):
        if row.outstanding <= 0:
            state, colour = _("Paid"), "green"
        elif row.days_overdue:
            state, colour = _("Overdue"), "red"
        else:
            state, colour = _("Still to come"), ""
        what = _("Instalment %(number)s: %(amount)s") % {"number": row.seq, "amount": shown(row.amount)}
        found.append(ContractDate(row.due_on, what, THEIRS, state, colour, row.note, icon="banknote"))
    return found


def _obligations(contract: Contract) -> list[ContractDate]:
    rows = contract.obligations.select_related("responsible", "settled_by", "evidence")
    return [_obligation(one) for one in rows]


def _obligation(one: Obligation) -> ContractDate:
    colours: dict[str, Any] = {Obligation.State.DONE: "green", Obligation.State.OPEN: ""}
    state, colour = str(one.get_state_display()), colours.get(one.state, "")
    if one.is_late:
        state, colour = _("Overdue"), "red"
    return ContractDate(one.due_on, one.what, one.party, state, colour, one.note, one, "calendar-clock")
