"""Until when a task may be put off with one click: the times that people mean by it, in working hours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import calendar, clock
from workflows.models import WorkItem


@dataclass(frozen=True)
class Choice:
    """A time by its name. ``is_after_due`` warns before it is chosen."""

    code: str
    label: str | Promise
    at: datetime
    is_after_due: bool = False


def _in_an_hour() -> tuple[str | Promise, datetime]:
    return _("In an hour"), clock.now() + timedelta(hours=1)


def _tomorrow() -> tuple[str | Promise, datetime]:
    tomorrow = clock.today() + timedelta(days=1)
    at = _opening(tomorrow)
    return (_("Tomorrow morning") if at.date() == tomorrow else _("Next working day")), at


def _next_week() -> tuple[str | Promise, datetime]:
    today = clock.today()
    monday = today + timedelta(days=7 - today.weekday())
    at = _opening(monday)
    return (_("Next Monday") if at.date() == monday else _("Next week")), at


_TIMES: dict[str, Callable[[], tuple[str | Promise, datetime]]] = {
    "hour": _in_an_hour,
    "tomorrow": _tomorrow,
    "week": _next_week,
}
CODES = tuple(_TIMES)


def time_of(code: str) -> datetime:
    """The time that one of the choices means now."""
    return _TIMES[code]()[1]


def choices_for(item: WorkItem) -> list[Choice]:
    """The times on offer, each once: on a Friday the next working day is next Monday."""
    found: dict[datetime, Choice] = {}
    for code, asked in _TIMES.items():
        label, at = asked()
        # What is late already is marked as such elsewhere.
        is_after = item.due_at is not None and clock.now() <= item.due_at < at
        found.setdefault(at, Choice(code, label, at, is_after))
    return list(found.values())


def _opening(day: date) -> datetime:
    """When people begin to work on that day, or on the next one on which they do."""
    return calendar.current().next_moment(datetime.combine(day, time.min, clock.COMPANY_ZONE))
