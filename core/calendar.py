"""When the company works: its week, holidays and make-up days, and arithmetic with working time.

Without any row it works Monday to Friday, 9:00 to 12:00 and 13:30 to 18:00, in the company's zone.

``current`` gives the calendar of this process. It is read by one statement and believed for ``KNOWN_FOR``
seconds: a step of a case pays nothing for it, and a change is heard of by other processes that much later.
Whatever was counted meanwhile is counted anew by those who registered as a ``Follower``; they look twice, the
second time after every process must have heard.
"""

from __future__ import annotations

import json
import time as machine
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.db import connection
from django.utils.functional import Promise

from core.clock import COMPANY_ZONE

Shift = tuple[time, time]
Week = tuple[tuple[Shift, ...], ...]

DAY_SHIFTS: tuple[Shift, ...] = ((time(9), time(12)), (time(13, 30), time(18)))
ORDINARY_WEEK: Week = (DAY_SHIFTS,) * 5 + ((),) * 2
HOLIDAY, MAKE_UP = "holiday", "make_up"
KNOWN_FOR = 5.0


@dataclass(frozen=True)
class Calendar:
    """A week, the days that differ from it, and the years whose holidays are settled."""

    week: Week = ORDINARY_WEEK
    days: Mapping[date, str] = field(default_factory=dict)
    confirmed: frozenset[int] = frozenset()

    @cached_property
    def ordinary_day(self) -> tuple[Shift, ...]:
        """The hours of the first weekday that has any: also those of a make-up day on a free weekday."""
        return next((shifts for shifts in self.week if shifts), DAY_SHIFTS)

    @cached_property
    def day_length(self) -> timedelta:
        """The working time of an ordinary day, by which parts of days are counted."""
        return sum((_on(date.min, b) - _on(date.min, a) for a, b in self.ordinary_day), timedelta(0))

    @cached_property
    def days_a_week(self) -> int:
        """The working days of a week of a deadline."""
        return sum(bool(shifts) for shifts in self.week) or 5

    def shifts_of(self, day: date) -> tuple[Shift, ...]:
        """The hours of a day; none for a day off."""
        kind = self.days.get(day)
        if kind is None:
            return self.week[day.weekday()]
        return () if kind == HOLIDAY else self.week[day.weekday()] or self.ordinary_day

    def is_working_day(self, day: date) -> bool:
        return bool(self.shifts_of(day))

    def is_working(self, moment: datetime) -> bool:
        """Whether people work at this moment. The end of a shift is none of it."""
        local = moment.astimezone(COMPANY_ZONE)
        clock = local.time()
        return any(opens <= clock < closes for opens, closes in self.shifts_of(local.date()))

    def is_provisional(self, year: int) -> bool:
        """Holidays of the year are not settled: it counts as the week says, and what is entered so far."""
        return year not in self.confirmed

    # Counting ---------------------------------------------------------------------------------

    def add(self, moment: datetime, days: int, hours: timedelta) -> datetime:
        """So many working days and so much working time later.

        Days keep the time of day (a day from Friday 10:00 is Monday 10:00); hours are spent only while people
        work (four hours from Friday 16:00 end on Monday 11:00). It begins with the next moment at which
        somebody works. Raises OverflowError beyond the calendar.
        """
        start = self.next_moment(moment)
        if days:
            start = self.next_moment(
                datetime.combine(self._add_days(start.date(), days), start.time(), COMPANY_ZONE)
            )
        return self._spend(start, hours) if hours else start

    def next_moment(self, moment: datetime) -> datetime:
        """This moment if people work then, else the beginning of the next shift."""
        start, _end = next(self._shifts_from(moment.astimezone(COMPANY_ZONE)))
        return start

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from one moment to a later one; nothing if it is not later."""
        start, end = start.astimezone(COMPANY_ZONE), end.astimezone(COMPANY_ZONE)
        total = timedelta(0)
        for opens, closes in self._shifts_from(start):
            if opens >= end:
                return total
            total += min(closes, end) - opens
        raise AssertionError("shifts never end")

    def _add_days(self, day: date, count: int) -> date:
        while count:
            day += timedelta(days=1)
            count -= self.is_working_day(day)
        return day

    def _shifts_from(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """What is left of the shift in progress, then every shift after it."""
        day = moment.date()
        while True:
            for opens, closes in self.shifts_of(day):
                start = max(moment, datetime.combine(day, opens, COMPANY_ZONE))
                end = datetime.combine(day, closes, COMPANY_ZONE)
                if start < end:
                    yield start, end
            day += timedelta(days=1)

    def _spend(self, moment: datetime, left: timedelta) -> datetime:
        for start, end in self._shifts_from(moment):
            if left <= end - start:
                return start + left
            left -= end - start
        raise AssertionError("shifts never end")


def _on(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock)


# The calendar of this process ---------------------------------------------------------------------

_known: tuple[float, Calendar] | None = None

_READ = """
SELECT (SELECT json_agg(json_build_array(weekday, opens, closes) ORDER BY weekday, opens) FROM core_workshift),
       (SELECT json_object_agg(day, kind) FROM core_calendarday),
       (SELECT json_agg(year) FROM core_calendaryear WHERE is_confirmed)
"""


def current() -> Calendar:
    """The calendar, as it was at most ``KNOWN_FOR`` seconds ago."""
    known = _known
    if known is not None and machine.monotonic() < known[0]:
        return known[1]
    return assume(read())


def read() -> Calendar:
    """The calendar as it stands in the rows now: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_READ)
        shifts, days, years = (_plain(value) for value in cursor.fetchone())
    week: list[tuple[Shift, ...]] = [()] * 7
    for weekday, opens, closes in shifts or ():
        week[weekday] += ((time.fromisoformat(opens), time.fromisoformat(closes)),)
    return Calendar(
        week=tuple(week) if shifts else ORDINARY_WEEK,
        days={date.fromisoformat(day): kind for day, kind in (days or {}).items()},
        confirmed=frozenset(years or ()),
    )


def is_confirmed(year: int) -> bool:
    """Whether the holidays of a year are settled, as the rows say now."""
    return not read().is_provisional(year)


def assume(calendar: Calendar, *, seconds: float = KNOWN_FOR) -> Calendar:
    """Believe it for a while."""
    global _known
    _known = (machine.monotonic() + seconds, calendar)
    return calendar


def forget() -> None:
    """Read the rows again at the next question."""
    global _known
    _known = None


def _plain(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str | bytes) else value


# Who counts by it ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Count:
    """How many rows of a kind would move; ``is_more`` when counting stopped there."""

    label: str | Promise
    number: int
    is_more: bool = False


@dataclass(frozen=True)
class Follower:
    """Rows whose moments were counted by the calendar.

    ``preview(calendar)``  how many would move if that were the calendar
    ``follow(change)``     count them anew after this change (its audit entry), by a job in the same transaction
    """

    preview: Callable[[Calendar], list[Count]]
    follow: Callable[[int], None]


_followers: list[Follower] = []


def register(follower: Follower) -> None:
    """Hear of changes of the calendar; an app does so in its ``jobs.py``."""
    _followers.append(follower)


def followers() -> list[Follower]:
    return list(_followers)
