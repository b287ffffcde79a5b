"""Proposals for a payment plan: all at once, in halves, by quarters. The drafter changes what does not fit."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

from django.utils.translation import gettext_lazy as _

from contracts.money import CENT
from contracts.services.draft_rows import Instalment

ONCE, HALVES, QUARTERS = "once", "halves", "quarters"
PLANS = {ONCE: _("All at once"), HALVES: _("In two halves"), QUARTERS: _("By quarters")}
MONTHS_OF_A_YEAR = 12


def propose_plan(kind: str, *, amount: Decimal, start_on: date, end_on: date | None) -> list[Instalment]:
    """Instalments that sum to the amount exactly: once at the start, in two halves, or every three months."""
    if amount <= 0:
        return []
    term = _months_between(start_on, end_on) if end_on else MONTHS_OF_A_YEAR
    steps = {
        ONCE: [0],
        HALVES: [0, max(term // 2, 1)],
        QUARTERS: list(range(0, max(term, MONTHS_OF_A_YEAR), 3)) if term > 3 else [0],
    }[kind]
    days = [add_months(start_on, months) for months in steps]
    return [
        Instalment(due_on=day, amount=part) for day, part in zip(days, split(amount, len(days)), strict=True)
    ]


def split(amount: Decimal, parts: int) -> Sequence[Decimal]:
    """Equal parts; the last one takes what does not divide."""
    part = (amount / parts).quantize(CENT, ROUND_DOWN)
    return [part] * (parts - 1) + [amount - part * (parts - 1)]


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _months_between(start: date, end: date) -> int:
    """Whole months of a term; 2026-01-01 to 2026-12-31 is twelve."""
    behind = end + timedelta(days=1)
    months = (behind.year - start.year) * 12 + behind.month - start.month
    return months if behind.day >= start.day else months - 1
