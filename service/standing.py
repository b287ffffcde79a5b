"""Onboardings and renewals as the pages of their customer and contract show them: how far, and with whom."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Q, QuerySet

from contracts.progress import CaseProgress, cases_of
from core import clock
from crm.models import Customer
from service.models import Onboarding, OnboardingItem, RenewalCase
from service.services.extensions import KnownTerm, known_terms
from service.tables import RENEWAL_COLOURS, STATE_COLOURS

# A page about something else shows the newest; the list has them all.
MOST_ROWS = 20


@dataclass(frozen=True)
class Standing:
    """An onboarding or a renewal with its running cases, and what the platform knows of the membership."""

    row: Any
    colour: str
    is_late: bool
    cases: list[CaseProgress]
    known: KnownTerm | None = None


def onboardings(rows: QuerySet[Onboarding]) -> list[Standing]:
    """The newest first, each with ``left`` and ``all`` of its items."""
    found = rows.select_related("contract__owner", "contract__customer").annotate(
        left=Count("items", filter=Q(items__state=OnboardingItem.State.TODO)), all=Count("items")
    )
    now = clock.now()
    newest = list(found.order_by("-pk")[:MOST_ROWS])
    known = known_terms([row.contract for row in newest]) if newest else {}
    standing = _standing(
        newest,
        "onboarding",
        STATE_COLOURS,
        lambda row: row.state == Onboarding.State.OPEN and row.due_at < now,
    )
    return [replace(one, known=known.get(one.row.contract_id)) for one in standing]


def renewals(rows: QuerySet[RenewalCase]) -> list[Standing]:
    """The last term first."""
    found = rows.select_related("contract__owner", "contract__customer", "customer", "new_contract")
    today = clock.today()
    return _standing(
        list(found.order_by("-due_on", "-pk")[:MOST_ROWS]),
        "renewal",
        RENEWAL_COLOURS,
        lambda row: row.is_open and row.due_on < today,
    )


def _standing(rows: list[Any], key: str, colours: Any, is_late: Any) -> list[Standing]:
    cases: dict[int, list[CaseProgress]] = {}
    for case in cases_of([row.contract for row in rows]) if rows else []:
        if case.is_open and case.key == key:
            cases.setdefault(case.about.pk, []).append(case)
    return [Standing(row, colours[row.state], is_late(row), cases.get(row.contract_id, [])) for row in rows]


def address_of_customer(person: Any, customer: Customer) -> str:
    """Of the customer's page; empty for who may not see it."""
    visible = Customer.objects.visible_to(person).filter(pk=customer.pk)
    return customer.get_absolute_url() if visible.exists() else ""
