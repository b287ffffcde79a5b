"""What waits for a moment, a message, a signal or a condition gets its row."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.utils.translation import get_language

from core.calendar import Calendar, current
from core.errors import Conflict
from workflows.engine.timers import (
    Add,
    Due,
    Duration,
    TimerError,
    add_duration,
    first_moment,
    next_moment,
    parse_timer,
)
from workflows.models import Subscription, Timer
from workflows.services.correlation import key_of

if TYPE_CHECKING:
    from workflows.engine import Waiting
    from workflows.engine.case import ArmedTimer
    from workflows.services.step import Step


def open_timers(step: Step, waiting: list[Waiting]) -> None:
    """Settle the moment of each timer once; from now on the row holds it."""
    step.writes.insert(_timer(step, one, one.timer) for one in waiting if one.timer is not None)


def open_subscriptions(step: Step, waiting: list[Waiting]) -> None:
    instance, heard = step.instance, step.hears
    step.listens += [one.token for one in waiting if one.kind == "message"]
    step.writes.insert(
        Subscription(
            instance=instance,
            definition_id=instance.definition_id,
            element=one.path,
            token=one.token,
            kind=one.kind,
            name=(one.element.event.ref or "") if one.element.event is not None else "",
            key=(
                key_of(one.key, subject_type=instance.subject_type, subject_id=instance.subject_id)
                if one.kind == "message"
                else ""
            ),
            # It has heard something and waits again: what else was on its way to it comes here.
            follows=heard if heard is not None and heard.element == one.path else None,
            created_at=step.now,
        )
        for one in waiting
    )


def moment_of(armed: ArmedTimer, now: datetime) -> Due | None:
    """When a timer that begins to wait now is due; None for a cycle without a round left.

    A later round of a cycle counts from where the rounds began, not from now. Raises TimerError."""
    schedule, add = parse_timer(armed.form, armed.text), adding(armed.working_time)
    if armed.after is None:
        return first_moment(schedule, now, add)
    return next_moment(schedule, Due.load(armed.after), now, missed=armed.missed, add=add)


def adding(is_working_time: bool, calendar: Calendar | None = None) -> Add:
    """How a length of time is added to a moment."""
    if not is_working_time:
        return add_duration
    return partial(add_working_duration, calendar=calendar or current())


def add_working_duration(moment: datetime, duration: Duration, calendar: Calendar) -> datetime:
    """Years and months are of the calendar; days are working days, hours those in which people work.

    Raises OverflowError beyond the calendar."""
    start = add_duration(moment, Duration(years=duration.years, months=duration.months))
    days = duration.weeks * calendar.days_a_week + duration.days
    # A deadline has no seconds: what is begun counts as a whole minute.
    minutes = duration.hours * 60 + duration.minutes + -(-duration.seconds // 60)
    return calendar.add(start, days, timedelta(minutes=minutes))


def _timer(step: Step, waiting: Waiting, armed: ArmedTimer) -> Timer:
    since = step.armed_at.get(waiting.token, step.now)
    try:
        due = moment_of(armed, since)
    except TimerError as error:
        # What the engine cannot see: so many working days are more than a hundred years.
        raise Conflict(error.message(get_language() or "zh-hans"), code=error.code) from error
    return Timer(
        instance=step.instance,
        element=waiting.path,
        token=waiting.token,
        form=armed.form,
        text=armed.text,
        is_working_time=armed.working_time,
        missed=armed.missed,
        due_at=due.moment if due is not None else None,
        anchor=due.anchor if due is not None else since,
        round=due.round if due is not None else armed.round + 1,
        try_at=due.moment if due is not None else None,
        created_at=step.now,
    )
