"""People down, months across: the shape of most questions a sales company asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from core.charts import COUNT as COUNTED
from core.charts import MONEY as MONEYED
from core.charts import Chart, Series
from core.charts.model import MOST_SERIES
from core.models import User
from core.reports.params import Params, next_month
from core.reports.registry import MONEY, Column, Row
from core.reports.results import Result

PERSON, TOTAL = "person", "total"
# (person or None, first day of the month, value)
Counted = tuple[int | None, date, Any]


def month_name(first: date) -> str:
    return f"m{first:%Y%m}"


def month_columns(kind: str, *, before: Sequence[Column] = ()) -> Callable[[Params], Sequence[Column]]:
    """The person, what stands before the months, each month, the sum of the months."""

    def columns(params: Params) -> Sequence[Column]:
        months = [Column(month_name(one), f"{one:%Y-%m}", kind, total=True) for one in params.months]
        sum_of_months = Column(TOTAL, gettext_lazy("Total"), kind, total=True)
        return [Column(PERSON, gettext_lazy("Person")), *before, *months, sum_of_months]

    return columns


def by_person_and_month(
    counted: Iterable[Counted],
    params: Params,
    link: Callable[[int | None, date, date], str],
    *,
    more: Mapping[int | None, Mapping[str, Any]] | None = None,
    zero: Any = 0,
) -> list[Row]:
    """A row for each person; every number leads to its rows by ``link(person, first day, last day)``."""
    start, end = params.days
    found: dict[int | None, dict[date, Any]] = {}
    for person, month, value in counted:
        found.setdefault(person, {})[month] = found.get(person, {}).get(month, zero) + value
    people = User.objects.in_bulk([one for one in found if one is not None])
    rows = []
    for person, sums in found.items():
        values: dict[str, Any] = {
            PERSON: people[person].name if person is not None else _("Nobody (public pool)"),
            **{month_name(one): sums.get(one, zero) for one in params.months},
            TOTAL: sum(sums.values(), zero),
            **(more or {}).get(person, {}),
        }
        urls = {
            month_name(one): link(person, max(one, start), min(next_month(one) - timedelta(days=1), end))
            for one in sums
        }
        rows.append(Row(values, {**urls, TOTAL: link(person, start, end)}))
    return rows


def month_chart(result: Result) -> Chart:
    """Months with the largest people on top of each other; bars of people where there is one month."""
    report, months = result.report, result.params.months
    unit = MONEYED if result.columns[-1].kind == MONEY else COUNTED
    rows = sorted(result.rows, key=lambda row: row.values[TOTAL], reverse=True)
    names = [str(row.values[PERSON]) for row in rows]
    if len(months) == 1:
        values = [row.values[TOTAL] for row in rows[:20]]
        return Chart(
            "bars", report.title, names[:20], [Series(report.title, values)], unit, heading=_("Person")
        )
    shown = rows if len(rows) <= MOST_SERIES else rows[: MOST_SERIES - 1]
    series = [
        Series(name, [row.values[month_name(one)] for one in months])
        for name, row in zip(names, shown, strict=False)
    ]
    if len(shown) < len(rows):
        rest = [sum(row.values[month_name(one)] for row in rows[len(shown) :]) for one in months]
        series.append(Series(pgettext("people", "Others"), rest))
    return Chart(
        "stacked", report.title, [f"{one:%Y-%m}" for one in months], series, unit, heading=_("Month")
    )


def narrowed(queryset: QuerySet[Any], params: Params, *, owner: str, department: str) -> QuerySet[Any]:
    """Only the rows of the person and the department that were asked for."""
    if params.person is not None:
        queryset = queryset.filter(**{owner: params.person.pk})
    if params.department is not None:
        queryset = queryset.filter(**{f"{department}__startswith": params.department.path})
    return queryset


def address(list_url: str, params: Params, **filters: Any) -> str:
    """The list that holds what was counted, narrowed as the report was."""
    if params.department is not None:
        filters["department"] = params.department.pk
    given = {name: value for name, value in filters.items() if value not in (None, "")}
    return f"{list_url}?{urlencode(given)}"
