"""The report of renewal rates: whole months in numbers and sums, for whoever sees which contracts; the chart."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from core import clock
from core.reports import find, run
from core.reports.params import ParamsForm
from service.models import RenewalCase
from service.services.cohorts import freeze_due_months
from tests.contracts.factory import membership, term
from tests.service.factory import contract_in_effect

pytestmark = pytest.mark.django_db
BEGIN = date(2026, 1, 5)
# Term ends, owner, amount; the amount of the renewal, none for a loss.
TERMS = (
    (date(2026, 7, 3), "rep1", "10000.00", "12000.00"),
    (date(2026, 7, 31), "rep1", "5000.00", ""),
    (date(2026, 7, 15), "rep3", "5000.00", "4000.00"),
    (date(2026, 8, 1), "rep1", "8000.00", ""),
)


@pytest.fixture
def ended(company):
    """Two months that are taken down, and one whose renewals are still talked about."""
    with clock.travel(BEGIN):
        for due, owner, amount, renewed in TERMS:
            person = getattr(company, owner)
            contract = contract_in_effect(company, person, lines=[membership(amount)], price=amount)
            following = None
            if renewed:
                fields = {**term(BEGIN), "kind": "renewal", "parent_id": contract.pk}
                following = contract_in_effect(
                    company,
                    person,
                    customer=contract.customer,
                    fields=fields,
                    lines=[membership(renewed)],
                    price=renewed,
                )
            RenewalCase.objects.create(
                contract=contract,
                customer=contract.customer,
                due_on=due,
                state="renewed" if renewed else "lost",
                new_contract=following,
                lost_reason="" if renewed else "转行",
                closed_at=clock.now(),
            )
        still = contract_in_effect(company, company.rep1)
        RenewalCase.objects.create(contract=still, customer=still.customer, due_on=date(2026, 9, 9))
    with clock.travel(date(2026, 10, 2)):
        assert freeze_due_months() == 2
        yield company


def asked(reader, /, **data):
    report = find(reader, "renewal-rate")
    form = ParamsForm(report, {"period": "this_year", **data})
    assert form.is_valid(), form.errors
    return run(report, reader, form.params())


def lines(result):
    names = ("due", "renewed", "rate", "due_amount", "renewed_amount", "amount_rate")
    return {f"{row.values['month']:%Y-%m}": tuple(row.values[name] for name in names) for row in result.rows}


D = Decimal


def test_customers_and_amounts_of_each_month(ended):
    result = asked(ended.director)
    assert lines(result) == {
        "2026-07": (3, 2, D("66.7"), D(20000), D(16000), D("80.0")),
        "2026-08": (1, 0, D("0.0"), D(8000), D(0), D("0.0")),
    }
    totals = result.totals
    assert (totals["due"], totals["renewed"], totals["rate"]) == (4, 2, D("50.0"))
    assert (totals["due_amount"], totals["renewed_amount"]) == (D(28000), D(16000))
    assert totals["amount_rate"] == D("57.1")


def test_a_reader_counts_what_they_see_and_a_person_may_be_chosen(ended):
    mine = {"2026-07": (2, 1, D("50.0"), D(15000), D(12000), D("80.0"))}
    august = {"2026-08": (1, 0, D("0.0"), D(8000), D(0), D("0.0"))}
    assert lines(asked(ended.rep1)) == {**mine, **august}
    assert lines(asked(ended.director, person=ended.rep1.pk)) == {**mine, **august}
    assert lines(asked(ended.rep3)) == {"2026-07": (1, 1, D("100.0"), D(5000), D(4000), D("80.0"))}
    assert lines(asked(ended.rep2)) == {}


def test_the_chart_shows_both_rates_month_by_month(ended):
    result = asked(ended.director)
    chart = result.report.chart(result)
    assert list(chart.categories) == ["2026-07", "2026-08"]
    assert [list(one.values) for one in chart.series] == [[D("66.7"), D("0.0")], [D("80.0"), D("0.0")]]
    empty = asked(ended.rep2)
    assert empty.report.chart(empty) is None


def test_its_numbers_lead_to_as_many_renewals(ended):
    client = Client()
    client.force_login(ended.director, backend="allauth.account.auth_backends.AuthenticationBackend")
    team = ended.manager1.department_id
    for narrowed in ({}, {"person": ended.rep1.pk}, {"department": team}):
        rows = asked(ended.director, **narrowed).rows
        assert rows
        for row in rows:
            answer = client.get(row.urls["due"])
            assert len(answer.context["table"].rows) == row.values["due"], narrowed
    page = client.get("/renewals/")
    address = "/reports/renewal-rate/"
    assert address in page.content.decode()
    assert client.get(address).status_code == 200


def test_what_happens_later_changes_no_month_that_is_taken_down(ended):
    RenewalCase.objects.filter(state="lost").update(lost_reason="改主意了")
    with clock.travel(timedelta(days=200)):
        assert freeze_due_months() == 1
        assert lines(
            asked(ended.director, period="custom", **{"from": "2026-07-01", "to": "2026-08-31"})
        ) == {
            "2026-07": (3, 2, D("66.7"), D(20000), D(16000), D("80.0")),
            "2026-08": (1, 0, D("0.0"), D(8000), D(0), D("0.0")),
        }
