"""The desk: customers entered today, and whom to contact."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.generic.arrivals import moments_of
from core.home import Card, Figure, register, register_figure
from core.models import User
from crm import selectors
from crm.models import Customer

FIRST = 6


def _entered_today(person: User) -> int:
    first, behind = moments_of(clock.today(), clock.today())
    return Customer.objects.visible_to(person).filter(created_at__gte=first, created_at__lt=behind).count()


def _list(person: User) -> str:
    today = clock.today()
    return f"{reverse('crm:customer-list')}?created_from={today}&created_to={today}"


register_figure(
    Figure(
        "new-customers", _("New customers"), _entered_today, _list, permission="crm.view_customer", order=20
    )
)
register_figure(
    Figure(
        "to-contact-today",
        _("To contact today"),
        lambda person: selectors.to_contact_today(person).count(),
        lambda person: reverse("crm:contact-today"),
        permission="crm.edit_customer",
        order=15,
    )
)


def to_contact(request: HttpRequest) -> Mapping[str, Any] | None:
    """Whom to contact first: who has waited longest."""
    rows = selectors.to_contact_today(request.user).select_related("owner")  # type: ignore[arg-type]
    found = list(rows.defer("search_tokens", "introduction").order_by("next_contact_on", "name_sort")[:FIRST])
    return {"customers": found, "today": clock.today(), "person": request.user} if found else None


register(
    Card(
        "contact-today",
        _("Contact today"),
        "crm/home_contact.html",
        to_contact,
        permission="crm.edit_customer",
        roles=("rep", "manager", "director"),
        width=6,
        order=25,
        icon="phone",
        url_name="crm:contact-today",
    )
)
