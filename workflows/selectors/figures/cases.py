"""Cases as a whole: how many there are, began and ended, and how long they took."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Min, Q
from django.db.models.functions import TruncDate

from core.clock import COMPANY_ZONE
from workflows.models import CaseTally, ProcessInstance
from workflows.selectors.figures.asked import Asked

TOOK = ExpressionWrapper(F("ended_at") - F("started_at"), output_field=DurationField())


class Percentile(Aggregate):
    """The value within which a part of all lies, between two of them by proportion."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()

    def __init__(self, expression: Any, fraction: float, **extra: Any) -> None:
        super().__init__(expression, fraction=fraction, **extra)


@dataclass(frozen=True)
class CaseFigures:
    """``running`` is now, the rest is of the period. Durations are those of cases that came to their end."""

    running: int = 0
    finished: int = 0
    cancelled: int = 0
    late: int = 0
    median: timedelta | None = None
    slowest: timedelta | None = None  # nine of ten are over within this
    # When the first of all began: without one there is nothing to tell.
    first: date | None = None


@dataclass(frozen=True)
class DayFigures:
    day: date
    started: int = 0
    ended: int = 0


def cases_of(asked: Asked) -> CaseFigures:
    first, behind = asked.moments
    running = ProcessInstance.objects.filter(asked.running, status__in=ProcessInstance.OPEN).count()
    rows = CaseTally.objects.filter(asked.tallies)
    ended = rows.filter(ended_at__gte=first, ended_at__lt=behind).annotate(took=TOOK)
    completed = Q(ended="completed")
    found = ended.aggregate(
        finished=Count("pk", filter=completed),
        cancelled=Count("pk", filter=Q(ended="cancelled")),
        late=Count("pk", filter=completed & Q(is_late=True)),
        median=Percentile("took", 0.5, filter=completed),
        slowest=Percentile("took", 0.9, filter=completed),
    )
    began = rows.aggregate(first=Min("started_at"))["first"]
    since = began.astimezone(COMPANY_ZONE).date() if began else None
    return CaseFigures(running, **found, first=since)


def days_of(asked: Asked) -> list[DayFigures]:
    """Each day of the period, with how many cases began and how many ended then."""
    first, behind = asked.moments
    rows = CaseTally.objects.filter(asked.tallies).order_by()

    def by_day(field: str) -> dict[date, int]:
        wanted = rows.filter(**{f"{field}__gte": first, f"{field}__lt": behind})
        days = wanted.annotate(day=TruncDate(field, tzinfo=COMPANY_ZONE)).values_list("day")
        return dict(days.annotate(Count("pk")))

    started, ended = by_day("started_at"), by_day("ended_at")
    days = (asked.start + timedelta(days=n) for n in range((asked.end - asked.start).days + 1))
    return [DayFigures(day, started.get(day, 0), ended.get(day, 0)) for day in days]
