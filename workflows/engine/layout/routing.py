"""Flows as horizontal and vertical lines that touch no element.

A line runs along the middle of cells that hold nothing, or in the gaps between columns and rows,
where every flow gets a track of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from .placing import Box, Grid, Wire

# One coordinate: the middle of a column or row, or a track in the gap before it.
Middle: TypeAlias = "tuple[str, int]"  # ("middle", index)
Track: TypeAlias = "tuple[str, int, str]"  # ("gap", index, flow)


@dataclass(slots=True)
class Route:
    """A flow as turns on the grid: alternately an x and a y, from `leave` to `arrive`."""

    wire: Wire
    leave: str  # side of the source: right, top, bottom
    arrive: str  # side of the target: left, top, bottom
    turns: list[Middle | Track] = field(default_factory=list)


@dataclass(slots=True)
class Gaps:
    """Which flows use which gap, and how far; becomes tracks side by side."""

    spans: dict[int, list[tuple[int, int, str]]] = field(default_factory=dict)
    tracks: dict[tuple[int, str], int] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)

    def use(self, gap: int, start: int, end: int, flow: str) -> Track:
        self.spans.setdefault(gap, []).append((min(start, end), max(start, end), flow))
        return ("gap", gap, flow)

    def assign(self) -> None:
        for gap, spans in self.spans.items():
            ends: list[int] = []
            for start, end, flow in sorted(spans):
                free = next((index for index, last in enumerate(ends) if last < start), len(ends))
                if free == len(ends):
                    ends.append(end)
                ends[free] = end
                self.tracks[(gap, flow)] = free
            self.counts[gap] = len(ends)


class Router:
    """Finds a route for every flow."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.shapes = {(box.column, box.row) for box in grid.boxes.values() if box.host is None}
        self.level: dict[tuple[int, int], str] = {}  # cell -> target of the line through it
        self.upright: dict[tuple[int, int], str] = {}
        self.columns = Gaps()
        self.rows = Gaps()
        self.sides: dict[str, set[str]] = {}

    def run(self) -> list[Route]:
        routes = {wire.id: self._route(wire) for wire in sorted(self.grid.wires, key=_simple_first)}
        self.columns.assign()
        self.rows.assign()
        return [routes[wire.id] for wire in self.grid.wires]

    def _route(self, wire: Wire) -> Route:
        a, b = wire.source, wire.target
        if a.host is not None or wire.back or b.column <= a.column:
            return self._around(wire)
        for attempt in (self._straight, self._split, self._join, self._late_turn, self._early_turn):
            route = attempt(wire, a, b)
            if route is not None:
                return route
        return self._through_gap(wire, a, b)

    def _straight(self, wire: Wire, a: Box, b: Box) -> Route | None:
        cells = [(column, a.row) for column in range(a.column + 1, b.column)]
        if a.row != b.row or not self._take_level(cells, b):
            return None
        return Route(wire, "right", "left")

    def _split(self, wire: Wire, a: Box, b: Box) -> Route | None:
        """Out of a gateway's top or bottom, then along the row of the target."""
        side = "bottom" if b.row > a.row else "top"
        if not a.is_gateway or a.row == b.row or side in self.sides.get(a.id, ()):
            return None
        down = [(a.column, row) for row in _between(a.row, b.row, last=True)]
        along = [(column, b.row) for column in range(a.column, b.column)]
        if not self._free(self.upright, down, b) or not self._take_level(along, b):
            return None
        self._mark(self.upright, down, b)
        self.sides.setdefault(a.id, set()).add(side)
        return Route(wire, side, "left", [("middle", a.column), ("middle", b.row)])

    def _join(self, wire: Wire, a: Box, b: Box) -> Route | None:
        """Along the row of the source, then into a gateway's top or bottom."""
        if not b.is_gateway or a.row == b.row:
            return None
        side = "top" if a.row < b.row else "bottom"
        along = [(column, a.row) for column in range(a.column + 1, b.column + 1)]
        down = [(b.column, row) for row in _between(b.row, a.row, last=True)]
        if not self._free(self.upright, down, b) or not self._take_level(along, b):
            return None
        self._mark(self.upright, down, b)
        self.sides.setdefault(b.id, set()).add(side)
        return Route(wire, "right", side, [("middle", b.column), ("middle", a.row)])

    def _late_turn(self, wire: Wire, a: Box, b: Box) -> Route | None:
        if not self._take_level([(column, a.row) for column in range(a.column + 1, b.column)], b):
            return None
        return Route(wire, "right", "left", [self.columns.use(b.column, a.row, b.row, wire.id)])

    def _early_turn(self, wire: Wire, a: Box, b: Box) -> Route | None:
        if not self._take_level([(column, b.row) for column in range(a.column + 1, b.column)], b):
            return None
        return Route(wire, "right", "left", [self.columns.use(a.column + 1, a.row, b.row, wire.id)])

    def _through_gap(self, wire: Wire, a: Box, b: Box) -> Route:
        gap = b.row if b.row > a.row else b.row + 1
        turns: list[Middle | Track] = [
            self.columns.use(a.column + 1, a.row, gap, wire.id),
            self.rows.use(gap, a.column, b.column, wire.id),
            self.columns.use(b.column, gap, b.row, wire.id),
        ]
        return Route(wire, "right", "left", turns)

    def _around(self, wire: Wire) -> Route:
        """Back to an earlier column: below (or above) the source, then left of the target."""
        a, b = wire.source, wire.target
        used = self.sides.setdefault(a.id, set())
        side = "bottom" if "bottom" not in used or "top" in used else "top"
        used.add(side)
        gap = a.row + 1 if side == "bottom" else a.row
        turns: list[Middle | Track] = [
            ("middle", a.column),
            self.rows.use(gap, b.column, a.column, wire.id),
            self.columns.use(b.column, gap, b.row, wire.id),
        ]
        return Route(wire, side, "left", turns)

    # -- cells

    def _take_level(self, cells: list[tuple[int, int]], target: Box) -> bool:
        if not self._free(self.level, cells, target):
            return False
        self._mark(self.level, cells, target)
        return True

    def _free(self, lines: dict[tuple[int, int], str], cells: Iterable[tuple[int, int]], target: Box) -> bool:
        """No element stands there, and no line but one to the same target."""
        return all(cell not in self.shapes and lines.get(cell, target.id) == target.id for cell in cells)

    @staticmethod
    def _mark(lines: dict[tuple[int, int], str], cells: Iterable[tuple[int, int]], target: Box) -> None:
        for cell in cells:
            lines[cell] = target.id


def _simple_first(wire: Wire) -> tuple[bool, int, int]:
    """Straight neighbours first: they must not be pushed away by long lines."""
    return wire.back, wire.target.column - wire.source.column, abs(wire.target.row - wire.source.row)


def _between(start: int, end: int, *, last: bool) -> list[int]:
    """The rows from next to `start` up to `end`."""
    step = 1 if end > start else -1
    return list(range(start + step, end + (step if last else 0), step))
