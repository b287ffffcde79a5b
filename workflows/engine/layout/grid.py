"""The words of the layout: boxes in cells, wires between them, bands of rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

GATEWAYS: Final = frozenset(
    {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "complexGateway", "eventBasedGateway"}
)
EVENTS: Final = frozenset(
    {"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"}
)
CONTAINERS: Final = frozenset({"subProcess", "transaction", "adHocSubProcess"})
DATA: Final = frozenset({"dataObjectReference", "dataStoreReference"})
SATELLITES: Final = DATA | {"textAnnotation"}


@dataclass(slots=True)
class Box:
    """An element in its cell. `row` counts within its band first, over all rows in the end."""

    id: str
    name: str
    tag: str
    width: int
    height: int
    band: int
    xml: Any
    host: str | None = None  # of a boundary event
    near: str | None = None  # what a note or a data object belongs to
    column: int = 0
    row: int = 0
    rest: int = 0  # how many columns follow, at most
    arriving: int = 0
    is_loose: bool = False  # in no flow: stands in a strip below its band

    @property
    def is_gateway(self) -> bool:
        return self.tag in GATEWAYS

    @property
    def is_event(self) -> bool:
        return self.tag in EVENTS

    @property
    def is_satellite(self) -> bool:
        return self.tag in SATELLITES

    @property
    def has_label(self) -> bool:
        """Is the name written beside it rather than in it?"""
        return bool(self.name) and (self.is_gateway or self.is_event or self.tag in DATA)


@dataclass(slots=True)
class Wire:
    """A sequence flow between two boxes."""

    id: str
    name: str
    source: Box
    target: Box
    back: bool = False


@dataclass(slots=True)
class Link:
    """A dashed line: an association, or data that is read or written."""

    id: str
    source: Box
    target: Box


@dataclass(slots=True)
class Band:
    """The rows of a lane, from `first` on; without an id the place of what is in no lane."""

    id: str
    name: str
    depth: int
    first: int = 0
    rows: int = 1


@dataclass(slots=True)
class Span:
    """An outer lane and the bands inside it."""

    id: str
    name: str
    depth: int
    first: int
    last: int


@dataclass(slots=True)
class Grid:
    boxes: dict[str, Box] = field(default_factory=dict)
    wires: list[Wire] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    bands: list[Band] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    strips: dict[int, list[Box]] = field(default_factory=dict)  # row -> loose boxes, left to right
    boundary: dict[str, list[Box]] = field(default_factory=dict)  # host -> its events, left to right

    @property
    def columns(self) -> int:
        return max((box.column for box in self.boxes.values() if not box.is_loose), default=0) + 1

    @property
    def rows(self) -> int:
        return sum(band.rows for band in self.bands)

    @property
    def has_lanes(self) -> bool:
        return bool(self.spans) or any(band.id for band in self.bands)
