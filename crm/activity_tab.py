"""The tab of the customer's page with everything that was done."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from crm.models import Customer
from crm.services.activities import LOG

SHOWN, MOST = 50, 1000


def activities_of(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    """The context of the customer's tab: what was done, newest first, and what this person may do."""
    person: Any = request.user
    rows = customer.activities.select_related("type", "contact", "recorded_by")
    rows = rows.prefetch_related("executors", "files")
    most = MOST if request.GET.get("all") == "1" else SHOWN
    found = list(rows[: most + 1])
    may_log = may_log_for(person, customer)
    edits = Customer.objects.reachable_by(person, "crm.edit_customer").filter(pk=customer.pk)
    may_correct_all = may_log and edits.exists()
    return {
        "customer": customer,
        "activities": found[:most],
        "has_more": len(found) > most,
        "may_log": may_log,
        "may_correct_all": may_correct_all,
        "person": person,
    }


def may_log_for(person: Any, customer: Customer) -> bool:
    return Customer.objects.reachable_by(person, LOG).filter(pk=customer.pk).exists()
