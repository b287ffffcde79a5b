"""Registers of contracts: which clauses yield to customers, and what our seals were put on."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Count, IntegerField, Max, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contracts.models import ClauseDeviation, Contract, Risk, SealRecord
from core.actors import Actor
from core.charts import Chart, Series
from core.generic.arrivals import moments_of
from core.reports import COUNT, DATE, MOMENT, Column, Params, Report, Result, Row, register
from core.reports.pivot import narrowed

SEE_CONTRACTS = "contracts.view_contract"
_RISKS = tuple(Risk.values)
_BY_NUMBER = Case(
    *(When(risk=risk, then=Value(number)) for number, risk in enumerate(_RISKS)), output_field=IntegerField()
)
STRONGEST = 15


def clause_deviations(actor: Actor, params: Params) -> list[Row]:
    """How often each clause of a template yielded in contracts submitted in the period; each contract counts once a
    clause, however often it was submitted."""
    first, behind = moments_of(*params.days)
    visible = narrowed(
        Contract.objects.visible_to(actor), params, owner="owner", department="department_path"
    )
    contract = "version__contract"
    counted = (
        ClauseDeviation.objects.filter(
            version__contract__in=visible, version__submitted_at__gte=first, version__submitted_at__lt=behind
        )
        .order_by()
        .values("template_code", "code")
        .annotate(
            title=Max("title"),
            contracts=Count(contract, distinct=True),
            signed=Count(contract, distinct=True, filter=Q(version__contract__signed_on__isnull=False)),
            refused=Count(
                contract, distinct=True, filter=Q(version__contract__state__in=["rejected", "voided"])
            ),
            risk=Max(_BY_NUMBER),
            last=Max("version__submitted_at"),
        )
    )
    labels = dict(Risk.choices)
    return [
        Row(
            {
                "clause": one["title"],
                "template": one["template_code"],
                "contracts": one["contracts"],
                "signed": one["signed"],
                "refused": one["refused"],
                "risk": str(labels[_RISKS[one["risk"]]]),
                "last": one["last"],
            }
        )
        for one in counted
    ]


def _yielding(result: Result) -> Chart:
    rows = sorted(result.rows, key=lambda row: row.values["contracts"], reverse=True)[:STRONGEST]
    names = [str(row.values["clause"]) for row in rows]
    counts = [row.values["contracts"] for row in rows]
    return Chart("bars", result.report.title, names, [Series(_("Contracts"), counts)], heading=_("Clause"))


def seal_register(actor: Actor, params: Params) -> list[Row]:
    """用印登记: every seal that was put on a contract in the period, the latest first."""
    first, behind = moments_of(*params.days)
    visible = narrowed(
        Contract.objects.visible_to(actor), params, owner="owner", department="department_path"
    )
    records = SealRecord.objects.filter(contract__in=visible, sealed_at__gte=first, sealed_at__lt=behind)
    return [
        _sealed(one)
        for one in records.select_related("contract__customer", "sealed_by").order_by("-sealed_at")
    ]


def _sealed(one: SealRecord) -> Row:
    values: dict[str, Any] = {
        "at": one.sealed_at,
        "contract": one.contract.no or one.contract.title,
        "customer": one.contract.customer.name,
        "seal": str(one.get_seal_kind_display()),
        "copies": one.copies,
        "cross_page": str(_("Cross-page seal")) if one.cross_page else "",
        "sealed_by": one.sealed_by.name,
        "signed_on": one.contract.signed_on,
    }
    return Row(values, {"contract": reverse("contracts:contract-detail", args=[one.contract_id])})


register(
    Report(
        code="clause-deviations",
        title=_("Clauses that yield"),
        description=_(
            "In how many contracts submitted in the period each clause deviates from its template."
        ),
        group=_("Contracts"),
        permission=SEE_CONTRACTS,
        params=("period", "department", "person"),
        columns=[
            Column("clause", _("Clause")),
            Column("template", _("Template")),
            Column("contracts", _("Contracts"), COUNT, total=True),
            Column("signed", _("Signed"), COUNT, total=True),
            Column("refused", _("Rejected or voided"), COUNT, total=True),
            Column("risk", _("Highest risk")),
            Column("last", _("Last submitted"), MOMENT),
        ],
        rows=clause_deviations,
        chart=_yielding,
        order="-contracts",
        icon="scroll-text",
    )
)
register(
    Report(
        code="seal-register",
        title=_("Register of seals"),
        description=_(
            "Every seal that was put on a contract in the period: by whom, when, on how many copies."
        ),
        group=_("Contracts"),
        permission=SEE_CONTRACTS,
        params=("period", "department", "person"),
        columns=[
            Column("at", _("Sealed on"), MOMENT),
            Column("contract", _("Contract")),
            Column("customer", _("Customer")),
            Column("seal", _("Seal")),
            Column("copies", _("Copies"), COUNT, total=True),
            Column("cross_page", _("Cross-page seal")),
            Column("sealed_by", _("Sealed by")),
            Column("signed_on", _("Signed on"), DATE),
        ],
        rows=seal_register,
        order="-at",
        icon="stamp",
    )
)
