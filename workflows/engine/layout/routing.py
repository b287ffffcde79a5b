"""Flows as horizontal and vertical lines that touch no element.

A line runs along the middle of cells that hold nothing, or in the gaps between columns and rows,
where every flow gets a track of its own. The gap before a column has three zones: tracks of flows
that come out of the column before, room for names, tracks of flows that go into the column. So a
piece of line at an element's side belongs to that element alone.

Along a row, places are counted in units: four for each gap and the column after it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from .grid import Box, Grid, Link, Wire
from .tracks import IN, LOWER, OUT, UPPER, Gaps, Middle, Turn

# Cell -> target -> sources of the lines through it.
Claims: TypeAlias = "dict[tuple[int, int], dict[str, set[str]]]"

_NOBODY: Final[dict[str, set[str]]] = {}
OPPOSITE: Final = {"top": "bottom", "bottom": "top"}


def out_unit(gap: int) -> int:
    return 4 * gap


def in_unit(gap: int) -> int:
    return 4 * gap + 2


def cell_unit(column: int) -> int:
    return 4 * column + 3


@dataclass(slots=True)
class Route:
    """A line as turns on the grid: alternately an x and a y, from `leave` to `arrive`."""

    id: str
    name: str
    source: Box
    target: Box
    leave: str  # side of the source: right, top, bottom
    arrive: str  # side of the target: left, top, bottom
    turns: list[Turn] = field(default_factory=list)
    shape: str = "straight"
    aside: bool = False  # arrives beside the middle of the side: a dashed line


class Router:
    """Finds a route for every flow, then for the dashed lines."""

    def __init__(self, grid: Grid, messages: Iterable[tuple[str, str, str]] = ()) -> None:
        self.grid = grid
        self.messages = messages  # flow, element, side of the pool
        self.shapes = {
            (box.column, box.row) for box in grid.boxes.values() if box.host is None and not box.is_loose
        }
        self.shapes.update((column, row) for row in grid.strips for column in range(grid.columns))
        self.level: Claims = {}
        self.upright: Claims = {}
        self.columns = Gaps()
        self.rows = Gaps()
        self.leaving: dict[str, set[str]] = {}
        self.arriving: dict[str, set[str]] = {}
        for host in grid.boundary:  # the events sit there
            self.leaving[host] = {"bottom"}
            self.arriving[host] = {"bottom"}

    def run(self) -> list[Route]:
        for wire in self.grid.wires:
            self._reserve_stubs(wire)
        routes = {wire.id: self._route(wire) for wire in sorted(self.grid.wires, key=_simple_first)}
        links = [route for link in self.grid.links if (route := self._link(link)) is not None]
        exits = [
            self._exit(flow, self.grid.boxes[name], side)
            for flow, name, side in self.messages
            if name in self.grid.boxes and not self.grid.boxes[name].is_loose
        ]
        self.columns.assign()
        self.rows.assign()
        return [*(routes[wire.id] for wire in self.grid.wires), *links, *exits]

    def is_crossed(self, gap: int, column: int) -> bool:
        """Does a line run along the gap above a row, across a column?"""
        unit = cell_unit(column)
        return any(
            start <= unit <= end
            for zone in (UPPER, LOWER)
            for start, end, _ in self.rows.spans.get((gap, zone), ())
        )

    def sides_used(self, box: Box) -> set[str]:
        return self.leaving.get(box.id, set()) | self.arriving.get(box.id, set())

    def _reserve_stubs(self, wire: Wire) -> None:
        a, b = wire.source, wire.target
        if a.host is None:
            self._claim(self.level, [(out_unit(a.column + 1), a.row)], wire)
        self._claim(self.level, [(in_unit(b.column), b.row)], wire)

    def _route(self, wire: Wire) -> Route:
        a, b = wire.source, wire.target
        if wire.back or b.column <= a.column or b.host is not None:
            return self._around(wire)
        if a.host is not None:
            return self._elbow(wire) or self._around(wire)
        for attempt in (self._straight, self._split, self._join, self._late_turn, self._early_turn):
            route = attempt(wire, a, b)
            if route is not None:
                return route
        return self._through_gap(wire, a, b)

    # -- shapes of routes

    def _straight(self, wire: Wire, a: Box, b: Box) -> Route | None:
        if a.row != b.row or not self._take_level(wire, a.row, out_unit(a.column + 1), in_unit(b.column)):
            return None
        return _made(wire, "right", "left", [], "straight")

    def _split(self, wire: Wire, a: Box, b: Box) -> Route | None:
        """Out of a gateway's top or bottom, then along the row of the target."""
        side = "bottom" if b.row > a.row else "top"
        if not a.is_gateway or a.row == b.row or side in self.sides_used(a):
            return None
        down = [(a.column, row) for row in _from_to(a.row, b.row)]
        if not self._free(self.upright, down, wire):
            return None
        if not self._take_level(wire, b.row, cell_unit(a.column), in_unit(b.column)):
            return None
        self._claim(self.upright, down, wire)
        self.leaving.setdefault(a.id, set()).add(side)
        return _made(wire, side, "left", [Middle(a.column), Middle(b.row)], "split")

    def _elbow(self, wire: Wire) -> Route | None:
        """Down from a boundary event, then along the row of the target."""
        a, b = wire.source, wire.target
        down = [(a.column, row) for row in _from_to(a.row, b.row)]
        if b.row <= a.row or not self._free(self.upright, down, wire):
            return None
        if not self._take_level(wire, b.row, cell_unit(a.column), in_unit(b.column)):
            return None
        self._claim(self.upright, down, wire)
        return _made(wire, "bottom", "left", [Middle(a.column), Middle(b.row)], "split")

    def _join(self, wire: Wire, a: Box, b: Box) -> Route | None:
        """Along the row of the source, then into a gateway's top or bottom."""
        side = "top" if a.row < b.row else "bottom"
        if not b.is_gateway or a.row == b.row or side in self.leaving.get(b.id, ()):
            return None
        down = [(b.column, row) for row in _from_to(b.row, a.row)]
        if not self._free(self.upright, down, wire):
            return None
        if not self._take_level(wire, a.row, out_unit(a.column + 1), cell_unit(b.column)):
            return None
        self._claim(self.upright, down, wire)
        self.arriving.setdefault(b.id, set()).add(side)
        return _made(wire, "right", side, [Middle(b.column), Middle(a.row)], "straight")

    def _late_turn(self, wire: Wire, a: Box, b: Box) -> Route | None:
        if not self._take_level(wire, a.row, out_unit(a.column + 1), in_unit(b.column)):
            return None
        turn = self.columns.use((b.column, IN), 2 * a.row + 1, 2 * b.row + 1, wire.id)
        return _made(wire, "right", "left", [turn], "straight")

    def _early_turn(self, wire: Wire, a: Box, b: Box) -> Route | None:
        if not self._take_level(wire, b.row, out_unit(a.column + 1), in_unit(b.column)):
            return None
        turn = self.columns.use((a.column + 1, OUT), 2 * a.row + 1, 2 * b.row + 1, wire.id)
        return _made(wire, "right", "left", [turn], "early")

    def _through_gap(self, wire: Wire, a: Box, b: Box) -> Route:
        gap = b.row if b.row > a.row else b.row + 1
        side = "bottom" if b.row > a.row else "top"
        if a.is_gateway and a.row != b.row and side not in self.sides_used(a):
            return self._down_through_gap(wire, side)
        start, end = out_unit(a.column + 1), in_unit(b.column)
        turns: list[Turn] = [
            self.columns.use((a.column + 1, OUT), 2 * a.row + 1, 2 * gap, wire.id),
            self.rows.use((gap, _near(side)), start, end, wire.id),
            self.columns.use((b.column, IN), 2 * gap, 2 * b.row + 1, wire.id),
        ]
        return _made(wire, "right", "left", turns, "gap")

    def _down_through_gap(self, wire: Wire, side: str) -> Route:
        """Out of a gateway's top or bottom, in the gap next to it to the column of the target."""
        a, b = wire.source, wire.target
        gap = a.row + 1 if side == "bottom" else a.row
        self.leaving.setdefault(a.id, set()).add(side)
        turns: list[Turn] = [
            Middle(a.column),
            self.rows.use((gap, _near(side)), cell_unit(a.column), in_unit(b.column), wire.id),
            self.columns.use((b.column, IN), 2 * gap, 2 * b.row + 1, wire.id),
        ]
        return _made(wire, side, "left", turns, "gap")

    def _around(self, wire: Wire) -> Route:
        """Back to an earlier column: below (or above) the source, then left of the target."""
        a, b = wire.source, wire.target
        side = "bottom" if a.host is not None else self._side_to_go_back(a, b)
        end = in_unit(b.column)
        gap = a.row if side == "top" else a.row + 1
        if side == "right":
            start = out_unit(a.column + 1)
            first: Turn = self.columns.use((a.column + 1, OUT), 2 * a.row + 1, 2 * gap, wire.id)
        else:
            self.leaving.setdefault(a.id, set()).add(side)
            start, first = cell_unit(a.column), Middle(a.column)
        turns: list[Turn] = [
            first,
            self.rows.use((gap, _near(side)), start, end, wire.id),
            self.columns.use((b.column, IN), 2 * gap, 2 * b.row + 1, wire.id),
        ]
        return _made(wire, side, "left", turns, "around")

    def _side_to_go_back(self, a: Box, b: Box) -> str:
        """A free side if there is one; never one where flows come in."""
        wanted = ("top", "bottom") if b.row < a.row else ("bottom", "top")
        free = [side for side in wanted if side not in self.arriving.get(a.id, ())]
        free.sort(key=lambda side: side in self.leaving.get(a.id, ()))
        return free[0] if free else "right"

    # -- dashed lines

    def _link(self, link: Link) -> Route | None:
        a, b = link.source, link.target
        if a.is_loose or b.is_loose:
            return None
        return self._beside(link, a, b) or self._dashed_around(link, a, b)

    def _beside(self, link: Link, a: Box, b: Box) -> Route | None:
        """One above the other, with nothing in between."""
        if a.column != b.column or a.row == b.row or a.host is not None or b.host is not None:
            return None
        side = "bottom" if b.row > a.row else "top"
        between = [(a.column, row) for row in _from_to(a.row, b.row)[:-1]]
        wire = Wire(link.id, "", a, b)
        if side in self.sides_used(a) or OPPOSITE[side] in self.sides_used(b):
            return None
        if not self._free(self.upright, between, wire):
            return None
        self._claim(self.upright, between, wire)
        self.leaving.setdefault(a.id, set()).add(side)
        self.arriving.setdefault(b.id, set()).add(OPPOSITE[side])
        return Route(link.id, "", a, b, side, OPPOSITE[side], [Middle(a.column)], "dashed")

    def _dashed_around(self, link: Link, a: Box, b: Box) -> Route:
        """Out above or below, through gaps, and in beside the middle of a side."""
        leave = "bottom" if a.row < b.row or a.host is not None else "top"
        arrive = "bottom" if b.row < a.row or b.host is not None else "top"
        if leave == "bottom" and a.id in self.grid.boundary:
            leave = "top"
        if arrive == "bottom" and b.id in self.grid.boundary:
            arrive = "top"
        first = a.row + (leave == "bottom")
        last = b.row + (arrive == "bottom")
        start, end = cell_unit(a.column), cell_unit(b.column)
        turns: list[Turn] = [Middle(a.column)]
        if first == last and start != end:
            turns.append(self.rows.use((first, _near(leave)), start, end, link.id))
        else:
            corridor = out_unit(a.column + 1)
            turns += [
                self.rows.use((first, _near(leave)), start, corridor, link.id),
                self.columns.use((a.column + 1, OUT), 2 * first, 2 * last, link.id),
                self.rows.use((last, _near(arrive)), corridor, end, link.id + "/"),
            ]
        return Route(link.id, "", a, b, leave, arrive, turns, "dashed", aside=True)

    # -- messages to other pools

    def _exit(self, flow: str, a: Box, side: str) -> Route:
        """To the upper or lower border of the pool: straight, or beside the column."""
        leave = "bottom" if a.host is not None else "top" if a.id in self.grid.boundary else side
        aside = leave in self.sides_used(a) or a.host is not None
        if not aside:
            self.leaving.setdefault(a.id, set()).add(leave)
        rows = range(a.row + 1, self.grid.rows) if side == "bottom" else range(a.row)
        turns: list[Turn] = [Middle(a.column)]
        cells = [(a.column, row) for row in rows]
        if leave != side or any(cell in self.shapes or cell in self.upright for cell in cells):
            gap = a.row + (leave == "bottom")
            border = 2 * self.grid.rows + 1 if side == "bottom" else -1
            turns += [
                self.rows.use((gap, _near(leave)), cell_unit(a.column), out_unit(a.column + 1), flow),
                self.columns.use((a.column + 1, OUT), 2 * gap, border, flow),
            ]
        else:
            self._claim(self.upright, cells, Wire(flow, "", a, a))
        return Route(flow, "", a, a, leave, side, turns, "exit", aside=aside)

    # -- cells

    def _take_level(self, wire: Wire, row: int, start: int, end: int) -> bool:
        cells = [(unit, row) for unit in range(start, end + 1)]
        inside = [((unit - 3) // 4, row) for unit in range(start, end + 1) if unit % 4 == 3]
        if any(cell in self.shapes for cell in inside) or not self._free_units(cells, wire):
            return False
        self._claim(self.level, cells, wire)
        return True

    def _free_units(self, cells: Iterable[tuple[int, int]], wire: Wire) -> bool:
        """Besides lines to the same target: at the source its own lines, at the target all into it."""
        a, b = wire.source, wire.target
        stub, entry = (out_unit(a.column + 1), a.row), (in_unit(b.column), b.row)
        for cell in cells:
            for target, sources in self.level.get(cell, _NOBODY).items():
                if target == b.id:
                    if a.id in sources and cell not in (stub, entry):
                        return False
                elif cell != stub or sources != {a.id}:
                    return False
        return True

    def _free(self, claims: Claims, cells: Iterable[tuple[int, int]], wire: Wire) -> bool:
        """No element stands there, and no line but such to the same target."""
        a, b = wire.source.id, wire.target.id
        for cell in cells:
            if cell in self.shapes:
                return False
            if any(target != b or a in sources for target, sources in claims.get(cell, _NOBODY).items()):
                return False
        return True

    @staticmethod
    def _claim(claims: Claims, cells: Iterable[tuple[int, int]], wire: Wire) -> None:
        for cell in cells:
            claims.setdefault(cell, {}).setdefault(wire.target.id, set()).add(wire.source.id)


def _made(wire: Wire, leave: str, arrive: str, turns: list[Turn], shape: str) -> Route:
    return Route(wire.id, wire.name, wire.source, wire.target, leave, arrive, turns, shape)


def _near(side: str) -> str:
    """A line that leaves at the bottom uses the gap below its row, in the half next to it."""
    return LOWER if side == "top" else UPPER


def _simple_first(wire: Wire) -> tuple[bool, int, int]:
    """Straight neighbours first: they must not be pushed away by long lines."""
    return wire.back, wire.target.column - wire.source.column, abs(wire.target.row - wire.source.row)


def _from_to(start: int, end: int) -> list[int]:
    """The rows from next to `start` up to and with `end`."""
    step = 1 if end > start else -1
    return list(range(start + step, end + step, step))
