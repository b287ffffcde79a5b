"""What is asked about contracts and their money again and again (F80, F82)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Max, Sum
from django.db.models.functions import TruncMonth
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contracts import (
    register_reports,  # noqa: F401 - registers its own
    selectors,
)
from contracts.filters import AGE_NAMES
from contracts.models import Contract, DunningNotice, OwnCompany, Payment
from contracts.money import ZERO
from core import clock
from core.actors import Actor
from core.charts import MONEY as MONEYED
from core.charts import Chart, Series
from core.generic.arrivals import moments_of
from core.reports import (
    COUNT,
    MOMENT,
    MONEY,
    Column,
    Params,
    Report,
    Result,
    Row,
    register,
    register_letterhead,
)
from core.reports.pivot import address, by_person_and_month, month_chart, month_columns, narrowed

SEE_CONTRACTS, SEE_MONEY = "contracts.view_contract", "contracts.view_payment"
ITS_OWNER = {"owner": "owner", "department": "department_path"}
ITS_CUSTOMERS_OWNER = {"owner": "customer__owner", "department": "customer__department_path"}


def signed_contracts(actor: Actor, params: Params) -> list[Row]:
    """The amounts of contracts signed in the period, by owner and month of signing."""
    start, end = params.days
    visible = narrowed(Contract.objects.visible_to(actor), params, **ITS_OWNER)
    signed = visible.filter(signed_on__gte=start, signed_on__lte=end).order_by()
    counted = (
        signed.annotate(month=TruncMonth("signed_on"))
        .values_list("owner", "month")
        .annotate(amount=Sum("amount"), count=Count("pk"))
    )
    numbers: dict[int | None, dict[str, Any]] = {}
    for owner, _month, _amount, count in counted:
        numbers.setdefault(owner, {"count": 0})["count"] += count

    def link(person: int | None, first: date, last: date) -> str:
        url = reverse("contracts:contract-list")
        return address(url, params, owner=person, signed_from=first, signed_to=last)

    found = [(owner, month, amount) for owner, month, amount, _count in counted]
    return by_person_and_month(found, params, link, more=numbers, zero=ZERO)


def money_received(actor: Actor, params: Params) -> list[Row]:
    """Confirmed payments by the day they came in, and by who looks after the customer."""
    start, end = params.days
    visible = narrowed(Payment.objects.visible_to(actor), params, **ITS_CUSTOMERS_OWNER)
    received = visible.filter(
        state=Payment.State.CONFIRMED, received_on__gte=start, received_on__lte=end
    ).order_by()
    counted = (
        received.annotate(month=TruncMonth("received_on"))
        .values_list("customer__owner", "month")
        .annotate(sum=Sum("amount"))
    )

    def link(person: int | None, first: date, last: date) -> str:
        if person is None:
            return ""
        url = reverse("contracts:payment-list")
        return address(
            url, params, state=Payment.State.CONFIRMED, owner=person, received_from=first, received_to=last
        )

    return by_person_and_month(list(counted), params, link, zero=ZERO)


def receivables(actor: Actor, params: Params) -> list[Row]:
    """What each customer owes today, by how long it has been due."""
    lines = narrowed(
        selectors.open_instalments(actor, clock.today()),
        params,
        owner="contract__owner",
        department="contract__department_path",
    )
    found: dict[int, dict[str, Any]] = {}
    for line in lines.select_related("contract__customer__owner"):
        customer = line.contract.customer
        sums = found.setdefault(
            customer.pk,
            {
                "customer": customer.name,
                "owner": customer.owner.name if customer.owner else "",
                **dict.fromkeys(selectors.AGES, ZERO),
                "total": ZERO,
                "days": 0,
            },
        )
        sums[line.ageing] += line.outstanding
        sums["total"] += line.outstanding
        sums["days"] = max(sums["days"], line.days_overdue)
    person = params.person.pk if params.person else None

    def link(customer: int, age: str) -> str:
        url = reverse("contracts:receivable-list")
        return address(url, params, customer=customer, age=age, owner=person)

    return [
        Row(
            sums,
            {
                "customer": reverse("crm:customer-detail", args=[pk]),
                **{age: link(pk, age) for age in selectors.AGES if sums[age]},
                "total": link(pk, ""),
            },
        )
        for pk, sums in found.items()
    ]


def _ages_chart(result: Result) -> Chart:
    sums = [result.totals[age] for age in selectors.AGES]
    names = [AGE_NAMES[age] for age in selectors.AGES]
    return Chart(
        "columns", result.report.title, names, [Series(_("Outstanding"), sums)], MONEYED, heading=_("Age")
    )


def dunning_notices(actor: Actor, params: Params) -> list[Row]:
    """To whom notices were printed in the period, how often, and what the last one asked for."""
    first, behind = moments_of(*params.days)
    visible = narrowed(DunningNotice.objects.visible_to(actor), params, **ITS_CUSTOMERS_OWNER)
    printed = visible.filter(printed_at__gte=first, printed_at__lt=behind)
    counted = list(
        printed.order_by()
        .values_list("customer", "customer__name")
        .annotate(count=Count("pk"), at=Max("printed_at"), last=Max("pk"))
    )
    asked = dict(printed.filter(pk__in=[last for *_rest, last in counted]).values_list("pk", "total"))
    start, end = params.days
    url = reverse("contracts:notice-list")
    return [
        Row(
            {"customer": name, "count": count, "at": at, "asked": asked.get(last, ZERO)},
            {
                "customer": reverse("crm:customer-detail", args=[pk]),
                "count": f"{url}?customer={pk}&printed_from={start}&printed_to={end}",
            },
        )
        for pk, name, count, at, last in counted
    ]


def _dunning_chart(result: Result) -> Chart:
    rows = sorted(result.rows, key=lambda row: row.values["count"], reverse=True)[:15]
    names = [str(row.values["customer"]) for row in rows]
    counts = [row.values["count"] for row in rows]
    return Chart("bars", result.report.title, names, [Series(_("Notices"), counts)], heading=_("Customer"))


def _company() -> str:
    """The default of our own companies stands first."""
    return OwnCompany.objects.values_list("name", flat=True).first() or ""


register_letterhead(_company)
register(
    Report(
        code="signed-contracts",
        title=_("Signed contracts by person and month"),
        description=_("Amounts of the contracts signed in the period, by owner and month of signing."),
        group=_("Contracts"),
        permission=SEE_CONTRACTS,
        params=("period", "department", "person"),
        columns=month_columns(MONEY, before=[Column("count", _("Contracts"), COUNT, total=True)]),
        rows=signed_contracts,
        chart=month_chart,
        order="-total",
        icon="file-text",
    )
)
register(
    Report(
        code="money-received",
        title=_("Money received by person and month"),
        description=_("Confirmed payments by the day they came in, by who looks after the customer."),
        group=_("Money"),
        permission=SEE_MONEY,
        params=("period", "department", "person"),
        columns=month_columns(MONEY),
        rows=money_received,
        chart=month_chart,
        order="-total",
        icon="banknote",
    )
)
register(
    Report(
        code="receivables-ageing",
        title=_("Receivables by customer and age"),
        description=_(
            "What customers owe today, by how long it has been due. Only confirmed payments count."
        ),
        group=_("Money"),
        permission=SEE_MONEY,
        params=("department", "person"),
        columns=[
            Column("customer", _("Customer")),
            Column("owner", _("Owner")),
            *(Column(age, AGE_NAMES[age], MONEY, total=True) for age in selectors.AGES),
            Column("total", _("Outstanding"), MONEY, total=True),
            Column("days", _("Longest overdue (days)"), COUNT),
        ],
        rows=receivables,
        chart=_ages_chart,
        order="-total",
        icon="receipt",
    )
)
register(
    Report(
        code="dunning-notices",
        title=_("Dunning notices printed"),
        description=_(
            "To whom notices were printed in the period, how often, and what the last one asked for."
        ),
        group=_("Money"),
        permission=SEE_MONEY,
        params=("period", "department", "person"),
        columns=[
            Column("customer", _("Customer")),
            Column("count", _("Notices"), COUNT, total=True),
            Column("at", _("Last printed"), MOMENT),
            Column("asked", _("Asked for last"), MONEY, total=True),
        ],
        rows=dunning_notices,
        chart=_dunning_chart,
        order="-count",
        icon="printer",
    )
)
