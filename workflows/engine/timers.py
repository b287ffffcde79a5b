"""When a timer fires: ISO 8601 dates, durations and cycles, without any clock of their own.

Nothing here looks at the time; `now` is handed in. A cycle is always computed from its anchor, round
by round, and never by adding to the last moment: a monthly cycle that began on the 31st falls on the
last day of shorter months and back on the 31st, and a late tick makes no later round late."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

from .messages import message
from .values import LOCAL, local, written_moment

Form: TypeAlias = Literal["date", "duration", "cycle"]
Missed: TypeAlias = Literal["once", "each"]

MAX_TEXT: Final = 100
MAX_YEARS: Final = 100
MAX_ROUNDS: Final = 1_000_000
LEAST_STEP: Final = timedelta(minutes=1)
_MOST: Final = timedelta(days=36_525)  # a hundred years have at most so many

_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?", re.ASCII
)
_DURATION = re.compile(
    r"P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?",
    re.ASCII,
)
_FRACTION = re.compile(r"\d[.,]\d")
_CYCLE = re.compile(r"R(\d*)/(.*)", re.ASCII | re.DOTALL)
_CRON = re.compile(r"[\d*?/,#LW-]+(?:\s+[\w*?/,#-]+){4,6}|@\w+", re.ASCII)


class TimerError(Exception):
    """A timer that cannot be read, or whose moment lies too far away."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def message(self, lang: str = "en") -> str:
        return message(self.code, lang, self.params)

    def __str__(self) -> str:
        return self.message("en")


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer as the diagram says it: `text` is ISO 8601, or what an expression gave."""

    form: Form
    text: str

    def read(self) -> Schedule:
        return parse_timer(self.form, self.text)


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time. Years and months are of the calendar, the rest is of the clock."""

    years: int = 0
    months: int = 0
    weeks: int = 0
    days: int = 0
    hours: int = 0
    minutes: int = 0
    seconds: int = 0

    def __mul__(self, times: int) -> Duration:
        return Duration(
            self.years * times,
            self.months * times,
            self.weeks * times,
            self.days * times,
            self.hours * times,
            self.minutes * times,
            self.seconds * times,
        )

    @property
    def clock(self) -> timedelta:
        """The part that is not of the calendar. Raises OverflowError."""
        return timedelta(
            days=self.days, hours=self.hours, minutes=self.minutes, seconds=self.seconds, weeks=self.weeks
        )

    @property
    def least(self) -> timedelta:
        """As short as it can be, with every month a February. Raises OverflowError."""
        return timedelta(days=365 * self.years + 28 * self.months) + self.clock


@dataclass(frozen=True, slots=True)
class Cycle:
    """Again and again: `rounds` times, or without end. With a start the first round is at the start,
    else one step after the timer began to wait."""

    step: Duration
    rounds: int | None = None
    start: datetime | None = None


Schedule: TypeAlias = datetime | Duration | Cycle
Add: TypeAlias = Callable[[datetime, Duration], datetime]


@dataclass(frozen=True, slots=True)
class Due:
    """One waiting moment. `anchor` is what rounds are counted from; it is kept with the case."""

    moment: datetime
    anchor: datetime
    round: int = 1

    def state(self) -> dict[str, Any]:
        """Plain JSON."""
        return {"moment": self.moment.isoformat(), "anchor": self.anchor.isoformat(), "round": self.round}

    @classmethod
    def load(cls, state: Mapping[str, Any]) -> Due:
        moment, anchor = datetime.fromisoformat(state["moment"]), datetime.fromisoformat(state["anchor"])
        return cls(moment, anchor, int(state["round"]))


# -- reading


def parse_timer(form: Form, text: str | date | datetime) -> Schedule:
    """Read a timer. Takes the text of a diagram or the value of an expression. Raises TimerError."""
    if isinstance(text, date):
        text = text.isoformat()
    if not isinstance(text, str):
        raise TimerError("timer_not_text", form=form)
    text = text.strip()
    if not text:
        raise TimerError("timer_empty", form=form)
    if len(text) > MAX_TEXT:
        raise TimerError("timer_long", maximum=MAX_TEXT)
    return _READERS[form](text)


def _date(text: str) -> datetime:
    if text[:1] in "PR":
        raise TimerError(
            "timer_wrong_form", text=text, form="timeDuration" if text[0] == "P" else "timeCycle"
        )
    try:
        if _MOMENT.fullmatch(text) is None:
            raise ValueError(text)
        moment = written_moment(text)
    except ValueError:
        raise TimerError("timer_not_date", text=text) from None
    if not 1900 <= moment.year <= 2900:
        raise TimerError("timer_far", maximum=MAX_YEARS)
    return moment


def _duration(text: str) -> Duration:
    if text.startswith(("-P", "P-", "+P")) or re.search(r"-\d+[YMWDHS]", text):
        raise TimerError("timer_negative", text=text)
    if text[:1] == "R":
        raise TimerError("timer_wrong_form", text=text, form="timeCycle")
    if _FRACTION.search(text) and text[:1] == "P":
        raise TimerError("timer_fraction", text=text)
    match = _DURATION.fullmatch(text)
    if match is None or text[-1] in "PT":
        raise TimerError(
            "timer_wrong_form" if _MOMENT.fullmatch(text) else "timer_not_duration",
            text=text,
            form="timeDate",
        )
    duration = Duration(**{name: int(value) for name, value in match.groupdict().items() if value})
    try:
        too_long = duration.least > _MOST or duration.years * 12 + duration.months > 12 * MAX_YEARS
    except OverflowError:
        too_long = True
    if too_long:
        raise TimerError("timer_far", maximum=MAX_YEARS)
    return duration


