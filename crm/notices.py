"""What people are told about customers, and in which words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from core import clock
from core.models import User
from core.notifications import Kind, Params, People, Said, notify, register
from crm.models import Customer


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


register(
    Kind(
        "crm.wanted",
        "users",
        _wanted,
        people=("by",),
        name=_lazy("Somebody wanted a customer that I track"),
    )
)
