"""The coming year's calendar comes by itself, provisional, and is asked about until somebody confirms it."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from core import calendar, clock, notifications
from core.calendar import HOLIDAY
from core.models import AuditEntry, CalendarDay, Notification
from core.services import calendar as services
from core.services.calendar import Day
from core.services.coming_year import MADE, REMIND, tend_calendar
from core.services.holidays import announced_days
from core.services.statutory_days import statutory_days

pytestmark = pytest.mark.django_db
# Years of which no notice will ever be known to the tests' package, and one of which it is.
NOVEMBER, YEAR = date(2088, 11, 2), 2089


def told(kind: str) -> list[Notification]:
    return list(Notification.objects.filter(kind=kind).order_by("pk"))


def days_of(year: int) -> dict[date, str]:
    return dict(CalendarDay.objects.filter(day__year=year).values_list("day", "name"))


class TestMade:
    def test_in_november_and_not_before(self, cast):
        with clock.travel(NOVEMBER - timedelta(days=3)):
            assert not tend_calendar()
        assert days_of(YEAR) == {}
        with clock.travel(NOVEMBER):
            assert tend_calendar()
        assert days_of(YEAR) == {day: stored[1] for day, stored in statutory_days(YEAR).items()}
        assert calendar.read().is_provisional(YEAR)

    def test_once(self, cast):
        with clock.travel(NOVEMBER):
            tend_calendar()
        before, entries = days_of(YEAR), AuditEntry.objects.count()
        for later in (0, 1, 30):
            with clock.travel(NOVEMBER + timedelta(days=later)):
                assert not tend_calendar()
        assert (days_of(YEAR), AuditEntry.objects.count()) == (before, entries)
        assert len({one.person_id for one in told(MADE)}) == len(told(MADE))

    def test_with_the_announced_days_where_they_are_known(self, cast):
        with clock.travel(date(2024, 11, 20)):
            assert tend_calendar()
        assert days_of(2025) == {day: stored[1] for day, stored in announced_days(2025).items()}
        assert calendar.read().is_provisional(2025)
        assert told(MADE)[0].params["announced"] is True

    def test_what_somebody_entered_stays(self, cast):
        founding, may = date(YEAR, 3, 3), date(YEAR, 5, 1)
        services.change_days(
            days={founding: Day(HOLIDAY, "厂庆"), may: Day(HOLIDAY, "五一")}, actor=cast.admin
        )
        with clock.travel(NOVEMBER):
            assert tend_calendar()
        assert (days_of(YEAR)[founding], days_of(YEAR)[may]) == ("厂庆", "五一")
        assert len(days_of(YEAR)) == len(statutory_days(YEAR)) + 1

    def test_what_somebody_takes_back_stays_away(self, cast):
        with clock.travel(NOVEMBER):
            tend_calendar()
            services.undo_change(change=services.newest_change().pk, actor=cast.admin)
        for day in (NOVEMBER + timedelta(days=1), date(2088, 12, 20)):
            with clock.travel(day):
                assert not tend_calendar()
        assert days_of(YEAR) == {}
        assert told(REMIND) == []

    def test_a_confirmed_year_is_left_alone(self, cast):
        services.confirm_year(year=YEAR, confirmed=True, actor=cast.admin)
        with clock.travel(NOVEMBER):
            assert not tend_calendar()
        assert days_of(YEAR) == {}

    def test_deadlines_are_counted_past_it(self, cast):
        with clock.travel(NOVEMBER):
            tend_calendar()
        eve, day = date(YEAR - 1, 12, 31), date(YEAR, 1, 1)
        assert calendar.read().is_working_day(eve)
        assert not calendar.read().is_working_day(day)


class TestTold:
    def test_who_keeps_the_calendar_hears_it_in_their_language(self, cast):
        with clock.travel(NOVEMBER):
            tend_calendar()
        keepers = {one.person.username for one in told(MADE)}
        assert "admin" in keepers
        assert "rep1" not in keepers
        (shown,) = notifications.shown([told(MADE)[0]])
        assert str(YEAR) in shown.title
        with translation.override("en"):
            (shown,) = notifications.shown([told(MADE)[0]])
            assert shown.title == f"The calendar of {YEAR} is made, provisionally"
        assert told(MADE)[0].url == f"/calendar/?year={YEAR}"

    def test_reminders_come_near_the_years_start_until_it_is_confirmed(self, cast):
        heard = []
        for day in (
            NOVEMBER,
            date(2088, 12, 14),
            date(2088, 12, 15),
            date(2088, 12, 16),
            date(2088, 12, 30),
            date(YEAR, 1, 2),
            date(YEAR, 1, 5),
            date(YEAR, 2, 3),
            date(YEAR, 7, 1),
        ):
            with clock.travel(day):
                tend_calendar()
            heard.append(Notification.objects.filter(kind=REMIND, person=cast.admin).count())
        assert heard == [0, 0, 1, 1, 2, 2, 3, 4, 4]
        assert [one.params["begun"] for one in told(REMIND) if one.person_id == cast.admin.pk] == [
            False,
            False,
            True,
            True,
        ]

    def test_a_confirmed_year_reminds_nobody(self, cast):
        with clock.travel(NOVEMBER):
            tend_calendar()
            services.confirm_year(year=YEAR, confirmed=True, actor=cast.admin)
        with clock.travel(date(2088, 12, 20)):
            tend_calendar()
        assert told(REMIND) == []


class TestTheLaw:
    """The days off that the decree gives."""

    @pytest.mark.parametrize("year", [2027, 2030, 2044, 2099])
    def test_thirteen_days_a_year(self, year):
        days = statutory_days(year)
        names = [stored[1] for stored in days.values()]
        assert len(days) in (12, 13)
        assert names.count("春节") == 4
        assert (names.count("劳动节"), names.count("国庆节")) == (2, 3)

    def test_spring_festival_begins_on_its_eve(self):
        days = sorted(day for day, stored in statutory_days(2027).items() if stored[1] == "春节")
        assert days == [date(2027, 2, 5), date(2027, 2, 6), date(2027, 2, 7), date(2027, 2, 8)]

    @pytest.mark.parametrize("year", [2026, 2100])
    def test_years_that_are_announced_or_not_known_are_none_of_it(self, year):
        assert statutory_days(year) == {}
