"""Pairs of transactions halted at every statement: one wins, the other is told.

Deadlines stand in test_deadline_races, payments against signatures in test_payment_meets_signature, answers
of the outside against cancelling, retrying and suspending in test_outside_calls.
"""

from __future__ import annotations

from collections import Counter

import pytest

from core import clock
from core.errors import Conflict
from core.jobs import LeaseLost, leases
from tests.chaos.stepping import Meeting, Runner, meet_everywhere
from tests.workflows import posts
from tests.workflows.conftest import open_item
from tests.workflows.engine.drawing import Drawing
from tests.workflows.outside_operations import POST, posting
from tests.workflows.running import publish_drawing, user
from workflows import services
from workflows.audit import audit
from workflows.models import Delivery, HistoryEvent, Job, ProcessInstance, Timer, WorkItem
from workflows.services import calls

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _patience(settings):
    """Whoever waits for the other one's lock gets it: nobody is told "busy" here."""
    settings.STEP_LOCK_TIMEOUT_MS = 60_000


def against_the_clock() -> Drawing:
    """A person answers within an hour, or the case goes on without."""
    drawing = Drawing("against_the_clock").start().end("answered").end("late")
    user(drawing, "answer")
    drawing.add(
        '<bpmn:boundaryEvent id="hour" attachedToRef="answer"><bpmn:timerEventDefinition>'
        "<bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )
    return drawing.chain("start", "answer", "answered").chain("hour", "late")


def outcome_of(runner: Runner) -> str:
    """ "won", "told" (a conflict that says why, or nothing left to do), or the error that must not be."""
    if isinstance(runner.error, (Conflict, LeaseLost)):
        return "told"
    if runner.error is not None:
        return repr(runner.error)
    return "told" if runner.result is False else "won"


def one_wins(meeting: Meeting) -> str:
    """Who won; the other was told."""
    ends = [outcome_of(meeting.first), outcome_of(meeting.second)]
    assert sorted(ends) == ["told", "won"], f"halted at {meeting.halted_at}: {ends}"
    assert audit() == [], f"halted at {meeting.halted_at}"
    return "first" if ends[0] == "won" else "second"


class TestCompleteAgainstTimer:
    @pytest.fixture
    def case(self, cast):
        publish_drawing(against_the_clock())
        return lambda: services.start_process(definition_key="against_the_clock", actor=cast.rep1)

    def pair(self, case, cast):
        instance = case()
        item, timer = open_item(instance, "answer"), Timer.objects.get(instance=instance)
        return (
            lambda: services.complete_work_item(work_item_id=item.pk, actor=cast.rep1),
            lambda: services.fire_timer(timer_id=timer.pk),
        )

    def settled(self, passed: str) -> None:
        """The newest case ended in that way only, and both rows are closed."""
        instance = ProcessInstance.objects.latest("pk")
        assert instance.status == ProcessInstance.Status.COMPLETED
        ends = instance.events.filter(element__in=["answered", "late"], kind=HistoryEvent.Kind.COMPLETED)
        assert list(ends.values_list("element", flat=True)) == [passed]
        assert not WorkItem.objects.open().filter(instance=instance).exists()
        assert not Timer.objects.filter(instance=instance, status=Timer.Status.OPEN).exists()

    def test_the_person_is_halted_at_every_statement(self, case, cast):
        winners: Counter[str] = Counter()
        for meeting in meet_everywhere(lambda: self.later(case, cast)):
            winner = one_wins(meeting)
            winners[winner] += 1
            self.settled("answered" if winner == "first" else "late")
        assert set(winners) == {"first", "second"}

    def test_the_timer_is_halted_at_every_statement(self, case, cast):
        winners: Counter[str] = Counter()
        for meeting in meet_everywhere(lambda: self.later(case, cast)[::-1]):
            winner = one_wins(meeting)
            winners[winner] += 1
            self.settled("late" if winner == "first" else "answered")
        assert set(winners) == {"first", "second"}

    def later(self, case, cast):
        """The timer is due when the two meet."""
        pair = self.pair(case, cast)
        Timer.objects.filter(status="open").update(due_at=clock.now(), try_at=clock.now())
        return pair


class TestCompleteAgainstCancel:
    def pair(self, cast):
        instance = services.start_process(definition_key="against_the_clock", actor=cast.rep1)
        item = open_item(instance, "answer")
        return (
            lambda: services.complete_work_item(work_item_id=item.pk, actor=cast.rep1),
            lambda: services.cancel_instance(instance_id=instance.pk, reason="x", actor=cast.admin),
        )

    @pytest.mark.parametrize("first_is_cancelling", [False, True])
    def test_either_is_halted_at_every_statement(self, cast, first_is_cancelling):
        publish_drawing(against_the_clock())
        winners: Counter[str] = Counter()
        order = -1 if first_is_cancelling else 1
        for meeting in meet_everywhere(lambda: self.pair(cast)[::order]):
            winner = one_wins(meeting)
            winners[winner] += 1
            is_cancelled = (winner == "first") == first_is_cancelling
            instance = ProcessInstance.objects.latest("pk")
            assert instance.status == ("cancelled" if is_cancelled else "completed")
            assert instance.work_items.get().status == instance.status
        assert set(winners) == {"first", "second"}


def waiting_with_an_hour() -> Drawing:
    """Waits for a message, at most for an hour."""
    number = '<flow:variable name="number" type="integer" required="true"/>'
    drawing = Drawing("hours_wait", extensions=number).start().end("heard", "late")
    drawing.element("eventBasedGateway", "either")
    drawing.element(
        "intermediateCatchEvent", "wait", posts.message("paid"), extensions=posts.correlate("number")
    )
    drawing.add(
        '<bpmn:intermediateCatchEvent id="hour"><bpmn:timerEventDefinition><bpmn:timeDuration>PT1H'
        "</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    )
    return drawing.chain("start", "either", "wait", "heard").chain("either", "hour", "late")


class TestMessage:
    """On its way to a case that is cancelled, or whose time has come."""

    @pytest.fixture(autouse=True)
    def _nobody_delivers_by_the_way(self, monkeypatch):
        monkeypatch.setattr("workflows.services.delivery.AT_ONCE", 0)

    def pair(self, cast, other):
        # A message that came too late is kept: each case waits for one of its own.
        number = ProcessInstance.objects.count()
        instance = services.start_process(
            definition_key="hours_wait", actor=cast.admin, data={"number": number}
        )
        services.send_message(name="paid", correlation={"number": number}, actor=cast.admin)
        delivery = Delivery.objects.get(status="open")
        Timer.objects.filter(status="open").update(due_at=clock.now(), try_at=clock.now())
        return (lambda: services.deliver(delivery_id=delivery.pk), other(instance))

    def see(self, cast, other, *, order: int, end: str) -> None:
        """``end`` is how the case has ended when the other one has won."""
        posts.put_up(waiting_with_an_hour())
        winners: Counter[str] = Counter()
        for meeting in meet_everywhere(lambda: self.pair(cast, other)[::order]):
            winner = one_wins(meeting)
            winners[winner] += 1
            is_heard = (winner == "first") == (order == 1)
            instance = ProcessInstance.objects.latest("pk")
            assert instance.status == ("completed" if is_heard or end == "late" else "cancelled")
            ends = instance.events.filter(element__in=["heard", "late"], kind=HistoryEvent.Kind.COMPLETED)
            expected = ["heard"] if is_heard else ["late"] if end == "late" else []
            assert list(ends.values_list("element", flat=True)) == expected
            fate = Delivery.objects.latest("pk")
            assert fate.status == ("done" if is_heard else "void")
            assert not instance.subscriptions.filter(status="open").exists()
            assert not instance.timers.filter(status="open").exists()
        assert set(winners) == {"first", "second"}

    @pytest.mark.parametrize("order", [1, -1])
    def test_against_cancel(self, cast, order):
        def cancelling(instance):
            return lambda: services.cancel_instance(instance_id=instance.pk, reason="x", actor=cast.admin)

        self.see(cast, cancelling, order=order, end="cancelled")

    @pytest.mark.parametrize("order", [1, -1])
    def test_against_the_timer_of_an_event_gateway(self, cast, order):
        def firing(instance):
            timer = Timer.objects.get(instance=instance)
            return lambda: services.fire_timer(timer_id=timer.pk)

        self.see(cast, firing, order=order, end="late")


class TestResultOfAJob:
    """A worker comes back from the outside, and another one has its job in hand."""

    ANSWER = {"answer": {"receipt": "R-1", "amount": "12.50"}}

    def called(self, cast):
        """A case whose call a worker has in hand."""
        instance = services.start_process(definition_key="posting", actor=cast.rep1)
        lease = leases.take(Job, Job.objects.get(instance=instance).pk, "first")
        return instance, lease

    def see(self, cast, prepare, after) -> None:
        publish_drawing(user(posting(), "look").chain("start", "call", "look", "end"), operations=(POST,))
        for order in (1, -1):
            winners: Counter[str] = Counter()
            for meeting in meet_everywhere(lambda order=order: prepare(cast)[::order]):
                winner = one_wins(meeting)
                winners[winner] += 1
                after(ProcessInstance.objects.latest("pk"), (winner == "first") == (order == 1))
            assert winners, "they never met"

    def test_against_another_worker_that_takes_the_job(self, cast):
        """The lease is over; whoever writes first has the job."""

        def prepare(cast):
            _instance, lease = self.called(cast)
            Job.objects.filter(pk=lease.job.pk).update(leased_until=clock.now())
            return (
                lambda: calls.take_over(lease, self.ANSWER),
                lambda: leases.take(Job, lease.job.pk, "second") is not None,
            )

        def after(instance, result_won):
            job = Job.objects.get(instance=instance)
            assert (job.status, job.worker) == (("done", "first") if result_won else ("open", "second"))
            assert WorkItem.objects.open().filter(instance=instance).exists() == result_won

        self.see(cast, prepare, after)
