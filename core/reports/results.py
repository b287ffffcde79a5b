"""A report that was asked: its columns, its rows in order, its totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from core.actors import Actor
from core.charts import Chart, full_number
from core.errors import ApplicationError
from core.reports.params import Params
from core.reports.registry import COUNT, HOURS, MONEY, PERCENT, Column, Report, Row
from core.search import pinyin_key
from core.templatetags.ui import day, moment

# More rows are not read by anybody; the lists themselves export more.
MOST_ROWS = 20_000


@dataclass(frozen=True)
class Cell:
    """A value as a page shows it."""

    text: str
    url: str = ""
    is_number: bool = False


@dataclass(frozen=True)
class Result:
    report: Report
    params: Params
    columns: Sequence[Column]
    rows: Sequence[Row]
    totals: Mapping[str, Any]
    order: str = ""

    @cached_property
    def chart(self) -> Chart | None:
        return self.report.chart(self) if self.report.chart and self.rows else None

    @property
    def has_totals(self) -> bool:
        return bool(self.totals) and bool(self.rows)

    def cells(self, row: Row) -> list[Cell]:
        return [
            Cell(written(row.values.get(one.name), one.kind), row.urls.get(one.name, ""), one.is_number)
            for one in self.columns
        ]

    @property
    def shown_rows(self) -> list[list[Cell]]:
        return [self.cells(row) for row in self.rows]

    @property
    def shown_totals(self) -> list[Cell]:
        """The last line: a word in the first column, sums where they mean something."""
        found = [
            Cell(written(self.totals[one.name], one.kind), "", one.is_number)
            if one.name in self.totals
            else Cell("", "", one.is_number)
            for one in self.columns
        ]
        if found and not found[0].text:
            found[0] = Cell(_("Total"))
        return found


def written(value: Any, kind: str) -> str:
    """A value by the kind of its column."""
    if value is None or value == "":
        return "—"
    if kind in (COUNT, MONEY, PERCENT):
        return full_number(value, kind)
    if kind == HOURS:
        return f"{value:,.1f}"
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return f"{value:%Y-%m}" if kind == "month" else day(value)
    return str(value)


def run(report: Report, actor: Actor, params: Params, *, order: str = "") -> Result:
    """Ask a report. What comes is what the actor may see."""
    columns = report.columns_for(params)
    rows = list(report.rows(actor, params))
    if len(rows) > MOST_ROWS:
        raise ApplicationError(
            _("The report has more than %(most)s lines. Narrow the period or choose a person.")
            % {"most": MOST_ROWS},
            code="report_too_long",
        )
    asked = order if order.lstrip("-") in {one.name for one in columns} else report.order
    return Result(report, params, columns, ordered(rows, asked), _totals(report, columns, rows), asked)


def _totals(report: Report, columns: Sequence[Column], rows: Sequence[Row]) -> dict[str, Any]:
    sums: dict[str, Any] = {
        one.name: sum((row.values.get(one.name) or 0 for row in rows), Decimal(0) if one.kind == MONEY else 0)
        for one in columns
        if one.total
    }
    return {**sums, **(report.totals(rows) if report.totals else {})}


def ordered(rows: Sequence[Row], order: str) -> list[Row]:
    """By one column; what has no value stands last either way."""
    name, backwards = order.lstrip("-"), order.startswith("-")
    if not name:
        return list(rows)
    known = [row for row in rows if row.values.get(name) not in (None, "")]
    unknown = [row for row in rows if row.values.get(name) in (None, "")]
    return sorted(known, key=lambda row: _sort_key(row.values[name]), reverse=backwards) + unknown


def _sort_key(value: Any) -> Any:
    return pinyin_key(value) if isinstance(value, str) else value
