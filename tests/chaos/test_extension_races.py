"""A term moves at the moment at which the platform answers, is asked, or the contract ends: each end is told once."""

import threading

import pytest
from django.db import connection

from contracts import services as contract_services
from contracts.models import Contract
from core import clock
from core.turns import turn
from service.models import MemberActivation
from tests.chaos.test_activation_races import at_once
from tests.contracts.supplement_world import sign, submit, supplement_to
from tests.processes.extension_walk import KEY, ExtensionWalk
from tests.processes.onboarding_walk import member_platform
from tests.processes.walk import later, settle
from tests.service.factory import PROCESS
from workflows.audit import audit
from workflows.models import Job, ProcessInstance
from workflows.services import run_job

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def moved(company, transactional_db):
    """A case whose request lies with the platform, and the platform."""
    with member_platform() as outside:
        walk = ExtensionWalk(company)
        walk.move(90)
        yield walk, outside


def signed(walk: ExtensionWalk, days: int) -> Contract:
    """A supplement that moves the term and waits to take effect."""
    main = Contract.objects.get(pk=walk.contract.pk)
    draft = supplement_to(main, contract_services.Amendment("term", new_day=walk.day(days)))
    return sign(walk.people, submit(walk.people, draft))


def work_off(walk: ExtensionWalk) -> None:
    """The workers until nothing is left to do."""
    settle()
    for _turn in range(4):
        with later(minutes=2):
            for job in Job.objects.filter(status="open").order_by("pk"):
                Job.objects.filter(pk=job.pk).update(due_at=clock.now())
                run_job(job_id=job.pk)
            settle()


@pytest.mark.parametrize("turn", range(3))
def test_the_next_supplement_takes_effect_while_the_answer_comes(moved, turn):
    walk, outside = moved
    draft = signed(walk, 180)
    job = Job.objects.get(instance=walk.case, status="open")
    failures = at_once(
        lambda: run_job(job_id=job.pk),
        lambda: contract_services.activate_contract(contract_id=draft.pk, actor=PROCESS),
    )
    assert failures == []
    work_off(walk)
    assert walk.requests() == [(90, "ok"), (180, "ok")]
    assert sorted(outside.effects.values()) == [1, 1]
    (member,) = outside.journal.told()["members"].values()
    assert member["until"] == walk.day(180).isoformat()
    assert {one.status for one in walk.cases} == {"completed"}
    assert audit() == []


@pytest.mark.parametrize("turn", range(3))
def test_the_contract_ends_while_the_platform_is_called(moved, turn):
    """Whoever is first: it was told and recorded before the end, or it is not recorded as told at all."""
    walk, outside = moved
    job = Job.objects.get(instance=walk.case, status="open")
    assert at_once(lambda: run_job(job_id=job.pk), walk.terminated) == []
    work_off(walk)
    request = MemberActivation.objects.get(follows__isnull=False)
    assert request.state in ("ok", "failed", "withdrawn")
    assert outside.effects.get(request.request_key, 0) <= 1
    if request.state == "ok":
        assert outside.effects == {request.request_key: 1}
    assert {one.status for one in walk.cases} == {"completed"}
    assert audit() == []


def test_a_command_waits_for_the_one_before_it_about_the_same_customer(moved):
    """As long as a call is on its way nothing else about the customer is sent: what undoes it must not overtake it."""
    walk, outside = moved
    job = Job.objects.get(instance=walk.case, status="open")
    on_its_way, may_arrive = threading.Event(), threading.Event()

    def call() -> None:
        try:
            with turn(f"member platform: customer {walk.contract.customer_id}") as is_ours:
                assert is_ours
                on_its_way.set()
                assert may_arrive.wait(30)
        finally:
            connection.close()

    thread = threading.Thread(target=call)
    thread.start()
    assert on_its_way.wait(30)
    run_job(job_id=job.pk)
    job.refresh_from_db()
    assert (job.status, outside.calls) == ("open", {})
    may_arrive.set()
    thread.join()
    work_off(walk)
    assert walk.requests() == [(90, "ok")]
    assert list(outside.effects.values()) == [1]


def test_two_starts_at_once_are_one(company, transactional_db):
    """The message of the supplement, and somebody who starts it by hand because the pages say that the ends differ."""
    from workflows.services import start_process

    with member_platform() as outside:
        walk = ExtensionWalk(company)
        draft = signed(walk, 90)
        contract_services.activate_contract(contract_id=draft.pk, actor=PROCESS)
        at_once(
            lambda: start_process(
                definition_key=KEY, subject=Contract.objects.get(pk=walk.contract.pk), actor=company.director
            ),
            settle,
        )
        work_off(walk)
        assert walk.requests() == [(90, "ok")]
        assert list(outside.effects.values()) == [1]
        assert set(ProcessInstance.objects.filter(definition__key=KEY).values_list("status", flat=True)) == {
            "completed"
        }
