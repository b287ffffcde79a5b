"""Keeping the drawing in step with a change: places for what is new, no lines to what is gone.

A file without a drawing stays without one; `layout.ensure_layout` draws it."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from typing import Any, Final

from lxml import etree

from workflows.engine.layout.drawing import DC, DD, DI
from workflows.engine.outline import local
from workflows.engine.support import BPMN

from .sheet import take_out

GAP: Final = 60
EDGE: Final = 30
_HOLDING: Final = ("lane", "participant", "subProcess", "transaction")
_SIZES: Final = {"startEvent": 36, "endEvent": 36}
_GATEWAY: Final = 50

Box = tuple[float, float, float, float]
Point = tuple[float, float]


class Picture:
    """The first drawing of a document."""

    def __init__(self, root: Any) -> None:
        self.root = root
        self.kinds: dict[str, Any] = {}
        for element in root.iter(f"{{{BPMN}}}*"):
            if element.get("id"):
                self.kinds.setdefault(element.get("id"), element)
        self.shapes = {each.get("bpmnElement"): each for each in root.iter(f"{{{DI}}}BPMNShape")}
        self.edges = {each.get("bpmnElement"): each for each in root.iter(f"{{{DI}}}BPMNEdge")}

    def remove(self, gone: Collection[str | None]) -> None:
        """No shape, line or plane of what is gone."""
        for tag in ("BPMNShape", "BPMNEdge"):
            for drawn in list(self.root.iter(f"{{{DI}}}{tag}")):
                if drawn.get("bpmnElement") in gone:
                    take_out(drawn)
        for plane in list(self.root.iter(f"{{{DI}}}BPMNPlane")):
            if plane.get("bpmnElement") in gone:
                take_out(plane.getparent())

    def lead(self, flow: str | None, id: str, *, at_end: bool) -> None:
        """Let a line end, or begin, at another shape."""
        edge, box = self.edges.get(flow), self._box(id)
        points = _points(edge)
        if edge is None or box is None or len(points) < 2:
            return
        x, y, width, height = box
        there = points[-2] if at_end else points[1]
        middle = (x + width / 2, y + height / 2)
        sides = [(x, middle[1]), (x + width, middle[1]), (middle[0], y), (middle[0], y + height)]
        nearest = min(sides, key=lambda side: math.dist(side, there))
        _write(edge, [*points[:-1], nearest] if at_end else [nearest, *points[1:]])

    def place(self, id: str, kind: str, anchor: str, flow: str, rest: Iterable[str], *, behind: bool) -> None:
        """Draw a new element beside another one, with its flow, and lead the rest of the flows to it."""
        box = self._box(anchor)
        if box is None:
            return
        size = _SIZES.get(kind, _GATEWAY)
        rest = list(rest)
        below = behind and local(self.kinds[anchor]) == "boundaryEvent"
        spot = self._below(box, size) if below else self._beside(anchor, box, size, rest, behind=behind)
        box = self._box(anchor) or box
        self._draw(id, kind, spot, anchor)
        ends = [_middle(box), _middle(spot)]
        if below:
            ends = [(ends[0][0], box[1] + box[3]), (ends[1][0], spot[1])]
        elif behind:
            ends = [(box[0] + box[2], ends[0][1]), (spot[0], ends[1][1])]
        else:
            ends = [(spot[0] + spot[2], ends[1][1]), (box[0], ends[0][1])]
        self._line(flow, ends, anchor)
        for other in rest:
            self._redock(other, box, spot, at_end=not behind)

    # -- places

    def _beside(self, anchor: str, box: Box, size: int, rest: list[str], *, behind: bool) -> Box:
        x, y, width, height = box
        top = y + height / 2 - size / 2
        if behind:
            spot = (x + width + GAP, top, size, size)
            if rest or not self._is_free((x + width + 1, top, GAP + size + EDGE, size), anchor):
                self._make_room(x + width + 1, size + GAP)
        else:
            spot = (x - GAP - size, top, size, size)
            if rest or not self._is_free((spot[0] - EDGE, top, GAP + size + EDGE - 1, size), anchor):
                self._make_room(x, size + GAP)
                spot = (x, top, size, size)
        self._widen(anchor, spot)
        return spot

    def _below(self, box: Box, size: int) -> Box:
        x, y, width, height = box
        spot = (x + width / 2 - size / 2, y + height + GAP * 2 / 3, size, size)
        for _ in range(50):
            if self._is_free(spot, None):
                break
            spot = (spot[0], spot[1] + GAP, size, size)
        return spot

    def _is_free(self, area: Box, anchor: str | None) -> bool:
        return not any(
            _overlap(area, box)
            for id in self.shapes
            if id != anchor and not self._holds(id) and (box := self._box(id)) is not None
        )

    def _make_room(self, cut: float, by: float) -> None:
        """Move everything right of a line further to the right; what holds it grows."""
        moved: set[str] = set()
        for id in self.shapes:
            box = self._box(id)
            if box is None:
                continue
            if self._begins_at(id, box) >= cut:
                moved.add(id)
                _shift_box(self.shapes[id], by)
            elif self._holds(id) and box[0] + box[2] > cut:
                _resize(self.shapes[id], box[2] + by)
        for id, edge in self.edges.items():
            line = self.kinds.get(id)
            ends = [line.get(end) if line is not None else None for end in ("sourceRef", "targetRef")]
            points = _points(edge)
            if not points:
                continue
            inner = [(x + by if x >= cut else x, y) for x, y in points[1:-1]]
            first, last = (
                (x + by if (end in moved if end in self.shapes else x >= cut) else x, y)
                for end, (x, y) in zip(ends, (points[0], points[-1]), strict=True)
            )
            _write(edge, [first, *inner, last])
            for bounds in edge.iter(f"{{{DC}}}Bounds"):
                if (_number(bounds.get("x")) or 0) >= cut:
                    _move(bounds, by)

    def _begins_at(self, id: str, box: Box) -> float:
        """A boundary event moves with its activity."""
        element = self.kinds.get(id)
        host = self._box(element.get("attachedToRef") or "") if element is not None else None
        return host[0] if host is not None else box[0]

    def _widen(self, anchor: str, spot: Box) -> None:
        inside = self._box(anchor)
        for id in self.shapes:
            box = self._box(id)
            if box is None or inside is None or not self._holds(id) or not _overlap(box, inside):
                continue
            missing = spot[0] + spot[2] + EDGE - (box[0] + box[2])
            if missing > 0:
                _resize(self.shapes[id], box[2] + missing)

    def _holds(self, id: str) -> bool:
        element = self.kinds.get(id)
        if element is None or local(element) not in _HOLDING:
            return False
        return local(element) in ("lane", "participant") or self.shapes[id].get("isExpanded") != "false"

    def _box(self, id: str) -> Box | None:
        return _bounds(self.shapes.get(id))

    # -- drawing

    def _draw(self, id: str, kind: str, spot: Box, anchor: str) -> None:
        attributes = {"isMarkerVisible": "true"} if kind == "exclusiveGateway" else {}
        shape = etree.Element(
            f"{{{DI}}}BPMNShape", id=self._fresh(f"{id}_di"), bpmnElement=id, attrib=attributes
        )
        names = zip(("x", "y", "width", "height"), spot, strict=True)
        etree.SubElement(shape, f"{{{DC}}}Bounds", {name: _text(number) for name, number in names})
        self._append(shape, anchor)
        self.shapes[id] = shape

    def _line(self, flow: str, points: list[Point], anchor: str) -> None:
        edge = etree.Element(f"{{{DI}}}BPMNEdge", id=self._fresh(f"{flow}_di"), bpmnElement=flow)
        _write(edge, points)
        self._append(edge, anchor)
        self.edges[flow] = edge

    def _append(self, drawn: Any, anchor: str) -> None:
        plane = self.shapes[anchor].getparent()
        last = plane[-1]
        drawn.tail = last.tail
        last.tail = plane.text
        plane.append(drawn)

    def _redock(self, flow: str, old: Box, new: Box, *, at_end: bool) -> None:
        """A line that left one box now leaves another one, on the same side of it."""
        edge = self.edges.get(flow)
        points = _points(edge)
        if edge is None or len(points) < 2:
            return
        if at_end:
            points.reverse()
        (x, y), (next_x, next_y) = points[0], points[1]
        middle_x, middle_y = _middle(new)
        if abs(y - old[1]) < 1 or abs(y - old[1] - old[3]) < 1:
            points[0] = (middle_x, new[1] if abs(y - old[1]) < 1 else new[1] + new[3])
            if next_x == x and len(points) > 2:
                points[1] = (middle_x, next_y)
        else:
            points[0] = (new[0] if at_end else new[0] + new[2], middle_y)
            if next_y == y and len(points) > 2:
                points[1] = (next_x, middle_y)
        if at_end:
            points.reverse()
        _write(edge, points)

    def _fresh(self, wanted: str) -> str:
        taken = {each.get("id") for each in self.root.iter()}
        name, number = wanted, 2
        while name in taken:
            name, number = f"{wanted}_{number}", number + 1
        return name


def _bounds(shape: Any) -> Box | None:
    bounds = shape.find(f"{{{DC}}}Bounds") if shape is not None else None
    if bounds is None:
        return None
    x, y, width, height = (_number(bounds.get(name)) for name in ("x", "y", "width", "height"))
    return None if x is None or y is None or width is None or height is None else (x, y, width, height)


def _points(edge: Any) -> list[Point]:
    found: list[Point] = []
    for point in edge.iterchildren(f"{{{DD}}}waypoint") if edge is not None else ():
        x, y = _number(point.get("x")), _number(point.get("y"))
        if x is None or y is None:
            return []
        found.append((x, y))
    return found


def _write(edge: Any, points: list[Point]) -> None:
    """The corners of a line; those that are there keep their place in the file."""
    old = list(edge.iterchildren(f"{{{DD}}}waypoint"))
    for index, (x, y) in enumerate(points):
        if index == len(old):
            old.append(etree.SubElement(edge, f"{{{DD}}}waypoint"))
        if (_number(old[index].get("x")), _number(old[index].get("y"))) != (x, y):
            old[index].set("x", _text(x))
            old[index].set("y", _text(y))


def _shift_box(shape: Any, by: float) -> None:
    for bounds in shape.iter(f"{{{DC}}}Bounds"):
        _move(bounds, by)


def _move(bounds: Any, by: float) -> None:
    x = _number(bounds.get("x"))
    if x is not None:
        bounds.set("x", _text(x + by))


def _resize(shape: Any, width: float) -> None:
    shape.find(f"{{{DC}}}Bounds").set("width", _text(width))


def _middle(box: Box) -> Point:
    return box[0] + box[2] / 2, box[1] + box[3] / 2


def _overlap(first: Box, second: Box) -> bool:
    return (
        first[0] < second[0] + second[2]
        and second[0] < first[0] + first[2]
        and first[1] < second[1] + second[3]
        and second[1] < first[1] + first[3]
    )


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _text(number: float) -> str:
    return str(int(number)) if number == int(number) else f"{number:.2f}"
