"""Calls outside under many workers, dead ones and late ones: real threads, real processes, a real service."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import InternalError, connections, transaction

from core import clock
from core.jobs import leases
from core.models import Department
from core.readonly import writing_nothing
from tests.chaos.killing import forget_connections
from tests.chaos.stepping import Meeting, meet_everywhere
from tests.chaos.test_stepped_races import outcome_of
from tests.core.test_jobs_of_many_workers import at_once, until
from tests.fakes.outside import Outside, outside, outside_process
from tests.workflows.engine.drawing import Drawing
from tests.workflows.outside_operations import POST, posting
from tests.workflows.running import publish_drawing, user
from workflows import services
from workflows.audit import audit
from workflows.models import HistoryEvent, Incident, Job, OutsideService, ProcessInstance, Timer
from workflows.services import calls

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]
CALL = "workflows.call_service:fake"
AFTER_THE_LEASE = leases.LEASE + timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _patience(settings):
    settings.STEP_LOCK_TIMEOUT_MS = 60_000


@pytest.fixture
def fake() -> Iterator[Outside]:
    with outside() as service:
        yield service


def known_at(url: str, **more: object) -> OutsideService:
    return OutsideService.objects.create(
        code="fake",
        name_zh="外部",
        name_en="Outside",
        base_url=url,
        timeout=20,
        allow_private=True,
        created_at=clock.now(),
        **more,
    )


def calling(path: str) -> Drawing:
    """One call with an hour's patience, then somebody looks at it."""
    drawing = Drawing("calling").start().end("end", "late")
    drawing.service("call", "workflows.call_service", result="answer", service="'fake'", path=f"'{path}'")
    drawing.add(
        '<bpmn:boundaryEvent id="hour" attachedToRef="call"><bpmn:timerEventDefinition>'
        "<bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )
    user(drawing, "look").chain("start", "call", "look", "end").flow("hour", "late")
    return drawing


@pytest.fixture
def begin(cast) -> Callable[..., Job]:
    """begin("drop") -> the job of a new case that calls the fake service in that way."""
    published: set[str] = set()

    def begin(way: str, url: str = "") -> Job:
        if way not in published:
            if url:
                known_at(url)
            publish_drawing(calling(way), operations=(CALL,))
            published.add(way)
        case = services.start_process(definition_key="calling", actor=cast.admin)
        return Job.objects.get(instance=case)

    return begin


def now_of(job: Job) -> dict[str, object]:
    return Job.objects.values().get(pk=job.pk)


def place_of(job: Job) -> list[str]:
    """What has been passed and where the case stands."""
    case = ProcessInstance.objects.get(pk=job.instance_id)
    passed = case.events.filter(kind=HistoryEvent.Kind.COMPLETED).order_by("seq")
    still = case.work_items.filter(status="open").values_list("element", flat=True)
    return [*passed.values_list("element", flat=True), *(f"at {one}" for one in still)]


@contextmanager
def another_worker(job: Job) -> Iterator[int]:
    """A process of its own that does the job: its pid."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        try:
            forget_connections()
            os._exit(0 if services.run_job(job_id=job.pk) else 3)
        finally:
            os._exit(1)
    try:
        yield pid
    finally:
        try:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass


class TestDeadAndLateWorkers:
    def test_a_worker_killed_between_call_and_answer_has_one_effect(self, begin, fake):
        job = begin("wait", fake.url)
        with another_worker(job) as pid:
            assert fake.rang.wait(20)
            until(lambda: fake.effects[job.key] == 1)
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        fake.may_answer.set()
        assert not services.run_job(job_id=job.pk), "its lease holds"
        with clock.travel(AFTER_THE_LEASE):
            assert services.sweep_jobs() == 1
            assert services.run_job(job_id=job.pk)
        assert (fake.calls[job.key], dict(fake.effects)) == (2, {job.key: 1})
        assert place_of(job) == ["call", "at look"]
        assert audit() == []

    def test_the_answer_of_a_worker_that_lost_its_lease_is_refused(self, begin, fake):
        job = begin("wait", fake.url)
        with another_worker(job) as pid:
            assert fake.rang.wait(20)
            with clock.travel(AFTER_THE_LEASE):
                assert services.run_job(job_id=job.pk)
            before = (now_of(job), place_of(job))
            fake.may_answer.set()
            _pid, status = os.waitpid(pid, 0)
            assert os.WEXITSTATUS(status) == 3, "it heard that its result was refused"
        assert (now_of(job), place_of(job)) == before
        assert dict(fake.effects) == {job.key: 1}
        assert audit() == []

    def test_an_answer_that_comes_after_the_end_of_the_case_is_remembered(self, begin, fake, cast):
        job = begin("wait", fake.url)
        with another_worker(job) as pid:
            assert fake.rang.wait(20)
            services.cancel_instance(instance_id=job.instance_id, reason="over", actor=cast.admin)
            fake.may_answer.set()
            _pid, status = os.waitpid(pid, 0)
            assert os.WEXITSTATUS(status) == 3
        job.refresh_from_db()
        assert (job.status, job.result["answer"]["status"]) == ("cancelled", 200)
        assert ProcessInstance.objects.get(pk=job.instance_id).status == "cancelled"
        assert audit() == []

    def test_an_answer_that_comes_while_the_case_is_suspended_is_kept(self, begin, fake, cast):
        job = begin("wait", fake.url)
        with another_worker(job) as pid:
            assert fake.rang.wait(20)
            services.suspend_instance(instance_id=job.instance_id, reason="wait", actor=cast.admin)
            fake.may_answer.set()
            os.waitpid(pid, 0)
        job.refresh_from_db()
        assert (job.status, job.result["answer"]["status"]) == ("open", 200)
        services.resume_instance(instance_id=job.instance_id, actor=cast.admin)
        assert services.run_job(job_id=job.pk)
        assert (place_of(job), fake.calls[job.key]) == (["call", "at look"], 1)
        assert audit() == []

    def test_one_of_twenty_workers_calls(self, begin, fake):
        job = begin("effect", fake.url)
        answers = at_once(20, lambda _number: services.run_job(job_id=job.pk))
        assert (answers.count(True), fake.calls[job.key]) == (1, 1)
        assert place_of(job) == ["call", "at look"]

    def test_a_service_that_is_killed_knows_its_keys_again(self, begin, tmp_path):
        with outside_process(tmp_path) as service:
            jobs = [begin("storm", service.url) for _number in range(20)]
            for job in jobs[:10]:
                services.run_job(job_id=job.pk)
            service.kill()
            for job in jobs:
                services.run_job(job_id=job.pk)
            service.start()
            for minutes in range(2, 60, 10):
                with clock.travel(timedelta(minutes=minutes)):
                    for job in jobs:
                        services.run_job(job_id=job.pk)
            assert service.effects() == dict.fromkeys((job.key for job in jobs), 1)
        assert {tuple(place_of(job)) for job in jobs} == {("call", "at look")}
        assert audit() == []

    def test_a_rate_holds_for_all_workers_together(self, cast, fake):
        known_at(fake.url, rate_per_minute=3)
        publish_drawing(calling("effect"), operations=(CALL,))
        for _number in range(8):
            services.start_process(definition_key="calling", actor=cast.admin)
        jobs = list(Job.objects.order_by("pk"))
        at_once(8, lambda number: services.run_job(job_id=jobs[number].pk))
        assert len(fake.effects) == 3
        for minutes in (1.1, 2.2, 3.3):
            with clock.travel(timedelta(minutes=minutes)):
                at_once(8, lambda number: services.run_job(job_id=jobs[number].pk))
                assert len(fake.effects) <= 3 * (int(minutes) + 1)
        assert dict(fake.effects) == dict.fromkeys((job.key for job in jobs), 1)


# Races -------------------------------------------------------------------------------------------


def pair_of(cast) -> tuple[ProcessInstance, Job]:
    """A new case, and its call in the hands of a worker that has its answer."""
    case = services.start_process(definition_key="racing", actor=cast.admin)
    return case, Job.objects.get(instance=case, status="open")


@pytest.fixture
def racing(cast) -> None:
    drawing = posting("racing").end("late")
    drawing.add(
        '<bpmn:boundaryEvent id="hour" attachedToRef="call"><bpmn:timerEventDefinition>'
        "<bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )
    publish_drawing(
        user(drawing, "look").chain("start", "call", "look", "end").flow("hour", "late"), operations=(POST,)
    )


def answering(lease: leases.Lease[Job]) -> Callable[[], object]:
    def deed() -> bool:
        try:
            calls.take_over(lease, {"answer": {"receipt": "R"}})
        except leases.LeaseLost:
            return False
        return True

    return deed


def one_wins(meeting: Meeting) -> str:
    ends = [outcome_of(meeting.first), outcome_of(meeting.second)]
    assert sorted(ends) == ["told", "won"], f"halted at {meeting.halted_at}: {ends}"
    assert audit() == [], f"halted at {meeting.halted_at}"
    return "first" if ends[0] == "won" else "second"


ORDERS = pytest.mark.parametrize("answer_is_first", [True, False])


class TestRaces:
    def meet(self, prepare, answer_is_first: bool) -> Iterator[tuple[Meeting, bool]]:
        """Each meeting, and whether the answer won. Both must have won at some of them."""
        order = 1 if answer_is_first else -1
        winners: Counter[str] = Counter()
        for meeting in meet_everywhere(lambda: prepare()[::order]):
            winner = one_wins(meeting)
            winners[winner] += 1
            yield meeting, (winner == "first") == answer_is_first
        assert set(winners) == {"first", "second"}, winners

    @ORDERS
    def test_the_answer_against_cancelling(self, racing, cast, answer_is_first):
        def prepare():
            case, job = pair_of(cast)
            lease = leases.take(Job, job.pk)
            assert lease is not None
            # The answer first makes a step; cancelling then still ends the case: both have won.
            return answering(lease), lambda: cancel_if_it_waits(case, cast)

        for _meeting, answered in self.meet(prepare, answer_is_first):
            job = Job.objects.latest("pk")
            assert job.status == ("done" if answered else "cancelled")
            assert job.result == {"answer": {"receipt": "R"}}, "what happened outside is known either way"

    @ORDERS
    def test_the_answer_against_the_timer_at_its_border(self, racing, cast, answer_is_first):
        def prepare():
            case, job = pair_of(cast)
            lease = leases.take(Job, job.pk)
            Timer.objects.filter(status="open").update(due_at=clock.now(), try_at=clock.now())
            timer = Timer.objects.get(instance=case, status="open")
            return answering(lease), lambda: services.fire_timer(timer_id=timer.pk)

        for _meeting, answered in self.meet(prepare, answer_is_first):
            case = ProcessInstance.objects.latest("pk")
            assert place_of(case.jobs.get()) == (["call", "at look"] if answered else ["late"])
            assert case.jobs.get().result == {"answer": {"receipt": "R"}}

    @ORDERS
    def test_a_late_answer_against_a_retry(self, racing, cast, answer_is_first):
        """The job was given up because its workers seemed dead; one of them comes back as an operator retries."""

        def prepare():
            case, job = pair_of(cast)
            late = leases.take(Job, job.pk)
            with clock.travel(AFTER_THE_LEASE):
                calls.take_over(leases.take(Job, job.pk), {"failure": {"type": "WorkerLost", "text": "dead"}})
            incident = Incident.objects.get(instance=case)
            return answering(late), lambda: services.retry_incident(incident_id=incident.pk, actor=cast.admin)

        order = 1 if answer_is_first else -1
        for meeting in meet_everywhere(lambda: prepare()[::order]):
            ends = [outcome_of(meeting.first), outcome_of(meeting.second)][::order]
            assert ends == ["told", "won"], f"halted at {meeting.halted_at}: {ends}"
            assert audit() == []
            case = ProcessInstance.objects.latest("pk")
            assert [(job.status, job.result) for job in case.jobs.order_by("pk")] == [
                ("failed", None),
                ("open", None),
            ]
            assert len({job.key for job in case.jobs.all()}) == 1

    @ORDERS
    def test_the_answer_against_suspending(self, racing, cast, answer_is_first):
        """Both win: the answer is taken over before, or kept for afterwards."""

        def prepare():
            case, job = pair_of(cast)
            lease = leases.take(Job, job.pk)
            return answering(lease), lambda: services.suspend_instance(
                instance_id=case.pk, reason="x", actor=cast.admin
            )

        order = 1 if answer_is_first else -1
        seen = set()
        for meeting in meet_everywhere(lambda: prepare()[::order]):
            assert meeting.first.error is None
            assert meeting.second.error is None
            assert audit() == []
            job = Job.objects.latest("pk")
            assert job.result == {"answer": {"receipt": "R"}}
            seen.add(job.status)
            if job.status == "open":
                services.resume_instance(instance_id=job.instance_id, actor=cast.admin)
                assert services.run_job(job_id=job.pk)
            assert place_of(job) == ["call", "at look"]
        assert seen == {"open", "done"}


def cancel_if_it_waits(case: ProcessInstance, cast) -> bool:
    """End the case if it still waits for the outside; False if the answer was faster."""
    with transaction.atomic():
        services.cancel_instance(instance_id=case.pk, reason="x", actor=cast.admin)
        if Job.objects.filter(instance=case, status="done").exists():
            transaction.set_rollback(True)
            return False
        return True


# The database is only read ----------------------------------------------------------------------


class TestReadOnly:
    def test_an_operation_outside_writes_nothing(self, cast):
        publish_drawing(
            user(posting("writing", do="'write'"), "look").chain("start", "call", "look", "end"),
            operations=(POST,),
        )
        case = services.start_process(definition_key="writing", actor=cast.admin)
        before = list(Department.objects.order_by("pk").values())
        job = Job.objects.get(instance=case)
        services.run_job(job_id=job.pk)
        job.refresh_from_db()
        assert job.error_type == "django.db.utils.InternalError"
        assert list(Department.objects.order_by("pk").values()) == before
        assert Department.objects.update(name_en="x"), "afterwards it may be written again"

    def test_not_even_in_a_transaction_of_its_own(self, cast):
        with pytest.raises(InternalError), writing_nothing(), transaction.atomic():
            Department.objects.update(name="x")
        assert Department.objects.update(name_en="x")

    def test_no_call_within_a_transaction(self, cast):
        with transaction.atomic(), pytest.raises(RuntimeError), writing_nothing():
            pass
