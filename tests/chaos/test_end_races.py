"""The end of a contract at the very moment of something else: one wins, the other hears it, and the sums agree."""

from decimal import Decimal

import pytest

from contracts import services
from contracts.models import ContractTermination
from core import clock
from core.errors import Conflict
from tests.chaos.test_races import WON, _patience, race
from tests.processes.performance_walk import DIRECTOR, KEY, PerformanceWalk
from tests.processes.walk import settle
from workflows.audit import audit
from workflows.models import ProcessInstance, WorkItem
from workflows.services import complete_work_item

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

__all__ = ["_patience"]


def test_of_many_who_ask_at_once_one_has_asked(company):
    walk = PerformanceWalk(company)
    results = race(
        [
            lambda who=who: services.request_termination(
                contract_id=walk.contract.pk,
                kind="breach",
                reason="不付款",
                ends_on=clock.today(),
                actor=getattr(company, who),
            )
            for who in ("rep1", "manager1", "director", "rep1")
        ]
    )
    assert results.count(WON) == 1, results
    assert all(isinstance(one, Conflict) for one in results if one != WON), results
    settle()
    assert ContractTermination.objects.count() == 1
    assert ProcessInstance.objects.filter(definition__key=KEY).count() == 1
    assert WorkItem.objects.filter(instance=walk.case, status="open").count() == 1
    assert audit() == []


def test_money_confirmed_at_the_moment_of_the_end_is_set_off_once(company):
    for _round in range(3):
        walk = PerformanceWalk(company)
        walk.ask()
        walk.until_settled(owed="6000.00", value="6000.00")
        payment = walk.record("4800.00")
        item = WorkItem.objects.get(instance=walk.case, element=DIRECTOR, status="open")
        results = race(
            [
                lambda key=payment.pk: services.confirm_payment(payment_id=key, actor=company.finance2),
                lambda key=item.pk: complete_work_item(
                    work_item_id=key, actor=company.director, outcome="agree", comment="", data={}
                ),
            ]
        )
        assert results == [WON, WON], results
        settle()
        walk.stands("terminated", case="completed")
        # Whoever came first: together the customer pays what was settled.
        assert walk.open_amount() == Decimal("1200.00")
