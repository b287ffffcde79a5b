"""What the database itself refuses about renewals, months that are taken down and members' figures."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from contracts.models import Contract
from core import clock
from crm.models import MemberAccount
from service.models import MemberMetricDaily, RenewalCase, RenewalCohort
from service.services.cohorts import freeze_cohort, freeze_due_months
from service.services.effects import effect_figures, take_figures
from tests.contracts.factory import draft_of
from tests.service.factory import contract_in_effect


@pytest.fixture
def contract(company) -> Contract:
    return contract_in_effect(company, company.rep1)


@pytest.fixture
def case(contract) -> RenewalCase:
    return RenewalCase.objects.create(
        contract=contract, customer=contract.customer, due_on=contract.end_on, figures={"messages": 3}
    )


def refused(rule: str, change, *args, **kwargs) -> None:
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        change(*args, **kwargs)
    assert error.value.__cause__.diag.constraint_name == rule


def update(case: RenewalCase, **values) -> None:
    RenewalCase.objects.filter(pk=case.pk).update(**values)


class TestCase:
    def test_what_is_lost_says_why(self, case):
        refused("lost_renewal_says_why", update, case, state="lost", closed_at=clock.now())
        case.refresh_from_db()
        assert case.state == "open"

    def test_what_is_over_says_when(self, case):
        refused("closed_renewal_says_when", update, case, state="lost", lost_reason="转行")
        case.refresh_from_db()
        assert (case.state, case.lost_reason) == ("open", "")

    def test_renewed_means_a_new_contract(self, case):
        refused("renewed_means_a_new_contract", update, case, state="renewed", closed_at=clock.now())
        case.refresh_from_db()
        assert case.state == "open"

    def test_and_that_contract_renews_this_one(self, company, case):
        other = draft_of(company.rep1)
        values = {"state": "renewed", "closed_at": clock.now(), "new_contract": other}
        refused("renewed_by_its_own_renewal", update, case, **values)
        case.refresh_from_db()
        assert case.new_contract is None

    def test_its_figures_stay_those_of_the_day_it_was_opened(self, case):
        refused("renewal_figures_are_frozen", update, case, figures={"messages": 300})
        case.refresh_from_db()
        assert case.figures == {"messages": 3}

    def test_a_contract_is_renewed_once(self, case):
        again = {"contract": case.contract, "customer": case.customer, "due_on": case.due_on}
        with pytest.raises(IntegrityError), transaction.atomic():
            RenewalCase.objects.create(**again)
        assert RenewalCase.objects.count() == 1


@pytest.mark.django_db
class TestMonths:
    def test_a_month_is_taken_down_once_and_stays(self):
        cohort = RenewalCohort.objects.create(
            month=date(2026, 1, 1), due=2, renewed=1, due_amount=Decimal(2), renewed_amount=Decimal(1)
        )
        with pytest.raises(IntegrityError, match="only ever added"), transaction.atomic():
            RenewalCohort.objects.filter(pk=cohort.pk).update(renewed=2)
        with pytest.raises(IntegrityError, match="only ever added"), transaction.atomic():
            cohort.delete()
        cohort.refresh_from_db()
        assert cohort.renewed == 1

    def test_it_begins_with_its_first_day(self):
        values = {"due": 0, "renewed": 0, "due_amount": 0, "renewed_amount": 0}
        refused("cohort_is_a_month", RenewalCohort.objects.create, month=date(2026, 1, 2), **values)

    def test_no_more_are_renewed_than_were_due(self):
        values = {"due": 1, "renewed": 2, "due_amount": 0, "renewed_amount": 0}
        refused(
            "no_more_renewed_than_were_due", RenewalCohort.objects.create, month=date(2026, 1, 1), **values
        )

    def test_not_while_something_of_it_may_change(self, case):
        month = case.due_on.replace(day=1)
        assert freeze_cohort(month) is None
        with clock.travel(case.due_on + timedelta(days=35)):
            assert freeze_cohort(month) is None
            update(case, state="lost", lost_reason="转行", closed_at=clock.now())
            assert freeze_due_months() == 1
            assert freeze_due_months() == 0
        cohort = RenewalCohort.objects.get()
        assert (cohort.month, cohort.due, cohort.renewed) == (month, 1, 0)
        assert (cohort.due_amount, cohort.renewed_amount) == (case.contract.amount, 0)
        assert [row["reason"] for row in cohort.rows] == ["转行"]

    def test_an_open_one_does_not_hold_a_month_for_ever(self, case):
        with clock.travel(case.due_on + timedelta(days=120)):
            assert freeze_due_months() == 1
        assert (RenewalCohort.objects.get().due, RenewalCohort.objects.get().renewed) == (1, 0)


class TestFigures:
    @pytest.fixture
    def member(self, contract) -> MemberAccount:
        return MemberAccount.objects.create(external_id="M-1", customer=contract.customer)

    def test_a_day_is_told_once_and_told_again_it_is_replaced(self, member):
        today = clock.today()
        take_figures(member, {"day": today.isoformat(), "messages": 3})
        take_figures(member, {"day": today.isoformat(), "messages": 5, "shop_clicks": -2, "ad_clicks": "x"})
        with pytest.raises(IntegrityError), transaction.atomic():
            MemberMetricDaily.objects.create(member=member, day=today)
        (row,) = MemberMetricDaily.objects.all()
        assert (row.messages, row.shop_clicks, row.ad_clicks) == (5, 0, 0)

    @pytest.mark.parametrize("day", ["", None, 7, "2026-13-01", "9999-01-01"])
    def test_a_day_that_is_none_is_refused(self, member, day):
        from core.errors import ApplicationError

        with pytest.raises(ApplicationError):
            take_figures(member, {"day": day, "messages": 3})
        assert not MemberMetricDaily.objects.exists()

    def test_a_term_counts_its_own_days_of_all_accounts(self, contract, member):
        other = MemberAccount.objects.create(external_id="M-2", customer=contract.customer)
        first, last = contract.start_on, contract.end_on
        for account, day, messages in (
            (member, first, 1),
            (member, last, 2),
            (other, first, 4),
            (member, last + timedelta(days=1), 100),
        ):
            MemberMetricDaily.objects.create(member=account, day=day, messages=messages)
        assert effect_figures(contract.customer_id, first, last)["messages"] == 7
