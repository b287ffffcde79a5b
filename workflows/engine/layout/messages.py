"""Message flows between pools: out of one pool, along the space between pools, into the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from workflows.engine.outline import children

from .labels import Obstacles, Point, Rect, along
from .measures import corners
from .reading import drawn_children, name_of
from .sheet import Line, Sheet
from .text import label_size

STEP: Final = 12
PAD: Final = 20


@dataclass(slots=True)
class _Flow:
    id: str
    name: str
    ends: tuple[str, str]  # elements or pools
    pools: tuple[str, str]  # processes, or pools without one


@dataclass(slots=True)
class _Pool:
    top: int
    bottom: int
    width: int
    exits: Mapping[str, list[Point]]


class Messages:
    """Collects the pools as they are placed; then draws what runs between them."""

    def __init__(self, root: Any, pools: Mapping[str, str], empty: list[str]) -> None:
        self.order = [process.get("id") or "" for process in children(root, "process")] + empty
        home = {pool: process for process, pool in pools.items()} | {pool: pool for pool in empty}
        for process in children(root, "process"):
            for element in drawn_children(process):  # what is in a subprocess is reached at its border
                for part in element.iter("{*}*"):
                    home.setdefault(part.get("id"), process.get("id") or "")
        self.outermost = {
            part.get("id"): element.get("id")
            for process in children(root, "process")
            for element in drawn_children(process)
            for part in element.iter("{*}*")
        }
        self.flows: list[_Flow] = []
        for collaboration in children(root, "collaboration"):
            for flow in children(collaboration, "messageFlow"):
                ends = (flow.get("sourceRef") or "", flow.get("targetRef") or "")
                homes = (home.get(ends[0], ""), home.get(ends[1], ""))
                if flow.get("id") and homes[0] != homes[1] and all(one in self.order for one in homes):
                    self.flows.append(_Flow(flow.get("id"), name_of(flow), ends, homes))
        self.places: dict[str, _Pool] = {}

    def of(self, pool: str) -> list[tuple[str, str, str]]:
        """The messages of a process: flow, its element, the side of the pool it passes."""
        return [
            (flow.id, self.outermost[end], self._side(flow, number))
            for flow in self.flows
            for number, end in enumerate(flow.ends)
            if flow.pools[number] == pool and end in self.outermost
        ]

    def room_below(self, pool: str) -> int:
        return sum(self._height(flow) for flow in self._in_channel(self.order.index(pool)))

    def placed(self, pool: str, sheet: Sheet | None, top: int, width: int = 0) -> None:
        if sheet is None:
            self.places[pool] = _Pool(top, top + 60, width, {})
        else:
            exits = {flow: [(x, y + top) for x, y in points] for flow, points in sheet.exits().items()}
            self.places[pool] = _Pool(top, top + sheet.height, sheet.width, exits)

    def lines(self) -> list[Line]:
        found = [Line(flow.id, self._points(flow, number)) for number, flow in enumerate(self.flows)]
        obstacles = Obstacles()
        for place in self.places.values():
            obstacles.add((0, place.top, place.width, place.bottom - place.top))
        for line in found:
            for start, end in pairwise(line.points):
                obstacles.add_line(start, end, line.id)
        for flow, line in zip(self.flows, found, strict=True):
            line.label = _name_place(flow.name, line.points, obstacles)
        return found

    def _points(self, flow: _Flow, number: int) -> list[Point]:
        ends = [self._end(flow, side) for side in (0, 1)]
        # A pool without contents is entered right across from the other end.
        for side in (0, 1):
            if not ends[side]:
                x = ends[1 - side][-1][0] if ends[1 - side] else 60 + STEP * number
                ends[side] = [(min(x, self.places[flow.pools[side]].width - 10), self._border(flow, side))]
        (from_x, _), (to_x, _) = ends[0][-1], ends[1][-1]
        first, last = self._channel_y(flow, 0), self._channel_y(flow, 1)
        between = [(from_x, first), (to_x, last)]
        if first != last:  # past the pools in between
            aside = max(place.width for place in self.places.values()) + PAD + STEP * number
            between = [(from_x, first), (aside, first), (aside, last), (to_x, last)]
        return corners([*ends[0], *between, *reversed(ends[1])])

    def _end(self, flow: _Flow, side: int) -> list[Point]:
        return self.places[flow.pools[side]].exits.get(flow.id, [])

    def _border(self, flow: _Flow, side: int) -> int:
        place = self.places[flow.pools[side]]
        return place.bottom if self._side(flow, side) == "bottom" else place.top

    def _side(self, flow: _Flow, end: int) -> str:
        own, other = (self.order.index(flow.pools[number]) for number in (end, 1 - end))
        return "bottom" if own < other else "top"

    # -- the space between pools

    def _channels(self, flow: _Flow) -> tuple[int, int]:
        """Below which pools it runs, from its source to its target."""
        own, other = (self.order.index(pool) for pool in flow.pools)
        return (own, other - 1) if own < other else (own - 1, other)

    def _in_channel(self, index: int) -> list[_Flow]:
        return [flow for flow in self.flows if index in self._channels(flow)]

    def _channel_y(self, flow: _Flow, end: int) -> int:
        index = self._channels(flow)[end]
        y = self.places[self.order[index]].bottom + PAD
        for other in self._in_channel(index):
            y += self._height(other)
            if other is flow:
                break
        return y

    @staticmethod
    def _height(flow: _Flow) -> int:
        return STEP + (label_size(flow.name)[1] + 6 if flow.name else 0)


def _name_place(name: str, points: list[Point], obstacles: Obstacles) -> Rect | None:
    if not name:
        return None
    places = [rect for rect, _ in along(points, label_size(name))]
    found = next((rect for rect in places if obstacles.is_free(rect)), places[0] if places else None)
    if found is not None:
        obstacles.add(found)
    return found
