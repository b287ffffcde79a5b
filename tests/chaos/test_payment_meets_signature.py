"""Money and signature at the same moment: the contract takes effect once, whoever comes first.

Each of the two is halted before each of its statements in turn, while the other one runs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from contracts import services
from contracts.models import Contract, Payment
from core.errors import Conflict
from tests.chaos import stepping
from tests.chaos.stepping import Meeting, meet_everywhere
from tests.chaos.test_races import WON, race
from tests.processes.walk import Walk, settle
from workflows.audit import audit
from workflows.models import Delivery, HistoryEvent, Incident, Message

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("everywhere"),
]

Deed = Callable[[], object]


@pytest.fixture(autouse=True)
def _patience(settings):
    """Whoever waits for the other one's lock gets it: nobody is told "busy" here."""
    settings.STEP_LOCK_TIMEOUT_MS = 60_000


def sealed(company: Any) -> Walk:
    walk = Walk(company, rule="on_first_payment")
    walk.sealed()
    return walk


def signed(company: Any) -> Walk:
    walk = sealed(company)
    walk.sign()
    return walk


def confirming(payment: Payment, company: Any) -> Deed:
    return lambda: services.confirm_payment(payment_id=payment.pk, actor=company.finance2)


def reversing(payment: Payment, company: Any) -> Deed:
    return lambda: services.reverse_payment(payment_id=payment.pk, reason="退票", actor=company.finance)


def both_done(meeting: Meeting) -> None:
    errors = [meeting.first.error, meeting.second.error]
    assert errors == [None, None], f"halted at {meeting.halted_at}: {errors}"


def in_effect(walk: Walk, where: str) -> None:
    """In effect, once, and nothing is left to do."""
    settle()
    walk.stands("active", case="completed")
    done = walk.case.events.filter(kind=HistoryEvent.Kind.COMPLETED, element="activate_contract")
    assert done.count() == 1, where
    assert not Incident.objects.exists(), where
    assert not Delivery.objects.filter(status="open").exists(), where


@pytest.mark.parametrize("first", ["signature", "payment"])
def test_a_payment_confirmed_while_the_signature_is_recorded(company, first):
    walks: list[Walk] = []

    def pair() -> tuple[Deed, Deed]:
        walk = sealed(company)
        walks.append(walk)
        deeds = (walk.sign, confirming(walk.record("10.00"), company))
        return deeds if first == "signature" else deeds[::-1]

    meetings = 0
    for meeting in meet_everywhere(pair):
        both_done(meeting)
        in_effect(walks[-1], f"halted at {meeting.halted_at}")
        meetings += 1
    assert meetings > 10 // stepping.EVERY


@pytest.mark.parametrize("first", ["reversal", "signature"])
def test_an_advance_reversed_while_the_signature_is_recorded(company, first):
    """In effect if the signature saw the money, else waiting for other money; never in between."""
    walks: list[Walk] = []
    ends = set()

    def pair() -> tuple[Deed, Deed]:
        walk = sealed(company)
        walks.append(walk)
        deeds = (reversing(walk.pay("10.00"), company), walk.sign)
        return deeds if first == "reversal" else deeds[::-1]

    for meeting in meet_everywhere(pair):
        both_done(meeting)
        settle()
        walk = walks[-1]
        state = Contract.objects.get(pk=walk.contract.pk).state
        ends.add(state)
        walk.stands(state, case="completed" if state == "active" else "active")
        assert walk.waits() == ([] if state == "active" else ["payment_overdue", "wait_for_payment"])
        assert not Incident.objects.exists()
    assert ends == {"signed", "active"}


@pytest.mark.parametrize("first", ["reversal", "confirmation"])
def test_of_two_payments_one_confirmed_while_the_other_is_reversed(company, first):
    """The case hears of either and finds the one that stands."""
    walks: list[Walk] = []

    def pair() -> tuple[Deed, Deed]:
        walk = signed(company)
        walks.append(walk)
        deeds = (reversing(walk.record("10.00"), company), confirming(walk.record("20.00"), company))
        return deeds if first == "reversal" else deeds[::-1]

    for meeting in meet_everywhere(pair):
        both_done(meeting)
        in_effect(walks[-1], f"halted at {meeting.halted_at}")


@pytest.mark.parametrize("first", ["termination", "payment"])
def test_a_contract_terminated_while_its_money_is_confirmed(company, first):
    """Recorded money forbids giving up: the payment wins, the director is told."""
    walks: list[Walk] = []

    def pair() -> tuple[Deed, Deed]:
        walk = signed(company)
        walks.append(walk)

        def terminating() -> object:
            return services.void_contract(contract_id=walk.contract.pk, reason="解除", actor=company.director)

        deeds = (terminating, confirming(walk.record("10.00"), company))
        return deeds if first == "termination" else deeds[::-1]

    for meeting in meet_everywhere(pair):
        runners = (meeting.first, meeting.second)
        giving_up, paying = runners if first == "termination" else runners[::-1]
        assert paying.error is None
        assert getattr(giving_up.error, "code", None) in (
            "contract_holds_money",
            "wrong_state",
            "case_is_over",
        ), giving_up.error
        in_effect(walks[-1], f"halted at {meeting.halted_at}")


def test_many_payments_and_the_signature_all_at_once(company):
    """However many confirm: one case, one effect, each payment told once."""
    for _round in range(3):
        walk = sealed(company)
        payments = [walk.record("10.00") for _number in range(5)]
        results = race([walk.sign, *(confirming(one, company) for one in payments)])
        assert all(one == WON or isinstance(one, Conflict) for one in results), results
        assert results[0] == WON
        in_effect(walk, str(results))
        told = Message.objects.filter(name="payment.confirmed", subject_id=str(walk.contract.pk))
        assert told.count() == results[1:].count(WON) == 5
    assert audit() == []
