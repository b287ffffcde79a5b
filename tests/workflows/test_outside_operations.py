"""Operations with an effect outside: wherever a diagram may call one, and whatever comes of the call."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import InternalError

from core import clock
from core.errors import Conflict
from core.models import Department
from tests.workflows.engine.drawing import Drawing
from tests.workflows.outside_operations import LIMITED, OTHER, POST, RETRIES, Caller, posting, told
from tests.workflows.running import event, publish_drawing, user
from workflows import registry, services
from workflows.audit import audit
from workflows.models import HistoryEvent, Job
from workflows.registry import operating
from workflows.services import calls, jobs

pytestmark = pytest.mark.django_db
GRANTS = (POST, LIMITED, f"{OTHER}:near", "tests.rename", "tests.charge")


@pytest.fixture(autouse=True)
def _nothing_told():
    told.clear()


def publish(drawing: Drawing) -> None:
    publish_drawing(drawing, operations=GRANTS)


def straight(do: str = "'answer'", **params: str) -> Drawing:
    drawing = posting("straight", do=do, **params)
    return user(drawing, "look").chain("start", "call", "look", "end")


@pytest.fixture
def begin(cast):
    def begin(drawing: Drawing, **given) -> Caller:
        publish(drawing)
        return Caller.start(drawing.key, cast.admin, **given)

    return begin


class TestCall:
    def test_the_answer_moves_the_case_on(self, begin):
        hand = begin(straight(amount="12.5", on="date('2026-12-20')"))
        job = hand.job
        assert (hand.names, job.kind, job.payload["operation"]) == ([], "operation", POST)
        assert hand.call()
        ((context, params),) = told
        assert params == {"do": "answer", "amount": Decimal("12.5"), "on": date(2026, 12, 20)}
        assert (context.key, context.attempt, context.element) == (job.key, 1, "call")
        assert (context.definition, context.subject, context.timeout) == ("straight", None, 20)
        assert hand.variables["answer"] == {"receipt": "R-1", "amount": "12.50"}
        assert hand.names == ["look"]
        job.refresh_from_db()
        assert (job.status, job.result["answer"]["receipt"]) == ("done", "R-1")
        assert hand.passed() == ["call"]

    def test_it_is_told_what_the_case_is_about(self, begin, cast):
        drawing = posting("straight", words='<flow:subject type="core.department"/>')
        hand = begin(
            user(drawing, "look").chain("start", "call", "look", "end"),
            subject=Department.objects.get(code="sales1"),
        )
        hand.call()
        subject = told[0][0].subject
        assert (subject.type, subject.title) == ("core.department", "销售一部")

    def test_offered_twice_it_is_called_once(self, begin):
        hand = begin(straight())
        job = hand.job
        assert hand.call()
        assert not services.run_job(job_id=job.pk)
        assert not services.run_job(job_id=10**9)
        assert len(told) == 1

    def test_an_error_the_diagram_knows_goes_its_way(self, begin):
        drawing = straight("'declined'").end("refused")
        drawing.add(event("boundaryEvent", "border", "error", "declined", attachedToRef="call"))
        hand = begin(drawing.flow("border", "refused"))
        job = hand.job
        hand.call()
        job.refresh_from_db()
        assert (hand.status, job.status, job.result) == ("completed", "done", {"error": "declined"})
        assert hand.passed()[-1] == "refused"

    def test_one_that_nobody_catches_is_held(self, begin):
        hand = begin(straight("'declined'"))
        hand.call()
        assert (hand.status, hand.incident.error_type) == ("waiting_incident", "EngineError")

    @pytest.mark.parametrize("do", ["odd", "zero"])
    def test_an_answer_that_cannot_be_kept_is_held_and_not_asked_for_again(self, begin, do):
        hand = begin(straight(f"'{do}'"))
        job = hand.job
        hand.call()
        assert "已执行" in hand.incident.message
        job.refresh_from_db()
        assert (job.status, len(told)) == ("failed", 1)

    def test_an_answer_that_does_not_fit_is_held(self, begin):
        hand = begin(straight("'unfit'"))
        job = hand.job
        hand.call()
        assert "operation_result" in str(hand.instance.state)
        job.refresh_from_db()
        assert (job.status, job.result) == ("done", {"answer": {"receipt": 5}})
        assert "answer" not in hand.variables

    def test_it_writes_nothing_into_the_database(self, begin):
        hand = begin(straight("'write'"))
        before = list(Department.objects.order_by("pk").values())
        hand.call()
        job = hand.job
        assert (job.attempts, job.error_type) == (1, "django.db.utils.InternalError")
        assert list(Department.objects.order_by("pk").values()) == before

    def test_a_refusal_of_what_comes_next_is_held_there(self, begin, cast):
        drawing = Drawing("straight", extensions='<flow:subject type="core.department"/>').start().end()
        drawing.service("call", POST, result="answer", do="'answer'")
        drawing.service("rename", "tests.rename", name="'refuse'").chain("start", "call", "rename", "end")
        hand = begin(drawing, subject=Department.objects.get(code="sales1"))
        hand.call()
        assert hand.incident.element == "rename"
        assert "call" in hand.passed()


class TestTrying:
    def test_a_failure_is_tried_again_after_pauses_that_double(self, begin):
        hand = begin(straight("'crash'"))
        hand.call()
        first = hand.job
        assert (first.status, first.attempts, first.error_type) == ("open", 1, "ConnectionResetError")
        assert "hunter2" not in first.error
        assert 10 <= (first.due_at - clock.now()).total_seconds() + 1 <= 14
        assert not services.run_job(job_id=first.pk), "it is not due"
        with clock.travel(timedelta(seconds=15)):
            assert hand.call()
            assert 20 <= (hand.job.due_at - clock.now()).total_seconds() + 1 <= 26
        assert {context.key for context, _params in told} == {first.key}
        assert [context.attempt for context, _params in told] == [1, 2]

    def test_after_the_last_one_it_is_held(self, begin):
        hand = begin(straight("'crash'"))
        job = hand.job
        for number in range(RETRIES + 1):
            with clock.travel(timedelta(minutes=10 * number)):
                assert hand.call()
        job.refresh_from_db()
        assert (job.status, len(told), hand.jobs) == ("failed", RETRIES + 1, [])
        incident = hand.incident
        assert (incident.error_type, incident.element) == ("OutsideError", "call")
        assert incident.message.startswith("ConnectionResetError (tests/workflows/outside_operations.py")
        assert "hunter2" not in incident.message + str(hand.instance.state)
        assert HistoryEvent.objects.filter(instance=hand.instance, kind="failed", element="call").exists()

    def test_giving_up_is_held_at_once(self, begin):
        hand = begin(straight("'give up'"))
        hand.call()
        assert (hand.incident.message, len(told)) == ("There is no such account.", 1)

    def test_a_refusal_is_held_at_once(self, begin):
        hand = begin(straight("'refuse'"))
        hand.call()
        assert (hand.incident.message, len(told)) == ("Not allowed.", 1)

    def test_patience_counts_as_no_attempt_but_not_for_ever(self, begin):
        hand = begin(straight("'later'"))
        hand.call()
        assert (hand.job.attempts, hand.job.error) == (0, "")
        assert 85 <= (hand.job.due_at - clock.now()).total_seconds() <= 90
        for number in range(RETRIES + 1):
            with clock.travel(timedelta(days=4, hours=number)):
                hand.call()
        assert "数日" in hand.incident.message

    def test_workers_that_die_one_after_the_other_are_an_incident(self, begin):
        hand = begin(straight())
        for number in range(RETRIES + 1):
            with clock.travel(timedelta(minutes=10 * number)):
                calls.leases.take(Job, hand.job.pk, f"worker {number}")
        with clock.travel(timedelta(hours=2)):
            hand.call()
        assert hand.incident.message.startswith("WorkerLost")
        assert told == []

    def test_a_rate_is_kept_and_what_waits_is_not_lost(self, begin, cast):
        drawing = Drawing("limited").start().end()
        publish(drawing.service("call", LIMITED).chain("start", "call", "end"))
        hands = [Caller.start("limited", cast.admin) for _number in range(5)]
        for hand in hands:
            hand.call()
        assert len(told) == 2
        waiting = [hand for hand in hands if hand.status == "active"]
        assert all(hand.job.attempts == 0 and hand.job.due_at > clock.now() for hand in waiting)
        for minutes in (1.1, 2.2):
            with clock.travel(timedelta(minutes=minutes)):
                for hand in waiting:
                    for job in hand.jobs:
                        services.run_job(job_id=job.pk)
        assert len(told) == 5
        assert {hand.prove().status for hand in hands} == {"completed"}

    def test_an_operation_that_this_worker_does_not_know_is_tried_by_others(self, begin, monkeypatch):
        hand = begin(straight())
        with monkeypatch.context() as patch:
            patch.setattr(operating, "_operations", {})
            services.run_job(job_id=hand.job.pk)
        assert hand.job.attempts == 1
        assert hand.call(later=timedelta(minutes=1))
        assert hand.names == ["look"]


class TestIncident:
    @pytest.fixture
    def held(self, begin, cast):
        words = '<flow:variable name="what" type="text" required="true"/>'
        drawing = posting("held", do="what", words=words)
        publish(user(drawing, "look").chain("start", "call", "look", "end"))
        hand = Caller.start("held", cast.rep1, data={"what": "give up"})
        hand.call()
        return hand

    def test_a_retry_is_a_new_job_with_the_same_key(self, held, cast):
        services.retry_incident(incident_id=held.incident.pk, actor=cast.admin)
        held.prove()
        first, second = Job.objects.filter(instance=held.instance).order_by("pk")
        assert (first.status, second.status) == ("failed", "open")
        assert first.key == second.key
        assert second.attempts == 0
        held.call()
        assert held.incident.message == "There is no such account."

    def test_after_mended_data_it_says_something_else_under_the_same_key(self, held, cast):
        services.edit_and_retry(
            incident_id=held.incident.pk, values={"what": "answer"}, reason="x", actor=cast.admin
        )
        held.prove().call()
        assert [params["do"] for _context, params in told] == ["give up", "answer"]
        assert len({context.key for context, _params in told}) == 1
        assert held.names == ["look"]

    def test_it_can_be_skipped(self, held, cast):
        services.skip_incident(incident_id=held.incident.pk, reason="done by telephone", actor=cast.admin)
        assert held.prove().names == ["look"]

    def test_a_late_answer_after_a_retry_is_refused(self, held, cast):
        old = Job.objects.get(instance=held.instance)
        services.retry_incident(incident_id=held.incident.pk, actor=cast.admin)
        lease = calls.Lease(old, timedelta(minutes=1))
        with pytest.raises(calls.LeaseLost):
            calls.take_over(lease, {"answer": {"receipt": "late"}})
        assert Job.objects.values().get(pk=old.pk)["result"] is None
        assert held.prove().job.status == "open"


class TestSuspended:
    def test_nothing_is_called_while_the_case_is_suspended(self, begin, cast):
        hand = begin(straight())
        services.suspend_instance(instance_id=hand.instance.pk, reason="wait", actor=cast.admin)
        hand.prove()
        assert not services.run_job(job_id=hand.job.pk)
        assert (told, hand.job.attempts) == ([], 0)
        assert services.sweep_jobs() == 0, "it is left alone"
        services.resume_instance(instance_id=hand.instance.pk, actor=cast.admin)
        hand.prove().call()
        assert hand.names == ["look"]

    @pytest.mark.parametrize("do", ["answer", "declined", "give up"])
    def test_what_comes_meanwhile_is_kept_and_taken_over_without_a_second_call(self, begin, cast, do):
        hand = begin(straight(f"'{do}'"))
        lease = calls.leases.take(Job, hand.job.pk)
        services.suspend_instance(instance_id=hand.instance.pk, reason="wait", actor=cast.admin)
        known = registry.operations()[POST]
        try:
            outcome = calls._call(known, lease, hand.instance)
        except registry.GiveUp as error:
            outcome = {"failure": {"type": "GiveUp", "text": str(error)}}
        calls.take_over(lease, outcome)
        hand.prove()
        assert (hand.status, hand.job.result, hand.job.worker) == ("suspended", outcome, "")
        assert not services.run_job(job_id=hand.job.pk)
        services.resume_instance(instance_id=hand.instance.pk, actor=cast.admin)
        assert services.sweep_jobs() == 1
        with clock.travel(jobs.LEASE + timedelta(seconds=1)):
            hand.call()
        assert len(told) == 1
        assert hand.names == ["look"] if do == "answer" else hand.status == "waiting_incident"

    def test_a_case_that_is_busy_takes_it_over_a_moment_later(self, begin, monkeypatch):
        hand = begin(straight())

        def busy(*_args, **_kwargs):
            raise Conflict("busy", code="busy")

        with monkeypatch.context() as patch:
            patch.setattr(calls, "step_of_instance", busy)
            services.run_job(job_id=hand.job.pk)
        assert hand.prove().job.result["answer"]["receipt"] == "R-1"
        hand.call(later=timedelta(seconds=2))
        assert (hand.names, len(told)) == (["look"], 1)

    def test_trouble_while_taking_over_calls_nobody_again(self, begin, monkeypatch):
        hand = begin(straight())

        def broken(*_args):
            raise RuntimeError("the machine is on fire")

        with monkeypatch.context() as patch:
            patch.setattr(calls, "_tell", broken)
            for minutes in range(0, 60, 15):
                with clock.travel(timedelta(minutes=minutes)):
                    services.run_job(job_id=hand.job.pk)
        hand.prove()
        hand.call(later=timedelta(hours=2))
        assert (hand.names, len(told)) == (["look"], 1)


class TestCancelled:
    def test_what_it_did_outside_is_known_and_the_case_stays_as_it_is(self, begin, cast):
        hand = begin(straight())
        lease = calls.leases.take(Job, hand.job.pk)
        services.cancel_instance(instance_id=hand.instance.pk, reason="over", actor=cast.admin)
        before = hand.prove().instance.revision
        with pytest.raises(calls.LeaseLost):
            calls.take_over(lease, {"answer": {"receipt": "late"}})
        job = Job.objects.get(instance=hand.instance)
        assert (job.status, job.result) == ("cancelled", {"answer": {"receipt": "late"}})
        assert (hand.prove().status, hand.instance.revision) == ("cancelled", before)

    def test_an_older_fence_changes_nothing_at_all(self, begin):
        hand = begin(straight())
        first = calls.leases.take(Job, hand.job.pk)
        with clock.travel(timedelta(minutes=2)):
            second = calls.leases.take(Job, hand.job.pk)
            before = Job.objects.values().get(pk=hand.job.pk)
            with pytest.raises(calls.LeaseLost):
                calls.take_over(first, {"answer": {"receipt": "late"}})
            assert Job.objects.values().get(pk=hand.job.pk) == before
            calls.take_over(second, {"answer": {"receipt": "R-2"}})
        assert hand.prove().variables["answer"] == {"receipt": "R-2"}
        with pytest.raises(calls.LeaseLost):
            calls.take_over(first, {"answer": {"receipt": "late"}})
        assert audit() == []


def test_the_sweeper_offers_both_kinds_each_to_its_workers(begin, monkeypatch):
    offered: list[int] = []
    monkeypatch.setattr(jobs, "wake_callers", offered.extend)
    monkeypatch.setattr(jobs, "wake_workers", lambda ids: offered.extend(-one for one in ids))
    hand = begin(straight())
    assert services.sweep_jobs() == 1
    assert offered == [hand.job.pk]


def test_reading_only_is_over_afterwards():
    from core.readonly import writing_nothing

    with pytest.raises(InternalError), writing_nothing():
        Department.objects.update(name="x")
    assert Department.objects.update(name="y") == Department.objects.count()
