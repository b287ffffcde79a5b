"""Durations, moments and cycles in words: P1DT4H is one day and four hours."""

from __future__ import annotations

from datetime import datetime

from workflows.engine.texts.differences import TIMES, UNITS, WORKING_UNITS
from workflows.engine.timers import Cycle, Duration, TimerError, parse_timer


def time_in_words(form: str, text: str, language: str, *, working: bool = False) -> str | None:
    """A timer or a time to do something; None where the text is no such thing, as an expression is."""
    try:
        schedule = parse_timer(form, text)  # type: ignore[arg-type]
    except TimerError:
        return None
    if isinstance(schedule, datetime):
        return schedule.strftime("%Y-%m-%d %H:%M")
    if isinstance(schedule, Duration):
        return _duration(schedule, language, working)
    return _cycle(schedule, language, working)


def percent_in_words(value: str, language: str) -> str:
    chinese = language.startswith("zh")
    return TIMES["never"][chinese] if value == "none" else TIMES["percent"][chinese].format(value=value)


def _duration(duration: Duration, language: str, working: bool) -> str:
    chinese = language.startswith("zh")
    said = []
    for unit, words in UNITS.items():
        number = getattr(duration, unit)
        if not number:
            continue
        one, many, zh = WORKING_UNITS.get(unit, words) if working else words
        said.append(f"{number} {zh if chinese else one if number == 1 else many}")
    if not said:
        return f"0 {UNITS['seconds'][2 if chinese else 1]}"
    return " ".join(said)


def _cycle(cycle: Cycle, language: str, working: bool) -> str:
    chinese = language.startswith("zh")
    said = TIMES["every"][chinese].format(step=_duration(cycle.step, language, working))
    if cycle.start is not None:
        start = cycle.start.strftime("%Y-%m-%d %H:%M")
        said = TIMES["from"][chinese].format(cycle=said, start=start)
    if cycle.rounds is not None:
        said = TIMES["times"][chinese].format(cycle=said, rounds=cycle.rounds)
    return said