def _cycle(text: str) -> Cycle:
    if _CRON.fullmatch(text):
        raise TimerError("timer_cron", text=text)
    match = _CYCLE.fullmatch(text)
    if match is None:
        raise TimerError("timer_not_cycle", text=text)
    count, parts = match.group(1), match.group(2).split("/")
    rounds = int(count) if count else None
    if rounds == 0:
        raise TimerError("timer_no_round", text=text)
    if rounds is not None and rounds > MAX_ROUNDS:
        raise TimerError("timer_many_rounds", maximum=MAX_ROUNDS)
    if len(parts) > 2:
        raise TimerError("timer_not_cycle", text=text)
    if len(parts) == 2 and parts[0][:1] == "P":
        raise TimerError("timer_end", text=text)
    start = _date(parts[0]) if len(parts) == 2 else None
    step = _duration(parts[-1])
    if step.least < LEAST_STEP:
        raise TimerError("timer_step", text=text)
    return Cycle(step, rounds, start)


_READERS: Final[Mapping[str, Callable[[str], Schedule]]] = {
    "date": _date,
    "duration": _duration,
    "cycle": _cycle,
}


# -- counting


def add_duration(moment: datetime, duration: Duration) -> datetime:
    """Calendar first, then the clock: 31 January plus a month is the last day of February.

    Raises OverflowError beyond the calendar."""
    months = moment.month - 1 + duration.months + 12 * duration.years
    year, month = moment.year + months // 12, months % 12 + 1
    if year > 9999:
        raise OverflowError(year)
    day = min(moment.day, calendar.monthrange(year, month)[1])
    return moment.replace(year=year, month=month, day=day) + duration.clock


def first_moment(schedule: Schedule, now: datetime, add: Add = add_duration) -> Due | None:
    """When a timer that begins to wait now is due.

    A date in the past is due at once. The rounds of a cycle that lie before now did not concern this
    timer and are left out; None when there is none left. Raises TimerError when it lies too far away."""
    now = local(now)
    if isinstance(schedule, datetime):
        return Due(_near(schedule, now), now)
    if isinstance(schedule, Duration):
        return Due(_near(_added(now, schedule, 1, add), now), now)
    anchor = now if schedule.start is None else schedule.start
    number = 1 if schedule.start is None else _first_round(schedule, anchor, 1, add, lambda at: at >= now)
    return _due(schedule, anchor, number, now, add)


def next_moment(
    schedule: Schedule, due: Due, now: datetime, *, missed: Missed = "once", add: Add = add_duration
) -> Due | None:
    """After `due` has fired, at `now`: the next round, or None when that was the last.

    Rounds that went by meanwhile (nothing was running, or the tick came late) count as part of the one
    that has just fired (`once`), or each is still due, one after the other (`each`)."""
    if not isinstance(schedule, Cycle):
        return None
    now = local(now)
    number = due.round + 1
    if missed == "once":
        number = _first_round(schedule, due.anchor, number, add, lambda at: at > now)
    return _due(schedule, due.anchor, number, now, add)


def _due(cycle: Cycle, anchor: datetime, number: int, now: datetime, add: Add) -> Due | None:
    if cycle.rounds is not None and number > cycle.rounds:
        return None
    return Due(_near(_round(cycle, anchor, number, add), now), anchor, number)


def _round(cycle: Cycle, anchor: datetime, number: int, add: Add) -> datetime:
    """The moment of a round, counted from 1, by the clock of the office: an anchor that comes back from a
    database in UTC may lie on the day before, and its months end on other days."""
    anchor = local(anchor)
    steps = number if cycle.start is None else number - 1
    return anchor if steps == 0 else _added(anchor, cycle.step, steps, add)


def _added(moment: datetime, duration: Duration, times: int, add: Add) -> datetime:
    try:
        return add(moment, duration * times)
    except (OverflowError, ValueError):
        raise TimerError("timer_far", maximum=MAX_YEARS) from None


def _first_round(
    cycle: Cycle, anchor: datetime, number: int, add: Add, wanted: Callable[[datetime], bool]
) -> int:
    """The first round from `number` on whose moment is wanted. Halving, for there may be millions:
    a cycle of a minute whose start lies years back."""

    def found(candidate: int) -> bool:
        if cycle.rounds is not None and candidate > cycle.rounds:
            return True
        try:
            return wanted(_round(cycle, anchor, candidate, add))
        except TimerError:
            return True  # beyond the calendar is after everything

    stride = 1
    low = number
    while not found(low + stride - 1):
        low, stride = low + stride, stride * 2
    high = low + stride - 1
    while low < high:
        middle = (low + high) // 2
        if found(middle):
            high = middle
        else:
            low = middle + 1
    return low


def _near(moment: datetime, now: datetime) -> datetime:
    if moment - now > _MOST:
        raise TimerError("timer_far", maximum=MAX_YEARS)
    return moment.astimezone(LOCAL)


def moment_again(schedule: Schedule, due: Due, add: Add = add_duration) -> datetime:
    """When the same round is due, counted anew: what is a working day may have changed. Raises TimerError."""
    if isinstance(schedule, datetime):
        return due.moment
    if isinstance(schedule, Duration):
        return _added(local(due.anchor), schedule, 1, add)
    return _round(schedule, due.anchor, due.round, add)
