"""What is asked about customers again and again (F80, F82)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core import clock
from core.actors import Actor
from core.charts import Chart, Series
from core.charts.model import MOST_SERIES
from core.generic.arrivals import moments_of
from core.reports import COUNT, PERCENT, Column, Params, Report, Result, Row, register
from core.reports.pivot import address, by_person_and_month, month_chart, month_columns, narrowed
from crm.filters import POOL
from crm.models import Customer
from crm.models.status import status_choices

GROUP = _("Customers")
PERMISSION = "crm.view_customer"
OF_CUSTOMERS = {"owner": "owner", "department": "department_path"}
# What customers can be counted by; those with choices have names of their own.
KINDS = {
    "status": (_("Status"), None),
    "source": (_("Source"), Customer.Source),
    "level": (_("Level"), Customer.Level),
    "industry": (_("Industry"), None),
    "region": (_("Region"), None),
}


def customers_by(actor: Actor, params: Params) -> list[Row]:
    """How many customers of each status, source, level, industry or region."""
    by = params.more["by"]
    visible = narrowed(Customer.objects.visible_to(actor), params, **OF_CUSTOMERS)
    counted = visible.order_by().values_list(by).annotate(count=Count("pk"))
    total = sum(count for _value, count in counted)
    choices = KINDS[by][1]
    names = dict(choices.choices) if choices else dict(status_choices()) if by == "status" else {}
    person = params.person.pk if params.person else None
    return [
        Row(
            {
                "what": str(names.get(value, value)) or _now("Not entered"),
                "count": count,
                "share": count / total * 100,
            },
            # A list cannot be asked for what is not entered.
            {"count": address(reverse("crm:customer-list"), params, **{by: value}, owner=person)}
            if value
            else {},
        )
        for value, count in counted
    ]


def _shares(result: Result) -> Chart:
    rows = sorted(result.rows, key=lambda row: row.values["count"], reverse=True)[:20]
    kind = "donut" if len(rows) <= MOST_SERIES else "bars"
    names = [str(row.values["what"]) for row in rows]
    counts = [row.values["count"] for row in rows]
    by = KINDS[result.params.more["by"]][0]
    return Chart(kind, result.report.title, names, [Series(_("Customers"), counts)], heading=by)


def _columns(params: Params) -> Sequence[Column]:
    return [
        Column("what", KINDS[params.more["by"]][0]),
        Column("count", _("Customers"), COUNT, total=True),
        Column("share", _("Share"), PERCENT),
    ]


def new_customers(actor: Actor, params: Params) -> list[Row]:
    """How many customers were entered, by whom they belong to and month."""
    first, behind = moments_of(*params.days)
    visible = narrowed(Customer.objects.visible_to(actor), params, **OF_CUSTOMERS)
    month = TruncMonth("created_at", tzinfo=clock.COMPANY_ZONE)
    counted = (
        visible.filter(created_at__gte=first, created_at__lt=behind)
        .order_by()
        .annotate(month=month)
        .values_list("owner", "month")
        .annotate(count=Count("pk"))
    )

    def link(person: int | None, start: date, end: date) -> str:
        return address(
            reverse("crm:customer-list"), params, owner=person or POOL, created_from=start, created_to=end
        )

    return by_person_and_month([(owner, at.date(), count) for owner, at, count in counted], params, link)


def _by_field() -> forms.Field:
    return forms.ChoiceField(
        label=_("Counted by"), choices=[(name, label) for name, (label, _x) in KINDS.items()]
    )


_more: dict[str, Any] = {"fields": {"by": _by_field}, "defaults": {"by": "status"}}

register(
    Report(
        code="customers-by",
        title=_("Customers by status, source, industry or region"),
        description=_("How the customers you may see divide up today."),
        group=GROUP,
        permission=PERMISSION,
        params=("department", "person"),
        columns=_columns,
        rows=customers_by,
        chart=_shares,
        order="-count",
        icon="users",
        **_more,
    )
)
register(
    Report(
        code="new-customers",
        title=_("New customers by person and month"),
        description=_("Customers entered in the period, by the person who looks after them now."),
        group=GROUP,
        permission=PERMISSION,
        params=("period", "department", "person"),
        columns=month_columns(COUNT),
        rows=new_customers,
        chart=month_chart,
        order="-total",
        icon="user-plus",
    )
)
