"""Rounds of a cycle, races of events, and timers in the scopes of a case."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core import clock
from core.errors import Conflict
from tests.workflows.clockwork import (
    DAY,
    HOUR,
    MONDAY,
    begin,
    bounded,
    moments,
    pass_by,
    timer,
    waiting,
    words,
)
from tests.workflows.engine.drawing import Drawing
from tests.workflows.running import SETUP, Hand, inside, publish_drawing, user
from workflows import services
from workflows.models import Subscription, Timer
from workflows.services.step import step_of_instance

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
MESSAGE = '<bpmn:message id="paid" name="paid"/>'


@pytest.fixture(autouse=True)
def _monday():
    with clock.travel(MONDAY):
        yield


def reminding(text: str, **given: str) -> Drawing:
    return bounded(text, "Cycle", interrupting=False, extensions=words(**given) if given else "")


def chased(hand: Hand) -> int:
    return hand.instance.work_items.filter(element="chase").count()


class TestRounds:
    def test_each_round_begins_where_the_first_began(self, cast):
        hand = begin(reminding("R3/PT1H"), cast)
        begun = hand.instance.started_at
        for late in (HOUR + timedelta(minutes=20), 2 * HOUR + timedelta(minutes=10), 3 * HOUR):
            assert pass_by(hand, late + timedelta(seconds=5)) == 1
        assert [due - begun for due in moments(hand)] == [HOUR, 2 * HOUR, 3 * HOUR]
        assert (chased(hand), waiting(hand)) == (3, [])
        assert pass_by(hand, 40 * DAY) == 0

    def test_one_that_nobody_ends_goes_on_without_end(self, cast):
        hand = begin(reminding("R/PT1H"), cast)
        for hours in range(1, 6):
            pass_by(hand, hours * HOUR + timedelta(seconds=5))
        assert (chased(hand), len(waiting(hand))) == (5, 1)
        assert waiting(hand)[0].round == 6
        hand.do("work", cast.rep1)
        assert waiting(hand) == []

    def test_after_a_week_nobody_ran_the_missed_rounds_are_one(self, cast):
        hand = begin(reminding("R/P1D"), cast)
        assert pass_by(hand, 7 * DAY + HOUR) == 1
        following = waiting(hand)[0]
        assert (following.round, following.due_at - hand.instance.started_at) == (8, 8 * DAY)

    def test_or_each_is_made_up_for_when_the_diagram_says_so(self, cast):
        hand = begin(reminding("R/P1D", missed="each"), cast)
        assert pass_by(hand, 7 * DAY + HOUR) == 7
        assert [(due - hand.instance.started_at).days for due in moments(hand)] == [1, 2, 3, 4, 5, 6, 7]
        assert waiting(hand)[0].round == 8

    def test_missed_rounds_use_up_a_cycle_of_three(self, cast):
        hand = begin(reminding("R3/P1D"), cast)
        assert pass_by(hand, 9 * DAY) == 1
        assert pass_by(hand, 30 * DAY) == 0
        left = waiting(hand)
        # It keeps its place until the activity ends, and never fires.
        assert [(one.due_at, one.try_at) for one in left] in ([], [(None, None)])
        assert hand.do("work", cast.rep1).do("chase", cast.rep1).status == "completed"

    def test_a_month_from_the_31st_falls_on_the_last_day_and_back_on_the_31st(self, cast):
        with clock.travel(datetime(2027, 1, 31, 10, tzinfo=SHANGHAI) - clock.now()):
            hand = begin(reminding("R/P1M"), cast)
            for _round in range(4):
                due = waiting(hand)[0].due_at
                with clock.travel(due + timedelta(seconds=1)):
                    assert services.fire_due_timers() == 1
        days = [due.astimezone(SHANGHAI).strftime("%m-%d %H") for due in moments(hand)]
        assert days == ["02-28 10", "03-31 10", "04-30 10", "05-31 10"]

    def test_with_a_start_the_rounds_before_now_do_not_count(self, cast):
        hand = begin(reminding("R/2026-11-29T08:00:00+08:00/P1D"), cast)
        assert waiting(hand)[0].due_at == datetime(2026, 12, 1, 0, 0, tzinfo=UTC)
        assert pass_by(hand, DAY) == 1
        assert waiting(hand)[0].due_at == datetime(2026, 12, 2, 0, 0, tzinfo=UTC)

    def test_rounds_of_working_time_leave_out_the_weekend(self, cast):
        hand = begin(reminding("R/P1D", time="working"), cast)
        for day in range(1, 15):
            pass_by(hand, day * DAY + HOUR)
        weekdays = [due.astimezone(SHANGHAI).isoweekday() for due in moments(hand)]
        assert (len(weekdays), max(weekdays)) == (10, 5)

    @pytest.mark.parametrize(("text", "round_"), [("R/P1D", 800), ("R/PT1H", 9000)])
    def test_rounds_of_working_time_go_on_for_years(self, cast, text, round_):
        hand = begin(reminding(text, time="working"), cast)
        Timer.objects.filter(instance=hand.instance).update(round=round_)
        assert pass_by(hand, DAY + HOUR) == 1
        following = waiting(hand)[0]
        assert following.round == round_ + 1
        assert following.due_at > hand.instance.started_at + 1000 * DAY

    def test_what_lies_more_than_a_hundred_years_away_is_refused_in_words(self, cast):
        publish_drawing(bounded("P30000D", extensions=words(time="working")))
        with pytest.raises(Conflict) as refusal:
            Hand.start("bounded", cast.rep1)
        assert (refusal.value.code, Timer.objects.exists()) == ("timer_far", False)

    def test_the_row_counts_the_rounds_as_the_case_does(self, cast):
        hand = begin(reminding("R4/PT1H"), cast)
        pass_by(hand, HOUR + timedelta(seconds=5))
        pass_by(hand, 2 * HOUR + timedelta(seconds=5))
        with step_of_instance(hand.instance.pk, actor=SETUP) as step:
            armed = [one.timer for one in step.load().waiting() if one.kind == "timer"]
        assert [one.round + 1 for one in armed if one] == [one.round for one in waiting(hand)] == [3]


def raced() -> str:
    """Wait for a message, an hour or a day, whichever comes first."""
    drawing = Drawing("raced").start().end()
    drawing.element("eventBasedGateway", "race")
    drawing.element("intermediateCatchEvent", "hour", timer("PT1H"))
    drawing.element("intermediateCatchEvent", "day", timer("P1D"))
    drawing.element(
        "intermediateCatchEvent",
        "paid_in",
        '<bpmn:messageEventDefinition messageRef="paid"/>',
        extensions="<flow:correlate value=\"'K1'\"/>",
    )
    drawing.element("exclusiveGateway", "merge")
    user(drawing, "work")
    drawing.chain("start", "race", "hour", "merge", "work", "end")
    drawing.chain("race", "day", "merge").chain("race", "paid_in", "merge")
    return drawing.bytes(MESSAGE).decode()


class TestScopes:
    def test_each_branch_of_a_race_has_its_row_and_the_first_ends_the_others(self, cast):
        publish_drawing(raced(), key="raced")
        hand = Hand.start("raced", cast.admin)
        assert [(one.element, one.due_at - hand.instance.started_at) for one in waiting(hand)] == [
            ("hour", HOUR),
            ("day", DAY),
        ]
        assert pass_by(hand, 2 * HOUR) == 1
        rows = Timer.objects.filter(instance=hand.instance).values_list("element", "status")
        assert sorted(rows) == [("day", "cancelled"), ("hour", "fired")]
        assert Subscription.objects.get(instance=hand.instance).status == "cancelled"
        assert hand.names == ["work"]

    def test_two_due_at_once_in_a_race_are_one(self, cast):
        publish_drawing(raced(), key="raced")
        hand = Hand.start("raced", cast.admin)
        assert pass_by(hand, 3 * DAY) == 1
        assert hand.names == ["work"]

    @pytest.mark.parametrize("interrupting", [True, False])
    def test_it_starts_an_event_subprocess(self, cast, interrupting):
        drawing = user(Drawing("alarmed").start().end(), "work").chain("start", "work", "end")
        content = Drawing("in").end("e")
        more = {} if interrupting else {"isInterrupting": "false"}
        content.element("startEvent", "s", timer("PT1H"), **more)
        user(content, "alarm").chain("s", "alarm", "e")
        drawing.add(inside("subProcess", "handler", content, triggeredByEvent="true"))
        hand = begin(drawing, cast)
        assert pass_by(hand, 2 * HOUR) == 1
        assert hand.names == (["alarm"] if interrupting else ["alarm", "work"])
        for name in list(hand.names):
            hand.do(name, cast.rep1)
        assert hand.status == "completed"

    def test_in_a_called_process_it_is_found_by_its_path(self, cast):
        called = Drawing("called").start("cs").end("ce")
        called.element("intermediateCatchEvent", "cwait", timer("PT1H"))
        publish_drawing(user(called, "cwork").chain("cs", "cwait", "cwork", "ce"))
        calling = Drawing("calling").start().end("end", "gone")
        calling.element("callActivity", "call", calledElement="called")
        calling.element("boundaryEvent", "late", timer("P1D"), attachedToRef="call")
        hand = begin(calling.chain("start", "call", "end").flow("late", "gone"), cast)
        assert [one.element for one in waiting(hand)] == ["call/cwait", "late"]
        assert pass_by(hand, 2 * HOUR) == 1
        told = hand.instance.events.get(kind="fired")
        assert (told.element, hand.names) == ("call/cwait", ["call/cwork"])
        assert pass_by(hand, 2 * DAY) == 1
        assert hand.status == "completed"
