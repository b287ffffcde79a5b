"""What people are told about customers, and in which words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from core import clock
from core.models import User
from core.notifications import Kind, Params, People, Said, notify, register
from crm.models import Customer
from crm.models.status import known_statuses


def wanted(customer: Customer, *, by: User) -> None:
    """Tell who tracks a firm that somebody else wanted to: once a day and person."""
    if customer.owner is None:
        return
    notify(
        [customer.owner],
        "crm.wanted",
        f"customer:{customer.pk}:wanted:{by.pk}:{clock.today()}",
        {"customer": customer.name, "by": by.pk},
        customer.get_absolute_url(),
        subject=customer,
    )


def _wanted(params: Params, people: People) -> Said:
    by = people.get(params.get("by") or 0)
    words = {"name": by.name if by else "—", "customer": params["customer"]}
    return Said(
        _("%(name)s wanted to track %(customer)s") % words,
        _("It stays yours: whoever tracks a customer first keeps it."),
    )


def milestone(customer: Customer) -> None:
    """Tell the manager that a customer has been contacted so often without a deal (F45)."""
    manager = customer.owner.manager if customer.owner else None
    if manager is None or customer.deal_state == Customer.DealState.ACTIVE:
        return
    notify(
        [manager],
        "crm.milestone",
        f"customer:{customer.pk}:contacts:{customer.contact_count}",
        {
            "customer": customer.name,
            "count": customer.contact_count,
            "owner": customer.owner_id,
            "status": customer.status,
        },
        f"{customer.get_absolute_url()}?tab=activities",
        subject=customer,
    )


def stalls(customer: Customer, *, days: int) -> None:
    """Tell the manager that a customer has not moved for longer than its status allows."""
    manager = customer.owner.manager if customer.owner else None
    if manager is None:
        return
    notify(
        [manager],
        "crm.stalls",
        f"customer:{customer.pk}:stalls:{customer.status}:{customer.status_since.isoformat()}",
        {"customer": customer.name, "days": days, "owner": customer.owner_id, "status": customer.status},
        customer.get_absolute_url(),
        subject=customer,
    )


def _status(params: Params) -> str:
    known = known_statuses().get(params["status"])
    return known.name if known else str(params["status"])


def _milestone(params: Params, people: People) -> Said:
    owner = people.get(params.get("owner") or 0)
    words = {"customer": params["customer"], "count": params["count"]}
    return Said(
        _("%(customer)s: contact no. %(count)s") % words,
        " · ".join(filter(None, [owner.name if owner else "", _status(params)])),
    )


def _stalls(params: Params, people: People) -> Said:
    owner = people.get(params.get("owner") or 0)
    words = {"customer": params["customer"], "status": _status(params)}
    days = ngettext("for %(days)s day", "for %(days)s days", params["days"]) % {"days": params["days"]}
    return Said(
        _("%(customer)s stands still in %(status)s") % words,
        " · ".join(filter(None, [owner.name if owner else "", days])),
    )


register(
    Kind(
        "crm.milestone",
        "users",
        _milestone,
        people=("owner",),
        name=_lazy("A customer of my people was contacted 4, 8 or 11 times"),
    )
)
register(
    Kind(
        "crm.stalls",
        "users",
        _stalls,
        people=("owner",),
        name=_lazy("A customer of my people stands still"),
    )
)
register(
    Kind(
        "crm.wanted",
        "users",
        _wanted,
        people=("by",),
        name=_lazy("Somebody wanted a customer that I track"),
    )
)
