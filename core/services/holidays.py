"""The holidays and make-up days that the State Council has announced, as far as they are known here.

They come from the package ``chinesecalendar``, which follows the yearly notices (国办发明电). Nothing is guessed:
a year that it does not know stays Monday to Friday until somebody enters its days.
"""

from __future__ import annotations

from datetime import date

from chinese_calendar import Holiday
from chinese_calendar.constants import holidays, workdays

from core.calendar import HOLIDAY, MAKE_UP

_CHINESE = {one.value: one.chinese for one in Holiday}


def announced_days(year: int) -> dict[date, tuple[str, str, str]]:
    """(kind, Chinese name, English name) of every day of a year that differs; empty for a year not known."""
    found = {day: (HOLIDAY, _CHINESE[name], name) for day, name in holidays.items() if day.year == year}
    make_up = {
        day: (MAKE_UP, f"{_CHINESE[name]}调休", f"Make-up day: {name}")
        for day, name in workdays.items()
        if day.year == year and day.weekday() > 4
    }
    return found | make_up


def announced_years() -> frozenset[int]:
    return frozenset(day.year for day in holidays)


def last_announced_year() -> int:
    return max(announced_years())
