"""What a contract's end calls fails at every moment, again and again, until it is mended: as tried for the others in
test_operations_of_lifecycles_that_fail.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from contracts import services as contract_services
from core import clock
from service import services
from service.models import MemberActivation
from tests.processes import test_operations_of_lifecycles_that_fail as others
from tests.processes.onboarding_walk import EVENT, member_platform
from tests.processes.performance_walk import DIRECTOR, LEGAL, MANAGER, MONEY, REFUND, SETTLE, PerformanceWalk
from tests.processes.scenes import Do, settle
from tests.processes.service_end_walk import ServiceEndWalk
from tests.processes.test_operations_of_lifecycles_that_fail import ITSELF, PERSON, Deed
from tests.tiers import sampled
from workflows.definitions import definition_of
from workflows.models import ProcessDefinition

ENDS = ("contract_performance", "service_end")


@contextmanager
def term_over(company: Any) -> Iterator[Do]:
    walk = PerformanceWalk(company)
    with clock.travel(walk.end + timedelta(days=1)):
        yield settle


@contextmanager
def asked_for(company: Any) -> Iterator[Do]:
    walk = PerformanceWalk(company)
    contract_services.request_termination(
        contract_id=walk.contract.pk,
        kind="agreement",
        reason="客户转行",
        ends_on=clock.today(),
        actor=company.rep1,
    )
    yield settle


@contextmanager
def manager_refuses(company: Any) -> Iterator[Do]:
    walk = PerformanceWalk(company)
    walk.ask()
    yield lambda: walk.do("manager1", MANAGER, "refuse", "客户仍在用")


@contextmanager
def manager_agrees(company: Any) -> Iterator[Do]:
    walk = PerformanceWalk(company)
    walk.ask()
    yield lambda: walk.do("manager1", MANAGER)


@contextmanager
def finance_settles(company: Any) -> Iterator[Do]:
    walk = PerformanceWalk(company)
    walk.ask()
    walk.do("manager1", MANAGER)
    walk.do("legal", LEGAL)
    yield lambda: walk.settled(owed="800.00", value="800.00")


@contextmanager
def director_agrees(company: Any) -> Iterator[Do]:
    walk = PerformanceWalk(company)
    walk.ask()
    walk.until_settled(owed="800.00", value="800.00")
    yield lambda: walk.do("director", DIRECTOR)


@contextmanager
def money_decided(company: Any) -> Iterator[Do]:
    walk = PerformanceWalk(company)
    walk.ask()
    walk.until_settled(owed="800.00", value="800.00")
    payment = walk.record("4000.00", 3)
    walk.do("director", DIRECTOR)
    walk.reverse(payment)
    yield lambda: walk.do("finance", MONEY, "done")


@contextmanager
def refund_due(company: Any) -> Iterator[Do]:
    walk = PerformanceWalk(company)
    walk.pay("4800.00")
    walk.ask()
    walk.terminate(refund="800.00", value="4000.00")
    yield lambda: walk.do("finance", REFUND, "done", paid_on=clock.today().isoformat(), reference="ICBC88")


@contextmanager
def terminated(company: Any) -> Iterator[Do]:
    walk = ServiceEndWalk(company)
    walk.end_contract()
    yield settle


@contextmanager
def end_called(company: Any) -> Iterator[Do]:
    with member_platform():
        walk = ServiceEndWalk(company)
        walk.terminate()
        yield walk.call


@contextmanager
def end_told(company: Any) -> Iterator[Do]:
    walk = ServiceEndWalk(company)
    walk.terminate()
    wish = MemberActivation.objects.get(kind="deactivate")

    def do() -> None:
        services.record_answer(request_key=wish.request_key, answer={"ok": True}, actor=EVENT)
        settle()

    yield do


OPERATIONS = [
    Deed("contract_performance", "close_contract", "contracts.close_contract", ITSELF, term_over),
    Deed("contract_performance", "read_termination", "contracts.read_termination", ITSELF, asked_for),
    Deed(
        "contract_performance", "refuse_termination", "contracts.refuse_termination", PERSON, manager_refuses
    ),
    Deed(
        "contract_performance", "terminate_contract", "contracts.terminate_contract", PERSON, director_agrees
    ),
    Deed("service_end", "end_services", "service.end_services", ITSELF, terminated),
    Deed("service_end", "ask_for_end", "service.ask_for_activation", ITSELF, terminated),
    Deed("service_end", "record_end", "service.record_activation", ITSELF, end_called),
    Deed("service_end", "read_end", "service.read_activation", ITSELF, end_told),
]
FORMS = [
    Deed("contract_performance", MANAGER, "contracts.decide_termination", PERSON, manager_agrees),
    Deed("contract_performance", SETTLE, "contracts.settle_termination", PERSON, finance_settles),
    Deed("contract_performance", MONEY, "contracts.decide_on_money", PERSON, money_decided),
    Deed("contract_performance", REFUND, "contracts.record_refund", PERSON, refund_due),
]
# A form that only asks whether nothing is left to do writes nothing either.
READING = {"contracts.read_termination", "contracts.decide_on_money"}


@pytest.fixture(autouse=True)
def _what_only_looks(monkeypatch):
    monkeypatch.setattr(others, "READING", others.READING | READING)


def test_every_operation_and_every_form_of_the_end_is_tried(company):
    from config.reference import load_all

    load_all()
    called, shown = set(), set()
    for known in ProcessDefinition.objects.filter(key__in=ENDS):
        elements = definition_of(known.current_version_id).elements.values()
        called |= {(known.key, one.id, one.operation) for one in elements if one.operation}
        shown |= {one.work_form for one in elements if one.work_form}
    found = {(deed.process, deed.element, deed.name) for deed in OPERATIONS}
    assert {one for one in called if one[2] not in others.OUTSIDE} == found
    assert {deed.name for deed in FORMS} == shown


@pytest.mark.parametrize("deed", sampled(OPERATIONS, every=3), ids=str)
def test_an_operation_that_fails_is_held_and_mended_by_a_retry(company, deed):
    others.test_an_operation_that_fails_at_every_moment_is_held_and_mended_by_a_retry(company, deed)


@pytest.mark.parametrize("deed", sampled(FORMS, every=3), ids=str)
def test_a_form_that_fails_changes_nothing_and_the_task_is_done_again(company, deed):
    others.test_a_form_that_fails_changes_nothing_and_the_task_is_done_again(company, deed)
