"""Interest on instalments that are paid late, as the contract says (domain.md 4D). Nothing here asks the database.

The day after the due day counts as one, or the day after the days of grace. The balance is cut wherever money
came in; each part is rounded half up to the cent. The loan prime rate is the one of the day of the breach. Money
goes to the principal first, or to the interest first (Civil Code, article 561), as the contract says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby

from contracts.models.late import LateTerms
from contracts.money import CENT, ZERO

Rule, Order = LateTerms.LateRule, LateTerms.AllocationOrder


@dataclass(frozen=True)
class Terms:
    """The clause of one contract. ``annual_rate`` is the loan prime rate of the day of the breach, in percent."""

    rule: str = Rule.NONE
    daily_rate: Decimal | None = None
    lpr_markup: Decimal | None = None
    annual_rate: Decimal | None = None
    day_base: int = 365
    grace_days: int = 0
    interest_first: bool = False

    def of_days(self, base: Decimal, days: int) -> Decimal:
        """What so many days cost, rounded once."""
        if self.rule == Rule.DAILY and self.daily_rate is not None:
            amount = base * self.daily_rate * days
        elif self.rule == Rule.LPR_PLUS and self.lpr_markup is not None and self.annual_rate is not None:
            rate = self.annual_rate / 100 * (1 + self.lpr_markup / 100)
            amount = base * rate * days / self.day_base
        else:
            return ZERO
        return amount.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Receipt:
    """Confirmed money for one instalment."""

    on: date
    amount: Decimal


@dataclass(frozen=True)
class Debt:
    """One instalment with what came in for it."""

    amount: Decimal
    due_on: date
    terms: Terms
    receipts: tuple[Receipt, ...] = ()

    @property
    def runs_after(self) -> date:
        """The last day without interest."""
        return self.due_on + timedelta(days=self.terms.grace_days)


@dataclass(frozen=True)
class Piece:
    """Interest on one balance: from the day after ``after`` to ``until``."""

    after: date
    until: date
    base: Decimal
    amount: Decimal

    @property
    def days(self) -> int:
        return (self.until - self.after).days


@dataclass(frozen=True)
class Claim:
    """What an instalment comes to on a day: the principal that is left, the interest that is left, and its parts."""

    principal: Decimal
    interest: Decimal
    pieces: tuple[Piece, ...]

    @property
    def total(self) -> Decimal:
        return self.principal + self.interest

    @property
    def accrued(self) -> Decimal:
        """All interest that ever ran, paid or not."""
        return sum((piece.amount for piece in self.pieces), ZERO)


def interest_of(debt: Debt, as_of: date) -> list[Piece]:
    """The parts of the interest of an instalment up to a day; none before it is late."""
    return list(claim_of(debt, as_of).pieces)


def claim_of(debt: Debt, as_of: date) -> Claim:
    """Principal and interest of an instalment on a day. Money that came in later is deducted, and stops no interest."""
    principal, interest = debt.amount, ZERO
    pieces: list[Piece] = []
    counted = debt.runs_after
    for on, amount in _by_day(debt.receipts, as_of):
        piece = _piece(debt.terms, principal, counted, on)
        if piece is not None:
            pieces.append(piece)
            interest += piece.amount
            counted = on
        if debt.terms.interest_first:
            settled = min(interest, amount)
            interest, amount = interest - settled, amount - settled
        principal -= min(amount, principal)
    piece = _piece(debt.terms, principal, counted, as_of)
    if piece is not None:
        pieces.append(piece)
        interest += piece.amount
    return Claim(principal, interest, tuple(pieces))


def total_of(claims: Iterable[Claim]) -> Decimal:
    return sum((one.total for one in claims), ZERO)


def _by_day(receipts: Sequence[Receipt], as_of: date) -> list[tuple[date, Decimal]]:
    """What came in day by day; nothing later than the day the account is made for."""
    dated = sorted((min(one.on, as_of), one.amount) for one in receipts)
    return [
        (day, sum((amount for _day, amount in found), ZERO))
        for day, found in groupby(dated, key=lambda one: one[0])
    ]


def _piece(terms: Terms, base: Decimal, after: date, until: date) -> Piece | None:
    days = (until - after).days
    if days <= 0 or base <= 0 or terms.rule == Rule.NONE:
        return None
    return Piece(after, until, base, terms.of_days(base, days))
