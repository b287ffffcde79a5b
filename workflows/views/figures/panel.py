"""The figures of a process as its page shows them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.charts import Chart, Series, full_number
from core.models import User
from core.rights import NOBODY
from workflows.models import CaseTally, PathVariant, ProcessDefinition, ProcessInstance, ProcessVersion
from workflows.selectors.figures import (
    Asked,
    CaseFigures,
    DayFigures,
    Elements,
    People,
    Reach,
    Ways,
    cases_of,
    days_of,
    elements_of,
    people_of,
    steps_of_person,
    way_of,
    ways_of,
)
from workflows.views.figures import sheets
from workflows.views.figures.form import FiguresForm
from workflows.views.figures.links import CaseLinks
from workflows.views.figures.picture import DWELL, MODES, HeatDiagram
from workflows.views.figures.spans import span_words
from workflows.views.figures.words import StepWords

# Longer periods are told by week, much longer ones by month.
BY_DAY, BY_WEEK = 31, 200
# The first steps of a way are written out.
STEPS_WRITTEN = 12


class FiguresPanel:
    """Everything that the page says, asked for when it is needed."""

    def __init__(self, request: HttpRequest, definition: ProcessDefinition, reach: Reach) -> None:
        self.request, self.definition, self.reach = request, definition, reach
        self.form = FiguresForm(request.GET, definition=definition, reach=reach)
        self.is_valid = self.form.is_valid()

    @cached_property
    def asked(self) -> Asked:
        return self.form.asked()

    @property
    def query(self) -> dict[str, str]:
        """What is asked, and which colours and way are shown, as words of an address."""
        kept = {
            name: self.request.GET[name] for name in ("heat", "way", "person") if self.request.GET.get(name)
        }
        orders = {name: value for name, value in self.request.GET.items() if name.endswith("_order")}
        return {"tab": "figures", **self.form.query, **kept, **orders}

    def _is_counting(self) -> bool:
        """There are cases, and none of them is counted yet."""
        if CaseTally.objects.filter(definition=self.definition).exists():
            return False
        return ProcessInstance.objects.filter(definition=self.definition).exists()

    def context(self) -> dict[str, Any]:
        if not self.is_valid:
            return {"form": self.form, "version": self.version}
        return {
            "form": self.form,
            "version": self.version,
            "is_empty": self.cases.first is None,
            "is_counting": self.cases.first is None and self._is_counting(),
            "days": self.asked,
            "cards": self._cards(),
            "chart": self._chart(),
            "diagram": self.diagram,
            "modes": self._modes(),
            "ways": self._ways(),
            "number_of_ways": self.ways.number,
            "way": self.way,
            "without_way": self._address(way=""),
            "sheets": [(one, one.headings(self.query), one.lines()) for one in self.sheets],
            "person": self.person,
            "without_person": self._address(person=""),
            "file_query": urlencode(self.form.query),
        }

    # What is asked of the database ------------------------------------------------------------------

    @cached_property
    def version(self) -> ProcessVersion | None:
        """The one that is drawn: the one asked for, else the one in use."""
        chosen: ProcessVersion | None = self.form.cleaned_data["version"] if self.is_valid else None
        return chosen or self.definition.current_version

    @cached_property
    def cases(self) -> CaseFigures:
        return cases_of(self.asked)

    @cached_property
    def elements(self) -> Elements:
        return elements_of(self.asked)

    @cached_property
    def ways(self) -> Ways:
        return ways_of(self.asked)

    @cached_property
    def people(self) -> People:
        return people_of(self.asked)

    @cached_property
    def way(self) -> PathVariant | None:
        return way_of(self.asked, _number(self.request.GET.get("way", "")))

    @cached_property
    def person(self) -> User | None:
        pk = _number(self.request.GET.get("person", ""))
        found = [one.person for one in self.people.persons if one.person is not None and one.person.pk == pk]
        return found[0] if found else None

    @cached_property
    def words(self) -> StepWords:
        drawn = [self.version.pk] if self.version is not None else []
        return StepWords([*drawn, *sorted(set(self.asked.versions) - set(drawn), reverse=True)])

    @cached_property
    def links(self) -> CaseLinks:
        return CaseLinks(self.asked, self.form.cleaned_data["department"])

    # What is shown ----------------------------------------------------------------------------------

    @property
    def mode(self) -> str:
        asked = self.request.GET.get("heat", DWELL)
        return asked if asked in MODES else DWELL

    @cached_property
    def diagram(self) -> HeatDiagram | None:
        if self.version is None:
            return None
        return HeatDiagram(self.version, self.definition.key, self.elements, self.mode, self.way)

    @property
    def sheets(self) -> list[sheets.Sheet]:
        """Those that have something to say; that of the ways has a drawing of its own on the page."""
        codes = ["steps", "again", "people", *(["person"] if self.person is not None else []), "departments"]
        return [one for code in codes if (one := self.sheet(code)) is not None and one.rows]

    def sheet(self, code: str) -> sheets.Sheet | None:
        """One of the tables; nothing where there is no such table, or not for this reader."""
        orders = self.request.GET
        match code:
            case "steps":
                return sheets.steps_sheet(self.elements, self.words, self.links, orders)
            case "ways":
                return sheets.ways_sheet(self.ways, self.words, self.links, orders)
            case "again":
                return sheets.again_sheet(self.ways, self.words, orders)
        if self.reach.people == NOBODY:
            return None
        match code:
            case "people":
                return sheets.people_sheet(self.people, self.query, orders)
            case "departments":
                return sheets.departments_sheet(self.people, orders)
            case "person" if self.person is not None:
                return sheets.person_sheet(steps_of_person(self.asked, self.person), self.words, orders)
        return None

    def _cards(self) -> list[dict[str, str]]:
        cases, links, elements = self.cases, self.links, self.elements
        late = f"{elements.late / elements.due * 100:.0f}%" if elements.due else "—"
        told = {"count": full_number(cases.late)}
        late_cases = _("%(count)s cases with something late") % told if cases.late else ""
        return [
            {"label": _("Running now"), "value": full_number(cases.running), "url": links.running()},
            {
                "label": pgettext("figures", "Finished"),
                "value": full_number(cases.finished),
                "url": links.finished(),
            },
            {"label": _("Half are over within"), "value": span_words(cases.median), "url": ""},
            {"label": _("9 of 10 are over within"), "value": span_words(cases.slowest), "url": ""},
            {
                "label": _("Tasks done late"),
                "value": late,
                "url": "",
                "note": late_cases,
                "note_url": links.late(),
            },
            {
                "label": pgettext("figures", "Terminated"),
                "value": full_number(cases.cancelled),
                "url": links.cancelled() if cases.cancelled else "",
            },
        ]

    def _chart(self) -> Chart:
        days = days_of(self.asked)
        parts = _parts(days)
        return Chart(
            "columns" if len(parts) < BY_DAY + 1 else "line",
            _("Started and ended"),
            [label for label, _days in parts],
            [
                Series(
                    pgettext("figures", "Started"),
                    [sum(one.started for one in part) for _label, part in parts],
                ),
                Series(
                    pgettext("figures", "Ended"), [sum(one.ended for one in part) for _label, part in parts]
                ),
            ],
            heading=_("Day")
            if len(days) <= BY_DAY
            else pgettext("figures", "Week")
            if len(days) <= BY_WEEK
            else _("Month"),
            empty=_("No case began or ended in this period."),
        )

    def _modes(self) -> list[dict[str, Any]]:
        return [
            {"label": label, "url": self._address(heat=mode), "is_current": mode == self.mode}
            for mode, label in MODES.items()
        ]

    def _ways(self) -> list[dict[str, Any]]:
        return [
            {
                "steps": [self.words.name(step) for step in one.steps[:STEPS_WRITTEN]],
                "is_cut": len(one.steps) > STEPS_WRITTEN or one.is_cut,
                "count": one.count,
                "share": f"{one.share:.1f}%",
                "width": f"{one.share:.1f}",
                "average": span_words(one.average),
                "cases": self.links.of_way(one.variant.pk),
                "shown": self._address(way=str(one.variant.pk)),
                "is_shown": self.way is not None and self.way.digest == one.variant.digest,
            }
            for one in self.ways.commonest
        ]

    def _address(self, **changed: str) -> str:
        asked = {name: value for name, value in {**self.query, **changed}.items() if value}
        return f"?{urlencode(asked)}"


def _parts(days: list[DayFigures]) -> list[tuple[str, list[DayFigures]]]:
    """The days of a period as the chart tells them: each, by week, or by month."""
    if len(days) <= BY_DAY:
        return [(f"{one.day:%m-%d}", [one]) for one in days]
    found: dict[date, list[DayFigures]] = {}
    for one in days:
        by_week = len(days) <= BY_WEEK
        first = one.day - timedelta(days=one.day.weekday()) if by_week else one.day.replace(day=1)
        found.setdefault(first, []).append(one)
    form = "%m-%d" if len(days) <= BY_WEEK else "%Y-%m"
    return [(format(first, form), part) for first, part in found.items()]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0
