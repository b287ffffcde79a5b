"""What a contract comes to when it ends before its time: the proposal that finance starts from, and what remains.

Services that run for a term are worth the share of the term that has run, a day like the other. Whatever is
delivered at once (advertisements, articles, a shop) is worth nothing as long as the program does not know it
delivered: finance adds it. Nothing here writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from contracts.models import Contract, ContractLine, ContractTermination, Product
from contracts.money import CENT, ZERO
from contracts.services.parts import open_together, paid_together, parts_of

# What is delivered day by day until the term ends; the rest is delivered piece by piece.
BY_THE_DAY = (Product.Kind.MEMBERSHIP, Product.Kind.SERVICE)


@dataclass(frozen=True)
class ProposedLine:
    """What one product is worth by the last day; None where only people know what of it was delivered."""

    line: ContractLine
    share: Decimal | None
    value: Decimal


@dataclass(frozen=True)
class Remainder:
    """What is left between both: one of them is nothing."""

    owed: Decimal
    refund: Decimal


@dataclass(frozen=True)
class Proposal:
    """A settlement by the last day on which we deliver."""

    ends_on: date
    days_run: int
    days: int
    lines: tuple[ProposedLine, ...]
    paid: Decimal
    open_amount: Decimal

    @property
    def value(self) -> Decimal:
        return sum((one.value for one in self.lines), ZERO)

    @property
    def remainder(self) -> Remainder:
        return remainder_of(self.value, self.paid)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left that only people know."""
        return all(one.share is not None for one in self.lines)


def remainder_of(due: Decimal, paid: Decimal) -> Remainder:
    """What the customer still pays, or what goes back, where ``due`` is all that they pay for the contract."""
    return Remainder(owed=max(due - paid, ZERO), refund=max(paid - due, ZERO))


def propose_settlement(contract: Contract, ends_on: date) -> Proposal:
    """The settlement of a contract with its supplements whose last day is ``ends_on``."""
    parts = parts_of(contract)
    run, days = _run(contract, contract, ends_on)
    return Proposal(
        ends_on=ends_on,
        days_run=run,
        days=days,
        lines=tuple(
            _proposed(line, *_run(part, contract, ends_on))
            for part in parts
            for line in part.lines.select_related("product")
        ),
        paid=paid_together(contract),
        open_amount=open_together(contract),
    )


def remainder_now(termination: ContractTermination, paid: Decimal) -> Remainder:
    """What is left on the day: what was settled is what the customer pays altogether, so money that was confirmed or
    taken back since then changes what is left by as much."""
    if termination.owed is None or termination.refund is None or termination.paid is None:
        raise ValueError(f"Termination {termination.pk} is not settled.")
    return remainder_of(termination.paid + termination.owed - termination.refund, paid)


def _run(part: Contract, main: Contract, ends_on: date) -> tuple[int, int]:
    """(days that have run, days of the term) of a contract or of one of its supplements."""
    first = part.start_on or part.effective_on or main.start_on or ends_on
    last = max(part.in_force_until or main.in_force_until or ends_on, first)
    days = (last - first).days + 1
    return min(max((ends_on - first).days + 1, 0), days), days


def _proposed(line: ContractLine, run: int, days: int) -> ProposedLine:
    if line.product.kind not in BY_THE_DAY:
        return ProposedLine(line, None, ZERO)
    value = (line.amount * run / days).quantize(CENT, ROUND_HALF_UP)
    return ProposedLine(line, Decimal(run) / days, value)
