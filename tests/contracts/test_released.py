"""What a contract that ended before its time releases is owed no more, wherever it is asked for; the rest is."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from contracts import selectors, services
from contracts.customer_pages import figures, with_open_amount
from core import clock
from crm.models import Customer
from tests.processes.performance_walk import PerformanceWalk

REST = Decimal("1500.00")


@pytest.fixture
def ended(company) -> PerformanceWalk:
    """4,800 of 12,800 are paid, 1,500 are still owed, 6,500 are released."""
    walk = PerformanceWalk(
        company,
        plan=((0, "4800.00"), (5, "4000.00"), (180, "4000.00")),
        fields={
            "start_on": clock.today(),
            "end_on": clock.today() + timedelta(days=364),
            "effective_rule": "on_signature",
            "late_rule": "daily",
            "late_daily_rate": "0.001",
        },
    )
    walk.pay("4800.00")
    walk.ask()
    walk.terminate(owed="1500.00", value="6300.00")
    return walk


def test_receivables_and_ages_hold_the_rest_alone(ended):
    finance = ended.people.finance
    found = list(selectors.open_instalments(finance, clock.today()))
    assert [(one.seq, one.outstanding) for one in found] == [(2, REST)]
    later = clock.today() + timedelta(days=35)
    assert [(one.age, one.total) for one in selectors.ageing(finance, later) if one.count] == [("1_30", REST)]


def test_account_letters_and_interest_are_about_the_rest(ended):
    finance = ended.people.finance
    with clock.travel(timedelta(days=15)):
        account = services.account_of(customer_id=ended.contract.customer_id, actor=finance)
        # Ten days late, one per mille a day.
        assert (account.principal, account.interest) == (REST, Decimal("15.00"))
        (letter,) = services.preview_dunning(actor=finance)
        assert letter.total == REST + Decimal("15.00")


def test_the_page_of_the_customer_counts_what_was_bought_and_is_open(ended):
    request = SimpleNamespace(user=ended.people.finance)
    customer = with_open_amount(Customer.objects.filter(pk=ended.contract.customer_id), request).get()
    assert customer.open_amount == REST
    shown = [value for _label, value, _url in figures(request, customer)]
    assert shown[:2] == ["¥6,300.00", "¥1,500.00"]


def test_payments_pay_no_more_than_the_rest(ended):
    customer = ended.contract.customer_id
    assert [one.open_amount for one in selectors.payable_instalments(customer)] == [REST]
    shares = services.propose_shares(
        customer_id=customer, amount=Decimal("9999.00"), actor=ended.people.finance
    )
    assert [one.amount for one in shares] == [REST]


def test_the_plan_says_what_was_released(ended):
    rows = selectors.plan_of(ended.contract)
    assert [(one.released, one.outstanding) for one in rows] == [
        (Decimal("0.00"), Decimal("0.00")),
        (Decimal("2500.00"), REST),
        (Decimal("4000.00"), Decimal("0.00")),
    ]


def test_what_is_released_cannot_be_disputed(ended):
    from core.errors import ApplicationError

    line = ended.contract.plan_lines.get(seq=3)
    with pytest.raises(ApplicationError) as refusal:
        services.open_dispute(plan_line_id=line.pk, reason="未上线", actor=ended.people.rep1)
    assert refusal.value.code == "nothing_owed"


def test_a_contract_given_up_before_it_took_effect_owes_nothing(company):
    from tests.processes.walk import Walk

    walk = Walk(company, rule="on_first_payment")
    walk.sealed()
    walk.sign()
    services.void_contract(contract_id=walk.contract.pk, reason="客户未付款", actor=company.director)
    walk.stands("terminated", case="cancelled")
    assert [str(one.released) for one in walk.contract.plan_lines.all()] == ["12800.00"]
    assert not selectors.open_instalments(company.finance, clock.today()).exists()
