"""Registers of contracts: numbers, seals, which clauses yield to customers, how long each step takes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, IntegerField, Max, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contracts.models import ClauseDeviation, Contract, Risk, SealRecord
from contracts.services.drafting import PROCESS
from core.actors import Actor
from core.charts import Chart, Series
from core.generic.arrivals import moments_of
from core.reports import (
    COUNT,
    DATE,
    HOURS,
    MOMENT,
    MONEY,
    PERCENT,
    Column,
    Params,
    Report,
    Result,
    Row,
    register,
)
from core.reports.pivot import narrowed
from workflows.selectors import step_times

SEE_CONTRACTS = "contracts.view_contract"
_RISKS = tuple(Risk.values)
_BY_NUMBER = Case(
    *(When(risk=risk, then=Value(number)) for number, risk in enumerate(_RISKS)), output_field=IntegerField()
)
STRONGEST = 15


def _visible(actor: Actor, params: Params) -> QuerySet[Contract]:
    """The contracts that the reader may see, of the department and person that were asked for."""
    return narrowed(Contract.objects.visible_to(actor), params, owner="owner", department="department_path")


def clause_deviations(actor: Actor, params: Params) -> list[Row]:
    """How often each clause of a template yielded in contracts submitted in the period; each contract counts once a
    clause, however often it was submitted."""
    first, behind = moments_of(*params.days)
    visible = _visible(actor, params)
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


# Frozen parties and pieces for the search are long, and no register shows them.
_LONG = ("party_a", "party_b", "search_tokens", "customer__search_tokens")


def seal_register(actor: Actor, params: Params) -> list[Row]:
    """用印登记: every seal that was put on a contract in the period, the latest first."""
    first, behind = moments_of(*params.days)
    visible = _visible(actor, params)
    records = SealRecord.objects.filter(contract__in=visible, sealed_at__gte=first, sealed_at__lt=behind)
    long = [f"contract__{name}" for name in _LONG]
    read = records.select_related("contract__customer", "sealed_by").defer(*long, "sealed_by__search_tokens")
    return [_sealed(one) for one in read.order_by("-sealed_at")]


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


def number_register(actor: Actor, params: Params) -> list[Row]:
    """Every number that was given in the period, in their order: voided and rejected contracts keep theirs."""
    first, behind = moments_of(*params.days)
    numbered = _visible(actor, params).filter(
        no__isnull=False, submitted_at__gte=first, submitted_at__lt=behind
    )
    return [
        Row(
            {
                "no": one.no,
                "customer": one.customer.name,
                "title": one.title,
                "owner": one.owner.name,
                "amount": one.amount,
                "submitted": one.submitted_at,
                "state": str(one.get_state_display()),
                "reason": one.void_reason,
            },
            {"no": one.get_absolute_url()},
        )
        for one in numbered.select_related("customer", "owner")
        .defer(*_LONG, "owner__search_tokens")
        .order_by("no")
    ]


def cycle_times(actor: Actor, params: Params) -> list[Row]:
    """How long the steps of the contract's process took that were done in the period."""
    first, behind = moments_of(*params.days)
    visible = _visible(actor, params)
    return [
        Row(
            {
                "step": one.name,
                "done": one.done,
                "median": _hours(one.median),
                "slowest": _hours(one.slowest),
                "average": _hours(one.average),
                "late": one.late,
                "late_share": Decimal(one.late * 100) / one.due if one.due else None,
            }
        )
        for one in step_times(PROCESS, visible, first=first, behind=behind)
    ]


def _hours(time: timedelta) -> Decimal:
    return Decimal(time.total_seconds()) / 3600


def _slow(result: Result) -> Chart:
    rows = result.rows
    series = [
        Series(str(label), [float(row.values[name]) for row in rows])
        for name, label in (("median", _("Half within, hours")), ("slowest", _("Nine of ten within, hours")))
    ]
    return Chart(
        "bars", result.report.title, [str(row.values["step"]) for row in rows], series, heading=_("Step")
    )


register(
    Report(
        code="contract-numbers",
        title=_("Register of contract numbers"),
        description=_("Every number given in the period without a gap; voided contracts keep theirs."),
        group=_("Contracts"),
        permission=SEE_CONTRACTS,
        params=("period", "department", "person"),
        columns=[
            Column("no", _("Contract no.")),
            Column("customer", _("Customer")),
            Column("title", _("Title")),
            Column("owner", _("Owner")),
            Column("amount", _("Amount"), MONEY, total=True),
            Column("submitted", _("Submitted"), MOMENT),
            Column("state", _("State")),
            Column("reason", _("Reason")),
        ],
        rows=number_register,
        order="no",
        icon="hash",
    )
)
register(
    Report(
        code="contract-cycle-times",
        title=_("How long contracts take, by step"),
        description=_(
            "Of the steps done in the period: within how many hours half of them and nine of ten were done."
        ),
        group=_("Contracts"),
        permission=SEE_CONTRACTS,
        params=("period", "department", "person"),
        columns=[
            Column("step", _("Step")),
            Column("done", _("Done"), COUNT, total=True),
            Column("median", _("Half within, hours"), HOURS),
            Column("slowest", _("Nine of ten within, hours"), HOURS),
            Column("average", _("On average, hours"), HOURS),
            Column("late", _("Late"), COUNT, total=True),
            Column("late_share", _("Late share"), PERCENT),
        ],
        rows=cycle_times,
        chart=_slow,
        icon="clock",
    )
)
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
