"""The grid in pixels: columns and rows as wide as what stands in them, and the paths of lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from .grid import Band, Box, Grid, Span
from .labels import Point, Rect
from .reach import Extents, Room, event_offsets
from .routing import Route, Router
from .text import label_size, text_width
from .tracks import IN, LOWER, OUT, UPPER, Middle, Track, Turn

TRACK: Final = 12
COLUMN_GAP: Final = 56
ROW_GAP: Final = 44
ARROW: Final = 22  # a straight piece in front of an element, for the arrow head
EDGE: Final = 24
HEADER: Final = 30  # of a pool or lane
STRIP_WIDTH: Final = 900
HALF_ROW: Final = 40
BORDER: Final = 6  # from a row to the lane border below it


@dataclass(frozen=True, slots=True)
class Frame:
    """What is around the grid: the name of a pool at the left, that of a subprocess above."""

    left: int
    top: int


@dataclass(slots=True)
class _Lines:
    """Where gaps and rows lie along one axis."""

    gap_start: list[int] = field(default_factory=list)
    gap_end: list[int] = field(default_factory=list)
    middle: list[int] = field(default_factory=list)


class Measures:
    """Coordinates of everything, for the room the names have so far."""

    def __init__(
        self, grid: Grid, router: Router, routes: list[Route], extents: Extents, room: Room, frame: Frame
    ) -> None:
        self.grid = grid
        self.router = router
        self.routes = routes
        self.room = room
        self.frame = frame
        self.reach = {box.id: extents.of(box, room) for box in grid.boxes.values()}
        self.cells = [box for box in grid.boxes.values() if not box.is_loose and box.host is None]
        self.offsets = {
            event.id: offset
            for host, events in grid.boundary.items()
            for event, offset in zip(events, event_offsets(grid, host), strict=True)
        }
        self.tucked: dict[str, int] = {}  # a note beside its host: how far from the host's middle
        self.loose: dict[str, Point] = {}
        self.track_y: dict[tuple[int, int], int] = {}
        lanes: list[Band | Span] = [*grid.bands, *grid.spans]
        depths = [lane.depth for lane in lanes if lane.id]
        self.left = frame.left + HEADER * (1 + max(depths, default=-1))
        self.x, self.y = _Lines(), _Lines()
        self._measure_columns()
        self._measure_rows()

    # -- columns

    def _measure_columns(self) -> None:
        grid, counted = self.grid, self.router.columns
        left, right = dict.fromkeys(range(grid.columns), 0), dict.fromkeys(range(grid.columns), 0)
        for box in self.cells:
            left[box.column] = max(left[box.column], self.reach[box.id].left)
            right[box.column] = max(right[box.column], self.reach[box.id].right)
        names = self._names_in_gaps()
        x = self.left
        for column in range(grid.columns + 1):
            inside = names.get(column, 0) + self.room.columns.get(column, 0)
            tracks = TRACK * (counted.count(column, OUT) + counted.count(column, IN))
            least = EDGE if column in (0, grid.columns) else COLUMN_GAP
            self.x.gap_start.append(x)
            x += max(least, 8 + tracks + inside + (ARROW if column < grid.columns else 8))
            self.x.gap_end.append(x)
            if column < grid.columns:
                self.x.middle.append(x + (left[column] or 50))
                x += (left[column] or 50) + (right[column] or 50)
        self.width = x

    def _names_in_gaps(self) -> dict[int, int]:
        """Gaps with room for the flow names written in them."""
        names: dict[int, int] = {}
        for route in self.routes:
            if route.name:
                goes_back = route.shape == "around" and route.source.host is None
                gap = route.source.column + (not goes_back)
                names[gap] = max(names.get(gap, 0), label_size(route.name)[0] + 10)
        return names

    # -- rows

    def _measure_rows(self) -> None:
        grid = self.grid
        up, down = self._row_heights()
        strips = {row: self._arrange_strip(row, boxes) for row, boxes in grid.strips.items()}
        names = self._names_on_tracks()
        y = lane_top = self.frame.top
        for row in range(grid.rows + 1):
            y = self._measure_gap(row, y, names)
            if row == grid.rows:
                break
            if row in strips:
                places, height = strips[row]
                self.loose.update({name: (px, y + py) for name, (px, py) in places.items()})
                self.y.middle.append(y + height // 2)
                y += height
            else:
                self.y.middle.append(y + up[row])
                y += up[row] + down[row]
            lane = self._lane_that_ends(row)
            if lane is not None:
                y = max(y, lane_top + lane - 2 * BORDER)
                lane_top = y + BORDER
        self.height = y

    def _row_heights(self) -> tuple[dict[int, int], dict[int, int]]:
        """Above and below the middle of each row. Hosts first: a note may find room in the tall row
        of its host."""
        up, down = dict.fromkeys(range(self.grid.rows), 12), dict.fromkeys(range(self.grid.rows), 12)
        for box in sorted(self.cells, key=lambda box: box.near is not None):
            if box.near is None or not self._tuck(box, up, down):
                up[box.row] = max(up[box.row], self.reach[box.id].up, HALF_ROW)
                down[box.row] = max(down[box.row], self.reach[box.id].down, HALF_ROW)
        for route in self.routes:
            if route.name and route.shape in ("straight", "early", "split"):
                row = route.source.row if route.shape == "straight" else route.target.row
                up[row] = max(up[row], label_size(route.name)[1] + 8)
        return up, down

    def _tuck(self, box: Box, up: dict[int, int], down: dict[int, int]) -> bool:
        """Move a note next to what it is about, if the row of that is high enough for both."""
        host = self.grid.boxes[str(box.near)]
        own, place = self.reach[box.id], self.reach[host.id]
        needed = own.up + own.down + EDGE
        if box.row == host.row - 1 and place.up + needed <= up[host.row]:
            gap, middle = host.row, -(place.up + EDGE + own.down)
        elif box.row == host.row + 1 and place.down + needed <= down[host.row]:
            gap, middle = box.row, place.down + EDGE + own.up
        else:
            return False
        is_beside = any(
            route.shape == "dashed"
            and not route.aside
            and {route.source.id, route.target.id} == {box.id, host.id}
            for route in self.routes
        )
        if not is_beside or self.router.is_crossed(gap, box.column):
            return False
        self.tucked[box.id] = middle
        return True

    def _measure_gap(self, row: int, y: int, names: dict[tuple[int, int], int]) -> int:
        """Tracks of the gap above a row, with room for the names on them; where the gap ends."""
        grid, counted = self.grid, self.router.rows
        tracks = counted.count(row, UPPER) + counted.count(row, LOWER)
        has_border = grid.has_lanes and any(band.first == row for band in grid.bands[1:])
        self.y.gap_start.append(y)
        at = y + (20 if has_border else 12)
        for number in range(tracks):
            at += names.get((row, number), 0)
            self.track_y[(row, number)] = at
            at += TRACK
        least = 16 if row in (0, grid.rows) and not tracks else ROW_GAP
        end = max(y + least, at + BORDER if tracks else 0) + self.room.rows.get(row, 0)
        self.y.gap_end.append(end)
        return end

    def _names_on_tracks(self) -> dict[tuple[int, int], int]:
        """Room above the tracks whose flows have their names there."""
        heights: dict[tuple[int, int], int] = {}
        for route in self.routes:
            if route.name and route.shape in ("gap", "around"):
                for turn in level_tracks(route):
                    key = (turn.gap, self._row_track(turn))
                    heights[key] = max(heights.get(key, 0), label_size(route.name)[1] + 8)
        return heights

    def _lane_that_ends(self, row: int) -> int | None:
        """How long the names of the lanes that end with a row are, if any end there."""
        ending = [band for band in self.grid.bands if band.first + band.rows - 1 == row]
        if not ending:
            return None
        items: list[Band | Span] = list(ending)
        items += [  # an outer lane with a single inner one
            span
            for span in self.grid.spans
            if span.first == span.last and self.grid.bands[span.first] is ending[0]
        ]
        return max(header_length(item.name) if item.id else 0 for item in items)

    def _arrange_strip(self, row: int, boxes: list[Box]) -> tuple[dict[str, Point], int]:
        """Loose elements from left to right, beside the lines that cross their row; middles and height."""
        crossed = self._crossing(row)
        start, limit = self.left + EDGE, max(self.width, self.left + STRIP_WIDTH)
        places: dict[str, Point] = {}
        x, y, height = start, 0, 0
        for box in boxes:
            reach = self.reach[box.id]
            width = reach.left + reach.right
            left = _beside_lines(x, width, crossed)
            if left + width > limit and x > start:
                left, y, height = _beside_lines(start, width, crossed), y + height + EDGE, 0
            places[box.id] = (left + reach.left, y + reach.up)
            x = left + width + EDGE + 8
            height = max(height, reach.up + reach.down)
            self.width = max(self.width, left + width + EDGE)
        return places, y + height

    def _crossing(self, row: int) -> list[int]:
        """Upright lines in the gaps between columns that pass a row, from left to right."""
        unit = 2 * row + 1
        return sorted(
            self._turn_x(Track(*key, line))
            for key, spans in self.router.columns.spans.items()
            for start, end, line in spans
            if start <= unit <= end
        )

    # -- coordinates

    def center(self, box: Box) -> Point:
        if box.host is not None:
            x, y, _, height = self.bounds(self.grid.boxes[box.host])
            return x + self.offsets[box.id], y + height
        if box.is_loose:
            return self.loose[box.id]
        if box.id in self.tucked:
            host = self.grid.boxes[str(box.near)]
            return self.x.middle[box.column], self.y.middle[host.row] + self.tucked[box.id]
        return self.x.middle[box.column], self.y.middle[box.row]

    def bounds(self, box: Box) -> Rect:
        x, y = self.center(box)
        return x - box.width // 2, y - box.height // 2, box.width, box.height

    def band_top(self, index: int) -> int:
        first = self.grid.bands[index].first
        return self.y.gap_start[first] + BORDER if first else self.frame.top

    def band_bottom(self, index: int) -> int:
        band = self.grid.bands[index]
        last = band.first + band.rows
        return self.height if last == self.grid.rows else self.y.gap_start[last] + BORDER

    def _turn_x(self, turn: Turn) -> int:
        if isinstance(turn, Middle):
            return self.x.middle[turn.index]
        track = TRACK * self.router.columns.track(turn)
        if turn.zone == OUT:
            return self.x.gap_start[turn.gap] + 10 + track
        return self.x.gap_end[turn.gap] - ARROW - track

    def _turn_y(self, turn: Turn) -> int:
        if isinstance(turn, Middle):
            return self.y.middle[turn.index]
        return self.track_y[(turn.gap, self._row_track(turn))]

    def _row_track(self, turn: Track) -> int:
        """Counted from above; short lines stay near the row they belong to."""
        track, above = self.router.rows.track(turn), self.router.rows.count(turn.gap, UPPER)
        return above - 1 - track if turn.zone == UPPER else above + track

    # -- lines

    def path(self, route: Route) -> list[Point]:
        """The corners of a line, from border to border."""
        ax, ay, aw, ah = self.bounds(route.source)
        bx, by, bw, bh = self.bounds(route.target)
        start_x = ax + aw // 2 - self._aside(route, route.source)
        x, y = start_x, ay if route.leave == "top" else ay + ah
        if route.leave == "right":
            x, y = ax + aw, ay + ah // 2
        found = [(x, y)]
        for index, turn in enumerate(route.turns):
            if index % 2:
                y = self._turn_y(turn)
            else:
                x = start_x if index == 0 and route.leave != "right" else self._turn_x(turn)
            found.append((x, y))
        if route.shape == "exit":
            found.append((x, 0 if route.arrive == "top" else self.height))
        elif route.arrive == "left":
            found += [(x, by + bh // 2), (bx, by + bh // 2)]
        else:
            middle = bx + bw // 2 - self._aside(route, route.target)
            found += [(middle, y), (middle, by if route.arrive == "top" else by + bh)]
        return corners(found)

    @staticmethod
    def _aside(route: Route, box: Box) -> int:
        """Dashed lines keep away from the middle of a side, where flows come and go."""
        return box.width // 4 if route.aside and not box.is_satellite else 0


def level_tracks(route: Route) -> list[Track]:
    """Where a line runs along gaps between rows."""
    return [turn for turn in route.turns if isinstance(turn, Track) and turn.zone in (UPPER, LOWER)]


def header_length(name: str) -> int:
    """The name of a lane or pool runs upwards, in two lines at most."""
    width = text_width(name)
    return (width // 2 if width > 120 else width) + 24 if name else 0


def corners(path: list[Point]) -> list[Point]:
    """Without points that repeat or lie on the line between their neighbours."""
    result: list[Point] = []
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


def _beside_lines(left: int, width: int, lines: list[int]) -> int:
    """The first place from `left` on where no line runs through."""
    for line in lines:
        if left - TRACK < line < left + width + TRACK:
            left = line + 16
    return left
