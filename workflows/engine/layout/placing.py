"""Which column and which row: longest way from the start, straight lines first."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count

from .grid import SATELLITES, Box, Grid, Wire


def place(grid: Grid) -> None:
    """Give every element of the grid its cell."""
    _number_columns(grid)
    _choose_rows(grid)


# -- columns


def _leaving(grid: Grid) -> dict[str, list[Wire]]:
    leaving: dict[str, list[Wire]] = {name: [] for name in grid.boxes}
    for wire in grid.wires:
        leaving[wire.source.id].append(wire)
    return leaving


def _number_columns(grid: Grid) -> None:
    leaving = _leaving(grid)
    arriving = {wire.target.id for wire in grid.wires}
    roots = [name for name, box in grid.boxes.items() if name not in arriving and box.host is None]
    order: list[str] = []
    state: dict[str, int] = {}  # 1 while its followers are being looked at, 2 when done
    for root in [*roots, *grid.boxes]:
        _depth_first(root, leaving, grid.boundary, state, order)
    for name in reversed(order):
        box = grid.boxes[name]
        for event in grid.boundary.get(name, ()):
            event.column = max(event.column, box.column)
        for wire in leaving[name]:
            if not wire.back:
                wire.target.column = max(wire.target.column, box.column + 1)
    for wire in grid.wires:
        wire.target.arriving += 1
    for name in order:
        grid.boxes[name].rest = max((w.target.rest + 1 for w in leaving[name] if not w.back), default=0)


def _depth_first(
    root: str,
    leaving: dict[str, list[Wire]],
    boundary: Mapping[str, list[Box]],
    state: dict[str, int],
    order: list[str],
) -> None:
    """Postorder without recursion; a flow to an element still being looked at leads back."""
    if root in state:
        return
    state[root] = 1
    stack: list[tuple[str, int]] = [(root, 0)]
    while stack:
        name, index = stack.pop()
        steps: list[Wire | Box] = [*leaving[name], *boundary.get(name, ())]
        if index == len(steps):
            state[name] = 2
            order.append(name)
            continue
        stack.append((name, index + 1))
        step = steps[index]
        following = step.target.id if isinstance(step, Wire) else step.id
        if isinstance(step, Wire) and state.get(following) == 1:
            step.back = True
        elif following not in state:
            state[following] = 1
            stack.append((following, 0))


# -- rows


class _Rows:
    """The cells taken so far, band by band."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.taken: dict[tuple[int, int], set[int]] = {}  # (band, row) -> columns

    def columns(self, band: int, row: int) -> set[int]:
        return self.taken.setdefault((band, row), set())

    def take(self, box: Box, row: int) -> None:
        box.row = row
        self.columns(box.band, row).add(box.column)
        self.grid.bands[box.band].rows = max(self.grid.bands[box.band].rows, row + 1)

    def insert_above(self, band: int) -> None:
        """A new first row."""
        for row in range(self.grid.bands[band].rows, 0, -1):
            self.taken[(band, row)] = self.taken.get((band, row - 1), set())
        self.taken[(band, 0)] = set()
        self.grid.bands[band].rows += 1
        for box in self.grid.boxes.values():
            if box.band == band:
                box.row += 1


def _choose_rows(grid: Grid) -> None:
    """Left to right: stay in the row one comes from; further branches go below."""
    rows = _Rows(grid)
    _place_flow(grid, rows)
    _place_satellites(grid, rows)
    used = {box.band for box in grid.boxes.values() if not box.is_loose}
    for index, band in enumerate(grid.bands):
        loose = [box for box in grid.boxes.values() if box.is_loose and box.band == index]
        if index not in used and loose:
            band.rows = 0
        band.rows += bool(loose)
    first = 0
    for band in grid.bands:
        band.first, first = first, first + band.rows
    for box in grid.boxes.values():
        band = grid.bands[box.band]
        box.row += band.first
        if box.is_loose:
            box.row = band.first + band.rows - 1
            if box.host is None:
                _into_strip(grid, box)


