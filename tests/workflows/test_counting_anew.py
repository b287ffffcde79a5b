"""The calendar changes while cases wait: their moments move, fire once, and nobody hears twice."""

from datetime import UTC, date, datetime, timedelta

import pytest

from core import calendar, clock
from core.calendar import HOLIDAY, MAKE_UP, Count
from core.errors import Conflict
from core.jobs.runner import run_background_job
from core.models import BackgroundJob
from core.services import calendar as changes
from core.services.calendar import Day
from tests.workflows.clockwork import DAY, HOUR, MONDAY, begin, bounded, catching, timer, waiting, words
from tests.workflows.conftest import open_item
from tests.workflows.engine.drawing import Drawing
from tests.workflows.running import publish_drawing, user
from tests.workflows.test_triggers import daily
from workflows import services
from workflows.audit import audit
from workflows.models import ProcessInstance, StartTrigger, Timer, WorkItem
from workflows.services import counting_anew

pytestmark = pytest.mark.django_db

WORKING = words(time="working")
TUESDAY, SATURDAY = date(2026, 12, 1), date(2026, 12, 5)
# Ten o'clock on the first days of the week.
TEN = [MONDAY + n * DAY for n in range(4)]


def minute(moment: datetime | None) -> datetime | None:
    """The clock goes on while a test sets up."""
    return moment and moment.replace(second=0, microsecond=0)


def due(hand) -> datetime:
    return minute(waiting(hand)[0].due_at)


@pytest.fixture(autouse=True)
def _monday():
    with clock.travel(MONDAY):
        yield


@pytest.fixture
def change(cast):
    """change({day: kind}) -> the calendar is changed, and the first of its jobs has run."""

    def make(days: dict[date, str | None]) -> dict:
        wanted = {day: Day(kind) if kind else None for day, kind in days.items()}
        entry = changes.change_days(days=wanted, actor=cast.admin)
        calendar.forget()
        job = BackgroundJob.objects.get(key=f"workflows.count_anew:{entry.pk}:1")
        run_background_job(job.pk)
        job.refresh_from_db()
        assert job.status == "done", job.error
        return job.result

    yield make
    calendar.forget()


def moments(item: WorkItem) -> list[datetime | None]:
    item.refresh_from_db()
    names = ("due_at", "remind_at", "copy_at", "handover_at", "alert_at")
    return [minute(getattr(item, name)) for name in names]


class TestTimers:
    def test_one_armed_before_a_holiday_was_entered_fires_after_it(self, cast, change):
        hand = begin(catching("P1D", extensions=WORKING), cast)
        assert due(hand) == TEN[1]
        assert change({TUESDAY: HOLIDAY})["timers"] == 1
        assert due(hand) == TEN[2]
        with clock.travel(DAY + HOUR):
            assert services.fire_due_timers(seconds=60) == 0
        with clock.travel(2 * DAY + HOUR):
            assert services.fire_due_timers(seconds=60) == 1
            assert services.fire_due_timers(seconds=60) == 0
        assert audit(deep="all") == []

    def test_taking_the_holiday_back_brings_the_moment_back(self, cast, change):
        hand = begin(catching("P1D", extensions=WORKING), cast)
        change({TUESDAY: HOLIDAY})
        assert change({TUESDAY: None})["timers"] == 1
        assert (due(hand), minute(waiting(hand)[0].try_at)) == (TEN[1], TEN[1])

    def test_one_of_the_clock_stays(self, cast, change):
        hand = begin(catching("P1D"), cast)
        before = Timer.objects.values().get()
        assert change({TUESDAY: HOLIDAY}) == {"timers": 0, "starts": 0, "tasks": 0}
        assert Timer.objects.values().get() == before
        assert hand.names == []

    def test_a_round_of_a_cycle_is_counted_from_where_the_rounds_began(self, cast, change):
        hand = begin(bounded("R3/P1D", "Cycle", interrupting=False, extensions=WORKING), cast)
        change({TUESDAY: HOLIDAY})
        assert [(minute(one.due_at), one.round) for one in waiting(hand)] == [(TEN[2], 1)]

    def test_a_moment_that_has_come_stays(self, cast, change):
        hand = begin(catching("P1D", extensions=WORKING), cast)
        with clock.travel(DAY + HOUR):
            assert change({TUESDAY: HOLIDAY})["timers"] == 0
            assert due(hand) == TEN[1]
            assert services.fire_due_timers(seconds=60) == 1

    def test_a_moment_that_now_lies_in_the_past_fires_at_once(self, cast, change):
        """Saturday becomes a working day, entered on Sunday: the deadline of Friday's timer was Saturday."""
        with clock.travel(4 * DAY):
            hand = begin(catching("P1D", extensions=WORKING), cast)
        with clock.travel(6 * DAY):
            change({SATURDAY: MAKE_UP})
            assert due(hand) == MONDAY + 5 * DAY
            assert services.fire_due_timers(seconds=60) == 1

    def test_a_second_look_changes_nothing(self, cast, change):
        begin(catching("P1D", extensions=WORKING), cast)
        change({TUESDAY: HOLIDAY})
        before = list(Timer.objects.values())
        last = BackgroundJob.objects.filter(kind="workflows.count_anew").latest("due_at")
        with clock.travel(counting_anew.SURELY_HEARD):
            run_background_job(last.pk)
        last.refresh_from_db()
        assert (last.result["timers"], list(Timer.objects.values())) == (0, before)

    def test_whoever_armed_by_the_old_calendar_is_found_by_the_second_look(self, cast, change):
        change({TUESDAY: HOLIDAY})
        # A process that has not heard of it yet.
        calendar.assume(calendar.Calendar(), seconds=3600)
        hand = begin(catching("P1D", extensions=WORKING), cast)
        assert due(hand) == TEN[1]
        last = BackgroundJob.objects.filter(kind="workflows.count_anew").latest("due_at")
        with clock.travel(counting_anew.SURELY_HEARD):
            run_background_job(last.pk)
        assert due(hand) == TEN[2]

    def test_timed_starts_move_too(self, cast, change):
        drawing = Drawing("daily").end()
        drawing.element("startEvent", "tick", timer("R/P1D", "Cycle"), extensions=WORKING)
        publish_drawing(user(drawing, "work").chain("tick", "work", "end"))
        assert minute(StartTrigger.objects.get().due_at) == TEN[1]
        assert change({TUESDAY: HOLIDAY})["starts"] == 1
        trigger = StartTrigger.objects.get()
        assert (minute(trigger.due_at), minute(trigger.try_at)) == (TEN[2], TEN[2])


