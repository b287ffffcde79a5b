"""Which column and which row: longest way from the start, straight lines first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from workflows.engine.outline import children, local

_GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "complexGateway", "eventBasedGateway")
_EVENTS = ("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent")
_NOT_DRAWN = (
    "documentation",
    "extensionElements",
    "laneSet",
    "sequenceFlow",
    "textAnnotation",
    "association",
    "group",
    "ioSpecification",
    "property",
    "dataObject",
)


@dataclass(slots=True)
class Box:
    """An element on the grid. `lane` counts from the top, `row` within its lane, then over all."""

    id: str
    name: str
    width: int
    height: int
    lane: int
    is_gateway: bool
    is_event: bool
    host: str | None = None
    column: int = 0
    row: int = 0
    rest: int = 0  # how many columns follow, at most
    arriving: int = 0


@dataclass(slots=True)
class Wire:
    """A sequence flow between two boxes."""

    id: str
    name: str
    source: Box
    target: Box
    back: bool = False


@dataclass(slots=True)
class Band:
    """A lane: its rows, from `first` on."""

    id: str
    name: str
    depth: int
    first: int = 0
    rows: int = 1


@dataclass(slots=True)
class Grid:
    boxes: dict[str, Box] = field(default_factory=dict)
    wires: list[Wire] = field(default_factory=list)
    bands: list[Band] = field(default_factory=list)
    parents: list[tuple[str, int, int]] = field(
        default_factory=list
    )  # outer lanes: id, first band, last band

    @property
    def columns(self) -> int:
        return max((box.column for box in self.boxes.values()), default=0) + 1

    @property
    def rows(self) -> int:
        return sum(band.rows for band in self.bands)


def place(process: Any) -> Grid:
    """Read a process and give every element its cell."""
    grid = Grid()
    lanes = _read_lanes(process, grid)
    _read_boxes(process, grid, lanes)
    _read_wires(process, grid)
    _number_columns(grid)
    _choose_rows(grid)
    return grid


def _read_lanes(process: Any, grid: Grid) -> dict[str, int]:
    """Element -> band. Only lanes without inner lanes are bands; outer ones span theirs."""
    members: dict[str, int] = {}

    def visit(lane: Any, depth: int) -> None:
        first = len(grid.bands)
        inner = [
            child for inner_set in children(lane, "childLaneSet") for child in children(inner_set, "lane")
        ]
        for child in inner:
            visit(child, depth + 1)
        if not inner:
            grid.bands.append(Band(lane.get("id") or f"lane{first}", lane.get("name") or "", depth))
        else:
            grid.parents.append((lane.get("id") or "", first, len(grid.bands) - 1))
        for reference in children(lane, "flowNodeRef"):
            members.setdefault((reference.text or "").strip(), first)

    for lane_set in children(process, "laneSet"):
        for lane in children(lane_set, "lane"):
            visit(lane, 0)
    if not grid.bands:
        grid.bands.append(Band("", "", 0))
    return members


def _read_boxes(process: Any, grid: Grid, lanes: dict[str, int]) -> None:
    for element in process:
        tag, identifier = local(element), element.get("id")
        if tag is None or tag in _NOT_DRAWN or not identifier:
            continue
        width, height = (50, 50) if tag in _GATEWAYS else (36, 36) if tag in _EVENTS else (100, 80)
        if tag == "dataObjectReference":
            width, height = 36, 50
        host = element.get("attachedToRef") if tag == "boundaryEvent" else None
        name = " ".join((element.get("name") or "").split())
        grid.boxes.setdefault(
            identifier,
            Box(
                identifier,
                name,
                width,
                height,
                lanes.get(identifier, 0),
                tag in _GATEWAYS,
                tag in _EVENTS,
                host,
            ),
        )


def _read_wires(process: Any, grid: Grid) -> None:
    for element in children(process, "sequenceFlow"):
        source = grid.boxes.get(element.get("sourceRef") or "")
        target = grid.boxes.get(element.get("targetRef") or "")
        if source is not None and target is not None and element.get("id"):
            name = " ".join((element.get("name") or "").split())
            grid.wires.append(Wire(element.get("id"), name, source, target))


def _leaving(grid: Grid) -> dict[str, list[Wire]]:
    """Flows by the element they leave; those of a boundary event leave its host's column too."""
    leaving: dict[str, list[Wire]] = {name: [] for name in grid.boxes}
    for wire in grid.wires:
        leaving[wire.source.id].append(wire)
    return leaving


