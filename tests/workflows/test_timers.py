"""Timers in the application: rows that fire once, at their moment, and what of them ends with what they stand on."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from core.jobs import health
from tests.workflows.clockwork import (
    DAY,
    HOUR,
    MONDAY,
    begin,
    bounded,
    catching,
    moments,
    pass_by,
    timer,
    waiting,
    words,
)  # fmt: skip
from tests.workflows.engine.drawing import Drawing
from tests.workflows.running import each, form, inside, user
from workflows import services
from workflows.models import Incident, ProcessInstance, Timer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday():
    with clock.travel(MONDAY):
        yield


class TestFiring:
    def test_a_case_goes_on_when_its_moment_has_come_and_not_before(self, cast):
        hand = begin(catching("PT1H"), cast)
        assert pass_by(hand, HOUR - timedelta(seconds=1)) == 0
        assert (hand.names, len(waiting(hand))) == ([], 1)
        assert pass_by(hand, HOUR + timedelta(seconds=1)) == 1
        assert (hand.names, waiting(hand)) == (["work"], [])

    def test_it_is_told_once_and_by_whom(self, cast):
        hand = begin(catching("PT1H"), cast)
        pass_by(hand, 2 * HOUR)
        told = hand.instance.events.get(element="wait")
        assert (told.kind, told.actor, told.actor_label) == ("fired", None, "catching:wait")
        assert datetime.fromisoformat(told.data["due_at"]) == moments(hand)[0]
        assert told.data["flows"] == ["catching_f2"]

    def test_offered_early_twice_or_for_nothing_it_does_nothing(self, cast):
        hand = begin(catching("PT1H"), cast)
        pk = waiting(hand)[0].pk
        assert not services.fire_timer(timer_id=pk)
        assert not services.fire_timer(timer_id=10**9)
        with clock.travel(HOUR):
            assert services.fire_timer(timer_id=pk)
            revision = ProcessInstance.objects.get(pk=hand.instance.pk).revision
            assert not services.fire_timer(timer_id=pk)
            assert ProcessInstance.objects.get(pk=hand.instance.pk).revision == revision

    def test_a_date_that_has_passed_is_due_at_once(self, cast):
        hand = begin(catching("2020-01-01T00:00:00+08:00", "Date"), cast)
        assert pass_by(hand, timedelta(0)) == 1
        assert hand.names == ["work"]

    @pytest.mark.parametrize(
        ("text", "due"),
        [
            ("2026-12-03T10:00:00+09:00", datetime(2026, 12, 3, 1, 0, tzinfo=UTC)),
            ("2026-12-03T10:00:00Z", datetime(2026, 12, 3, 10, 0, tzinfo=UTC)),
            ("2026-12-03T10:00:00", datetime(2026, 12, 3, 2, 0, tzinfo=UTC)),
            ("2026-12-03", datetime(2026, 12, 2, 16, 0, tzinfo=UTC)),
        ],
    )
    def test_a_moment_keeps_its_zone_and_without_one_it_is_the_companys(self, cast, text, due):
        hand = begin(catching(text, "Date"), cast)
        assert waiting(hand)[0].due_at == due
        assert pass_by(hand, due - MONDAY - timedelta(seconds=2)) == 0
        assert pass_by(hand, due - MONDAY + timedelta(seconds=2)) == 1

    def test_working_time_stands_still_over_the_weekend(self, cast):
        hand = begin(catching("P5DT1H", extensions=words(time="working")), cast)
        # Monday to Friday are five working days; the hour begins where Monday's does.
        assert waiting(hand)[0].due_at > datetime(2026, 12, 7, 0, 0, tzinfo=UTC)
        assert pass_by(hand, 6 * DAY) == 0
        assert pass_by(hand, 8 * DAY) == 1

    def test_an_expression_says_when_and_it_is_settled_once(self, cast):
        drawing = Drawing("asked", extensions='<flow:variable name="day" type="date"/>').start().end()
        user(drawing, "ask", form("day:date"))
        drawing.element("intermediateCatchEvent", "wait", timer("day", "Date"))
        user(drawing, "work")
        hand = begin(drawing.chain("start", "ask", "wait", "work", "end"), cast)
        hand.do("ask", day="2026-12-05")
        assert waiting(hand)[0].due_at == datetime(2026, 12, 4, 16, 0, tzinfo=UTC)

    def test_a_suspended_case_keeps_it_and_goes_on_when_resumed(self, cast):
        hand = begin(catching("PT1H"), cast)
        services.suspend_instance(instance_id=hand.instance.pk, reason="check", actor=cast.admin)
        assert pass_by(hand, 2 * HOUR) == 0
        row = waiting(hand)[0]
        assert row.try_at > MONDAY + 2 * HOUR + timedelta(minutes=9), "nobody looks at it again and again"
        with clock.travel(2 * HOUR):
            assert not health.state_of_background().is_delayed
            services.resume_instance(instance_id=hand.instance.pk, actor=cast.admin)
            assert services.fire_due_timers() == 1
        assert hand.prove().names == ["work"]

    def test_a_cancelled_case_fires_nothing(self, cast):
        hand = begin(catching("PT1H"), cast)
        pk = waiting(hand)[0].pk
        services.cancel_instance(instance_id=hand.instance.pk, reason="over", actor=cast.admin)
        assert pass_by(hand, 2 * HOUR) == 0
        with clock.travel(2 * HOUR):
            assert not services.fire_timer(timer_id=pk)
        assert Timer.objects.get(pk=pk).status == "cancelled"

    def test_a_firing_costs_few_statements(self, cast):
        hand = begin(catching("PT1H"), cast)
        pk = waiting(hand)[0].pk
        with clock.travel(2 * HOUR), CaptureQueriesContext(connection) as captured:
            assert services.fire_timer(timer_id=pk)
        # savepoint, lock and read, anybody in the role, write, release
        assert len(captured) == 5, [one["sql"][:60] for one in captured]

    def test_looking_when_nothing_is_due_is_one_statement(self, cast):
        begin(catching("PT1H"), cast)
        with CaptureQueriesContext(connection) as captured:
            assert services.offer_due_timers() == 0
        assert len(captured) == 1


class TestTrouble:
    def test_what_fails_behind_it_is_held_and_the_timer_has_fired(self, cast):
        drawing = Drawing("charging").start().end()
        drawing.element("intermediateCatchEvent", "wait", timer("PT1H"))
        drawing.service("charge", "tests.charge", account="'broken'")
        hand = begin(drawing.chain("start", "wait", "charge", "end"), cast)
        assert pass_by(hand, 2 * HOUR) == 1
        assert hand.status == "waiting_incident"
        assert (len(moments(hand)), waiting(hand)) == (1, [])

    def test_a_refusal_behind_it_has_nobody_to_tell_and_is_held(self, cast):
        drawing = Drawing("charging").start().end()
        drawing.element("intermediateCatchEvent", "wait", timer("PT1H"))
        drawing.service("charge", "tests.charge", account="'refuse'")
        hand = begin(drawing.chain("start", "wait", "charge", "end"), cast)
        assert pass_by(hand, 2 * HOUR) == 1
        held = Incident.objects.get(instance=hand.instance, status="open")
        assert "The account is refused." in held.message

    def test_trouble_around_it_is_tried_again_later_and_later(self, cast, monkeypatch):
        hand = begin(catching("PT1H"), cast)
        pk = waiting(hand)[0].pk
        state = ProcessInstance.objects.get(pk=hand.instance.pk).state
        ProcessInstance.objects.filter(pk=hand.instance.pk).update(state={"v": "torn"})
        pauses = []
        with clock.travel(2 * HOUR):
            for _attempt in range(12):
                assert not services.fire_timer(timer_id=pk)
                pauses.append((Timer.objects.get(pk=pk).try_at - clock.now()).total_seconds())
            torn = Timer.objects.get(pk=pk)
            assert (torn.status, torn.attempts) == ("open", 12)
            assert "StateError" in torn.error
            assert [round(pause) for pause in pauses[:3]] == [5, 10, 20]
            assert round(pauses[-1]) == 600
            ProcessInstance.objects.filter(pk=hand.instance.pk).update(state=state)
        assert pass_by(hand, 3 * HOUR) == 1
        assert hand.names == ["work"]

    def test_a_row_that_its_case_does_not_know_waits_for_the_audit(self, cast):
        hand = begin(catching("PT1H"), cast)
        row = waiting(hand)[0]
        Timer.objects.filter(pk=row.pk).update(token="999")
        with clock.travel(2 * HOUR):
            assert not services.fire_timer(timer_id=row.pk)
            row.refresh_from_db()
            assert (row.status, row.try_at > clock.now() + timedelta(minutes=9)) == ("open", True)
            assert services.fire_due_timers() == 0

    def test_health_tells_when_nobody_looks(self, cast):
        hand = begin(catching("PT1H"), cast)
        with clock.travel(HOUR + timedelta(minutes=2)):
            state = health.state_of_background()
            assert (state.what, state.since) == ("timers", waiting(hand)[0].due_at)
            services.fire_due_timers()
            assert not health.state_of_background().is_delayed


class TestOnAnActivity:
    def test_it_takes_the_work_away(self, cast):
        hand = begin(bounded("PT1H"), cast)
        pass_by(hand, 2 * HOUR)
        assert hand.names == ["chase"]
        assert hand.do("chase", cast.rep1).status == "completed"

    def test_work_done_in_time_takes_it_away(self, cast):
        hand = begin(bounded("PT1H"), cast).do("work", cast.rep1)
        assert (hand.status, Timer.objects.get(instance=hand.instance).status) == ("completed", "cancelled")
        assert pass_by(hand, 2 * HOUR) == 0

    def test_beside_the_work_it_fires_once(self, cast):
        hand = begin(bounded("PT1H", interrupting=False), cast)
        assert pass_by(hand, 10 * HOUR) == 1
        assert (hand.names, waiting(hand)) == (["chase", "work"], [])
        hand.do("work", cast.rep1).do("chase", cast.rep1)
        assert hand.status == "completed"

    def test_in_a_multi_instance_each_has_its_own(self, cast):
        drawing = (
            Drawing("several", extensions='<flow:variable name="people" type="list" item="text"/>')
            .start()
            .end()
        )
        content = user(Drawing("in").start("s").end("e", "l"), "review")
        content.element("boundaryEvent", "late", timer("PT1H"), attachedToRef="review")
        content.chain("s", "review", "e").flow("late", "l")
        drawing.add(inside("subProcess", "sub", content, marker=each("people", "person")))
        hand = begin(drawing.chain("start", "sub", "end"), cast, data={"people": ["a", "b", "c"]})
        assert len(waiting(hand)) == 3
        hand.do("review#1", cast.rep1)
        assert pass_by(hand, 2 * HOUR) == 2
        assert (hand.status, hand.passed(people=True)) == ("completed", ["review#1"])

    def test_it_ends_with_the_subprocess_around_it(self, cast):
        drawing = Drawing("around").start().end("end", "gone")
        content = Drawing("in").start("s").end("e")
        content.element("intermediateCatchEvent", "inner", timer("P3D")).chain("s", "inner", "e")
        drawing.add(inside("subProcess", "sub", content))
        drawing.element("boundaryEvent", "late", timer("P1D"), attachedToRef="sub")
        hand = begin(drawing.chain("start", "sub", "end").flow("late", "gone"), cast)
        assert len(waiting(hand)) == 2
        assert pass_by(hand, DAY + HOUR) == 1
        rows = Timer.objects.filter(instance=hand.instance).values_list("element", "status")
        assert (hand.status, sorted(rows)) == ("completed", [("inner", "cancelled"), ("late", "fired")])
