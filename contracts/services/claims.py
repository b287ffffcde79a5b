"""What open instalments come to on a day, with their interest: the database asked once for all of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from contracts.models import Allocation, Contract, LprRate, PaymentPlanLine
from contracts.services.interest import Claim, Debt, Receipt, Terms, claim_of


@dataclass(frozen=True)
class Rates:
    """The loan prime rates by the day from which they hold."""

    days: tuple[date, ...]
    values: tuple[Decimal, ...]

    @classmethod
    def known(cls) -> Rates:
        rows = list(LprRate.objects.order_by("on").values_list("on", "one_year"))
        return cls(tuple(on for on, _rate in rows), tuple(rate for _on, rate in rows))

    def on(self, day: date) -> Decimal | None:
        place = bisect_right(self.days, day)
        return self.values[place - 1] if place else None


def claims_of(lines: Sequence[PaymentPlanLine], as_of: date) -> dict[int, Claim]:
    """By the key of the instalment. The lines come with their contract."""
    return {key: claim_of(debt, as_of) for key, debt in debts_of(lines).items()}


def debts_of(lines: Sequence[PaymentPlanLine]) -> dict[int, Debt]:
    receipts = _receipts(lines)
    needs_rates = any(line.contract.late_rule == Contract.LateRule.LPR_PLUS for line in lines)
    rates = Rates.known() if needs_rates else Rates((), ())
    return {
        line.pk: Debt(
            # What was released is as if it had never been asked for: it bears no interest either.
            amount=line.binding,
            due_on=line.due_on,
            # The breach is the day after the due day.
            terms=terms_of(line.contract, rates.on(line.due_on + timedelta(days=1))),
            receipts=tuple(receipts.get(line.pk, ())),
        )
        for line in lines
    }


def terms_of(contract: Contract, annual_rate: Decimal | None) -> Terms:
    return Terms(
        rule=contract.late_rule,
        daily_rate=contract.late_daily_rate,
        lpr_markup=contract.lpr_markup,
        annual_rate=annual_rate,
        day_base=contract.day_base,
        grace_days=contract.grace_days,
        interest_first=contract.allocation_order == Contract.AllocationOrder.INTEREST_FIRST,
    )


def _receipts(lines: Iterable[PaymentPlanLine]) -> dict[int, list[Receipt]]:
    rows = Allocation.objects.filter(
        plan_line__in=[line.pk for line in lines], payment__state="confirmed"
    ).values_list("plan_line_id", "payment__received_on", "amount")
    found: dict[int, list[Receipt]] = {}
    for key, on, amount in rows:
        found.setdefault(key, []).append(Receipt(on, amount))
    return found
