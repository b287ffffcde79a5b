"""Real threads: moments are counted anew while they come. Each timer fires once, whoever was faster."""

from datetime import date

import pytest

from core import calendar, clock
from core.calendar import HOLIDAY, Calendar
from tests.chaos.test_races import WON, race
from tests.workflows.clockwork import DAY, HOUR, MONDAY, catching, words
from tests.workflows.running import publish_drawing
from workflows import services
from workflows.audit import audit
from workflows.models import HistoryEvent, Timer
from workflows.services import counting_anew

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

HOLIDAY_ON_TUESDAY = Calendar(days={date(2026, 12, 1): HOLIDAY})


@pytest.fixture(autouse=True)
def _patience(settings):
    settings.STEP_LOCK_TIMEOUT_MS = 60_000


def test_a_change_of_the_calendar_meets_the_moment(cast):
    """Those whose moment has come fire, the others move, and none does both."""
    with clock.travel(MONDAY):
        publish_drawing(catching("P1D", extensions=words(time="working")))
        cases = [services.start_process(definition_key="catching", actor=cast.rep1).pk for _ in range(30)]
    timers = list(Timer.objects.order_by("pk"))

    def move():
        for timer in timers:
            counting_anew._move_timer(timer.pk, HOLIDAY_ON_TUESDAY)

    def fire():
        for timer in reversed(timers):
            services.fire_timer(timer_id=timer.pk)

    # The last timers begin a little later than the first, so a moment in between parts them.
    with clock.travel(timers[len(timers) // 2].due_at):
        assert race([move, fire, fire, move]) == [WON] * 4
    fired = set(HistoryEvent.objects.filter(kind="fired").values_list("instance", flat=True))
    moved = {
        one.instance_id for one in Timer.objects.all() if one.due_at.astimezone(clock.COMPANY_ZONE).day == 2
    }
    assert fired & moved == set(), "one that has moved has not fired"
    assert fired | moved, "something happened"
    with clock.travel(MONDAY + 2 * DAY + HOUR):
        services.fire_due_timers(seconds=60)
    assert [HistoryEvent.objects.filter(instance=case, kind="fired").count() for case in cases] == [1] * 30
    assert audit(deep="all") == []
    assert calendar.current() == Calendar()
