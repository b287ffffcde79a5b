"""The desk: what was signed and paid, what is owed, where contracts stand, which of them end soon."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contracts import selectors
from contracts.charts import ageing_bars
from contracts.filters import STAGES, on_way, to_agree
from contracts.models import Contract, DunningNotice, DunningProposal, Payment, PromiseToPay
from contracts.money import ZERO
from core import clock
from core.charts import MONEY, BarLine, Chart, Series, bar_list
from core.home import Card, Figure, counted, register, register_figure
from core.models import User
from core.reports.params import period_of

SEE_CONTRACTS, SEE_MONEY = "contracts.view_contract", "contracts.view_payment"
SOON = 60
FIRST = 5


def _signed(person: Any, first: date, last: date) -> QuerySet[Contract]:
    return Contract.objects.visible_to(person).filter(signed_on__gte=first, signed_on__lte=last).order_by()


def _received(person: Any, first: date, last: date) -> QuerySet[Payment]:
    confirmed = Payment.objects.visible_to(person).filter(state=Payment.State.CONFIRMED)
    return confirmed.filter(received_on__gte=first, received_on__lte=last).order_by()


def _signed_url(first: date, last: date) -> str:
    return f"{reverse('contracts:contract-list')}?signed_from={first}&signed_to={last}"


def _received_url(first: date, last: date) -> str:
    return f"{reverse('contracts:payment-list')}?state=confirmed&received_from={first}&received_to={last}"


def _sum(rows: QuerySet[Any]) -> Decimal:
    return rows.aggregate(sum=Sum("amount"))["sum"] or ZERO


def month(request: HttpRequest) -> Mapping[str, Any] | None:
    """Signed and received since the first of the month, week by week; each part needs its own right."""
    person: Any = request.user
    first, last = period_of("this_month", clock.today())
    weeks = _weeks(first, last)
    figures, series = [], []
    if person.may(SEE_CONTRACTS):
        days = dict(_signed(person, first, last).values_list("signed_on").annotate(sum=Sum("amount")))
        figures.append((_("Signed"), sum(days.values(), ZERO), _signed_url(first, last)))
        series.append(Series(_("Signed"), _by_week(days, weeks)))
    if person.may(SEE_MONEY):
        days = dict(_received(person, first, last).values_list("received_on").annotate(sum=Sum("amount")))
        figures.append(
            (pgettext_lazy("money", "Received"), sum(days.values(), ZERO), _received_url(first, last))
        )
        series.append(Series(pgettext_lazy("money", "Received"), _by_week(days, weeks)))
    if not series:
        return None
    names = [f"{start:%m-%d}" for start, _end in weeks]
    chart = Chart("columns", _("This month by week"), names, series, MONEY, heading=_("Week from"))
    return {"figures": figures, "chart": chart}


def _weeks(first: date, last: date) -> list[tuple[date, date]]:
    """The weeks of a month, Monday to Sunday, cut at its ends."""
    found, start = [], first
    while start <= last:
        end = min(start + timedelta(days=6 - start.weekday()), last)
        found.append((start, end))
        start = end + timedelta(days=1)
    return found


def _by_week(days: Mapping[date, Decimal], weeks: list[tuple[date, date]]) -> list[Decimal]:
    return [sum((sum_ for day, sum_ in days.items() if a <= day <= b), ZERO) for a, b in weeks]


def ageing(request: HttpRequest) -> Mapping[str, Any]:
    person: Any = request.user
    ages = selectors.ageing(person, clock.today())
    return {"bars": ageing_bars(ages, url=reverse("contracts:receivable-list"))}


def stages(request: HttpRequest) -> Mapping[str, Any]:
    """How many contracts stand where."""
    visible: Any = Contract.objects.visible_to(request.user)  # type: ignore[arg-type]
    counted = dict(visible.order_by().values_list("state").annotate(count=Count("pk")))
    url = reverse("contracts:contract-list")
    lines = [
        BarLine(label=label, value=sum(counted.get(state, 0) for state in states), url=f"{url}?stage={name}")
        for name, (label, states) in STAGES.items()
    ]
    return {"bars": bar_list(lines)}


def ending(request: HttpRequest) -> Mapping[str, Any] | None:
    """Contracts in performance that end within sixty days, the next first."""
    today = clock.today()
    last = today + timedelta(days=SOON)
    visible = Contract.objects.visible_to(request.user)  # type: ignore[arg-type]
    found = visible.filter(
        state__in=STAGES["running"][1], in_force_until__gte=today, in_force_until__lte=last
    )
    count = found.count()
    if not count:
        return None
    url = f"{reverse('contracts:contract-list')}?stage=running&ends_from={today}&ends_to={last}"
    return {
        "contracts": found.select_related("customer").order_by("in_force_until", "pk")[:FIRST],
        "count": count,
        "url": url,
    }


def _today_signed(person: User) -> int:
    return _signed(person, clock.today(), clock.today()).count()


def _today_received(person: User) -> Decimal:
    return _sum(_received(person, clock.today(), clock.today()))


def _runs_to_approve(person: User) -> int:
    """What a colleague has submitted: nobody approves their own."""
    return to_agree(DunningProposal.objects.visible_to(person), person).count()


def payments_waiting(request: HttpRequest) -> Mapping[str, Any]:
    """What came in today, and what finance has still to confirm."""
    person: Any = request.user
    today = clock.today()
    visible = Payment.objects.visible_to(person).order_by()
    url = reverse("contracts:payment-list")
    day = f"received_from={today}&received_to={today}"
    received = visible.filter(received_on=today)
    drafts = visible.filter(state=Payment.State.DRAFT)
    return {
        "figures": [
            counted(_("Payments received today"), received.count(), f"{url}?{day}"),
            counted(_("Payments to be confirmed"), drafts.count(), f"{url}?state=draft"),
        ]
    }


def letters_waiting(request: HttpRequest) -> Mapping[str, Any]:
    """Runs that are agreed to and not printed, letters that lie here, and those whose arrival is not recorded."""
    person: Any = request.user
    runs = DunningProposal.objects.visible_to(person).filter(state=DunningProposal.State.APPROVED)
    letters = DunningNotice.objects.visible_to(person).order_by()
    url = reverse("contracts:notice-list")
    return {
        "figures": [
            counted(
                _("Runs to be printed"), runs.count(), f"{reverse('contracts:proposal-list')}?state=approved"
            ),
            counted(_("Letters to be sent"), on_way(letters, "to_send").count(), f"{url}?way=to_send"),
            counted(_("Letters on the way"), on_way(letters, "on_the_way").count(), f"{url}?way=on_the_way"),
        ]
    }


def my_collection(request: HttpRequest) -> Mapping[str, Any] | None:
    """The customers of mine who are late, the largest sum first, with what was promised."""
    person: Any = request.user
    today = clock.today()
    rows = selectors.overdue_instalments(person, today).filter(contract__customer__owner=person.pk)
    sums: dict[int, list[Any]] = {}
    for line in rows:
        entry = sums.setdefault(line.contract.customer_id, [line.contract.customer, ZERO, 0])
        entry[1] += line.outstanding
        entry[2] = max(entry[2], line.days_overdue)
    if not sums:
        return None
    largest = sorted(sums.values(), key=lambda one: (-one[1], one[0].pk))[:FIRST]
    open_ = PromiseToPay.objects.filter(
        customer__in=[one[0].pk for one in largest], state=PromiseToPay.State.OPEN
    )
    promised = {one.customer_id: one.promised_on for one in open_}
    return {
        "rows": [
            {"customer": customer, "total": total, "days": days, "promised_on": promised.get(customer.pk)}
            for customer, total, days in largest
        ],
        "count": len(sums),
    }


register_figure(
    Figure(
        "contracts-signed",
        _("Contracts signed"),
        _today_signed,
        lambda person: _signed_url(clock.today(), clock.today()),
        permission=SEE_CONTRACTS,
        order=30,
    )
)
register_figure(
    Figure(
        "money-received",
        _("Money received"),
        _today_received,
        lambda person: _received_url(clock.today(), clock.today()),
        permission=SEE_MONEY,
        is_money=True,
        order=40,
    )
)
register_figure(
    Figure(
        "runs-to-approve",
        _("Dunning runs to agree to"),
        _runs_to_approve,
        lambda person: f"{reverse('contracts:proposal-list')}?state=to_agree",
        permission="contracts.approve_dunning",
        order=45,
    )
)
register(
    Card(
        "my-collection",
        _("My collection"),
        "contracts/home_collection.html",
        my_collection,
        permission="contracts.record_promise",
        roles=("rep", "manager"),
        order=44,
        icon="receipt",
        url_name="contracts:receivable-list",
    )
)
register(
    Card(
        "payments-waiting",
        _("Payments today"),
        "core/home_today.html",
        payments_waiting,
        permission=SEE_MONEY,
        roles=("finance",),
        order=20,
        icon="banknote",
        url_name="contracts:payment-list",
    )
)
register(
    Card(
        "letters-waiting",
        _("Letters that wait"),
        "core/home_today.html",
        letters_waiting,
        permission="contracts.dispatch_dunning",
        roles=("finance",),
        order=21,
        icon="mail",
        url_name="contracts:notice-list",
    )
)
register(
    Card(
        "month",
        _("This month"),
        "contracts/home_month.html",
        month,
        permission=SEE_CONTRACTS,
        order=40,
        icon="trending-up",
    )
)
register(
    Card(
        "ageing",
        _("Receivables by age"),
        "contracts/home_bars.html",
        ageing,
        permission=SEE_MONEY,
        roles=("finance", "manager", "director", "gm", "boss"),
        order=42,
        icon="receipt",
        url_name="contracts:receivable-list",
        slow=True,
    )
)
register(
    Card(
        "stages",
        _("Contracts by stage"),
        "contracts/home_bars.html",
        stages,
        permission=SEE_CONTRACTS,
        order=50,
        icon="file-text",
        url_name="contracts:contract-list",
    )
)
register(
    Card(
        "ending",
        _("Contracts that end within 60 days"),
        "contracts/home_ending.html",
        ending,
        permission=SEE_CONTRACTS,
        order=52,
        icon="calendar-clock",
    )
)
