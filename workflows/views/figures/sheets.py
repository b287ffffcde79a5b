"""The tables of the figures: steps, ways, what is done again, people, departments. Each sorts and becomes a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.charts import COUNT, PERCENT, full_number
from core.reports import Row
from core.reports.results import ordered
from workflows.selectors.figures import Elements, People, PersonFigures, Ways
from workflows.views.figures.links import CaseLinks
from workflows.views.figures.spans import hours, span_words
from workflows.views.figures.words import StepWords

TEXT, SPAN = "text", "span"


@dataclass(frozen=True)
class Column:
    """``kind``: text, count, percent or span: seconds, written in words."""

    name: str
    label: str | Promise
    kind: str = TEXT

    @property
    def is_number(self) -> bool:
        return self.kind != TEXT

    def written(self, value: Any) -> str:
        if value is None or value == "":
            return "—"
        if self.kind == SPAN:
            return span_words(value)
        return full_number(value, self.kind) if self.is_number else str(value)

    def for_file(self, value: Any) -> Any:
        if self.kind == SPAN:
            return hours(value)
        return round(float(value), 1) if self.kind == PERCENT and value is not None else value

    @property
    def heading_in_file(self) -> str:
        return f"{self.label} ({pgettext_lazy('figures', 'hours')})" if self.kind == SPAN else str(self.label)


@dataclass(frozen=True)
class Cell:
    text: str
    url: str
    is_number: bool


@dataclass(frozen=True)
class Heading:
    label: str
    url: str
    sorting: str  # ascending, descending or nothing
    is_number: bool


@dataclass(frozen=True)
class Sheet:
    """A table in the order that was asked for. ``code`` names it in addresses."""

    code: str
    title: str | Promise
    columns: Sequence[Column]
    rows: Sequence[Row]
    order: str

    def lines(self) -> list[list[Cell]]:
        return [
            [
                Cell(one.written(row.values.get(one.name)), row.urls.get(one.name, ""), one.is_number)
                for one in self.columns
            ]
            for row in self.rows
        ]

    def headings(self, asked: Mapping[str, str]) -> list[Heading]:
        """Each with the address that sorts by it; numbers begin with the largest."""
        current, backwards = self.order.lstrip("-"), self.order.startswith("-")
        found = []
        for one in self.columns:
            is_current = one.name == current
            first = f"-{one.name}" if one.is_number else one.name
            order = (one.name if backwards else f"-{one.name}") if is_current else first
            sorting = ("descending" if backwards else "ascending") if is_current else ""
            address = urlencode({**asked, f"{self.code}_order": order})
            found.append(Heading(str(one.label), f"?{address}", sorting, one.is_number))
        return found

    def for_file(self) -> list[list[Any]]:
        head = [one.heading_in_file for one in self.columns]
        return [
            head,
            *([one.for_file(row.values.get(one.name)) for one in self.columns] for row in self.rows),
        ]


def _sheet(
    code: str,
    title: str | Promise,
    columns: Sequence[Column],
    rows: Iterable[Row],
    orders: Mapping[str, str],
    order: str,
) -> Sheet:
    wanted = orders.get(f"{code}_order", "")
    chosen = wanted if wanted.lstrip("-") in {one.name for one in columns} else order
    return Sheet(code, title, columns, ordered(list(rows), chosen), chosen)


STEPS = [
    Column("step", _("Step")),
    Column("passes", _("Times passed"), COUNT),
    Column("median", _("Dwell time, median"), SPAN),
    Column("slowest", _("9 of 10 within"), SPAN),
    Column("late", _("Done late"), PERCENT),
    Column("waiting", _("Waiting now"), COUNT),
    Column("overdue", _("Overdue now"), COUNT),
    Column("failures", _("Failures resolved"), COUNT),
]


def steps_sheet(elements: Elements, words: StepWords, links: CaseLinks, orders: Mapping[str, str]) -> Sheet:
    """What people know as a step, and whatever else was waited at."""
    rows = []
    for path, one in elements.by_path.items():
        if not words.is_shown(path) and not one.waits and not one.waiting and not one.held:
            continue
        values = {
            "step": words.full(path),
            "passes": one.passes,
            "median": one.median,
            "slowest": one.slowest,
            "late": one.late_share,
            "waiting": one.waiting + one.held,
            "overdue": one.overdue,
            "failures": one.failures,
        }
        rows.append(Row(values, {"waiting": links.waiting(path)} if values["waiting"] else {}))
    return _sheet("steps", _("Steps"), STEPS, rows, orders, "-median")


WAYS = [
    Column("way", pgettext_lazy("figures", "Way")),
    Column("count", pgettext_lazy("figures", "Cases"), COUNT),
    Column("share", _("Share"), PERCENT),
    Column("average", _("Average duration"), SPAN),
]


def ways_sheet(ways: Ways, words: StepWords, links: CaseLinks, orders: Mapping[str, str]) -> Sheet:
    rows = [
        Row(
            {
                "way": " → ".join(words.name(step) for step in one.steps) + (" …" if one.is_cut else ""),
                "count": one.count,
                "share": one.share,
                "average": one.average,
            },
            {"count": links.of_way(one.variant.pk)},
        )
        for one in ways.commonest
    ]
    return _sheet("ways", _("Ways taken"), WAYS, rows, orders, "-count")


AGAIN = [
    Column("step", _("Step")),
    Column("cases", _("Cases that came back to it"), COUNT),
    Column("share", _("Share of finished cases"), PERCENT),
    Column("extra", _("Times beyond the first"), COUNT),
]


def again_sheet(ways: Ways, words: StepWords, orders: Mapping[str, str]) -> Sheet:
    rows = [
        Row(
            {
                "step": words.full(one.element),
                "cases": one.cases,
                "share": one.cases / ways.total * 100,
                "extra": one.extra,
            }
        )
        for one in ways.repeated
    ]
    return _sheet("again", _("Done again"), AGAIN, rows, orders, "-cases")


def _work(first: Column) -> list[Column]:
    return [
        first,
        Column("count", _("Tasks done"), COUNT),
        Column("average", _("Average until done"), SPAN),
        Column("late", _("Done late"), PERCENT),
    ]


PEOPLE = _work(Column("name", pgettext_lazy("figures", "Person")))
DEPARTMENTS = _work(Column("name", pgettext_lazy("figures", "Department")))
OF_PERSON = _work(Column("name", _("Step")))


def people_sheet(people: People, asked: Mapping[str, str], orders: Mapping[str, str]) -> Sheet:
    """Each name leads to what that person has done, step by step."""
    rows = []
    for one in people.persons:
        pk = one.person.pk if one.person is not None else 0
        rows.append(_worked(one, {"name": f"?{urlencode({**asked, 'person': pk})}#people"}))
    return _sheet("people", _("People"), PEOPLE, rows, orders, "-count")


def departments_sheet(people: People, orders: Mapping[str, str]) -> Sheet:
    rows = [_worked(one) for one in people.departments]
    return _sheet("departments", _("Departments"), DEPARTMENTS, rows, orders, "-count")


def person_sheet(done: Sequence[PersonFigures], words: StepWords, orders: Mapping[str, str]) -> Sheet:
    rows = [_worked(one, name=words.full(one.name)) for one in done]
    return _sheet("person", _("By step"), OF_PERSON, rows, orders, "-count")


def _worked(one: PersonFigures, urls: Mapping[str, str] | None = None, *, name: str = "") -> Row:
    values = {
        "name": name or one.name or str(_("No department")),
        "count": one.count,
        "average": one.average,
        "late": one.late_share,
    }
    return Row(values, urls or {})
