"""A heat map: a row for each series, a square for each category, the deeper the more."""

from __future__ import annotations

from core.charts.canvas import Canvas, numbers_of
from core.charts.columns import _words
from core.charts.model import Chart
from core.charts.numbers import short_number
from core.charts.svg import cut, element, text, width_of

# How deep each of the steps is; the number in the square says the same, so colour never stands alone.
DEPTHS = ("#eef2ff", "#c9d6ff", "#93abf5", "#5878e6", "#2f54d3")


def depth_of(value: float, most: float) -> int:
    """0 for nothing, 1 to 4 for the quarters of the largest."""
    if value <= 0 or most <= 0:
        return 0
    return min(4, 1 + int(value / most * 4 - 1e-9))


def heat(chart: Chart, canvas: Canvas) -> float:
    size = canvas.size
    rows = [numbers_of(one.values) for one in chart.series]
    most = max(max(map(max, rows)), 0.0)
    names = [str(one.label) for one in chart.series]
    room = min(max(width_of(name, size) for name in names) + 10, canvas.width * 0.32)
    step = (canvas.width - room) / len(chart.categories)
    tall = size * 2.0
    every = max(1, -int(-(max(width_of(str(one), size) for one in chart.categories) + 6) // step))
    for n, category in enumerate(chart.categories):
        if n % every == 0:
            canvas.text(cut(str(category), size, step * every), room + step * (n + 0.5), size, "middle")
    top = size * 1.6
    for s, values in enumerate(rows):
        y = top + tall * s
        canvas.text(cut(names[s], size, room - 10), 0, y + tall / 2 + size * 0.36)
        for n, value in enumerate(values):
            depth = depth_of(value, most)
            word = short_number(value, chart.unit) if value else ""
            shown = word if width_of(word, size) < step - 4 else ""
            light = depth >= 3
            canvas.add(
                element(
                    "g",
                    element("title", _words(chart, n, s)),
                    element("rect", x=room + step * n + 1, y=y + 1, width=max(step - 2, 1.0), height=tall - 2, rx=2, class_=f"h{depth}", fill=DEPTHS[depth]),
                    text(shown, room + step * (n + 0.5), y + tall / 2 + size * 0.36, anchor="middle", size=size, class_="on-deep" if light else "ink strong", fill="#fff" if light else "#101828"),
                )
            )  # fmt: skip
    return top + tall * len(rows) + 2