class TestTasks:
    def test_the_moments_of_a_task_move(self, start, change):
        item = open_item(start("approval"), "draft")
        before = moments(item)
        assert before[0] == TEN[1]
        assert change({TUESDAY: HOLIDAY})["tasks"] == 1
        after = moments(item)
        assert after[:2] == [TEN[2], TEN[2]]
        assert after[4] == TEN[2]
        assert all(old <= new for old, new in zip(before, after, strict=True))

    def test_what_is_due_on_a_day_stays(self, cast, change):
        drawing = Drawing("someday").start().end()
        user(drawing, "work", '<flow:due on="today() + 2"/>')
        hand = begin(drawing.chain("start", "work", "end"), cast)
        item = WorkItem.objects.get(instance=hand.instance)
        before = moments(item)
        change({TUESDAY: HOLIDAY})
        assert before[0] is not None
        assert moments(item) == before

    def test_people_who_were_reminded_are_not_reminded_again(self, start, change):
        item = open_item(start("approval"), "draft")
        with clock.travel(DAY + timedelta(minutes=1)):
            assert services.alert_due() == 1
            was_due, remind, copy, handover, _alert = moments(item)
            change({TUESDAY: HOLIDAY, date(2026, 12, 2): HOLIDAY})
            fresh = moments(item)
            assert fresh[:2] == [was_due, remind], "what has come stays"
            assert fresh[2] > copy
            assert fresh[3] > handover
            assert fresh[4] == fresh[2]
            assert services.alert_due() == 0

    def test_a_task_that_is_done_stays(self, start, cast, change):
        item = open_item(start("approval"), "draft")
        WorkItem.objects.filter(pk=item.pk).update(status="cancelled")
        before = moments(item)
        change({TUESDAY: HOLIDAY})
        assert moments(item) == before


def test_a_preview_says_how_much_would_move(start, cast):
    begin(catching("P1D", extensions=WORKING), cast)
    start("approval")
    with_holiday = changes.with_days(calendar.read(), {TUESDAY: Day(HOLIDAY)})
    before = (list(Timer.objects.values()), list(WorkItem.objects.values()))
    assert [(str(one.label), one.number, one.is_more) for one in changes.preview(with_holiday)] == [
        ("流程中的定时", 1, False),
        ("有期限的任务", 1, False),
    ]
    assert changes.preview(calendar.read()) == []
    assert (list(Timer.objects.values()), list(WorkItem.objects.values())) == before
    assert isinstance(changes.preview(with_holiday)[0], Count)


def test_a_busy_case_is_asked_again_later(cast, change, monkeypatch):
    begin(catching("P1D", extensions=WORKING), cast)

    def busy(pk, calendar):
        raise Conflict("busy", code="busy")

    monkeypatch.setattr(counting_anew, "_move_timer", busy)
    changes.change_days(days={TUESDAY: Day(HOLIDAY)}, actor=cast.admin)
    job = BackgroundJob.objects.filter(kind="workflows.count_anew").earliest("due_at")
    run_background_job(job.pk)
    job.refresh_from_db()
    assert (job.status, job.due_at > clock.now()) == ("open", True)
    monkeypatch.undo()
    with clock.travel(timedelta(seconds=30)):
        run_background_job(job.pk)
    assert minute(Timer.objects.get().due_at) == TEN[2]


def test_months_are_those_of_the_office_also_for_an_anchor_in_utc(cast):
    """Midnight of the 31st is the evening of the 30th in UTC, where months end on other days."""
    with clock.travel(datetime(2027, 1, 30, tzinfo=UTC)):
        publish_drawing(daily("R/2027-01-31T00:00:00/P1M"))
    for day in ("2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"):
        trigger = StartTrigger.objects.get()
        assert trigger.due_at.astimezone(clock.COMPANY_ZONE).date().isoformat() == day
        with clock.travel(trigger.due_at + HOUR):
            assert services.fire_start(trigger_id=trigger.pk)
    assert ProcessInstance.objects.count() == 4
