"""Deadlines count working time, by the calendar of the company (core.calendar)."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from core.calendar import Calendar, current
from core.clock import COMPANY_ZONE

_DURATION = re.compile(
    r"P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?)?"
)
# The last second of a day.
_LAST = time(23, 59, 59)
# Two years of working days: a longer deadline is a mistake in the diagram.
LONGEST_DAYS = 520


class NotADurationError(ValueError):
    """The text is no duration such as P2D or PT4H."""


def due_after(
    moment: datetime, duration: str, percent: int = 100, *, calendar: Calendar | None = None
) -> datetime:
    """When a deadline of ``duration`` ends that starts at ``moment``, or when so many percent of it are over.

    Days are working days and keep the time of day (P1D from Friday 10:00 is Monday 10:00); hours are spent
    only while people work (PT4H from Friday 16:00 is Monday 11:00).
    """
    calendar = calendar or current()
    return calendar.add(moment, *share_of(duration, percent, calendar))


def due_on(day: date | datetime) -> datetime:
    """When something that is due on a day is late: at the end of it. A moment stays what it is."""
    if isinstance(day, datetime):
        return day
    return datetime.combine(day, _LAST, COMPANY_ZONE)


def parse(duration: str, calendar: Calendar) -> tuple[int, timedelta]:
    """(working days, working time) of an ISO 8601 duration in weeks, days, hours and minutes."""
    match = _DURATION.fullmatch(duration.strip())
    parts = {name: int(value) for name, value in match.groupdict().items() if value} if match else {}
    days = parts.get("weeks", 0) * calendar.days_a_week + parts.get("days", 0)
    hours = timedelta(hours=parts.get("hours", 0), minutes=parts.get("minutes", 0))
    if not parts or days > LONGEST_DAYS or hours > timedelta(days=LONGEST_DAYS):
        raise NotADurationError(duration)
    return days, hours


def share_of(duration: str, percent: int, calendar: Calendar) -> tuple[int, timedelta]:
    """A percentage of a duration: 150 % of P2D are three working days, 50 % of P1D the hours of half a day."""
    days, hours = parse(duration, calendar)
    whole, rest = divmod(days * percent, 100)
    return whole, (rest * calendar.day_length + hours * percent) / 100
