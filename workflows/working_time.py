"""Deadlines count working time: Monday to Friday, 9:00 to 12:00 and 13:30 to 18:00, in the company's zone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from core.clock import COMPANY_ZONE

SHIFTS = ((time(9), time(12)), (time(13, 30), time(18)))
_DURATION = re.compile(
    r"P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?)?"
)
DAYS_A_WEEK = 5
A_DAY = sum((datetime.combine(date.min, b) - datetime.combine(date.min, a) for a, b in SHIFTS), timedelta(0))
# Two years of working days: a longer deadline is a mistake in the diagram.
LONGEST_DAYS = 520


class NotADurationError(ValueError):
    """The text is no duration such as P2D or PT4H."""


def due_after(moment: datetime, duration: str, percent: int = 100) -> datetime:
    """When a deadline of ``duration`` ends that starts at ``moment``, or when so many percent of it are over.

    Days are working days and keep the time of day (P1D from Friday 10:00 is Monday 10:00); hours are spent
    only while people work (PT4H from Friday 16:00 is Monday 11:00).
    """
    return add_working_time(moment, *share_of(duration, percent))


def add_working_time(moment: datetime, days: int, hours: timedelta) -> datetime:
    """The same for any length. Raises OverflowError beyond the calendar."""
    start = _next_working_moment(moment.astimezone(COMPANY_ZONE))
    if days:
        start = datetime.combine(_add_days(start.date(), days), start.time(), COMPANY_ZONE)
    return _spend(start, hours) if hours else start


def parse(duration: str) -> tuple[int, timedelta]:
    """(working days, working time) of an ISO 8601 duration in weeks, days, hours and minutes."""
    match = _DURATION.fullmatch(duration.strip())
    parts = {name: int(value) for name, value in match.groupdict().items() if value} if match else {}
    days = parts.get("weeks", 0) * DAYS_A_WEEK + parts.get("days", 0)
    hours = timedelta(hours=parts.get("hours", 0), minutes=parts.get("minutes", 0))
    if not parts or days > LONGEST_DAYS or hours > timedelta(days=LONGEST_DAYS):
        raise NotADurationError(duration)
    return days, hours


def share_of(duration: str, percent: int) -> tuple[int, timedelta]:
    """A percentage of a duration: 150 % of P2D are three working days, 50 % of P1D the hours of half a day."""
    days, hours = parse(duration)
    whole, rest = divmod(days * percent, 100)
    return whole, (rest * A_DAY + hours * percent) / 100


def is_working_day(day: date) -> bool:
    return day.weekday() < DAYS_A_WEEK


def _add_days(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def _shifts_from(moment: datetime) -> Iterator[tuple[datetime, datetime]]:
    """What is left of the shift in progress, then every shift after it."""
    day = moment.date()
    while True:
        if is_working_day(day):
            for opens, closes in SHIFTS:
                start = max(moment, datetime.combine(day, opens, COMPANY_ZONE))
                end = datetime.combine(day, closes, COMPANY_ZONE)
                if start < end:
                    yield start, end
        day += timedelta(days=1)


def _next_working_moment(moment: datetime) -> datetime:
    start, _end = next(_shifts_from(moment))
    return start


def _spend(moment: datetime, left: timedelta) -> datetime:
    for start, end in _shifts_from(moment):
        if left <= end - start:
            return start + left
        left -= end - start
    raise AssertionError("shifts never end")
