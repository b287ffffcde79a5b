"""Places for names beside events, gateways and flows: on no element, no line and no other name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final, TypeAlias

Point: TypeAlias = tuple[int, int]
Rect: TypeAlias = tuple[int, int, int, int]  # x, y, width, height

_CELL: Final = 128
TO_LINE: Final = 3  # how near a name may come to a line
TO_SHAPE: Final = 2


class Obstacles:
    """Rectangles and lines in buckets, asked for whatever touches a rectangle."""

    def __init__(self) -> None:
        self._rects: dict[tuple[int, int], list[Rect]] = {}
        self._lines: dict[tuple[int, int], list[tuple[Rect, str]]] = {}

    def add(self, rect: Rect, margin: int = TO_SHAPE) -> None:
        x, y, width, height = rect
        grown = (x - margin, y - margin, width + 2 * margin, height + 2 * margin)
        for bucket in _buckets(grown):
            self._rects.setdefault(bucket, []).append(grown)

    def add_line(self, start: Point, end: Point, owner: str) -> None:
        line = (_around(start, end, 0), owner)
        for bucket in _buckets(_around(start, end, TO_LINE)):
            self._lines.setdefault(bucket, []).append(line)

    def is_free(self, rect: Rect) -> bool:
        for bucket in _buckets(rect):
            if any(_touch(rect, other) for other in self._rects.get(bucket, ())):
                return False
            x, y, width, height = rect
            grown = (x - TO_LINE, y - TO_LINE, width + 2 * TO_LINE, height + 2 * TO_LINE)
            if any(_touch(grown, line) for line, _ in self._lines.get(bucket, ())):
                return False
        return True

    def is_shared(self, point: Point, owner: str) -> bool:
        """Does another line run there as well? Then a name would not say whose it is."""
        spot = (point[0] - 1, point[1] - 1, 2, 2)
        bucket = (point[0] // _CELL, point[1] // _CELL)
        return any(other != owner and _touch(spot, line) for line, other in self._lines.get(bucket, ()))


def beside(center: Point, width: int, height: int, size: Point) -> list[Rect]:
    """Where the name of an event or gateway may stand, best first: below, above, at the corners."""
    (x, y), (w, h) = center, size
    below, above = y + height // 2 + 4, y - height // 2 - 4 - h
    left, right = x - w - 8, x + 8
    return [
        (x - w // 2, below, w, h),
        (x - w // 2, above, w, h),
        (right, below, w, h),
        (left, below, w, h),
        (right, above, w, h),
        (left, above, w, h),
    ]


def along(points: list[Point], size: Point) -> Iterator[tuple[Rect, Point]]:
    """Where the name of a flow may stand, with the point of the line it stands at, best first."""
    segments = list(pairwise(points))
    for steps in (_near_start, _further):
        for number, (start, end) in enumerate(segments):
            is_level = start[1] == end[1]
            length = abs(end[0] - start[0]) + abs(end[1] - start[1])
            first = 16 if not is_level else 8 if number == 0 else 4
            for at in steps(length, size[0] if is_level else size[1], first):
                yield from _at(start, end, at, size)


def _near_start(length: int, extent: int, first: int) -> Iterable[int]:
    """Offsets of the label's begin from the begin of the segment."""
    if length < extent + 6:
        return ()
    return (min(first, length - extent - 2), min(24, length - extent - 2))


def _further(length: int, extent: int, first: int) -> Iterable[int]:
    if length < extent:
        return ((length - extent) // 2,) if length >= 16 else ()
    return range(2, min(length - extent, 1200) + 1, max(8, extent // 4))


def _at(start: Point, end: Point, offset: int, size: Point) -> Iterator[tuple[Rect, Point]]:
    (x0, y0), (x1, y1), (w, h) = start, end, size
    if y0 == y1:
        left = x0 + offset if x1 > x0 else x0 - offset - w
        anchor = (left + w // 2, y0)
        yield (left, y0 - TO_LINE - 1 - h, w, h), anchor
        yield (left, y0 + TO_LINE + 1, w, h), anchor
    else:
        top = y0 + offset if y1 > y0 else y0 - offset - h
        anchor = (x0, top + h // 2)
        yield (x0 + TO_LINE + 2, top, w, h), anchor
        yield (x0 - TO_LINE - 2 - w, top, w, h), anchor


def _around(start: Point, end: Point, margin: int) -> Rect:
    left, right = sorted((start[0], end[0]))
    top, bottom = sorted((start[1], end[1]))
    return left - margin, top - margin, right - left + 2 * margin, bottom - top + 2 * margin


def _buckets(rect: Rect) -> Iterator[tuple[int, int]]:
    x, y, width, height = rect
    for column in range(x // _CELL, (x + width) // _CELL + 1):
        for row in range(y // _CELL, (y + height) // _CELL + 1):
            yield column, row


def _touch(a: Rect, b: Rect) -> bool:
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]
