"""Real threads at a moment that has come: it fires once, against others who look, against people, against the end."""

from datetime import timedelta

import pytest

from core import clock
from core.errors import Conflict
from core.models import User
from tests.chaos.test_races import WON, race
from tests.workflows.clockwork import HOUR, begin, bounded, catching
from tests.workflows.running import publish_drawing
from tests.workflows.test_triggers import daily
from workflows import services
from workflows.audit import audit
from workflows.models import HistoryEvent, ProcessInstance, StartTrigger, Timer, WorkItem

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

ROUNDS = 40


@pytest.fixture(autouse=True)
def _patience(settings):
    settings.STEP_LOCK_TIMEOUT_MS = 60_000


@pytest.fixture
def later():
    """Everything that began before this is due in it."""

    def travel():
        return clock.travel(2 * HOUR)

    return travel


def firings(case: ProcessInstance) -> int:
    return HistoryEvent.objects.filter(instance=case, kind="fired").count()


def test_many_who_look_fire_each_timer_once(cast, later):
    publish_drawing(catching("PT1H"))
    cases = [services.start_process(definition_key="catching", actor=cast.rep1) for _ in range(60)]
    with later():
        results = race([lambda: services.fire_due_timers(seconds=30)] * 8)
    assert results == [WON] * 8
    assert [firings(case) for case in cases] == [1] * 60
    assert set(Timer.objects.values_list("status", flat=True)) == {"fired"}
    assert audit(deep="all") == []


def test_one_timer_offered_to_many_fires_once(cast, later):
    hand = begin(catching("PT1H"), cast)
    pk, fired = Timer.objects.get().pk, []
    with later():
        race([lambda: fired.append(services.fire_timer(timer_id=pk))] * 20)
    assert (sorted(fired), firings(hand.instance)) == ([False] * 19 + [True], 1)
    assert audit(deep="all") == []


def test_a_round_of_a_start_begins_one_case(cast):
    publish_drawing(daily("R/PT1H"))
    pk, begun = StartTrigger.objects.get().pk, []
    with clock.travel(HOUR + timedelta(minutes=1)):
        race([lambda: begun.append(services.fire_start(trigger_id=pk))] * 20)
    assert (begun.count(True), ProcessInstance.objects.count()) == (1, 1)
    assert (StartTrigger.objects.get().round, audit(deep="all")) == (2, [])


@pytest.mark.parametrize("interrupting", [True, False])
def test_a_person_finishes_while_the_moment_comes(cast, later, interrupting):
    """Both orders are right, and each is whole: the work was done, or taken away and somebody told."""
    publish_drawing(bounded("PT1H", interrupting=interrupting))
    person = User.objects.get(pk=cast.rep1.pk)
    seen = set()
    for _round in range(ROUNDS):
        case = services.start_process(definition_key="bounded", actor=person)
        item = WorkItem.objects.get(instance=case, status="open").pk
        timer = Timer.objects.get(instance=case).pk
        with later():
            done, _fired = race(
                [
                    lambda item=item: services.complete_work_item(work_item_id=item, actor=person),
                    lambda timer=timer: services.fire_timer(timer_id=timer),
                ]
            )
        item, timer = WorkItem.objects.get(pk=item), Timer.objects.get(pk=timer)
        chased = case.work_items.filter(element="chase").count()
        outcome = (done == WON, item.status, timer.status, chased)
        seen.add(outcome)
        if done != WON:
            assert isinstance(done, Conflict)
    both = {(True, "completed", "cancelled", 0), (False, "cancelled", "fired", 1)}
    if not interrupting:
        both = {(True, "completed", "cancelled", 0), (True, "completed", "fired", 1)}
    assert seen <= both, seen
    assert audit(deep="all") == []


def test_a_case_is_ended_while_the_moment_comes(cast, later):
    publish_drawing(catching("PT1H"))
    seen = set()
    for _round in range(ROUNDS):
        case = services.start_process(definition_key="catching", actor=cast.rep1)
        timer = Timer.objects.get(instance=case).pk
        with later():
            results = race(
                [
                    lambda case=case: services.cancel_instance(
                        instance_id=case.pk, reason="over", actor=cast.admin
                    ),
                    lambda timer=timer: services.fire_timer(timer_id=timer),
                ]
            )
        assert results == [WON, WON]
        case.refresh_from_db()
        assert case.status == "cancelled"
        assert not WorkItem.objects.filter(instance=case, status="open").exists()
        seen.add((Timer.objects.get(pk=timer).status, firings(case)))
    assert seen <= {("cancelled", 0), ("fired", 1)}
    assert audit(deep="all") == []
