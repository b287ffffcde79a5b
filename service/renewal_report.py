"""Renewal rates of the months that are taken down (P7): who renewed, who did not, and why (F88)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contracts.money import ZERO
from core.actors import Actor
from core.charts import PERCENT as SHARES
from core.charts import Chart, Series
from core.reports import COUNT, MONEY, MONTH, PERCENT, Column, Params, Report, Result, Row, register
from core.reports.params import next_month
from service.models import RenewalCase, RenewalCohort
from service.services.renewals import VIEW


def renewal_rates(actor: Actor, params: Params) -> list[Row]:
    """A line for each month that is taken down; of its renewals those that the reader may see."""
    start, end = params.days
    cohorts = RenewalCohort.objects.filter(month__gte=start.replace(day=1), month__lte=end)
    seen = set(_visible(actor, params).values_list("contract_id", flat=True))
    narrowed = f"&owner={params.person.pk}" if params.person is not None else ""
    if params.department is not None:
        narrowed += f"&department={params.department.pk}"
    rows = []
    for cohort in cohorts:
        found = [one for one in cohort.rows if one["contract_id"] in seen]
        if not found:
            continue
        last = next_month(cohort.month) - timedelta(days=1)
        url = f"{reverse('service:renewal-list')}?due_from={cohort.month}&due_to={last}{narrowed}"
        rows.append(Row({"month": cohort.month, **_sums(found)}, {"due": url}))
    return rows


def _visible(actor: Actor, params: Params) -> Any:
    rows = RenewalCase.objects.visible_to(actor)
    if params.person is not None:
        rows = rows.filter(contract__owner=params.person)
    if params.department is not None:
        rows = rows.filter(contract__department_path__startswith=params.department.path)
    return rows


def _sums(found: Iterable[dict[str, Any]]) -> dict[str, Any]:
    due = renewed = 0
    due_amount = renewed_amount = ZERO
    for one in found:
        due += 1
        due_amount += Decimal(one["due"])
        if one["renewed"]:
            renewed += 1
            renewed_amount += Decimal(one["renewed"])
    return {
        "due": due,
        "renewed": renewed,
        "rate": _share(renewed, due),
        "due_amount": due_amount,
        "renewed_amount": renewed_amount,
        "amount_rate": _share(renewed_amount, due_amount),
    }


def _share(part: Any, whole: Any) -> Decimal | None:
    """In percent, to one place; None of nothing."""
    return (Decimal(100) * part / whole).quantize(Decimal("0.1")) if whole else None


def _totals(rows: Iterable[Row]) -> dict[str, Any]:
    values = [row.values for row in rows]
    due, renewed = sum(one["due"] for one in values), sum(one["renewed"] for one in values)
    amounts = [sum((one[name] for one in values), ZERO) for name in ("due_amount", "renewed_amount")]
    return {"rate": _share(renewed, due), "amount_rate": _share(amounts[1], amounts[0])}


def _chart(result: Result) -> Chart | None:
    rows = sorted(result.rows, key=lambda row: row.values["month"])
    if not rows:
        return None
    names = [f"{row.values['month']:%Y-%m}" for row in rows]
    return Chart(
        "columns",
        result.report.title,
        names,
        [
            Series(_("Customers renewed (%)"), [row.values["rate"] for row in rows]),
            Series(_("Amount renewed (%)"), [row.values["amount_rate"] for row in rows]),
        ],
        SHARES,
        heading=_("Term ended in"),
    )


register(
    Report(
        code="renewal-rate",
        title=_("Renewal rate"),
        description=_(
            "Of the terms that ended in a month: how many were renewed, and how much of their amount. A month is"
            " taken down once nothing of it can change any more; who renewed early counts in the month of the end."
        ),
        group=_("After the sale"),
        permission=VIEW,
        params=("period", "department", "person"),
        defaults={"period": "this_year"},
        columns=[
            Column("month", _("Term ended in"), MONTH),
            Column("due", _("Due"), COUNT, total=True),
            Column("renewed", _("Renewed"), COUNT, total=True),
            Column("rate", _("Customers renewed (%)"), PERCENT),
            Column("due_amount", _("Amount due"), MONEY, total=True),
            Column("renewed_amount", _("Amount renewed"), MONEY, total=True),
            Column("amount_rate", _("Amount renewed (%)"), PERCENT),
        ],
        rows=renewal_rates,
        chart=_chart,
        totals=_totals,
        order="month",
        icon="refresh-cw",
    )
)
