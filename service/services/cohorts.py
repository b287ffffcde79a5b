"""Renewal rates by the month in which terms end, taken down when nothing of it can change any more (P7).

Due are the renewals whose term ends in the month; one that came early counts in that month too. Customers in their
first term are no renewals yet: only what ends is counted.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from contracts.money import ZERO
from core import clock
from service.models import RenewalCase, RenewalCohort
from service.services.memberships import plan_of

# After the last day of the month plus the longest time of grace that diagrams give, a month is taken down as it is.
SETTLED_AFTER = timedelta(days=60)


def month_of(day: date) -> date:
    return day.replace(day=1)


def next_month(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def rows_of(month: date) -> list[dict[str, Any]]:
    """What became of each term that ends in a month, as it stands now; amounts as texts."""
    cases = RenewalCase.objects.filter(due_on__gte=month, due_on__lt=next_month(month)).select_related(
        "contract__owner", "customer", "new_contract"
    )
    return [
        {
            "contract": case.contract.no or "",
            "contract_id": case.contract_id,
            "customer": case.customer.name,
            "industry": case.customer.industry,
            "owner": case.contract.owner.username,
            "department": case.contract.department_path,
            "plan": plan_of(case.contract),
            "due": str(case.contract.amount),
            "renewed": str(case.new_contract.amount) if case.new_contract else "",
            "reason": case.lost_reason,
        }
        for case in cases
    ]


def freeze_cohort(month: date) -> RenewalCohort | None:
    """Take a month down, once; None while something of it may still change, or where nothing ended."""
    first = month_of(month)
    known = RenewalCohort.objects.filter(month=first).first()
    if known is not None:
        return known
    cases = RenewalCase.objects.filter(due_on__gte=first, due_on__lt=next_month(first))
    is_open = cases.filter(state__in=[RenewalCase.State.OPEN, RenewalCase.State.NEGOTIATING]).exists()
    today = clock.today()
    if (
        not cases.exists()
        or today < next_month(first)
        or (is_open and today < next_month(first) + SETTLED_AFTER)
    ):
        return None
    found = rows_of(first)
    renewed = [row for row in found if row["renewed"]]
    try:
        with transaction.atomic():
            return RenewalCohort.objects.create(
                month=first,
                due=len(found),
                renewed=len(renewed),
                due_amount=sum((Decimal(row["due"]) for row in found), ZERO),
                renewed_amount=sum((Decimal(row["renewed"]) for row in renewed), ZERO),
                rows=found,
                frozen_at=clock.now(),
            )
    except IntegrityError:  # another worker took it down in the same moment
        return RenewalCohort.objects.get(month=first)


def freeze_due_months() -> int:
    """Take down every month that is over and settled; how many were new. Called by beat."""
    first = RenewalCase.objects.order_by("due_on").values_list("due_on", flat=True).first()
    if first is None:
        return 0
    before = RenewalCohort.objects.count()
    month = month_of(first)
    while next_month(month) <= clock.today():
        freeze_cohort(month)
        month = next_month(month)
    return RenewalCohort.objects.count() - before
