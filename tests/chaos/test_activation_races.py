"""The platform's answer comes twice at once, and comes while the case gives it up: one counts, the other is told."""

import threading

import pytest
from django.db import connection

from core.actors import SystemActor
from core.models import AuditEntry
from service.models import MemberActivation
from service.services import record_answer
from tests.processes.onboarding_walk import EVENT, OnboardingWalk, member_platform
from tests.processes.walk import settle
from workflows.audit import audit
from workflows.models import Job
from workflows.services import run_job

CALL = SystemActor("onboarding:record_activation")


@pytest.fixture
def asked(company, transactional_db):
    """A case whose request lies with the platform, and the platform."""
    with member_platform() as outside:
        walk = OnboardingWalk(company)
        walk.ready()
        yield walk, outside


def at_once(*deeds) -> list[BaseException]:
    """All of them at the same moment; what went wrong."""
    barrier, failures = threading.Barrier(len(deeds)), list[BaseException]()

    def do(deed) -> None:
        try:
            barrier.wait(10)
            deed()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return failures


def recorded(walk: OnboardingWalk) -> int:
    return AuditEntry.objects.filter(action="service.record_answer", subject_id=str(walk.contract.pk)).count()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(3))
def test_two_answers_at_once_are_one(asked, turn):
    walk, _outside = asked
    key = walk.wishes[0].request_key

    def answer(ok: bool, actor):
        return lambda: record_answer(
            request_key=key, answer={"ok": ok, "external_id": "M-1", "reason": "不同意"}, actor=actor
        )

    assert at_once(answer(True, EVENT), answer(False, CALL), answer(True, EVENT)) == []
    settle()
    wish = MemberActivation.objects.get()
    assert wish.state in ("ok", "failed")
    assert recorded(walk) == 1
    walk.stands("open", "build_shop" if wish.state == "ok" else "mend_activation")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(3))
def test_the_call_and_the_platforms_event_at_once(asked, turn):
    """The worker brings the answer of the call at the moment at which the platform's own event arrives."""
    walk, outside = asked
    job = Job.objects.get(instance=walk.case, status="open")
    key = walk.wishes[0].request_key

    def event() -> None:
        record_answer(request_key=key, answer={"ok": True, "external_id": "M-10001"}, actor=EVENT)
        settle()

    failures = at_once(lambda: run_job(job_id=job.pk), event)
    assert failures == []
    settle()
    walk.call()
    settle()
    walk.stands("open", "build_shop")
    assert MemberActivation.objects.get().state == "ok"
    assert recorded(walk) == 1
    assert all(times == 1 for times in outside.effects.values())
    assert audit() == []


@pytest.mark.django_db(transaction=True)
def test_the_answer_comes_while_the_last_try_gives_up(asked):
    walk, outside = asked
    outside.behave("down")
    walk.call(3)
    job = Job.objects.get(instance=walk.case, status="open")
    Job.objects.filter(pk=job.pk).update(due_at=job.created_at)
    key = walk.wishes[0].request_key

    def event() -> None:
        record_answer(request_key=key, answer={"ok": True, "external_id": "M-77"}, actor=EVENT)
        settle()

    assert at_once(lambda: run_job(job_id=job.pk), event) == []
    settle()
    walk.stands("open", "build_shop")
    assert recorded(walk) == 1
    assert outside.effects == {}
