"""What can be asked about contracts and their money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Case, CharField, DateField, F, Func, IntegerField, Q, Sum, Value, When
from django.db.models.functions import Coalesce

from contracts.models import Contract, ContractVersion, Payment, PaymentPlanLine, Product, SigningLink
from contracts.models.contract import ContractQuerySet
from contracts.models.payment import PaymentQuerySet
from contracts.models.plan import PaymentPlanLineQuerySet
from contracts.money import ZERO
from core import clock
from core.actors import Actor
from core.models import Document
from core.rights import scope_q
from core.subjects import reference, type_of

# Ageing: days overdue from and to; "current" is not yet due.
AGES: dict[str, tuple[int | None, int | None]] = {
    "current": (None, 0),
    "1_30": (1, 30),
    "31_60": (31, 60),
    "61_90": (61, 90),
    "over_90": (91, None),
}


# Money may come before the signed copy does: an advance.
UNSIGNED = (Contract.State.APPROVED, Contract.State.SIGNING)
PAYABLE = (*UNSIGNED, *Contract.OWED)


class _DaysSince(Func):
    """How many days lie between two dates; never less than none."""

    template = "GREATEST(%(expressions)s, 0)"
    arg_joiner = " - "
    output_field = IntegerField()


def contracts(actor: Actor, *, search: str = "") -> ContractQuerySet:
    """The contracts a person may see, newest first."""
    found = Contract.objects.visible_to(actor).select_related("customer", "owner")
    return found.search(search) if search else found


def contract_for(actor: Actor, contract_id: int) -> Contract:
    """One contract with all that its page shows; DoesNotExist for a stranger."""
    return (
        Contract.objects.visible_to(actor)
        .select_related("customer", "owner", "own_company", "bank_account", "template", "contact", "parent")
        .prefetch_related(
            "lines__product",
            "clause_changes",
            "amendments__plan_line",
            models.Prefetch("plan_lines", queryset=PaymentPlanLine.objects.with_paid()),
            "versions",
            "decisions__decided_by",
            "seal_records__sealed_by",
            "signatures__scan",
        )
        .get(pk=contract_id)
    )


@dataclass(frozen=True)
class PlanRow:
    """An instalment with what was paid of it; nothing is overdue before it is owed."""

    seq: int
    due_on: date
    amount: Decimal
    note: str
    paid: Decimal
    outstanding: Decimal
    days_overdue: int
    released: Decimal


def plan_of(contract: Contract) -> list[PlanRow]:
    """The instalments of a contract in order."""
    today = clock.today()
    owed = contract.state in Contract.OWED
    found = []
    for line in contract.plan_lines.with_paid().order_by("seq"):
        late = max((today - line.due_on).days, 0) if owed and line.outstanding > 0 else 0
        found.append(
            PlanRow(
                line.seq,
                line.due_on,
                line.amount,
                line.note,
                line.paid,
                line.outstanding,
                late,
                line.released,
            )
        )
    return found


def last_return(contract: Contract) -> Any:
    """The decision that sent a draft back, if it was sent back: what the drafter has to mend. After an appraisal that
    did not pass, the last no."""
    if not contract.is_draft:
        return None
    newest = contract.versions.newest()
    found = contract.decisions.filter(version__in=newest).exclude(outcome="approve")
    return found.select_related("decided_by", "contract").order_by("-pk").first()


def acknowledgement_of(contract: Contract) -> SigningLink | None:
    """The last time that the customer acknowledged the text as it was submitted last."""
    current = contract.versions.newest()
    found = contract.signing_links.filter(acknowledged_at__isnull=False, version__in=current)
    return found.order_by("-acknowledged_at").first()


def payments(actor: Actor, *, search: str = "") -> PaymentQuerySet:
    """The payments a person may see, newest first."""
    found = Payment.objects.visible_to(actor).select_related("customer", "recorded_by", "confirmed_by")
    return found.search(search) if search else found


def products_on_sale() -> models.QuerySet[Product]:
    """What a contract may sell now."""
    return Product.objects.filter(is_active=True)


def payable_instalments(customer_id: int, *, without: Payment | None = None) -> PaymentPlanLineQuerySet:
    """What a payment of the customer can pay, oldest due first, with ``open_amount``.

    ``without`` names a payment that is being spread anew: what it holds counts as open.
    """
    own = Q(allocations__payment=without.pk if without else None)
    return (
        PaymentPlanLine.objects.filter(contract__customer=customer_id, contract__state__in=PAYABLE)
        .with_paid()
        .annotate(
            open_amount=F("amount")
            - F("released")
            - F("reserved")
            + Coalesce(Sum("allocations__amount", filter=own), ZERO)
        )
        .filter(open_amount__gt=0)
        .select_related("contract")
        .order_by("due_on", "pk")
    )


# Receivables ----------------------------------------------------------------------------------


def open_instalments(actor: Actor, as_of: date) -> PaymentPlanLineQuerySet:
    """What customers owe and have not paid, with ``paid``, ``outstanding``, ``days_overdue`` and ``ageing``.

    Oldest due first. Only confirmed payments count.
    """
    visible = scope_q(
        actor,
        "contracts.view_payment",
        owner="contract__owner",
        department_path="contract__department_path",
    )
    added: dict[str, Any] = {
        "days_overdue": _DaysSince(Value(as_of, output_field=DateField()), F("due_on")),
        "ageing": _ageing(as_of),
    }
    return (
        PaymentPlanLine.objects.filter(visible)
        .owed()
        .with_paid()
        .annotate(**added)
        .filter(Q(outstanding__gt=0))
        .select_related("contract__customer", "contract__owner")
        .order_by("due_on", "pk")
    )


def advances(actor: Actor) -> ContractQuerySet:
    """Contracts that have been paid on before the signed copy is back, with ``advance``; the largest first."""
    visible = scope_q(actor, "contracts.view_payment", owner="owner", department_path="department_path")
    confirmed = Q(plan_lines__allocations__payment__state=Payment.State.CONFIRMED)
    return (
        Contract.objects.filter(visible, state__in=UNSIGNED)
        .annotate(advance=Sum("plan_lines__allocations__amount", filter=confirmed))
        .filter(advance__gt=0)
        .select_related("customer")
        .order_by("-advance", "pk")
    )


def overdue_instalments(actor: Actor, as_of: date) -> PaymentPlanLineQuerySet:
    """Only what is past its due date."""
    return open_instalments(actor, as_of).filter(due_on__lt=as_of)


@dataclass(frozen=True)
class Ageing:
    """The sum and the number of open instalments of one age."""

    age: str
    count: int
    total: Decimal


def ageing(actor: Actor, as_of: date) -> list[Ageing]:
    """The open instalments by age, every age once."""
    found: dict[str, tuple[int, Decimal]] = {}
    for line in open_instalments(actor, as_of).order_by().select_related(None):
        count, total = found.get(line.ageing, (0, ZERO))
        found[line.ageing] = (count + 1, total + line.outstanding)
    return [Ageing(age, *found.get(age, (0, ZERO))) for age in AGES]


def _days_before(day: date, days: int) -> date:
    """That day, or the first of the calendar where it would lie before it."""
    return date.fromordinal(max(day.toordinal() - days, 1))


def _ageing(as_of: date) -> Case:
    branches = []
    for age, (_first, last) in AGES.items():
        if last is not None:
            branches.append(When(due_on__gte=_days_before(as_of, last), then=Value(age)))
    return Case(*branches, default=Value("over_90"), output_field=CharField())


def paid_of(contract: Contract) -> Decimal:
    """What has been confirmed on a contract."""
    paid = contract.plan_lines.aggregate(
        paid=Sum("allocations__amount", filter=Q(allocations__payment__state="confirmed"))
    )["paid"]
    return paid or ZERO


def files_of(contract: Contract) -> models.QuerySet[Document]:
    """Every filed document of a contract, newest first: its own and those of its versions."""
    own_type, own_id = reference(contract)
    versions = [str(pk) for pk in contract.versions.values_list("pk", flat=True)]
    found = Document.objects.filter(
        Q(subject_type=own_type, subject_id=own_id)
        | Q(subject_type=type_of(ContractVersion(pk=0)), subject_id__in=versions)
    )
    return found.select_related("created_by").order_by("-pk")
