"""Tracks: lines side by side in the gaps between columns and rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

# A gap between columns: lines that come out of the column before it, then lines into the next.
OUT, IN = "out", "in"
# A gap between rows: lines that belong to the row above it, then to the row below it.
UPPER, LOWER = "upper", "lower"


@dataclass(frozen=True, slots=True)
class Middle:
    """The coordinate of a line along the middle of a column or row."""

    index: int


@dataclass(frozen=True, slots=True)
class Track:
    """The coordinate of a line in a zone of a gap."""

    gap: int
    zone: str
    line: str


Turn: TypeAlias = "Middle | Track"


@dataclass(slots=True)
class Gaps:
    """Which lines use which zone of a gap, and how far; becomes tracks side by side."""

    spans: dict[tuple[int, str], list[tuple[int, int, str]]] = field(default_factory=dict)
    tracks: dict[tuple[tuple[int, str], str], int] = field(default_factory=dict)
    counts: dict[tuple[int, str], int] = field(default_factory=dict)

    def use(self, gap: tuple[int, str], start: int, end: int, flow: str) -> Track:
        self.spans.setdefault(gap, []).append((min(start, end), max(start, end), flow))
        return Track(*gap, flow)

    def track(self, turn: Track) -> int:
        return self.tracks[((turn.gap, turn.zone), turn.line)]

    def count(self, gap: int, zone: str) -> int:
        return self.counts.get((gap, zone), 0)

    def assign(self) -> None:
        """Long lines outside, short ones inside, so that few cross."""
        for gap, spans in self.spans.items():
            tracks: list[list[tuple[int, int]]] = []
            for start, end, flow in sorted(spans, key=lambda span: (span[0] - span[1], span)):
                free = next(
                    (
                        number
                        for number, taken in enumerate(tracks)
                        if all(end < first or last < start for first, last in taken)
                    ),
                    len(tracks),
                )
                if free == len(tracks):
                    tracks.append([])
                tracks[free].append((start, end))
                self.tracks[(gap, flow)] = free
            self.counts[gap] = len(tracks)
