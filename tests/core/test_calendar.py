"""Working time: the calendar counts like somebody who looks at the clock minute by minute."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from core import calendar
from core.calendar import HOLIDAY, MAKE_UP, Calendar
from core.clock import COMPANY_ZONE
from core.services.holidays import announced_days

MINUTE = timedelta(minutes=1)
MONDAY = date(2026, 9, 28)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=COMPANY_ZONE)


@some.composite
def shifts(draw):
    """Up to two stretches of a day, on whole quarters of an hour."""
    marks = sorted(
        draw(
            some.lists(some.integers(24, 80), min_size=2, max_size=4, unique=True).filter(
                lambda m: len(m) % 2 == 0
            )
        )
    )
    times = [time(mark // 4, mark % 4 * 15) for mark in marks]
    return tuple(zip(times[::2], times[1::2], strict=True))


@some.composite
def calendars(draw):
    week = draw(some.lists(some.one_of(some.just(()), shifts()), min_size=7, max_size=7).filter(any))
    days = draw(
        some.dictionaries(
            some.integers(-5, 20).map(lambda n: MONDAY + timedelta(days=n)),
            some.sampled_from([HOLIDAY, MAKE_UP]),
            max_size=12,
        )
    )
    return Calendar(week=tuple(week), days=days)


MOMENTS = some.integers(0, 9 * 24 * 60).map(lambda n: at("2026-09-28 00:00") + n * MINUTE)


def by_the_clock(one: Calendar, moment: datetime, minutes: int) -> datetime:
    """Look at every minute: does anybody work in it?"""
    while not one.is_working(moment):
        moment += MINUTE
    while minutes:
        minutes -= one.is_working(moment)
        moment += MINUTE
    return moment


@settings(max_examples=150, deadline=None)
@given(calendars(), MOMENTS, some.integers(0, 900))
def test_hours_are_those_in_which_people_work(one, moment, minutes):
    assert one.add(moment, 0, minutes * MINUTE) == by_the_clock(one, moment, minutes)


@settings(max_examples=150, deadline=None)
@given(calendars(), MOMENTS, some.integers(0, 12))
def test_days_are_counted_one_by_one(one, moment, days):
    expected = by_the_clock(one, moment, 0)
    day, left = expected.date(), days
    while left:
        day += timedelta(days=1)
        left -= any(
            one.is_working(datetime.combine(day, time(), COMPANY_ZONE) + n * MINUTE) for n in range(1440)
        )
    expected = by_the_clock(one, datetime.combine(day, expected.time(), COMPANY_ZONE), 0)
    assert one.add(moment, days, timedelta(0)) == expected


@settings(max_examples=150, deadline=None)
@given(calendars(), MOMENTS, MOMENTS, some.integers(0, 6), some.integers(0, 500))
def test_whoever_begins_later_ends_no_earlier(one, first, second, days, minutes):
    first, second = sorted([first, second])
    span = minutes * MINUTE
    assert one.add(first, days, span) <= one.add(second, days, span)
    assert one.add(first, days, span) >= first
    assert one.add(first, days, span) <= one.add(first, days, span + MINUTE)
    assert one.add(first, days, span) <= one.add(first, days + 1, span)


@settings(max_examples=100, deadline=None)
@given(calendars(), MOMENTS, some.integers(0, 6), some.integers(0, 500))
def test_no_deadline_lies_in_free_time(one, moment, days, minutes):
    """Its last minute is worked; one without any length is the next moment at which people work."""
    end = one.add(moment, days, minutes * MINUTE)
    assert one.is_working(end - MINUTE if minutes else end)


@given(calendars(), MOMENTS)
def test_adding_nothing_to_a_working_moment_changes_nothing(one, moment):
    start = one.next_moment(moment)
    assert one.add(start, 0, timedelta(0)) == start
    assert (start == moment) == one.is_working(moment)


class TestNationalDay2026:
    """国办发明电〔2025〕7号: off from 1 to 7 October 2026, work on Sunday 20 September and Saturday 10 October."""

    @pytest.fixture
    def china(self) -> Calendar:
        return Calendar(days={day: kind for day, (kind, *_names) in announced_days(2026).items()})

    @pytest.mark.parametrize(
        ("start", "days", "due"),
        [
            ("2026-09-30 10:00", 1, "2026-10-08 10:00"),
            ("2026-10-09 10:00", 1, "2026-10-10 10:00"),
            ("2026-10-09 10:00", 2, "2026-10-12 10:00"),
            ("2026-10-03 11:00", 0, "2026-10-08 09:00"),
            ("2026-09-18 17:00", 1, "2026-09-20 17:00"),
            ("2026-02-13 10:00", 1, "2026-02-14 10:00"),
            ("2026-02-14 10:00", 1, "2026-02-24 10:00"),
        ],
    )
    def test_days_go_around_it(self, china, start, days, due):
        assert china.add(at(start), days, timedelta(0)) == at(due)

    def test_hours_go_around_it(self, china):
        assert china.add(at("2026-09-30 17:00"), 0, timedelta(hours=2)) == at("2026-10-08 10:00")

    def test_a_make_up_day_has_the_hours_of_an_ordinary_one(self, china):
        assert china.shifts_of(date(2026, 10, 10)) == calendar.DAY_SHIFTS
        assert china.shifts_of(date(2026, 10, 11)) == ()

    def test_the_year_has_so_many_working_days(self, china):
        days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
        assert sum(map(china.is_working_day, days)) == 248


def test_six_days_make_a_week_where_people_work_six():
    six = Calendar(week=(calendar.DAY_SHIFTS,) * 6 + ((),))
    assert (six.days_a_week, Calendar().days_a_week) == (6, 5)


@pytest.mark.django_db
def test_without_rows_the_ordinary_week_holds(django_assert_num_queries):
    calendar.forget()
    with django_assert_num_queries(1):
        assert calendar.current() == Calendar()
        assert calendar.current() == Calendar()
