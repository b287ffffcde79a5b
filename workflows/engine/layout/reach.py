"""How much room an element takes in its cell together with its name and its boundary events."""

from __future__ import annotations

from dataclasses import dataclass, field

from .grid import Box, Grid
from .labels import Point, Rect, beside
from .routing import Router
from .text import label_size


@dataclass(slots=True)
class Room:
    """What grows where a name found no place: the names' share of gaps, and of cells."""

    columns: dict[int, int] = field(default_factory=dict)
    rows: dict[int, int] = field(default_factory=dict)
    boxes: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Reach:
    """How far an element and its name go from its middle."""

    left: int
    right: int
    up: int
    down: int

    def include(self, rect: Rect) -> None:
        x, y, width, height = rect
        self.left = max(self.left, -x + 4)
        self.right = max(self.right, x + width + 4)
        self.up = max(self.up, -y + 4)
        self.down = max(self.down, y + height + 4)


def widen_hosts(grid: Grid) -> None:
    """A host is wide enough for the events on its lower edge and the names between them."""
    for host, events in grid.boundary.items():
        box = grid.boxes[host]
        box.width = max(box.width, sum(_steps(events)) + 56)


def event_offsets(grid: Grid, host: str) -> list[int]:
    """Middles of boundary events, from the left edge of their host."""
    events, width = grid.boundary[host], grid.boxes[host].width
    if len(events) == 1:
        return [width - 28]
    steps = _steps(events)
    slack = max(0, width - 56 - sum(steps)) // len(steps)
    offsets = [28]
    for step in steps:
        offsets.append(offsets[-1] + step + slack)
    return offsets


def _steps(events: list[Box]) -> list[int]:
    """From event to event; the first has its name to the left, all others to the right."""
    named = [44 + (label_size(event.name)[0] + 6 if event.name else 0) for event in events[1:-1]]
    return [44, *named] if len(events) > 1 else []


class Extents:
    """Reaches of all elements of a grid, and where their names may stand."""

    def __init__(self, grid: Grid, router: Router) -> None:
        self.grid = grid
        self.router = router

    def of(self, box: Box, room: Room) -> Reach:
        reach = Reach(-(-box.width // 2), -(-box.width // 2), -(-box.height // 2), -(-box.height // 2))
        if box.has_label and box.host is None:
            reach.include(self.places(box, (0, 0))[0])
        if box.id in self.grid.boundary:
            self._include_events(reach, box)
        more = room.boxes.get(box.id, 0)
        return Reach(reach.left + more, reach.right + more, reach.up + more, reach.down + more)

    def _include_events(self, reach: Reach, host: Box) -> None:
        bottom = host.height // 2
        offsets = event_offsets(self.grid, host.id)
        for event, offset in zip(self.grid.boundary[host.id], offsets, strict=True):
            middle = offset - host.width // 2
            reach.include((middle - 18, bottom - 18, 36, 36))
            if event.name:
                reach.include(self.places(event, (middle, bottom))[0])

    def places(self, box: Box, center: Point) -> list[Rect]:
        """Places for the name beside an element; those first where no flow comes or goes."""
        size = label_size(box.name)
        if box.host is not None:
            return self._boundary_places(box, center, size)
        below, above, *corners = beside(center, box.width, box.height, size)
        used = self.router.sides_used(box)
        wanted = [("bottom", below), ("top", above)]
        if box.is_gateway:  # flows mostly come from the left and go down
            wanted.reverse()
            corners.reverse()
        free = [place for side, place in wanted if side not in used]
        return [*free, *corners, *(place for side, place in wanted if side in used)]

    def _boundary_places(self, event: Box, center: Point, size: Point) -> list[Rect]:
        """Beside the event, off the flow that leaves below."""
        (x, y), (w, h) = center, size
        left, right = (x - 21 - w, y + 4, w, h), (x + 21, y + 4, w, h)
        lower_left, lower_right = (x - 6 - w, y + 20, w, h), (x + 6, y + 20, w, h)
        if event is self.grid.boundary[str(event.host)][0]:
            return [left, lower_left, lower_right, right]
        return [right, lower_right, lower_left, left]
