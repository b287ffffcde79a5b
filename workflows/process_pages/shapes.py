"""The signs of BPMN as SVG: events, gateways, tasks with the mark of their kind."""

from __future__ import annotations

from typing import Any, Final

from workflows.engine.outline import local

from .lettering import number

Box = tuple[float, float, float, float]

GATEWAYS: Final = (
    "exclusiveGateway",
    "parallelGateway",
    "inclusiveGateway",
    "eventBasedGateway",
    "complexGateway",
)
EVENTS: Final = (
    "startEvent",
    "endEvent",
    "intermediateCatchEvent",
    "intermediateThrowEvent",
    "boundaryEvent",
)
GROUPS: Final = ("subProcess", "transaction", "adHocSubProcess")
# Marks on a grid of 16 by 16, drawn with lines.
_PERSON: Final = "M8 8a3 3 0 1 0-.01 0M2.5 15c0-4 2.5-5.5 5.5-5.5s5.5 1.5 5.5 5.5z"
_GEAR: Final = "M8 5.2a2.8 2.8 0 1 0 .01 0M8 1v2.2M8 12.8V15M1 8h2.2M12.8 8H15M3 3l1.6 1.6M11.4 11.4 13 13M3 13l1.6-1.6M11.4 4.6 13 3"
_ENVELOPE: Final = "M2 4h12v8H2zM2 4l6 5 6-5"
_MARKS: Final = {
    "userTask": _PERSON,
    "manualTask": "M2 8h8M2 8l2-3h7M10 8v4H4",
    "serviceTask": _GEAR,
    "scriptTask": "M4 2h9c-3 3 2 8-1 12H3c3-4-2-9 1-12M5.5 5h4M5.5 8h4M5.5 11h4",
    "businessRuleTask": "M2 3h12v10H2zM2 6h12M6 6v7M2 9.5h12",
    "sendTask": _ENVELOPE,
    "receiveTask": _ENVELOPE,
}
_TRIGGERS: Final = {
    "timerEventDefinition": "M8 2a6 6 0 1 0 .01 0M8 4v4l3 2",
    "messageEventDefinition": _ENVELOPE,
    "signalEventDefinition": "M8 3l5.5 9.5h-11z",
    "errorEventDefinition": "M3 13l3-9 4 5 3-6-3 9-4-5z",
    "escalationEventDefinition": "M8 2l4 11-4-4-4 4z",
    "conditionalEventDefinition": "M4 2h8v12H4zM5.5 5h5M5.5 8h5M5.5 11h5",
    "cancelEventDefinition": "M4 4l8 8M12 4l-8 8",
    "compensateEventDefinition": "M8 4v8l-5-4zM13 4v8l-5-4z",
    "linkEventDefinition": "M2 6h7V3l5 5-5 5v-3H2z",
}
_SIGNS: Final = {
    "exclusiveGateway": "M4 4l8 8M12 4l-8 8",
    "parallelGateway": "M8 2v12M2 8h12",
    "inclusiveGateway": "M8 2.5a5.5 5.5 0 1 0 .01 0",
    "eventBasedGateway": "M8 1a7 7 0 1 0 .01 0M8 4l4 3-1.5 5h-5L4 7z",
    "complexGateway": "M8 2v12M2 8h12M4 4l8 8M12 4l-8 8",
}


def mark(path: str, x: float, y: float, size: float, *, filled: bool = False) -> str:
    """A mark of the grid at a place."""
    scale = size / 16
    fill = ' class="full"' if filled else ""
    return f'<path{fill} d="{path}" transform="translate({number(x)} {number(y)}) scale({scale:.3g})"/>'


def gateway(tag: str, box: Box) -> str:
    x, y, width, height = box
    points = [
        (x + width / 2, y),
        (x + width, y + height / 2),
        (x + width / 2, y + height),
        (x, y + height / 2),
    ]
    drawn = " ".join(f"{number(a)},{number(b)}" for a, b in points)
    sign = mark(_SIGNS[tag], x + width / 2 - 11, y + height / 2 - 11, 22)
    return f'<polygon class="gate" points="{drawn}"/>{sign}'


def event(xml: Any, box: Box) -> str:
    """A ring for a start, a thick one for an end, two for what lies between; dashed if it takes nothing away."""
    x, y, width, _height = box
    tag, radius = str(local(xml)), width / 2
    x, y = x + radius, y + radius
    stays = xml.get("cancelActivity") == "false" or xml.get("isInterrupting") == "false"
    kind = {"startEvent": "start", "endEvent": "end"}.get(tag, "between") + (" stays" if stays else "")
    rings = f'<circle class="{kind}" cx="{number(x)}" cy="{number(y)}" r="{number(radius)}"/>'
    if tag not in ("startEvent", "endEvent"):
        rings += f'<circle class="{kind}" cx="{number(x)}" cy="{number(y)}" r="{number(radius - 3)}"/>'
    trigger = next((tag for each in xml if (tag := str(local(each))).endswith("EventDefinition")), "")
    if trigger == "terminateEventDefinition":
        return f'{rings}<circle class="full" cx="{number(x)}" cy="{number(y)}" r="{number(radius - 6)}"/>'
    if trigger not in _TRIGGERS:
        return rings
    throws = tag in ("endEvent", "intermediateThrowEvent")
    return rings + mark(
        _TRIGGERS[trigger], x - 9, y - 9, 18, filled=throws and trigger != "messageEventDefinition"
    )


def activity(xml: Any, box: Box, *, group: bool = False) -> str:
    """A step; one that people do has its own colour."""
    x, y, width, height = box
    tag = local(xml)
    kind = "group" if group else "person" if tag in ("userTask", "manualTask", "task") else "auto"
    if tag == "callActivity":
        kind += " call"
    if xml.get("triggeredByEvent") == "true":
        kind += " stays"
    drawn = f'<rect class="{kind}" x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}" rx="8"/>'
    if tag in _MARKS:
        drawn += mark(_MARKS[tag], x + 6, y + 6, 15, filled=tag == "sendTask")
    return drawn + _repeats(xml, x + width / 2, y + height - 15)


def _repeats(xml: Any, x: float, y: float) -> str:
    for each in xml:
        if local(each) == "standardLoopCharacteristics":
            return mark("M5 13a5.5 5.5 0 1 1 5 .5M5 13V9.5M5 13H1.5", x - 6, y, 12)
        if local(each) == "multiInstanceLoopCharacteristics":
            is_row = each.get("isSequential") == "true"
            return mark("M2 3h12M2 8h12M2 13h12" if is_row else "M3 2v12M8 2v12M13 2v12", x - 6, y, 12)
    return ""
