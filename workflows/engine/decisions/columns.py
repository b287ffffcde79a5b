"""All cells of one condition column together: which rules a value matches, in one look-up.

The values named in a column cut its type into regions: the values themselves, what lies between
them, everything else, and no value at all. A cell is a set of regions, kept as the bits of a number;
turned round, a region is the set of rules it matches. Deciding is then one search in a sorted list
per column, however many rules there are, and two rules overlap where their bits do."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate
from math import ceil, floor
from operator import xor
from typing import Any, Final

from workflows.engine.expressions import ExpressionError
from workflows.engine.expressions.operations import kind_of
from workflows.engine.vocabulary import Type

from .cells import ORDERED, Cell, Span, show

_SHOWN_VALUES: Final = 3


class Column:
    """The regions of one column and the rules that match in each."""

    def __init__(self, type_: Type, cells: Sequence[Cell], allowed: Cell | None) -> None:
        self.kind = type_.kind
        self.ordered = type_.kind in ORDERED
        self.limited = allowed is not None and allowed.spans is not None
        named = [*cells, allowed] if allowed is not None else cells
        self.points = self._points(named, type_)
        # Where no order is, region 0 is everything not named.
        self._places = {point: index + 1 for index, point in enumerate(self.points)}
        self.null = 2 * len(self.points) + 1 if self.ordered else len(self.points) + 1
        self.cells = [self.bits(cell) for cell in cells]
        self.possible = self._possible(type_, allowed)
        self._rules = self._turned_round()

    def rules(self, value: Any) -> int:
        """The rules whose cell matches, as bits."""
        return self._rules[self.region(value)]

    def rules_of(self, region: int) -> int:
        return self._rules[region]

    def region(self, value: Any) -> int:
        if value is None:
            return self.null
        try:
            if not self.ordered:
                return self._places.get(value, 0)
            index = bisect_left(self.points, value)
            if index < len(self.points) and self.points[index] == value:
                return 2 * index + 1
        except TypeError:
            raise ExpressionError("cannot_compare", None, left=kind_of(value), right=self.kind) from None
        return 2 * index

    def bits(self, cell: Cell) -> int:
        """The regions a cell matches."""
        everything = (1 << self.null) - 1
        if cell.spans is None:
            return everything | 1 << self.null
        bits = 0
        for span in cell.spans:
            first, last = self._range(span)
            bits |= (1 << last + 1) - (1 << first)
        if cell.negated:
            return everything & ~bits
        return bits | 1 << self.null if cell.null else bits

    def describe(self, region: int) -> str:
        """A region as a cell."""
        if region == self.null:
            return "null"
        if not self.points:
            return "-"
        if not self.ordered:
            if region:
                return show(self.points[region - 1])
            listed = ", ".join(show(point) for point in self.points[:_SHOWN_VALUES])
            return f"not({listed}{', …' if len(self.points) > _SHOWN_VALUES else ''})"
        index, is_point = divmod(region, 2)
        if is_point:
            return show(self.points[index])
        if index == 0:
            return f"< {show(self.points[0])}"
        if index == len(self.points):
            return f"> {show(self.points[-1])}"
        return f"({show(self.points[index - 1])}..{show(self.points[index])})"

    def cell(self, regions: Collection[int]) -> str:
        """A cell that matches these regions, which lie side by side where there is an order."""
        if not self.ordered:
            named = [show(self.points[region - 1]) for region in sorted(regions) if region]
            if 0 not in regions or not self.points:
                return ", ".join(named) or "-"
            others = [show(point) for at, point in enumerate(self.points, 1) if at not in regions]
            return f"not({', '.join(others)})" if others else "-"
        first, last = min(regions), max(regions)
        low = self.points[(first - 1) // 2] if first else None
        high = self.points[last // 2] if last < self.null - 1 else None
        low_open, high_open = first % 2 == 0, last % 2 == 0
        if self.kind == "integer" and low is not None and low_open:
            low, low_open = floor(low) + 1, False
        if self.kind == "integer" and high is not None and high_open:
            high, high_open = ceil(high) - 1, False
        if low is None or high is None:
            lower = f"{'>' if low_open else '>='} {show(low)}" if low is not None else "-"
            return f"{'<' if high_open else '<='} {show(high)}" if high is not None else lower
        if low == high:
            return show(low)
        return f"{'(' if low_open else '['}{show(low)}..{show(high)}{')' if high_open else ']'}"

    def expected(self) -> list[int]:
        """The regions for which a rule can be asked: somebody named the values or set the limits.

        Below the least value, above the greatest and beside the texts that are named lies what
        nobody may ever enter; only allowed values say so."""
        regions = [region for region in range(self.null) if self.possible >> region & 1]
        if self.limited or len(regions) == 1:
            return regions
        outside = {0, self.null - 1} if self.ordered else {0}
        return [region for region in regions if region not in outside] or regions

    # -- building

    def _points(self, cells: Iterable[Cell], type_: Type) -> list[Any]:
        points: dict[Any, None] = dict.fromkeys(type_.choices or ())
        if type_.kind == "boolean":
            points = {True: None, False: None}
        for cell in cells:
            for span in cell.spans or ():
                points.update(dict.fromkeys(span.ends))
        return sorted(points) if self.ordered else list(points)

    def _range(self, span: Span) -> tuple[int, int]:
        if not self.ordered:
            place = self._places[span.low]
            return place, place
        first = 0 if span.low is None else self.region(span.low) + span.low_open
        last = self.null - 1 if span.high is None else self.region(span.high) - span.high_open
        return first, last

    def _possible(self, type_: Type, allowed: Cell | None) -> int:
        """The regions in which there can be a value at all."""
        possible = (1 << self.null + 1) - 1
        if allowed is not None:
            possible = self.bits(allowed) | 1 << self.null
        if type_.kind == "boolean" or type_.choices is not None:
            possible &= ~1
        if type_.kind == "integer":
            for index, point in enumerate(self.points):
                if point != int(point):
                    possible &= ~(1 << 2 * index + 1)
        for index in range(1, len(self.points) if self.ordered else 0):
            if not _room_between(self.points[index - 1], self.points[index], type_.kind):
                possible &= ~(1 << 2 * index)
        return possible

    def _turned_round(self) -> list[int]:
        """Rules by region. A cell changes at few places only, so the changes are what is added up."""
        changes = [0] * (self.null + 2)
        for rule, bits in enumerate(self.cells):
            edges = bits ^ bits << 1
            while edges:
                least = edges & -edges
                changes[least.bit_length() - 1] ^= 1 << rule
                edges ^= least
        return list(accumulate(changes[:-1], xor))


def _room_between(low: Any, high: Any, kind: str) -> bool:
    if kind == "integer":
        return bool(floor(low) + 1 < high)
    if kind == "datetime" and isinstance(low, datetime):
        return bool(high - low > timedelta(microseconds=1))
    if kind == "date" and isinstance(low, date):
        return bool(high - low > timedelta(days=1))
    return True
