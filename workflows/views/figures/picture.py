"""The diagram with colours: the deeper, the longer, the oftener or the later. The number stands beside it as text."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.charts import full_number
from workflows.models import PathVariant, ProcessVersion
from workflows.selectors.figures import ElementFigures, Elements
from workflows.views.diagrams import GROUPS, Diagram
from workflows.views.figures.spans import span_words

DWELL, PASSES, LATE, WAITING = "dwell", "passes", "late", "waiting"
MODES = {
    DWELL: _("Dwell time"),
    PASSES: _("Times passed"),
    LATE: _("Done late"),
    WAITING: _("Waiting now"),
}
# How deep the deepest colour is.
DEEPEST = 4


class HeatDiagram(Diagram):
    """A version's picture with its figures, or with one way through it."""

    def __init__(
        self, version: ProcessVersion, key: str, elements: Elements, mode: str, way: PathVariant | None
    ) -> None:
        super().__init__(
            version_id=version.pk, xml_url=reverse("workflows:version-diagram", args=[key, version.number])
        )
        self.figures, self.mode, self.way = elements, mode, way

    @property
    def data(self) -> dict[str, Any]:
        """For the viewer: colours and numbers by the id of what is drawn."""
        data = super().data
        data["heat"] = {"elements": self._elements(), "flows": self._flows()}
        if self.way is not None:
            data["way"] = {
                "elements": sorted({step.partition("/")[0] for step in self.way.steps}),
                "flows": [flow for flow in self.way.flows if "/" not in flow],
            }
        return data

    @property
    def most(self) -> str:
        """What the deepest colour means."""
        values = self._values()
        return self._written(max(values.values())) if values else ""

    def _elements(self) -> dict[str, Any]:
        values = self._values()
        most = max(values.values(), default=0)
        return {
            id: {"level": _depth(value, most), "text": self._written(value)} for id, value in values.items()
        }

    def _values(self) -> Mapping[str, float]:
        found = {}
        for id, element in self.definition.elements.items():
            # An expanded subprocess is told by what is drawn in it.
            if element.kind in GROUPS:
                continue
            value = (
                self._of_call(id) if id in self.definition.calls else self._of(self.figures.by_path.get(id))
            )
            if value:
                found[id] = value
        return found

    def _of(self, one: ElementFigures | None) -> float | None:
        if one is None:
            return None
        match self.mode:
            case "passes":
                return one.passes
            case "late":
                return one.late_share
            case "waiting":
                return one.waiting + one.held
            case _:
                return one.median

    def _of_call(self, id: str) -> float | None:
        """What a called process does stands for the call: drawn elsewhere, told here together."""
        inner = [one for path, one in self.figures.by_path.items() if path.startswith(f"{id}/")]
        own = self.figures.by_path.get(id)
        match self.mode:
            case "passes":
                return own.passes if own is not None else None
            case "late":
                due = sum(one.due for one in inner)
                return sum(one.late for one in inner) / due * 100 if due else None
            case "waiting":
                return sum(one.waiting + one.held for one in (*inner, *([own] if own else [])))
            case _:
                passes = own.passes if own is not None else 0
                return sum(one.seconds for one in inner) / passes if passes else None

    def _flows(self) -> dict[str, Any]:
        counts = {id: self.figures.flows[id] for id in self.definition.flows if id in self.figures.flows}
        most = max(counts.values(), default=0)
        return {
            id: {"level": _depth(count, most), "text": full_number(count)} for id, count in counts.items()
        }

    def _written(self, value: float) -> str:
        if self.mode == DWELL:
            return span_words(value)
        return full_number(value, "percent") if self.mode == LATE else full_number(int(value))


def _depth(value: float, most: float) -> int:
    """0 to DEEPEST; by the root, so that the small ones differ too where one is very large."""
    return math.ceil(math.sqrt(value / most) * (DEEPEST + 1)) - 1 if value > 0 else 0
