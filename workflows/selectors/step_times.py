"""How long people's steps took on some business rows: for reports of the apps, narrowed to what their reader sees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Min, Model, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import get_language

from core.subjects import type_of
from workflows.definitions import definition_of
from workflows.models import ProcessDefinition, WorkItem
from workflows.selectors.figures.cases import Percentile

TOOK = ExpressionWrapper(F("completed_at") - F("created_at"), output_field=DurationField())


@dataclass(frozen=True)
class StepTimes:
    """One step of a process; times run from its arrival until somebody has done it, nights and weekends included."""

    element: str
    name: str
    done: int
    median: timedelta
    slowest: timedelta
    average: timedelta
    # Of those that were due, how many were done later.
    due: int
    late: int
    first_seen: datetime


def step_times(
    definition_key: str,
    rows: QuerySet[Model],
    *,
    first: datetime,
    behind: datetime,
) -> list[StepTimes]:
    """What was done from ``first`` until before ``behind`` on these business rows, in the order of the diagram that is
    in use; steps that older ones had come last. ``slowest`` is the time within which nine of ten were done. The caller has narrowed the rows."""
    english = (get_language() or "").startswith("en")
    keys = (
        rows.order_by()
        .annotate(text_key=Cast("pk", WorkItem._meta.get_field("subject_id")))
        .values("text_key")
    )
    found = (
        WorkItem.objects.filter(
            definition__key=definition_key,
            status=WorkItem.Status.COMPLETED,
            completed_at__gte=first,
            completed_at__lt=behind,
            subject_type=type_of(rows.model()),
            subject_id__in=keys,
        )
        .order_by()
        .values("element")
        .annotate(
            done=Count("pk"),
            median=Percentile(TOOK, 0.5),
            slowest=Percentile(TOOK, 0.9),
            average=Avg(TOOK),
            due=Count("pk", filter=Q(due_at__isnull=False)),
            late=Count("pk", filter=Q(completed_at__gt=F("due_at"))),
            first_seen=Min("created_at"),
            name_zh=Min("name_zh"),
            name_en=Min("name_en"),
        )
    )
    steps = [
        StepTimes(
            element=one["element"],
            name=(one["name_en"] if english else one["name_zh"]) or one["name_zh"] or one["element"],
            done=one["done"],
            median=one["median"],
            slowest=one["slowest"],
            average=one["average"],
            due=one["due"],
            late=one["late"],
            first_seen=one["first_seen"],
        )
        for one in found
    ]
    places = _places(definition_key)
    return sorted(steps, key=lambda one: (places.get(one.element, len(places)), one.first_seen, one.element))


def _places(definition_key: str) -> dict[str, int]:
    """Where each step stands in the diagram that is in use."""
    current = (
        ProcessDefinition.objects.filter(key=definition_key).values_list("current_version", flat=True).first()
    )
    if current is None:
        return {}
    return {element: place for place, element in enumerate(definition_of(current).elements)}