def _into_strip(grid: Grid, box: Box) -> None:
    """A note stands right after what it is about."""
    strip = grid.strips.setdefault(box.row, [])
    at = next((index for index, other in enumerate(strip) if other.id == box.near), None)
    later = [index for index, other in enumerate(strip) if other.near == box.id]
    strip.insert(at + 1 if at is not None else min(later, default=len(strip)), box)


def _place_flow(grid: Grid, rows: _Rows) -> None:
    into: dict[str, list[Wire]] = {name: [] for name in grid.boxes}
    for wire in grid.wires:
        if not wire.back:
            into[wire.target.id].append(wire)
    order = _branch_order(grid)
    position = {name: index for index, name in enumerate(grid.boxes)}
    # A boundary event comes right after its host, in whose row it is.
    for box in sorted(grid.boxes.values(), key=lambda b: (b.column, b.host is not None, position[b.id])):
        if box.is_loose or box.tag in SATELLITES:
            continue
        if box.host is not None:
            box.row = grid.boxes[box.host].row
            continue
        arrows = into[box.id]
        row = _wanted_row(box, arrows, order)
        while box.column in rows.columns(box.band, row) or _blocked(box, row, rows, arrows):
            row += 1
        rows.take(box, row)
        for wire in arrows:  # keep the straight line free
            source = wire.source
            if source.band == box.band and source.row == row and source.host is None:
                rows.columns(box.band, row).update(range(source.column + 1, box.column))


def _branch_order(grid: Grid) -> dict[str, int]:
    """How far below its source a flow leads: of a split, the longest way goes straight on; what
    leaves a boundary event goes below, the way of the rightmost event first."""
    order: dict[str, int] = {}
    leaving = _leaving(grid)
    for wires in leaving.values():
        by_band: dict[int, list[Wire]] = {}
        for wire in wires:
            if not wire.back:
                by_band.setdefault(wire.target.band, []).append(wire)
        for siblings in by_band.values():
            siblings.sort(key=lambda w: (-w.target.rest, w.target.arriving))
            order.update({wire.id: index for index, wire in enumerate(siblings)})
    for events in grid.boundary.values():
        for index, event in enumerate(reversed(events)):
            for wire in leaving[event.id]:
                order[wire.id] = order.get(wire.id, 0) + index + 1
    return order


def _wanted_row(box: Box, into: list[Wire], order: dict[str, int]) -> int:
    """A join lies in the row of its first branch; branches of a split lie one below the other."""
    straight = [wire for wire in into if wire.source.host is None] or into
    rows = [wire.source.row for wire in straight if wire.source.band == box.band]
    if len(straight) == 1 and rows:
        return rows[0] + order[straight[0].id]
    return min(rows, default=0) + (bool(rows) and straight[0].source.host is not None)


def _blocked(box: Box, row: int, rows: _Rows, into: list[Wire]) -> bool:
    """Would the straight line from a predecessor in this row run through another element?"""
    taken = rows.columns(box.band, row)
    for wire in into:
        source = wire.source
        if source.band == box.band and source.row == row and source.host is None:
            return any(column in taken for column in range(source.column + 1, box.column))
    return False


def _place_satellites(grid: Grid, rows: _Rows) -> None:
    """Notes above what they are about, data below it, in the nearest free cell."""
    for box in grid.boxes.values():
        if box.tag not in SATELLITES or box.is_loose:
            continue
        host = grid.boxes[str(box.near)]
        box.column, box.band = host.column, host.band
        up_first = box.tag == "textAnnotation" or host.id in grid.boundary
        offsets = (step for distance in count(1) for step in _both_ways(distance, up_first=up_first))
        row = next(host.row + step for step in offsets if _is_free(grid, rows, box, host.row + step))
        if row < 0:
            rows.insert_above(box.band)
            row = 0
        rows.take(box, row)


def _both_ways(distance: int, *, up_first: bool) -> tuple[int, int]:
    return (-distance, distance) if up_first else (distance, -distance)


def _is_free(grid: Grid, rows: _Rows, box: Box, row: int) -> bool:
    if row < -1 or row > grid.bands[box.band].rows:
        return False
    return row == -1 or box.column not in rows.columns(box.band, row)
