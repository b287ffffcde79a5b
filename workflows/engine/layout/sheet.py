"""One process or subprocess as a drawing of its own: measured, every name in its place.

Where a name finds no place, the gaps around it grow and everything is measured again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Final

from .grid import CONTAINERS, Box, Grid
from .labels import Obstacles, Point, Rect, along
from .measures import HEADER, Frame, Measures, header_length, level_tracks
from .placing import place
from .reach import Extents, Room, widen_hosts
from .reading import drawn_children, is_expanded, name_of, read_grid
from .routing import Route, Router
from .text import LINE, label_size, text_lines, text_width

ROUNDS: Final = 8
TITLE: Final = 200  # how wide the name of a subprocess may become
SIGN: Final = 20  # below the contents of a subprocess, for the sign of a loop


@dataclass(slots=True)
class Shape:
    id: str
    rect: Rect
    attributes: dict[str, str] = field(default_factory=dict)
    label: Rect | None = None


@dataclass(slots=True)
class Line:
    id: str
    points: list[Point]
    label: Rect | None = None


class Sheet:
    """Shapes and lines of a container, from (0, 0) to (`width`, `height`)."""

    def __init__(
        self, container: Any, *, is_pool: bool = False, messages: Iterable[tuple[str, str, str]] = ()
    ) -> None:
        self.name = name_of(container)
        self.is_pool = is_pool
        self.is_inner = is_expanded(container)
        self.inner: dict[str, Sheet] = {
            element.get("id"): Sheet(element) for element in drawn_children(container) if is_expanded(element)
        }
        sizes = {name: (sheet.width, sheet.height) for name, sheet in self.inner.items()}
        self.grid: Grid = read_grid(container, sizes)
        place(self.grid)
        widen_hosts(self.grid)
        self.router = Router(self.grid, messages)
        self.routes = self.router.run()
        self.extents = Extents(self.grid, self.router)
        self.width: int = 0
        self.height: int = 0
        self._settle()

    def _settle(self) -> None:
        self.title = 14 + LINE * text_lines(self.name, TITLE) if self.is_inner and self.name else 14
        frame = Frame(HEADER if self.is_pool else 0, self.title if self.is_inner else 0)
        self.room = Room()
        for number in range(ROUNDS):
            self.at = Measures(self.grid, self.router, self.routes, self.extents, self.room, frame)
            self._measure()
            if self._name_everything(is_last=number == ROUNDS - 1):
                break

    def _measure(self) -> None:
        self.width, self.height = self.at.width, self.at.height
        if self.is_pool:
            self.height = self.at.height = max(self.height, header_length(self.name))
        if self.is_inner:
            self.height = self.at.height = self.height + SIGN
            self.width = max(self.width, min(text_width(self.name), TITLE) + 40)
        self.points = {route.id: self.at.path(route) for route in self.routes}

    # -- what is handed on

    def shapes(self) -> list[Shape]:
        """Frames before what they contain."""
        found = self._lanes()
        for box in self.grid.boxes.values():
            attributes = {"isMarkerVisible": "true"} if box.tag == "exclusiveGateway" else {}
            inner = self.inner.get(box.id)
            if box.tag in CONTAINERS:
                attributes["isExpanded"] = "true" if inner is not None else "false"
            x, y, _, _ = rect = self.at.bounds(box)
            found.append(Shape(box.id, rect, attributes, self.labels.get(box.id)))
            for shape in inner.shapes() if inner is not None else ():
                moved = _moved(shape.rect, x, y)
                found.append(replace(shape, rect=moved, label=_moved_if(shape.label, x, y)))
        return found

    def lines(self) -> list[Line]:
        found = [
            Line(route.id, self.points[route.id], self.labels.get(route.id))
            for route in self.routes
            if route.shape != "exit"
        ]
        found += self._short_links()
        for name, inner in self.inner.items():
            x, y, _, _ = self.at.bounds(self.grid.boxes[name])
            for line in inner.lines():
                points = [(px + x, py + y) for px, py in line.points]
                found.append(Line(line.id, points, _moved_if(line.label, x, y)))
        return found

    def exits(self) -> dict[str, list[Point]]:
        """The way of each message to the border of the pool."""
        return {route.id: self.points[route.id] for route in self.routes if route.shape == "exit"}

    # -- frames and dashed lines

    def _lanes(self) -> list[Shape]:
        """Lanes, outer ones first; each reaches into the gap to the next."""
        if not self.grid.has_lanes:
            return []
        items = [(span.id, span.depth, span.first, span.last) for span in self.grid.spans]
        items += [
            (band.id, band.depth, index, index) for index, band in enumerate(self.grid.bands) if band.id
        ]
        found = []
        for name, depth, first, last in sorted(items, key=lambda item: (item[1], item[2])):
            x = self.at.frame.left + HEADER * depth
            top, bottom = self.at.band_top(first), self.at.band_bottom(last)
            rect = (x, top, self.width - x, bottom - top)
            found.append(Shape(name, rect, {"isHorizontal": "true"}))
        return found

    def _short_links(self) -> list[Line]:
        """Dashed lines between loose neighbours."""
        found = []
        for link in self.grid.links:
            a, b = link.source, link.target
            if not (a.is_loose and b.is_loose) or a.host or b.host or a.row != b.row:
                continue
            (ax, ay, aw, ah), (bx, by, bw, bh) = self.at.bounds(a), self.at.bounds(b)
            y = (max(ay, by) + min(ay + ah, by + bh)) // 2
            strip = self.grid.strips[a.row]
            if abs(strip.index(a) - strip.index(b)) == 1 and y > max(ay, by):
                ends = [(ax + aw, y), (bx, y)] if ax < bx else [(ax, y), (bx + bw, y)]
                found.append(Line(link.id, ends))
        return found

    # -- names

    def _name_everything(self, *, is_last: bool) -> bool:
        """Give every name its place; True if each found one."""
        self.labels: dict[str, Rect] = {}
        boxes = [box for box in self.grid.boxes.values() if box.has_label]
        routes = [route for route in self.routes if route.name]
        if not boxes and not routes:
            return True
        obstacles = self._obstacles()
        found = [self._name_box(box, obstacles, is_last=is_last) for box in boxes]
        found += [self._name_flow(route, obstacles, is_last=is_last) for route in routes]
        return all(found)

    def _obstacles(self) -> Obstacles:
        obstacles = Obstacles()
        for box in self.grid.boxes.values():
            obstacles.add(self.at.bounds(box))
        for route in self.routes:
            for start, end in pairwise(self.points[route.id]):
                obstacles.add_line(start, end, route.id)
        for line in self._short_links():
            obstacles.add_line(line.points[0], line.points[-1], line.id)
        for lane in self._lanes():
            x, y, width, height = lane.rect
            obstacles.add((x, y, HEADER, height), 0)
            for edge in (y, y + height):
                obstacles.add_line((x, edge), (x + width, edge), lane.id)
        if self.is_inner:
            obstacles.add((0, 0, self.width, self.title), 0)
        for y in (-1, self.height):
            obstacles.add((0, y, self.width, 1), 0)
        for x in (-1, self.width):
            obstacles.add((x, 0, 1, self.height), 0)
        return obstacles

    def _name_box(self, box: Box, obstacles: Obstacles, *, is_last: bool) -> bool:
        places = self.extents.places(box, self.at.center(box))
        found = next((rect for rect in places if obstacles.is_free(rect)), None)
        if found is None and not is_last:
            owner = box.host or box.id
            self.room.boxes[owner] = self.room.boxes.get(owner, 0) + 16
            return False
        self.labels[box.id] = found or places[0]
        obstacles.add(self.labels[box.id])
        return True

    def _name_flow(self, route: Route, obstacles: Obstacles, *, is_last: bool) -> bool:
        """At a piece of line of its own, else at one it shares with others."""
        size = label_size(route.name)
        first = shared = found = None
        for rect, anchor in along(self.points[route.id], size):
            first = first or rect
            if not obstacles.is_free(rect):
                continue
            if not obstacles.is_shared(anchor, route.id):
                found = rect
                break
            shared = shared or rect
        if found is None and not is_last:
            self._grow(route, size)
            return False
        self.labels[route.id] = found or shared or first or (*self.points[route.id][0], *size)
        obstacles.add(self.labels[route.id])
        return True

    def _grow(self, route: Route, size: Point) -> None:
        """Wider gaps where the flow runs."""
        a, b = route.source, route.target
        for gap in {a.column + 1, b.column, a.column}:
            self.room.columns[gap] = self.room.columns.get(gap, 0) + size[0] // 2
        if route.shape == "around" and a.column == b.column:
            self.room.boxes[a.host or a.id] = self.room.boxes.get(a.host or a.id, 0) + size[0] // 2
        gaps = {turn.gap for turn in level_tracks(route)}
        for gap in gaps or set(range(min(a.row, b.row) + 1, max(a.row, b.row) + 1)):
            self.room.rows[gap] = self.room.rows.get(gap, 0) + size[1] // 2 + 4


def _moved(rect: Rect, x: int, y: int) -> Rect:
    return rect[0] + x, rect[1] + y, rect[2], rect[3]


def _moved_if(rect: Rect | None, x: int, y: int) -> Rect | None:
    return None if rect is None else _moved(rect, x, y)
