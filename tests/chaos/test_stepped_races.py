"""Pairs of transactions halted at every statement: one wins, the other is told."""

from __future__ import annotations

from collections import Counter

import pytest

from core import clock
from core.errors import Conflict
from tests.chaos.stepping import Meeting, Runner, meet_everywhere
from tests.workflows.conftest import open_item
from tests.workflows.engine.drawing import Drawing
from tests.workflows.running import publish_drawing, user
from workflows import services
from workflows.audit import audit
from workflows.models import HistoryEvent, ProcessInstance, Timer, WorkItem

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
    if isinstance(runner.error, Conflict):
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
        assert winners["first"] and winners["second"], winners

    def test_the_timer_is_halted_at_every_statement(self, case, cast):
        winners: Counter[str] = Counter()
        for meeting in meet_everywhere(lambda: self.later(case, cast)[::-1]):
            winner = one_wins(meeting)
            winners[winner] += 1
            self.settled("late" if winner == "first" else "answered")
        assert winners["first"] and winners["second"], winners

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
        assert winners["first"] and winners["second"], winners
