"""What the live diagram shows: which elements are done, active or held, and the same as a table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from workflows.definitions import definition_of
from workflows.engine import Definition, Element
from workflows.models import ProcessInstance
from workflows.selectors import diagram_state, places_of
from workflows.selectors.diagram import Then
from workflows.views.timeline import STEPS, Waiting
from workflows.views.words import Labels, listed

SHOWN = tuple(kind for kind in STEPS if kind not in ("start_event", "end_event"))
ONLY_NAMED = ("boundary_event", "catch_event")
GROUPS = ("subprocess", "transaction", "event_subprocess")
# What was begun and taken away before its end, by an event on its border or the end of what is around it.
DONE, ACTIVE, HELD, LEFT, FUTURE = "done", "active", "held", "left", "future"


@dataclass(frozen=True)
class StepRow:
    """A step in the table beside the diagram."""

    element: str
    name: str
    state: str
    words: str
    who: str = ""
    depth: int = 0


class Diagram:
    """A version's picture, with the state of a case on it if there is one."""

    def __init__(
        self,
        *,
        version_id: int,
        xml_url: str,
        case: ProcessInstance | None = None,
        waiting: list[Waiting] | None = None,
        labels: Labels | None = None,
        calls: Mapping[str, str] | None = None,
        then: Then | None = None,
    ) -> None:
        self.definition: Definition = definition_of(version_id)
        self.xml_url = xml_url
        self.case = case
        self.waiting = waiting or []
        self.labels = labels or Labels()
        # How far the calls of other systems are, by the path of their step.
        self.calls = calls or {}
        self.elements: dict[str, dict[str, Any]] = {}
        self.flows: list[str] = []
        if case is not None:
            self._mark(case, then)

    @property
    def title(self) -> str:
        return self.definition.label(self.labels.language)

    @property
    def data(self) -> dict[str, Any]:
        """For the viewer, as JSON."""
        data: dict[str, Any] = {"names": self._names(), "texts": self._lane_texts()}
        if self.case is not None:
            # What is in a called process is drawn elsewhere: here the call stands for it.
            drawn = {id: known for id, known in self.elements.items() if "/" not in id}
            data.update(elements=drawn, flows=self.flows)
        return data

    @property
    def rows(self) -> list[StepRow]:
        """The steps people know, in order, with their state in words; those of a called process below its
        call."""
        return list(self._rows(self.definition))

    def _rows(self, drawn: Definition, before: str = "", depth: int = 0) -> Iterator[StepRow]:
        for id in drawn.steps:
            element = drawn.elements[id]
            inner = len(places_of(drawn, id)) - 1
            # The ends of what is inside are told by what goes on behind it.
            is_end = element.kind == "end_event" and not before and not inner
            is_named = bool(element.name or element.labels)
            is_shown = element.kind in SHOWN and (is_named or element.kind not in ONLY_NAMED)
            if not is_shown and not is_end and not (element.kind in GROUPS and is_named):
                continue
            yield self._row(element, before + id, depth + inner)
            if id in drawn.calls:
                yield from self._rows(drawn.calls[id], f"{before}{id}/", depth + inner + 1)

    def _row(self, element: Element, path: str, depth: int) -> StepRow:
        known = self.elements.get(path, {})
        state = known.get("state", FUTURE)
        times = known.get("count", 0)
        texts = {
            DONE: _("done") if times < 2 else _("done %(count)s times") % {"count": times},
            ACTIVE: _("in progress"),
            HELD: _("held by a failure"),
            LEFT: _("ended early"),
            FUTURE: "" if self.case is None else _("not reached"),
        }
        name = element.label(self.labels.language)
        return StepRow(path, name, state, texts[state], known.get("who", ""), depth)

    # The state ------------------------------------------------------------------------------------

    def _mark(self, case: ProcessInstance, then: Then | None) -> None:
        state = diagram_state(case, then)
        self.flows = sorted(state.flows)
        waited_for: dict[str, list[str]] = {}
        for one in self.waiting:
            for place in places_of(self.definition, one.item.element):
                waited_for.setdefault(place, []).append(one.who)
        for path, words in self.calls.items():
            for place in places_of(self.definition, path):
                waited_for.setdefault(place, []).append(words)
        for id, known in state.elements.items():
            if self.definition.find(id) is None:
                continue
            # The start is told by the person who started and again by the engine that left it.
            done = 1 if id == self.definition.start else known.done
            if known.failed:
                self.elements[id] = {"state": HELD, "count": known.failed}
            elif known.active:
                who = listed(dict.fromkeys(waited_for.get(id, [])))
                self.elements[id] = {"state": ACTIVE, "count": known.active, "who": who}
            else:
                self.elements[id] = {"state": DONE, "count": done}
        for id in list(self.elements):
            for around in places_of(self.definition, id)[1:]:
                self.elements.setdefault(around, {"state": LEFT})

    # Names ----------------------------------------------------------------------------------------

    def _names(self) -> dict[str, str]:
        language = self.labels.language
        parts = [*self.definition.elements.values(), *self.definition.flows.values()]
        # Only what the diagram itself names: an unnamed gateway stays unnamed.
        return {one.id: one.label(language) for one in parts if one.labels or one.name}

    def _lane_texts(self) -> dict[str, str]:
        """Lanes and the pool by the name drawn, since the picture knows them by no other."""
        language = self.labels.language
        texts = {}
        for _name, labels in self.definition.lanes:
            wanted = labels.get(language)
            texts.update({text: wanted for text in labels.values() if wanted and text != wanted})
        wanted = self.definition.label(language)
        texts.update(
            {text: wanted for text in (self.definition.name, *self.definition.labels.values()) if text}
        )
        return texts
