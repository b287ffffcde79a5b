"""The desk: terms that end soon, and what of them is still to be talked about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.home import Card, Figure, counted, register, register_figure
from core.models import User
from service.models import RenewalCase

FIRST = 5


def _open(person: User) -> int:
    return RenewalCase.objects.visible_to(person).open().count()


def renewals_due(request: HttpRequest) -> Mapping[str, Any] | None:
    """Renewals under way: how many, how many past the end of their term, and the next ones."""
    person: Any = request.user
    rows = RenewalCase.objects.visible_to(person).open()
    count = rows.count()
    if not count:
        return None
    url = reverse("service:renewal-list")
    over = rows.filter(due_on__lt=clock.today()).count()
    return {
        "figures": [
            counted(_("Renewals due"), count, f"{url}?stage=open"),
            counted(_("Term is over"), over, f"{url}?stage=late"),
        ],
        "rows": rows.select_related("customer").order_by("due_on", "pk")[:FIRST],
    }


register_figure(
    Figure(
        "renewals-open",
        _("Renewals under way"),
        _open,
        lambda person: f"{reverse('service:renewal-list')}?stage=open",
        permission="service.view_renewal",
        order=60,
    )
)
register(
    Card(
        "renewals-due",
        _("Renewals due"),
        "service/home_renewals.html",
        renewals_due,
        permission="service.view_renewal",
        roles=("rep", "manager", "director"),
        order=25,
        icon="refresh-cw",
        url_name="service:renewal-list",
    )
)
