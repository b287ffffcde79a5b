"""Where drawings put their parts, and the axes that several of them share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from django.utils.safestring import SafeString

from core.charts.model import Chart
from core.charts.numbers import COUNT, nice_ticks, short_number
from core.charts.svg import cut, element, text, width_of


@dataclass
class Plot:
    """The rectangle inside the axes, and how a value becomes a height."""

    left: float
    top: float
    width: float
    height: float
    low: float
    high: float

    def y(self, value: float) -> float:
        return self.top + self.height * (self.high - value) / (self.high - self.low)

    @property
    def bottom(self) -> float:
        return self.top + self.height


@dataclass
class Canvas:
    width: int
    size: float
    key: str
    parts: list[SafeString] = field(default_factory=list)

    def add(self, part: SafeString) -> None:
        self.parts.append(part)

    def text(self, content: object, x: float, y: float, anchor: str = "start", **more: object) -> None:
        self.add(text(content, x, y, anchor=anchor, size=self.size, **more))

    @property
    def is_narrow(self) -> bool:
        return self.width < 480

    def upright_axes(self, chart: Chart, low: float, high: float) -> Plot:
        """Lines with numbers at the left, categories below; gives the room between."""
        ticks = nice_ticks(low, high, about=4 if self.is_narrow else 5, whole=chart.unit == COUNT)
        words = [short_number(tick, chart.unit) for tick in ticks]
        left = max(width_of(word, self.size) for word in words) + 10
        height = 150.0 if self.is_narrow else 240.0
        plot = Plot(left, self.size, self.width - left - 6, height, ticks[0], ticks[-1])
        for tick, word in zip(ticks, words, strict=True):
            y = plot.y(tick)
            strong = tick == 0
            self.add(
                element(
                    "line", x1=left, x2=self.width - 6, y1=y, y2=y,
                    class_="axis" if strong else "grid", stroke="#98a2b3" if strong else "#e4e7ec",
                )
            )  # fmt: skip
            self.text(word, left - 8, y + self.size * 0.35, "end")
        self._name_categories(chart.categories, plot)
        return plot

    def _name_categories(self, categories: Sequence[object], plot: Plot) -> None:
        """As many names as there is room for: all of them, or every second, third ..., the last always."""
        step = plot.width / len(categories)
        names = [str(one) for one in categories]
        widest = max(width_of(name, self.size) for name in names) + 8
        room = min(widest, max(step, self.size * 4 + 8))
        every = max(1, -int(-room // step))
        shown = list(range(len(names) - 1, -1, -every))[::-1]
        for n in shown:
            word = cut(names[n], self.size, step * every - 4)
            middle = plot.left + step * (n + 0.5)
            half = width_of(word, self.size) / 2
            middle = min(max(middle, half), self.width - half)
            self.text(word, middle, plot.bottom + self.size * 1.5, "middle")


def numbers_of(values: Sequence[object]) -> list[float]:
    return [float(value or 0) for value in values]  # type: ignore[arg-type]


def segments(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """The unbroken stretches of a line with gaps."""
    breaks = [-1, *(n for n, point in enumerate(points) if point is None), len(points)]
    found = [[p for p in points[a + 1 : b] if p is not None] for a, b in pairwise(breaks)]
    return [one for one in found if one]
