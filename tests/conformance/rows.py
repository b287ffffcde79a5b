"""The rows of docs/bpmn-support.md, as scenarios name them, and which of them a run has shown.

userTask                          an element
userTask+sequential               a marker on an activity: parallel, sequential, loop
intermediateCatchEvent/timer      an event at a place; `none` is the one without a trigger
boundaryEvent/timer/stays         one that does not interrupt
boundaryEvent/timer@userTask      on which activity
eventSubprocess/message           what starts an event subprocess
refused/complexGateway            what is refused"""

from __future__ import annotations

from collections.abc import Mapping

from tests.conformance.runs import Run
from workflows.engine.definition import Element
from workflows.engine.support import (
    ACTIVITIES,
    DATA_ELEMENTS,
    ELEMENTS,
    MARKERS,
    PLACES,
    REFUSED,
    TRIGGERS,
)

# These always interrupt.
ALWAYS = ("error", "cancel")
_TAG_OF = {accepted.kind: tag for tag, accepted in ELEMENTS.items()}
_MARKER_KINDS = {
    "multiInstanceLoopCharacteristics": ("parallel", "sequential"),
    "standardLoopCharacteristics": ("loop",),
}
# Where errors, escalations and cancels can come out of an activity, and where somebody has time to
# fire an event from outside.
_WAITS = {"userTask", "manualTask", "task", "receiveTask", "subProcess", "transaction", "callActivity"}
_BORDERS = {
    "timer": _WAITS,
    "message": _WAITS,
    "signal": _WAITS,
    "condition": _WAITS,
    "error": _WAITS | {"serviceTask"},
    "escalation": {"subProcess", "transaction", "callActivity"},
    "cancel": {"transaction"},
}


def all_rows() -> set[str]:
    rows = set(ELEMENTS) - set(PLACES)
    for tag in ACTIVITIES:
        for marker in MARKERS:
            rows |= {f"{tag}+{kind}" for kind in _MARKER_KINDS[marker]}
    for tag, kinds in PLACES.items():
        rows |= {f"{tag}/{kind or 'none'}" for kind in kinds}
    for kind in PLACES["boundaryEvent"]:
        rows |= {f"boundaryEvent/{kind}@{tag}" for tag in _BORDERS[kind]}
        if kind not in ALWAYS:
            rows.add(f"boundaryEvent/{kind}/stays")
            rows |= {f"boundaryEvent/{kind}/stays@{tag}" for tag in _BORDERS[kind]}
    for kind in TRIGGERS:
        rows.add(f"eventSubprocess/{kind}")
        if kind not in ALWAYS:
            rows.add(f"eventSubprocess/{kind}/stays")
    return rows | {f"refused/{tag}" for tag in REFUSED}


def shown_by(run: Run) -> set[str]:
    """The rows of the elements that were completed."""
    rows = {tag for tag in DATA_ELEMENTS if f"<bpmn:{tag} " in run.scenario.sketch.xml()}
    for path in run.completed:
        *calls, id = path.split("/")
        definition = run.definition
        for call in calls:
            definition = definition.calls[call]
        rows |= _rows_of(definition.elements[id], definition.elements)
    return rows


def _rows_of(element: Element, elements: Mapping[str, Element]) -> set[str]:
    if element.kind == "event_subprocess":
        return set()
    tag = _TAG_OF[element.kind]
    if tag not in PLACES:
        return {tag} if element.loop is None else {tag, f"{tag}+{element.loop.kind}"}
    kind = element.event_kind or "none"
    stays = "" if element.interrupting else "/stays"
    around = elements.get(element.scope)
    if tag == "startEvent" and around is not None and around.kind == "event_subprocess":
        return {f"eventSubprocess/{kind}{stays}"}
    rows = {f"{tag}/{kind}{stays}"}
    if element.host is not None:
        rows.add(f"{tag}/{kind}{stays}@{_TAG_OF[elements[element.host].kind]}")
    return rows
