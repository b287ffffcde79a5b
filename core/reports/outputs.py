"""A report as a file: CSV and XLSX for those who count on, PDF for those who read and sign."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import clock
from core.generic import exports
from core.pdf.rendering import render_whatever_is_said
from core.reports.registry import HOURS, NUMBERS, PERCENT, letterhead
from core.reports.results import Result
from core.templatetags.ui import moment

PDF = "application/pdf"
# A sheet with more lines is set in the background: 100 lines take a second.
DIRECT_LINES = 300
# More columns than these stand on a sheet that lies.
MOST_UPRIGHT = 6


def as_csv(result: Result) -> bytes:
    answer = exports.as_csv(_lines(result), name="x")
    return b"".join(answer)  # type: ignore[arg-type]


def as_xlsx(result: Result) -> bytes:
    return bytes(exports.xlsx(_lines(result), name="x", title=str(result.report.title)).content)


def as_pdf(result: Result) -> bytes:
    """The sheet: who issues it, what was asked in words, chart, table with totals, page numbers."""
    return render_whatever_is_said("print/report.html", _sheet(result))


WRITERS: dict[str, tuple[str, Callable[[Result], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "xlsx": (exports.XLSX, as_xlsx),
    "pdf": (PDF, as_pdf),
}


def file_name(result: Result, kind: str) -> str:
    """签约统计-2026-01-01-2026-12-31.pdf"""
    days = [f"{one:%Y-%m-%d}" for one in (result.params.start, result.params.end) if one]
    return "-".join([str(result.report.title), *(days or [f"{clock.today():%Y-%m-%d}"])]) + f".{kind}"


def as_json(result: Result) -> dict[str, Any]:
    """For programs: money is a string with two decimals, other numbers are numbers."""
    return {
        "report": result.report.code,
        "title": str(result.report.title),
        "params": dict(result.params.query),
        "period": {"from": result.params.start, "to": result.params.end} if result.params.start else None,
        "columns": [{"name": one.name, "label": str(one.label), "kind": one.kind} for one in result.columns],
        "rows": [
            {one.name: _for_programs(row.values.get(one.name)) for one in result.columns}
            for row in result.rows
        ],
        "totals": {name: _for_programs(value) for name, value in result.totals.items()},
    }


def _for_programs(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value if value is None or isinstance(value, int | float | str) else str(value)


def _lines(result: Result) -> list[list[Any]]:
    """Heading, rows, totals; numbers stay numbers."""
    lines = [[str(one.label) for one in result.columns]]
    lines += [
        [_for_cells(row.values.get(one.name), one.kind) for one in result.columns] for row in result.rows
    ]
    if result.has_totals:
        last = [_for_cells(result.totals.get(one.name), one.kind) for one in result.columns]
        last[0] = last[0] if result.columns[0].name in result.totals else _("Total")
        lines.append(last)
    return lines


def _for_cells(value: Any, kind: str) -> Any:
    if isinstance(value, datetime):
        return timezone.localtime(value, clock.COMPANY_ZONE)
    if kind == "month" and value is not None:
        return f"{value:%Y-%m}"
    if kind in (HOURS, PERCENT) and value is not None:
        return round(float(value), 1)
    return value if kind in NUMBERS or not isinstance(value, str) else str(value)


def _sheet(result: Result) -> dict[str, Any]:
    chart = result.chart
    wide = len(result.columns) > MOST_UPRIGHT
    english = (get_language() or "").startswith("en")
    return {
        "lang": "en" if english else "zh-CN",
        "page_name": f"{'wide' if wide else 'upright'}-{'en' if english else 'zh'}",
        "company": letterhead(),
        "title": str(result.report.title),
        "description": str(result.report.description),
        "words": list(result.params.words),
        "made": _("Made %(when)s") % {"when": moment(clock.now())},
        "chart": mark_safe(chart.wide) if chart else "",  # noqa: S308  drawn and escaped by us
        "legend": [(one.swatch, one.label) for one in chart.legend] if chart else [],
        "columns": [(str(one.label), one.is_number) for one in result.columns],
        "rows": [[(cell.text, cell.is_number) for cell in row] for row in result.shown_rows],
        "totals": [(cell.text, cell.is_number) for cell in result.shown_totals] if result.has_totals else [],
        "nothing": _("There is nothing to show."),
    }
