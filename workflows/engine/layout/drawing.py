"""The grid in pixels, written as BPMN diagram interchange."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from workflows.engine.outline import children, local
from workflows.engine.support import BPMN
from workflows.engine.xmlsafe import read_xml

from .placing import Box, Grid, Wire, place
from .routing import Route, Router

DI: Final = "http://www.omg.org/spec/BPMN/20100524/DI"
DC: Final = "http://www.omg.org/spec/DD/20100524/DC"
DD: Final = "http://www.omg.org/spec/DD/20100524/DI"

CELL_WIDTH: Final = 100
CELL_HEIGHT: Final = 80
COLUMN_GAP: Final = 56
ROW_GAP: Final = 44
TRACK: Final = 12
MARGIN: Final = 120
HEADER: Final = 30
NOTE_WIDTH, NOTE_HEIGHT = 160, 50


def ensure_layout(bpmn: bytes) -> bytes:
    """The same file if it has a drawing of everything, else with one made for it."""
    root = read_xml(bpmn)
    if local(root) != "definitions" or has_layout(root):
        return bpmn
    for old in list(root.iterchildren(f"{{{DI}}}BPMNDiagram")):
        root.remove(old)
    _ensure_pool(root)
    _Drawing(root).draw()
    etree.cleanup_namespaces(root, top_nsmap={"bpmndi": DI, "dc": DC, "di": DD})
    text: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return text


def has_layout(root: Any) -> bool:
    """Does every element and flow of every process have its place?"""
    shapes = {
        shape.get("bpmnElement")
        for shape in root.iter(f"{{{DI}}}BPMNShape")
        if shape.find(f"{{{DC}}}Bounds") is not None
    }
    edges = {
        edge.get("bpmnElement")
        for edge in root.iter(f"{{{DI}}}BPMNEdge")
        if len(edge.findall(f"{{{DD}}}waypoint")) > 1
    }
    for process in children(root, "process"):
        grid = place(process)
        if not set(grid.boxes) <= shapes or not {wire.id for wire in grid.wires} <= edges:
            return False
    return True


def _ensure_pool(root: Any) -> None:
    """Lanes are drawn inside a pool; a process with lanes gets one around it."""
    if next(children(root, "collaboration"), None) is not None:
        return
    laned = [
        process
        for process in children(root, "process")
        if next(children(process, "laneSet"), None) is not None
    ]
    if not laned:
        return
    first = laned[0]
    taken = {element.get("id") for element in root.iter("{" + BPMN + "}*")}
    collaboration = etree.Element(
        "{" + BPMN + "}collaboration", id=_new_id(f"{first.get('id')}_pools", taken)
    )
    for process in children(root, "process"):
        name = process.get("name") or process.get("id") or ""
        etree.SubElement(
            collaboration,
            "{" + BPMN + "}participant",
            id=_new_id(f"{process.get('id')}_pool", taken),
            name=name,
            processRef=process.get("id") or "",
        )
    first.addprevious(collaboration)


def _new_id(wanted: str, taken: set[Any]) -> str:
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}_{number}", number + 1
    taken.add(name)
    return name


class _Drawing:
    """Writes one BPMNDiagram with all processes, one below the other."""

    def __init__(self, root: Any) -> None:
        self.root = root
        collaboration = next(children(root, "collaboration"), None)
        self.pools = {}
        self.empty_pools: list[Any] = []
        for pool in children(collaboration, "participant") if collaboration is not None else ():
            if pool.get("processRef"):
                self.pools[pool.get("processRef")] = pool.get("id")
            else:
                self.empty_pools.append(pool)
        plane_of = collaboration if collaboration is not None else next(children(root, "process"), root)
        diagram = etree.SubElement(root, f"{{{DI}}}BPMNDiagram", id="diagram", nsmap={"bpmndi": DI})
        self.plane = etree.SubElement(
            diagram, f"{{{DI}}}BPMNPlane", id="plane", bpmnElement=plane_of.get("id") or ""
        )

    def draw(self) -> None:
        top = MARGIN // 2
        width = 600
        for process in children(self.root, "process"):
            sheet = _Sheet(process, self.pools.get(process.get("id")), top)
            for element in sheet.elements():
                self.plane.append(element)
            top = sheet.bottom + MARGIN // 2
            width = max(width, sheet.right - MARGIN)
        for pool in self.empty_pools:
            self.plane.append(_shape(pool.get("id") or "", MARGIN, top, width, 60, {"isHorizontal": "true"}))
            top += 90


class _Sheet:
    """One process in pixels."""

    def __init__(self, process: Any, pool: str | None, top: int) -> None:
        self.process = process
        self.pool = pool
        self.top = top
        self.grid: Grid = place(process)
        self.router = Router(self.grid)
        self.routes = self.router.run()
        self.notes = list(children(process, "textAnnotation"))
        self._measure()

    def _measure(self) -> None:
        depth = 1 + max((band.depth for band in self.grid.bands), default=0)
        self.left = MARGIN + (HEADER if self.pool else 0) + (HEADER * depth if self._has_lanes else 0)
        wishes = self._label_wishes()
        self.gap_left: list[int] = []
        self.column_left: list[int] = []
        x = self.left
        for column in range(self.grid.columns + 1):
            self.gap_left.append(x)
            tracks = self.router.columns.counts.get(column, 0)
            x += max(COLUMN_GAP, 24 + TRACK * tracks, wishes.get(column, 0))
            self.column_left.append(x)
            x += CELL_WIDTH
        self.right = self.column_left[-1]
        self.gap_top: list[int] = []
        self.row_top: list[int] = []
        y = self.top + (NOTE_HEIGHT + 30 if self.notes else 0)
        self.frame_top = y
        for row in range(self.grid.rows + 1):
            self.gap_top.append(y)
            y += max(ROW_GAP, 24 + TRACK * self.router.rows.counts.get(row, 0))
            self.row_top.append(y)
            y += CELL_HEIGHT
        self.bottom = self.row_top[-1]

    @property
    def _has_lanes(self) -> bool:
        return bool(self.grid.bands[0].id)

    def _label_wishes(self) -> dict[int, int]:
        """A gap is as wide as the flow names written in it."""
        wishes: dict[int, int] = {}
        for route in self.routes:
            if route.wire.name and route.leave == "right":
                gap = route.wire.source.column + 1
                slack = (CELL_WIDTH - route.wire.source.width) // 2 + (
                    CELL_WIDTH - route.wire.target.width
                ) // 2
                wishes[gap] = max(wishes.get(gap, 0), _text_width(route.wire.name) + 28 - slack)
        return wishes

    # -- coordinates

    def _middle_x(self, column: int) -> int:
        return self.column_left[column] + CELL_WIDTH // 2

    def _middle_y(self, row: int) -> int:
        return self.row_top[row] + CELL_HEIGHT // 2

    def _bounds(self, box: Box) -> tuple[int, int, int, int]:
        x, y = self._middle_x(box.column), self._middle_y(box.row)
        if box.host is not None:
            return x + 15, y + CELL_HEIGHT // 2 - box.height // 2, box.width, box.height
        return x - box.width // 2, y - box.height // 2, box.width, box.height

    def _turn_x(self, turn: Any) -> int:
        if turn[0] == "middle":
            return self._middle_x(turn[1])
        gap = self.gap_left[turn[1]]
        return int(gap + self._track(gap, self.column_left[turn[1]], self.router.columns, turn))

    def _turn_y(self, turn: Any) -> int:
        if turn[0] == "middle":
            return self._middle_y(turn[1])
        gap = self.gap_top[turn[1]]
        return int(gap + self._track(gap, self.row_top[turn[1]], self.router.rows, turn))

    @staticmethod
    def _track(start: int, end: int, gaps: Any, turn: Any) -> int:
        count, track = gaps.counts[turn[1]], gaps.tracks[(turn[1], turn[2])]
        return int((end - start) * (track + 1) // (count + 1))

    def points(self, route: Route) -> list[tuple[int, int]]:
        """The corners of a flow, from border to border."""
        ax, ay, aw, ah = self._bounds(route.wire.source)
        bx, by, bw, bh = self._bounds(route.wire.target)
        x, y = {
            "right": (ax + aw, ay + ah // 2),
            "bottom": (ax + aw // 2, ay + ah),
            "top": (ax + aw // 2, ay),
        }[route.leave]
        path = [(x, y)]
        for index, turn in enumerate(route.turns):
            if index % 2 == 0:
                x = ax + aw // 2 if index == 0 and route.leave != "right" else self._turn_x(turn)
            else:
                y = self._turn_y(turn)
            path.append((x, y))
        if route.arrive == "left":
            path += [(x, by + bh // 2), (bx, by + bh // 2)]
        else:
            middle = bx + bw // 2
            path += [(middle, y), (middle, by if route.arrive == "top" else by + bh)]
        return _corners(path)

    # -- elements of the drawing

    def elements(self) -> Iterator[Any]:
        if self.pool:
            x = MARGIN
            yield _shape(
                self.pool,
                x,
                self.frame_top,
                self.right - x,
                self.bottom - self.frame_top,
                {"isHorizontal": "true"},
            )
        if self._has_lanes:
            yield from self._lanes()
        for box in self.grid.boxes.values():
            x, y, width, height = self._bounds(box)
            marker = {"isMarkerVisible": "true"} if box.is_gateway else {}
            shape = _shape(box.id, x, y, width, height, marker)
            if box.name and (box.is_gateway or box.is_event):
                _label(shape, *self._name_place(box, x, y, width, height))
            yield shape
        for route in self.routes:
            yield self._edge(route)
        yield from self._annotations()

    def _lanes(self) -> Iterator[Any]:
        frame = MARGIN + (HEADER if self.pool else 0)
        for identifier, first, last in self.grid.parents:
            top, bottom = self._band_top(first), self._band_bottom(last)
            yield _shape(identifier, frame, top, self.right - frame, bottom - top, {"isHorizontal": "true"})
        for index, band in enumerate(self.grid.bands):
            top, bottom, left = self._band_top(index), self._band_bottom(index), frame + HEADER * band.depth
            yield _shape(band.id, left, top, self.right - left, bottom - top, {"isHorizontal": "true"})

    def _band_top(self, index: int) -> int:
        return self._border(self.grid.bands[index].first) if index else self.frame_top

    def _band_bottom(self, index: int) -> int:
        band = self.grid.bands[index]
        last = index == len(self.grid.bands) - 1
        return self.bottom if last else self._border(band.first + band.rows)

    def _border(self, row: int) -> int:
        """Lanes meet in the middle of a gap, beside the tracks of the flows in it."""
        return self.gap_top[row] + 6

    def _name_place(self, box: Box, x: int, y: int, width: int, height: int) -> tuple[int, int, int, int]:
        text = min(_text_width(box.name), 96)
        lines = -(-_text_width(box.name) // 96)
        if box.is_event:
            return x + width // 2 - text // 2, y + height + 5, text, 14 * lines
        if "top" in self.router.sides.get(box.id, ()):  # beside the flow that leaves there
            return x + width // 2 - text - 6, y - 14 * lines + 4, text, 14 * lines
        return x + width // 2 - text // 2, y - 6 - 14 * lines, text, 14 * lines

    def _edge(self, route: Route) -> Any:
        edge = etree.Element(f"{{{DI}}}BPMNEdge", id=f"{route.wire.id}_di", bpmnElement=route.wire.id)
        points = self.points(route)
        for x, y in points:
            etree.SubElement(edge, f"{{{DD}}}waypoint", x=str(x), y=str(y))
        if route.wire.name:
            _label(edge, *self._flow_name_place(route.wire, points))
        return edge

    @staticmethod
    def _flow_name_place(wire: Wire, points: list[tuple[int, int]]) -> tuple[int, int, int, int]:
        width = _text_width(wire.name)
        (x, y), (next_x, next_y) = points[0], points[1]
        if y == next_y and len(points) == 2:
            return x + 6, y - 18, width, 14
        if y == next_y:  # beside the part of its own, not where several flows still run together
            return next_x + 4, (y + 44 if points[2][1] > y else y - 58), width, 14
        return x + 6, (y + 4 if next_y > y else y - 18), width, 14

    def _annotations(self) -> Iterator[Any]:
        """Notes stand in a strip above; their lines come down in the gaps."""
        next_free = self.left
        places: dict[str, tuple[int, int]] = {}
        for note in self.notes:
            identifier = note.get("id")
            if not identifier:
                continue
            box = self._noted_box(identifier)
            x = max(next_free, self.gap_left[box.column] + 6 if box is not None else next_free)
            next_free = x + NOTE_WIDTH + 20
            places[identifier] = (x, self.top)
            yield _shape(identifier, x, self.top, NOTE_WIDTH, NOTE_HEIGHT, {})
        for association in children(self.process, "association"):
            yield from self._association(association, places)

    def _noted_box(self, note: str) -> Box | None:
        for association in children(self.process, "association"):
            ends = (association.get("sourceRef"), association.get("targetRef"))
            if note in ends:
                return next((self.grid.boxes[end] for end in ends if end in self.grid.boxes), None)
        return None

    def _association(self, association: Any, places: dict[str, tuple[int, int]]) -> Iterator[Any]:
        ends = (association.get("sourceRef") or "", association.get("targetRef") or "")
        note = next((end for end in ends if end in places), None)
        box = next((self.grid.boxes[end] for end in ends if end in self.grid.boxes), None)
        if note is None or box is None or not association.get("id"):
            return
        x, y = places[note]
        left, top, width, _ = self._bounds(box)
        gap, above = self.gap_left[box.column] + 6, self.gap_top[box.row] + 3
        path = _corners(
            [(x + 10, y + NOTE_HEIGHT), (x + 10, self.frame_top - 8), (gap, self.frame_top - 8), (gap, above),
             (left + width // 2, above), (left + width // 2, top)]
        )  # fmt: skip
        edge = etree.Element(
            f"{{{DI}}}BPMNEdge", id=f"{association.get('id')}_di", bpmnElement=association.get("id") or ""
        )
        for px, py in path if ends[0] == note else reversed(path):
            etree.SubElement(edge, f"{{{DD}}}waypoint", x=str(px), y=str(py))
        yield edge


def _corners(path: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Without points that repeat or lie on the line between their neighbours."""
    result: list[tuple[int, int]] = []
    for point in path:
        if result and result[-1] == point:
            continue
        if len(result) > 1:
            (x0, y0), (x1, y1) = result[-2], result[-1]
            if (x0 == x1 == point[0]) or (y0 == y1 == point[1]):
                result[-1] = point
                continue
        result.append(point)
    return result


def _text_width(text: str) -> int:
    return sum(12 if unicodedata.east_asian_width(char) in "WF" else 7 for char in text)


def _shape(identifier: str, x: int, y: int, width: int, height: int, more: dict[str, str]) -> Any:
    shape = etree.Element(f"{{{DI}}}BPMNShape", id=f"{identifier}_di", bpmnElement=identifier, attrib=more)
    _box(shape, x, y, width, height)
    return shape


def _label(parent: Any, x: int, y: int, width: int, height: int) -> None:
    _box(etree.SubElement(parent, f"{{{DI}}}BPMNLabel"), x, y, width, height)


def _box(parent: Any, x: int, y: int, width: int, height: int) -> None:
    etree.SubElement(parent, f"{{{DC}}}Bounds", x=str(x), y=str(y), width=str(width), height=str(height))
