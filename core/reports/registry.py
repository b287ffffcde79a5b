"""Which reports there are, and what each consists of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ObjectDoesNotExist
from django.utils.functional import Promise

from core.actors import Actor
from core.permissions import VIEW_REPORTS

if TYPE_CHECKING:
    from core.charts import Chart
    from core.reports.params import Params
    from core.reports.results import Result

Text = str | Promise
TEXT, COUNT, MONEY, PERCENT, HOURS, DATE, MOMENT, MONTH = (
    "text",
    "count",
    "money",
    "percent",
    "hours",
    "date",
    "moment",
    "month",
)
NUMBERS = frozenset({COUNT, MONEY, PERCENT, HOURS})


@dataclass(frozen=True)
class Column:
    """``total``: its sum stands in the last line. ``kind`` says how a value is written."""

    name: str
    label: Text
    kind: str = TEXT
    total: bool = False

    @property
    def is_number(self) -> bool:
        return self.kind in NUMBERS


@dataclass(frozen=True)
class Row:
    """Values by the columns' names, and for some of them the list that holds exactly what was counted."""

    values: Mapping[str, Any]
    urls: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """``params``: which of the usual parameters it takes ("period", "department", "person"), and ``fields``
    its own. ``columns`` may depend on the parameters (a column for each month). ``order``: the column to begin
    with, "-name" for the largest first. ``defaults``: what is asked when nothing is.
    """

    code: str
    title: Text
    description: Text
    group: Text
    permission: str
    columns: Sequence[Column] | Callable[[Params], Sequence[Column]]
    rows: Callable[[Actor, Params], Iterable[Row]]
    params: tuple[str, ...] = ()
    fields: Mapping[str, Callable[[], forms.Field]] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    chart: Callable[[Result], Chart | None] | None = None
    totals: Callable[[Sequence[Row]], Mapping[str, Any]] | None = None
    order: str = ""
    icon: str = "trending-up"

    def columns_for(self, params: Params) -> Sequence[Column]:
        return self.columns(params) if callable(self.columns) else self.columns

    def is_open_to(self, actor: Actor) -> bool:
        """Reports as such are a right, and each stands on the right to see what it counts."""
        return actor.may(VIEW_REPORTS) and actor.may(self.permission)


_reports: dict[str, Report] = {}


def register(report: Report) -> Report:
    """Make a report known; an app does so in its ``reports.py``."""
    if _reports.setdefault(report.code, report) is not report:
        raise ValueError(f"The report {report.code} is registered twice.")
    return report


def reports_for(actor: Actor) -> list[Report]:
    """The reports somebody may read, by group and title."""
    found = [one for one in _reports.values() if one.is_open_to(actor)]
    return sorted(found, key=lambda one: (str(one.group), str(one.title)))


def find(actor: Actor, code: str) -> Report:
    """The report, if this actor may read it: else ObjectDoesNotExist, as for one that is not there."""
    report = _reports.get(code)
    if report is None or not report.is_open_to(actor):
        raise ObjectDoesNotExist(code)
    return report


def title_of(code: str) -> str:
    """What a report is called, also to whoever may not read it."""
    return str(_reports[code].title) if code in _reports else code


_letterheads: list[Callable[[], str]] = []


def register_letterhead(name: Callable[[], str]) -> None:
    """Who issues the sheets: the app that knows our own companies says so."""
    _letterheads.append(name)


def letterhead() -> str:
    """The company's name for the head of a sheet; empty where none is entered."""
    return next(filter(None, (name() for name in _letterheads)), "")
