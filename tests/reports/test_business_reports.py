"""The shipped reports against the same sums counted otherwise, for everybody who may read them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist

from core import clock
from core.reports import Result, find, run
from core.reports.params import ParamsForm
from core.reports.pivot import month_name
from crm.models import Customer
from tests.reports.world import Past, past_of

pytestmark = pytest.mark.django_db

SEES = {
    "rep1": {"rep1"},
    "rep2": {"rep2"},
    "rep3": {"rep3"},
    "manager1": {"rep1", "rep2"},
    "director": {"rep1", "rep2", "rep3"},
    "finance": {"rep1", "rep2", "rep3"},
}
YEAR = {"period": "custom", "from": "2026-01-01", "to": "2026-12-31"}


@pytest.fixture(params=[1, 7])
def past(company, request) -> Past:
    return past_of(company, request.param)


def asked(person: Any, code: str, /, **data: Any) -> Result:
    report = find(person, code)
    form = ParamsForm(report, data)
    assert form.is_valid(), form.errors
    return run(report, person, form.params())


def person_sums(result: Result) -> dict[str, Any]:
    return {row.values["person"]: row.values["total"] for row in result.rows}


def expected(past: Past, facts: list, sees: set[str], start: date, end: date) -> dict[str, Any]:
    sums: dict[str, Any] = {}
    for username, day, amount in facts:
        if username in sees and start <= day <= end:
            name = getattr(past.people, username).name
            sums[name] = sums.get(name, 0) + amount
    return sums


PERIODS = [
    (date(2026, 1, 1), date(2026, 12, 31)),
    (date(2026, 2, 10), date(2026, 5, 3)),
    (date(2025, 1, 1), date(2025, 12, 31)),
]


@pytest.mark.parametrize("who", SEES)
@pytest.mark.parametrize(("code", "facts"), [("signed-contracts", "signed"), ("money-received", "received")])
def test_sums_are_those_of_the_rows_that_the_reader_sees(past, who, code, facts):
    reader = getattr(past.people, who)
    for start, end in PERIODS:
        result = asked(reader, code, period="custom", **{"from": str(start), "to": str(end)})
        wanted = expected(past, getattr(past, facts), SEES[who], start, end)
        assert person_sums(result) == wanted
        assert result.totals["total"] == sum(wanted.values())


@pytest.mark.parametrize("code", ["signed-contracts", "money-received", "new-customers"])
def test_months_and_people_tie(past, code):
    result = asked(past.people.finance, code, **YEAR)
    assert result.rows
    months = [month_name(one) for one in result.params.months]
    for row in result.rows:
        assert sum(row.values[name] for name in months) == row.values["total"]
    for name in [*months, "total"]:
        assert result.totals[name] == sum(row.values[name] for row in result.rows)


def test_a_contract_counts_in_the_month_of_its_signature(past):
    result = asked(past.people.finance, "signed-contracts", **YEAR)
    for first in result.params.months:
        wanted = sum(
            amount for _who, day, amount in past.signed if (day.year, day.month) == (first.year, first.month)
        )
        assert result.totals[month_name(first)] == wanted
    assert result.totals["count"] == len(past.signed)


@pytest.mark.parametrize("who", ["rep1", "manager1", "finance"])
def test_new_customers_count_by_the_companys_days(past, who):
    """Entered at half past midnight here is still yesterday in London."""
    for first in (date(2026, 3, 1), date(2026, 8, 1)):
        last = first + timedelta(days=60)
        result = asked(
            getattr(past.people, who),
            "new-customers",
            period="custom",
            **{"from": str(first), "to": str(last)},
        )
        facts = [(username, day, 1) for username, day, _source in past.entered]
        assert person_sums(result) == expected(past, facts, SEES[who], first, last)


@pytest.mark.parametrize("by", ["status", "source", "level", "industry", "region"])
@pytest.mark.parametrize("who", ["rep1", "manager1", "finance"])
def test_customers_divide_up_without_rest(past, who, by):
    reader = getattr(past.people, who)
    result = asked(reader, "customers-by", by=by)
    seen = [one for one in Customer.objects.all() if one.owner and one.owner.username in SEES[who]]
    assert result.totals["count"] == len(seen)
    assert sum(row.values["share"] for row in result.rows) == pytest.approx(100 if seen else 0)
    labels = {"status": "get_status_display", "source": "get_source_display", "level": "get_level_display"}
    counted: dict[str, int] = {}
    for one in seen:
        name = str(getattr(one, labels[by])()) if by in labels else getattr(one, by) or "未填写"
        counted[name] = counted.get(name, 0) + 1
    assert {row.values["what"]: row.values["count"] for row in result.rows} == counted


@pytest.mark.parametrize("who", ["rep1", "manager1", "finance"])
def test_receivables_are_what_was_signed_and_not_paid(past, who):
    reader = getattr(past.people, who)
    with clock.travel(date(2027, 3, 1)):
        result = asked(reader, "receivables-ageing")
        paid = sum(amount for username, _day, amount in past.received if username in SEES[who])
        owed = sum(amount for username, _day, amount in past.signed if username in SEES[who])
        assert result.totals["total"] == owed - paid
        ages = ("current", "1_30", "31_60", "61_90", "over_90")
        for row in result.rows:
            assert sum(row.values[age] for age in ages) == row.values["total"] > 0


def test_a_report_is_narrowed_to_a_person_and_to_a_department(past):
    people = past.people
    for code in ("signed-contracts", "money-received", "new-customers"):
        of_one = asked(people.finance, code, person=str(people.rep1.pk), **YEAR)
        assert set(person_sums(of_one)) <= {people.rep1.name}
        team = asked(people.finance, code, department=str(people.rep1.department.pk), **YEAR)
        assert set(person_sums(team)) <= {people.rep1.name, people.rep2.name}
        whole = asked(people.finance, code, **YEAR)
        assert person_sums(whole).items() >= person_sums(team).items() >= person_sums(of_one).items()


def test_whoever_may_not_see_money_has_no_report_of_it(company):
    with pytest.raises(ObjectDoesNotExist):
        find(company.content, "money-received")
    with pytest.raises(ObjectDoesNotExist):
        find(company.finance, "no-such-report")


@pytest.mark.parametrize(
    "code", ["signed-contracts", "money-received", "new-customers", "customers-by", "receivables-ageing"]
)
def test_a_figure_leads_to_a_list_of_exactly_its_rows(past, signed_in, code):
    """The list behind a number holds as many rows (or as much money) as the number says."""
    client = signed_in(past.people.manager1)
    given = YEAR if "by" not in code and "ageing" not in code else {}
    result = asked(past.people.manager1, code, **given)
    assert result.rows
    checked = 0
    for row in result.rows:
        for name, url in row.urls.items():
            value = row.values[name]
            if isinstance(value, str):
                continue
            listed = list(client.get(url).context["table"].rows)
            amounts = {
                "signed-contracts": "amount",
                "money-received": "amount",
                "receivables-ageing": "outstanding",
            }
            if code in amounts and isinstance(value, Decimal):
                assert sum(getattr(one.record, amounts[code]) for one in listed) == value, url
            else:
                assert len(listed) == value, url
            checked += 1
    assert checked
