"""Elements, flows and lanes of a process or subprocess, as boxes, wires and bands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from workflows.engine.outline import children, local

from .grid import CONTAINERS, DATA, EVENTS, GATEWAYS, SATELLITES, Band, Box, Grid, Link, Span, Wire
from .text import note_size, task_size

_NOT_DRAWN: Final = frozenset(
    {
        "documentation",
        "extensionElements",
        "auditing",
        "monitoring",
        "incoming",
        "outgoing",
        "laneSet",
        "sequenceFlow",
        "association",
        "group",
        "ioSpecification",
        "property",
        "dataObject",
        "dataInputAssociation",
        "dataOutputAssociation",
        "multiInstanceLoopCharacteristics",
        "standardLoopCharacteristics",
        "completionCondition",
        "supportedInterfaceRef",
        "resourceRole",
        "performer",
        "potentialOwner",
        "humanPerformer",
        "correlationSubscription",
    }
)


def drawn_children(container: Any) -> Iterator[Any]:
    """What has a shape of its own in a process or subprocess."""
    for element in container:
        tag = local(element)
        if tag is not None and tag not in _NOT_DRAWN and element.get("id"):
            yield element


def is_expanded(element: Any) -> bool:
    """A subprocess with something in it is drawn open."""
    return local(element) in CONTAINERS and next(drawn_children(element), None) is not None


def name_of(element: Any) -> str:
    return " ".join((element.get("name") or "").split())


def read_grid(container: Any, sizes: Mapping[str, tuple[int, int]]) -> Grid:
    """Everything that is drawn, without a cell yet; `sizes` are those of open subprocesses."""
    grid = Grid()
    lanes = _read_lanes(container, grid)
    _read_boxes(container, grid, lanes, sizes)
    _read_wires(container, grid)
    _read_links(container, grid)
    _find_loose(grid)
    return grid


def _read_lanes(container: Any, grid: Grid) -> dict[str, int]:
    """Element -> band. Lanes without inner lanes are bands; outer ones span theirs. What is named
    by an outer lane only, or by none, gets a band that is no lane: the picture adds nothing."""
    members: dict[str, int] = {}
    known = {element.get("id") for element in drawn_children(container)}

    def visit(lane: Any, depth: int) -> None:
        first = len(grid.bands)
        inner = [
            child for inner_set in children(lane, "childLaneSet") for child in children(inner_set, "lane")
        ]
        for child in inner:
            visit(child, depth + 1)
        own = {(reference.text or "").strip() for reference in children(lane, "flowNodeRef")}
        own = (own & known) - members.keys()
        if not inner:
            grid.bands.append(Band(lane.get("id") or "", name_of(lane), depth))
        elif own:
            grid.bands.append(Band("", "", depth + 1))
        members.update(dict.fromkeys(own, len(grid.bands) - 1))
        if inner:
            grid.spans.append(Span(lane.get("id") or "", name_of(lane), depth, first, len(grid.bands) - 1))

    for lane_set in children(container, "laneSet"):
        for lane in children(lane_set, "lane"):
            visit(lane, 0)
    laned = [
        element
        for element in drawn_children(container)
        if local(element) not in SATELLITES and local(element) != "boundaryEvent"
    ]
    if not grid.bands or any(element.get("id") not in members for element in laned):
        grid.bands.append(Band("", "", 0))
    return members


def _read_boxes(
    container: Any, grid: Grid, lanes: Mapping[str, int], sizes: Mapping[str, tuple[int, int]]
) -> None:
    for element in drawn_children(container):
        tag, identifier = local(element) or "", element.get("id")
        name = name_of(element)
        width, height = sizes.get(identifier) or _size(element, tag, name)
        band = lanes.get(identifier, len(grid.bands) - 1)
        host = element.get("attachedToRef") if tag == "boundaryEvent" else None
        grid.boxes.setdefault(identifier, Box(identifier, name, tag, width, height, band, element, host))
    for box in grid.boxes.values():
        if box.host is not None and box.host not in grid.boxes:
            box.host = None  # attached to nothing that is drawn here
        if box.host is not None:
            box.band = grid.boxes[box.host].band
            grid.boundary.setdefault(box.host, []).append(box)


def _size(element: Any, tag: str, name: str) -> tuple[int, int]:
    if tag in GATEWAYS:
        return 50, 50
    if tag in EVENTS:
        return 36, 36
    if tag in DATA:
        return (36, 50) if tag == "dataObjectReference" else (50, 50)
    if tag == "textAnnotation":
        return note_size("\n".join("".join(text.itertext()) for text in children(element, "text")))
    return task_size(name)


def _read_wires(container: Any, grid: Grid) -> None:
    for element in children(container, "sequenceFlow"):
        source = grid.boxes.get(element.get("sourceRef") or "")
        target = grid.boxes.get(element.get("targetRef") or "")
        if source is not None and target is not None and element.get("id"):
            grid.wires.append(Wire(element.get("id"), name_of(element), source, target))


def _read_links(container: Any, grid: Grid) -> None:
    flows = {wire.id: wire.source for wire in grid.wires}
    for element in children(container, "association"):
        ends = [element.get("sourceRef") or "", element.get("targetRef") or ""]
        _link(grid, element, ends)
        for note, flow in (ends, ends[::-1]):
            if flow in flows and note in grid.boxes:  # said of a flow: stands near where that begins
                grid.boxes[note].near = flows[flow].id
    for box in list(grid.boxes.values()):
        for element in children(box.xml, "dataInputAssociation"):
            for reference in children(element, "sourceRef"):
                _link(grid, element, [(reference.text or "").strip(), box.id])
        for element in children(box.xml, "dataOutputAssociation"):
            for reference in children(element, "targetRef"):
                _link(grid, element, [box.id, (reference.text or "").strip()])


def _link(grid: Grid, element: Any, ends: list[str]) -> None:
    boxes = [grid.boxes.get(end) for end in ends]
    source, target = boxes
    if source is None or target is None or source is target or not element.get("id"):
        return
    if any(link.id == element.get("id") for link in grid.links):
        return
    for satellite, other in ((source, target), (target, source)):
        if satellite.tag in SATELLITES and other.tag not in SATELLITES and satellite.near is None:
            satellite.near = other.host or other.id
            satellite.band = other.band
    grid.links.append(Link(element.get("id"), source, target))


def _find_loose(grid: Grid) -> None:
    wired = {box.id for wire in grid.wires for box in (wire.source, wire.target)}
    for box in grid.boxes.values():
        tied = {box.id, *(event.id for event in grid.boundary.get(box.id, ()))}
        box.is_loose = box.tag not in SATELLITES and not tied & wired
    for box in grid.boxes.values():
        if box.host is not None:
            box.is_loose = grid.boxes[box.host].is_loose
        elif box.tag in SATELLITES:
            box.is_loose = box.near is None or grid.boxes[box.near].is_loose