def _number_columns(grid: Grid) -> None:
    leaving = _leaving(grid)
    arriving = {wire.target.id for wire in grid.wires}
    attached: dict[str, list[str]] = {}
    for box in grid.boxes.values():
        if box.host in grid.boxes:
            attached.setdefault(str(box.host), []).append(box.id)
    roots = [name for name, box in grid.boxes.items() if name not in arriving and box.host is None]
    order: list[str] = []
    state: dict[str, int] = {}  # 1 while its followers are being looked at, 2 when done
    for root in [*roots, *grid.boxes]:
        _depth_first(root, leaving, attached, state, order)
    for name in reversed(order):
        box = grid.boxes[name]
        for other in attached.get(name, ()):
            grid.boxes[other].column = max(grid.boxes[other].column, box.column)
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
    attached: dict[str, list[str]],
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
        steps: list[Wire | str] = [*leaving[name], *attached.get(name, ())]
        if index == len(steps):
            state[name] = 2
            order.append(name)
            continue
        stack.append((name, index + 1))
        step = steps[index]
        following = step.target.id if isinstance(step, Wire) else step
        if isinstance(step, Wire) and state.get(following) == 1:
            step.back = True
        elif following not in state:
            state[following] = 1
            stack.append((following, 0))


def _choose_rows(grid: Grid) -> None:
    """Left to right: stay in the row one comes from; further branches go below."""
    taken: dict[tuple[int, int], set[int]] = {}  # (band, row) -> columns
    leaving = _leaving(grid)
    into: dict[str, list[Wire]] = {name: [] for name in grid.boxes}
    for wire in grid.wires:
        if not wire.back:
            into[wire.target.id].append(wire)
    order = _branch_order(leaving)
    position = {name: index for index, name in enumerate(grid.boxes)}
    for box in sorted(grid.boxes.values(), key=lambda b: (b.column, position[b.id])):
        if box.host in grid.boxes:
            host = grid.boxes[str(box.host)]
            box.lane, box.row = host.lane, host.row
            continue
        row = _wanted_row(box, into[box.id], order)
        since = (
            min((w.source.column for w in into[box.id]), default=box.column - 1)
            if into[box.id]
            else box.column - 1
        )
        while True:
            columns = taken.setdefault((box.lane, row), set())
            if box.column not in columns and not _blocks(box, row, since, columns, into[box.id]):
                break
            row += 1
        box.row = row
        columns.add(box.column)
        grid.bands[box.lane].rows = max(grid.bands[box.lane].rows, row + 1)
        for wire in into[box.id]:  # keep the straight line free
            if wire.source.lane == box.lane and wire.source.row == row:
                columns.update(range(wire.source.column + 1, box.column))
    first = 0
    for band in grid.bands:
        band.first, first = first, first + band.rows
    for box in grid.boxes.values():
        box.row += grid.bands[box.lane].first


def _branch_order(leaving: dict[str, list[Wire]]) -> dict[str, int]:
    """How far below its source a flow leads: of a split, the longest way goes straight on."""
    order: dict[str, int] = {}
    for wires in leaving.values():
        by_lane: dict[int, list[Wire]] = {}
        for wire in wires:
            if not wire.back:
                by_lane.setdefault(wire.target.lane, []).append(wire)
        for siblings in by_lane.values():
            siblings.sort(key=lambda w: (-w.target.rest, w.target.arriving))
            order.update({wire.id: index for index, wire in enumerate(siblings)})
    return order


def _wanted_row(box: Box, into: list[Wire], order: dict[str, int]) -> int:
    """A join lies in the row of its first branch; branches of a split lie one below the other."""
    rows = [wire.source.row for wire in into if wire.source.lane == box.lane]
    if len(into) == 1 and rows:
        return rows[0] + order[into[0].id]
    return min(rows, default=0)


def _blocks(box: Box, row: int, since: int, columns: set[int], into: list[Wire]) -> bool:
    """Would the straight line from a predecessor in this row run through another element?"""
    for wire in into:
        if wire.source.lane == box.lane and wire.source.row == row:
            return any(column in columns for column in range(wire.source.column + 1, box.column))
    return False
