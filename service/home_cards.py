"""What happens after the sale, on the desk: what is late, what customers complain of, whose term ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.charts import BarLine, bar_list
from core.home import Card, counted, register
from service import renewal_cards
from service.filters import late_complaints, late_onboardings
from service.models import Complaint, Onboarding

__all__ = ["renewal_cards"]

FIRST = 5


def onboardings_late(request: HttpRequest) -> Mapping[str, Any] | None:
    """Those past their time, the longest first; nothing where all are in time."""
    person: Any = request.user
    late = late_onboardings(Onboarding.objects.visible_to(person))
    count = late.count()
    if not count:
        return None
    rows = late.select_related("contract__customer").order_by("due_at", "pk")[:FIRST]
    return {"rows": rows, "count": count, "url": f"{reverse('service:onboarding-list')}?stage=late"}


def complaints(request: HttpRequest) -> Mapping[str, Any]:
    """Complaints that are not closed: how many, how many of them late, and how severe they are."""
    person: Any = request.user
    open_ = Complaint.objects.visible_to(person).open().order_by()
    url = reverse("service:complaint-list")
    severities = dict(open_.values_list("severity").annotate(count=Count("pk", distinct=True)))
    lines = [
        BarLine(
            label=Complaint.Severity(severity).label,
            value=severities[severity],
            url=f"{url}?stage=open&severity={severity}",
        )
        for severity in sorted(severities)
    ]
    return {
        "figures": [
            counted(_("Not closed"), open_.count(), f"{url}?stage=open"),
            counted(_("Beyond the deadline"), late_complaints(open_).count(), f"{url}?stage=late"),
        ],
        "bars": bar_list(lines),
    }


register(
    Card(
        "onboardings-late",
        _("Onboardings that are late"),
        "service/home_late.html",
        onboardings_late,
        permission="service.view_onboarding",
        roles=("aftersales", "assistant", "manager", "director"),
        order=24,
        icon="rocket",
        url_name="service:onboarding-list",
    )
)
register(
    Card(
        "complaints",
        _("Complaints"),
        "service/home_complaints.html",
        complaints,
        permission="service.view_complaint",
        roles=("aftersales", "manager", "director", "gm"),
        order=26,
        icon="megaphone",
        url_name="service:complaint-list",
    )
)
