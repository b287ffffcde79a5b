"""What a customer owes on a day, and what was agreed about it: one account for pages, letters and the process."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from contracts.models import CollectionLevel, DisputeHold, PaymentChase, PaymentPlanLine, PromiseToPay
from contracts.money import ZERO
from contracts.selectors import open_instalments
from contracts.services.claims import claims_of
from contracts.services.interest import Claim
from core import clock
from core.actors import Actor


@dataclass(frozen=True)
class AccountLine:
    """An open instalment with its interest, what is disputed of it, and how far the demand has gone."""

    line: PaymentPlanLine
    claim: Claim
    hold: DisputeHold | None = None
    level: int = 0
    level_at: datetime | None = None

    @property
    def is_overdue(self) -> bool:
        return bool(self.line.days_overdue)

    @property
    def is_asked_for(self) -> bool:
        """Overdue, and nobody disputes it."""
        return self.is_overdue and self.hold is None


@dataclass(frozen=True)
class Account:
    """The open instalments of one customer, oldest first."""

    customer_id: int
    as_of: date
    lines: Sequence[AccountLine]
    # The last one that counts: open, kept or broken.
    promise: PromiseToPay | None = None
    last_call: datetime | None = None
    last_reminder: datetime | None = None

    @property
    def is_settled(self) -> bool:
        return not self.lines

    @cached_property
    def demanded(self) -> list[AccountLine]:
        return [one for one in self.lines if one.is_asked_for]

    @property
    def principal(self) -> Decimal:
        return sum((one.claim.principal for one in self.lines), ZERO)

    @property
    def interest(self) -> Decimal:
        return sum((one.claim.interest for one in self.lines), ZERO)

    @property
    def total(self) -> Decimal:
        return self.principal + self.interest

    @property
    def overdue(self) -> Decimal:
        """The principal that is past its day, disputed or not."""
        return sum((one.claim.principal for one in self.lines if one.is_overdue), ZERO)

    @property
    def days_overdue(self) -> int:
        """Of the oldest instalment that is asked for; 0 if none is."""
        return max((one.line.days_overdue for one in self.demanded), default=0)

    @property
    def level(self) -> int:
        """How far the demand has gone for what is still open."""
        return max((one.level for one in self.demanded), default=0)

    @property
    def level_at(self) -> datetime | None:
        return max((one.level_at for one in self.demanded if one.level_at is not None), default=None)

    @property
    def open_promise(self) -> PromiseToPay | None:
        is_open = self.promise is not None and self.promise.state == PromiseToPay.State.OPEN
        return self.promise if is_open else None


def account_of(*, customer_id: int, actor: Actor, as_of: date | None = None) -> Account:
    """The account of a customer, of the contracts that the actor may see."""
    return accounts_of([customer_id], actor=actor, as_of=as_of)[customer_id]


def accounts_of(
    customer_ids: Iterable[int], *, actor: Actor, as_of: date | None = None
) -> dict[int, Account]:
    """The accounts of many customers with as many questions as for one."""
    day = as_of or clock.today()
    keys = list(dict.fromkeys(customer_ids))
    lines = list(open_instalments(actor, day).filter(contract__customer__in=keys))
    claims = claims_of(lines, day)
    holds = {
        one.plan_line_id: one
        for one in DisputeHold.objects.filter(plan_line__in=claims, released_at__isnull=True)
    }
    levels: dict[int, CollectionLevel] = {}
    for one in CollectionLevel.objects.filter(plan_line__in=claims).order_by("level"):
        levels[one.plan_line_id] = one
    promises = _last(
        PromiseToPay.objects.filter(customer__in=keys).exclude(state=PromiseToPay.State.REPLACED)
    )
    chases = _last_chases(keys)
    by_customer: dict[int, list[AccountLine]] = {key: [] for key in keys}
    for line in lines:
        level = levels.get(line.pk)
        by_customer[line.contract.customer_id].append(
            AccountLine(
                line=line,
                claim=claims[line.pk],
                hold=holds.get(line.pk),
                level=level.level if level else 0,
                level_at=level.reached_at if level else None,
            )
        )
    return {
        key: Account(
            customer_id=key,
            as_of=day,
            lines=found,
            promise=promises.get(key),
            last_call=chases.get((key, PaymentChase.Kind.CALL)),
            last_reminder=chases.get((key, PaymentChase.Kind.REMINDER)),
        )
        for key, found in by_customer.items()
    }


def _last(rows: Iterable[PromiseToPay]) -> dict[int, PromiseToPay]:
    found: dict[int, PromiseToPay] = {}
    for row in sorted(rows, key=lambda one: one.pk):
        found[row.customer_id] = row
    return found


def _last_chases(keys: Sequence[int]) -> dict[tuple[int, str], datetime]:
    rows = (
        PaymentChase.objects.filter(customer__in=keys)
        .order_by("customer_id", "kind", "-pk")
        .distinct("customer_id", "kind")
        .values_list("customer_id", "kind", "chased_at")
    )
    return {(customer, kind): at for customer, kind, at in rows}
