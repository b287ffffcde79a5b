"""Changes of the calendar: who may, what is refused, what an undo brings back."""

from datetime import date, time

import pytest
from django.core.exceptions import PermissionDenied

from core import calendar
from core.calendar import HOLIDAY, MAKE_UP
from core.errors import ApplicationError, Conflict
from core.models import AuditEntry, BackgroundJob, CalendarDay, CalendarYear, WorkShift
from core.services import calendar as services
from core.services.calendar import Day

pytestmark = pytest.mark.django_db
THURSDAY, SATURDAY = date(2026, 12, 3), date(2026, 12, 5)


def stored():
    return (
        list(CalendarDay.objects.order_by("day").values_list("day", "kind", "name")),
        list(CalendarYear.objects.values_list("year", "is_confirmed")),
        list(WorkShift.objects.values_list("weekday", "opens", "closes")),
    )


def refused(deed, code):
    before, entries = stored(), AuditEntry.objects.count()
    with pytest.raises(ApplicationError) as refusal:
        deed()
    assert refusal.value.code == code
    assert (stored(), AuditEntry.objects.count()) == (before, entries)


def test_a_day_becomes_a_holiday_and_is_audited(cast):
    services.change_days(days={THURSDAY: Day(HOLIDAY, "厂庆", "Founding day")}, actor=cast.admin)
    assert not calendar.read().is_working_day(THURSDAY)
    entry = AuditEntry.objects.get(action="core.change_calendar")
    assert (entry.before, entry.after) == (
        {"days": {"2026-12-03": None}},
        {"days": {"2026-12-03": ["holiday", "厂庆", "Founding day"]}},
    )


def test_waiting_rows_are_counted_anew_twice(cast):
    services.change_days(days={THURSDAY: Day(HOLIDAY)}, actor=cast.admin)
    jobs = BackgroundJob.objects.filter(kind="workflows.count_anew").order_by("due_at")
    assert [(job.status, job.due_at > jobs[0].due_at) for job in jobs] == [("open", False), ("open", True)]


def test_who_lacks_the_right_changes_nothing(cast):
    before = stored()
    for deed in (
        lambda: services.change_days(days={THURSDAY: Day(HOLIDAY)}, actor=cast.rep1),
        lambda: services.change_week(hours=[(0, time(9), time(10))], actor=cast.rep1),
        lambda: services.import_year(year=2026, actor=cast.rep1),
        lambda: services.confirm_year(year=2026, confirmed=True, actor=cast.rep1),
        lambda: services.undo_change(change=1, actor=cast.rep1),
    ):
        with pytest.raises(PermissionDenied):
            deed()
    assert stored() == before


@pytest.mark.parametrize(
    ("day", "kind", "code"),
    [
        (THURSDAY, MAKE_UP, "works_anyway"),
        (THURSDAY, "party", "unknown_kind"),
        (date(1999, 1, 1), HOLIDAY, "year_out_of_range"),
    ],
)
def test_senseless_days_are_refused(cast, day, kind, code):
    refused(lambda: services.change_days(days={day: Day(kind)}, actor=cast.admin), code)


def test_saying_the_same_twice_changes_nothing(cast):
    services.change_days(days={SATURDAY: Day(MAKE_UP)}, actor=cast.admin)
    refused(lambda: services.change_days(days={SATURDAY: Day(MAKE_UP)}, actor=cast.admin), "nothing_changes")


@pytest.mark.parametrize(
    ("hours", "code"),
    [
        ([], "no_hours"),
        ([(0, time(12), time(9))], "hours_backwards"),
        ([(0, time(9), time(12)), (0, time(11), time(15))], "hours_overlap"),
    ],
)
def test_senseless_hours_are_refused(cast, hours, code):
    refused(lambda: services.change_week(hours=hours, actor=cast.admin), code)


def test_a_year_is_imported_and_stays_provisional_until_it_is_confirmed(cast):
    services.change_days(days={date(2026, 3, 3): Day(HOLIDAY, "手工")}, actor=cast.admin)
    services.import_year(year=2026, actor=cast.admin)
    found = calendar.read()
    assert date(2026, 3, 3) not in found.days, "what is not announced goes"
    assert (len(found.days), found.is_provisional(2026)) == (39, True)
    services.confirm_year(year=2026, confirmed=True, actor=cast.admin)
    assert not calendar.read().is_provisional(2026)
    assert calendar.read().is_provisional(2027)


def test_a_year_that_nobody_announced_is_not_guessed(cast):
    refused(lambda: services.import_year(year=2050, actor=cast.admin), "year_not_known")


def test_undoing_walks_back_change_by_change(cast):
    before = stored()
    services.change_days(days={THURSDAY: Day(HOLIDAY, "一")}, actor=cast.admin)
    after_days = stored()
    services.change_week(hours=[(0, time(9), time(12))], actor=cast.admin)
    services.confirm_year(year=2026, confirmed=True, actor=cast.admin)
    for _number in range(2):
        services.undo_change(change=services.newest_change().pk, actor=cast.admin)
    assert stored()[0] == after_days[0]
    assert stored()[2] == []
    services.undo_change(change=services.newest_change().pk, actor=cast.admin)
    assert (stored()[0], stored()[2]) == (before[0], before[2])
    assert services.newest_change() is None


def test_an_older_change_is_not_undone_over_a_newer_one(cast):
    first = services.change_days(days={THURSDAY: Day(HOLIDAY)}, actor=cast.admin)
    services.change_days(days={SATURDAY: Day(MAKE_UP)}, actor=cast.admin)
    before = stored()
    with pytest.raises(Conflict):
        services.undo_change(change=first.pk, actor=cast.admin)
    assert stored() == before
