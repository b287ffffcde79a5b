"""What would be asked of a customer on a day: the overdue instalments that nobody disputes, with their interest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from contracts.models import Contract, DisputeHold, DunningKind, DunningNotice, OwnCompany, PaymentPlanLine
from contracts.money import ZERO
from contracts.selectors import overdue_instalments
from contracts.services.claims import claims_of
from contracts.services.interest import Claim
from core.actors import Actor
from core.rights import scope_q
from crm.models import Customer
from crm.selectors import postal_address

PERMISSION = "contracts.print_dunning"
LETTER_FROM = 2


def kind_of(level: int) -> str:
    """By name: the 催款单 up to level 1, the 催款函 from level 2 (domain.md 0)."""
    return DunningKind.LETTER if level >= LETTER_FROM else DunningKind.NOTICE


@dataclass(frozen=True)
class Demand:
    """One letter to one customer for one company of ours; its instalments in the order of their due days."""

    customer: Customer
    own_company: OwnCompany
    lines: tuple[PaymentPlanLine, ...]
    claims: tuple[Claim, ...]
    has_address: bool
    level: int = 0

    @property
    def kind(self) -> str:
        return kind_of(self.level)

    @property
    def principal(self) -> Decimal:
        return sum((one.principal for one in self.claims), ZERO)

    @property
    def interest(self) -> Decimal:
        return sum((one.interest for one in self.claims), ZERO)

    @property
    def total(self) -> Decimal:
        return self.principal + self.interest

    @property
    def days_overdue(self) -> int:
        """Of the oldest instalment."""
        return max(line.days_overdue for line in self.lines)

    @property
    def contracts(self) -> list[Contract]:
        return list({line.contract_id: line.contract for line in self.lines}.values())

    @property
    def figures(self) -> list[tuple[int, Decimal, Decimal]]:
        """What must be the same when it is printed as when it was read."""
        return [
            (line.pk, claim.principal, claim.interest)
            for line, claim in zip(self.lines, self.claims, strict=True)
        ]


def demands_of(
    actor: Actor, day: date, customer_ids: Iterable[int] | None = None, *, disputed: bool = False
) -> dict[tuple[int, int], Demand]:
    """By customer and company: what may be asked for within the reach of who prints.

    ``disputed`` gives the other half: overdue, and not asked for because the customer disputes it.
    """
    reach = scope_q(actor, PERMISSION, owner="contract__owner", department_path="contract__department_path")
    on_hold = DisputeHold.objects.filter(released_at__isnull=True).values("plan_line")
    found = overdue_instalments(actor, day).filter(reach)
    found = found.filter(pk__in=on_hold) if disputed else found.exclude(pk__in=on_hold)
    if customer_ids is not None:
        found = found.filter(contract__customer__in=list(customer_ids))
    lines = list(found.select_related("contract__customer", "contract__own_company"))
    claims = claims_of(lines, day)
    # Money that is confirmed between the two questions has paid a line of the first.
    lines = [line for line in lines if claims[line.pk].principal > 0]
    groups: dict[tuple[int, int], list[PaymentPlanLine]] = {}
    for line in lines:
        groups.setdefault((line.contract.customer_id, line.contract.own_company_id), []).append(line)
    customers = Customer.objects.prefetch_related("addresses", "contacts").in_bulk([key[0] for key in groups])
    return {
        (customer_id, company_id): Demand(
            customer=customers[customer_id],
            own_company=members[0].contract.own_company,
            lines=tuple(members),
            claims=tuple(claims[line.pk] for line in members),
            has_address=postal_address(customers[customer_id]) is not None,
        )
        for (customer_id, company_id), members in groups.items()
    }


def printed_on(day: date, customer_ids: Iterable[int]) -> dict[tuple[int, int, str], DunningNotice]:
    """What was printed for that day already, by customer, company and kind."""
    rows = DunningNotice.objects.filter(as_of=day, customer__in=list(customer_ids))
    return {(one.customer_id, one.own_company_id, one.kind): one for one in rows}
