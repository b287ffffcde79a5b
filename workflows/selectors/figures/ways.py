"""Which ways cases go from start to end, and what they pass more than once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Avg, Count, F, Max, OuterRef, QuerySet, Subquery, Sum

from workflows.models import CaseTally, PathVariant, RepeatedStep
from workflows.selectors.figures.asked import Asked
from workflows.selectors.figures.cases import TOOK

# The commonest are told.
MOST_WAYS = 20


@dataclass(frozen=True)
class WayFigures:
    """A way, how many cases went it in the period, their share of all, and how long it took on average."""

    variant: PathVariant
    count: int
    share: float
    average: timedelta | None

    @property
    def steps(self) -> list[str]:
        return list(self.variant.steps)

    @property
    def is_cut(self) -> bool:
        return self.variant.length > len(self.variant.steps)


@dataclass(frozen=True)
class Repeated:
    """A step that cases passed more than once: how many of them, and how often beyond the first time."""

    element: str
    cases: int
    extra: int


@dataclass(frozen=True)
class Ways:
    """``total`` cases came to their end on ``number`` different ways."""

    commonest: list[WayFigures]
    number: int
    total: int
    repeated: list[Repeated]


def ways_of(asked: Asked) -> Ways:
    """The same steps in the same order are one way, in whichever version."""
    ended = _ended(asked)
    by_way = ended.values_list("variant__digest").annotate(
        number=Count("pk"), took=Avg(TOOK), newest=Max("variant")
    )
    rows = list(by_way.order_by("-number", "variant__digest")[:MOST_WAYS])
    totals = ended.aggregate(total=Count("pk"), number=Count("variant__digest", distinct=True))
    variants = PathVariant.objects.in_bulk([newest for *_way, newest in rows])
    commonest = [
        WayFigures(variants[newest], number, number / totals["total"] * 100, took)
        for _digest, number, took, newest in rows
    ]
    return Ways(commonest, totals["number"], totals["total"], _repeated(ended))


def way_of(asked: Asked, variant: int) -> PathVariant | None:
    """A way that a case of this process has gone."""
    return PathVariant.objects.filter(pk=variant, version__in=asked.versions).first()


def _ended(asked: Asked) -> QuerySet[CaseTally]:
    first, behind = asked.moments
    rows = CaseTally.objects.filter(asked.tallies, ended="completed", variant__isnull=False)
    return rows.filter(ended_at__gte=first, ended_at__lt=behind).order_by()


def _repeated(ended: QuerySet[Any]) -> list[Repeated]:
    cases: QuerySet[Any, Any] = ended.filter(variant=OuterRef("variant")).values("variant")
    number = Subquery(cases.annotate(number=Count("pk")).values("number"))
    rows = RepeatedStep.objects.filter(variant__in=ended.values("variant")).annotate(number=number)
    found = rows.order_by().values_list("element")
    counted = found.annotate(cases=Sum("number"), extra=Sum(F("number") * (F("times") - 1)))
    return [Repeated(*row) for row in counted.order_by("-cases", "element")]
