"""Supplements whose contract is over before they take effect: given up with it, once, unless they hold money."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from contracts import services
from contracts.consequences import consequences_of
from contracts.models import Contract
from contracts.services.orphaning import JOB
from contracts.services.orphans import give_up_orphans
from core import clock
from core.jobs.runner import run_background_job
from core.models import BackgroundJob, Notification
from tests.contracts.factory import instalments, membership
from tests.contracts.supplement_world import (
    PROCESS,
    changed_by,
    in_effect,
    move,
    sign,
    submit,
    supplement_to,
    term_to,
)
from tests.processes.walk import settle
from workflows.audit import audit
from workflows.models import WorkItem
from workflows.selectors import running_process_of
from workflows.services import complete_work_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def main(company) -> Contract:
    return in_effect(company)


def signed(company: Any, main: Contract) -> Contract:
    """More is sold beside the contract, from the first payment on; both have signed."""
    draft = supplement_to(
        main,
        lines=[membership("1000.00")],
        plan=instalments((10, "1000.00")),
        effective_rule="on_first_payment",
        start_on=clock.today(),
        end_on=main.in_force_until,
    )
    return sign(company, submit(company, draft))


def over(main: Contract) -> None:
    """Its term ends, and what is to be done after that is done."""
    assert main.in_force_until is not None
    with clock.travel(main.in_force_until + timedelta(days=1)):
        services.close_contract(contract_id=main.pk, actor=PROCESS)
        look_after()


def look_after() -> None:
    for job in BackgroundJob.objects.filter(kind=JOB, status="open"):
        run_background_job(job.pk)


def told(who: Any) -> list[str]:
    rows = Notification.objects.filter(person=who, kind="contract.orphaned").order_by("pk")
    return [one.params["contract"] for one in rows]


def state_of(contract: Contract) -> str:
    return Contract.objects.get(pk=contract.pk).state


def test_what_waits_to_take_effect_is_ended_with_it(company, main):
    waiting, draft = signed(company, main), supplement_to(main, term_to(500))
    over(main)
    assert (state_of(main), state_of(waiting), state_of(draft)) == ("expired", "terminated", "voided")
    waiting.refresh_from_db()
    assert main.no in waiting.void_reason
    assert waiting.plan_lines.get().released == waiting.amount
    assert told(company.rep1) == [waiting.no, draft.title]


def test_whoever_asks_for_the_end_sees_it_before(company, main):
    assert consequences_of(main) == []
    waiting, draft = signed(company, main), supplement_to(main, term_to(500))
    [said] = consequences_of(main)
    assert waiting.no in said
    assert draft.title in said


def test_its_case_ends_with_it(company, main):
    draft = services.start_contract(
        customer_id=main.customer_id,
        actor=company.rep1,
        fields={
            "kind": "supplement",
            "parent_id": main.pk,
            "late_rule": "none",
            "effective_rule": "on_signature",
        },
        changes=[term_to(500)],
    )
    case = running_process_of(draft)
    complete_work_item(
        work_item_id=WorkItem.objects.get(instance=case, status="open").pk,
        actor=company.rep1,
        outcome="submit",
        comment="",
        data={},
    )
    settle()
    over(main)
    case.refresh_from_db()
    assert (state_of(draft), case.status) == ("voided", "cancelled")
    assert not WorkItem.objects.filter(instance=case, status="open").exists()
    assert audit() == []


def test_what_holds_money_stays_and_its_owner_hears_why(company, main):
    waiting = signed(company, main)
    payment = services.record_payment(
        customer_id=main.customer_id,
        fields={"received_on": clock.today(), "amount": "500.00", "method": "transfer"},
        shares=[services.Share(waiting.plan_lines.get().pk, Decimal(500))],
        actor=company.finance,
    )
    over(main)
    assert state_of(waiting) == "signed"
    [row] = Notification.objects.filter(person=company.rep1, kind="contract.orphaned")
    assert payment.no in row.params["note"]


def test_asked_twice_it_happens_once(company, main):
    waiting = signed(company, main)
    over(main)
    revision = Contract.objects.get(pk=waiting.pk).revision
    assert give_up_orphans(main.pk) == {"given_up": [], "held": []}
    assert Contract.objects.get(pk=waiting.pk).revision == revision
    assert told(company.rep1) == [waiting.no]


def test_one_in_effect_goes_with_its_contract_and_nobody_hears_of_it(company, main):
    part = changed_by(company, main, move(1, 60))
    over(main)
    assert (state_of(main), state_of(part)) == ("expired", "expired")
    assert told(company.rep1) == []


def test_without_a_supplement_nobody_is_asked(main):
    over(main)
    assert not BackgroundJob.objects.filter(kind=JOB).exists()
