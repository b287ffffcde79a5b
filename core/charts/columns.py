"""Columns beside each other, columns on top of each other, and bars that lie."""

from __future__ import annotations

from core.charts.canvas import Canvas, Plot, numbers_of
from core.charts.model import Chart
from core.charts.numbers import full_number, short_number
from core.charts.svg import cut, element, mark, width_of


def _words(chart: Chart, category: int, series: int) -> str:
    one = chart.series[series]
    name = f"{chart.categories[category]}"
    if len(chart.series) > 1:
        name = f"{one.label}, {name}"
    return f"{name}: {full_number(one.values[category], chart.unit)}"


def columns(chart: Chart, canvas: Canvas) -> float:
    """For each category one column of each series, from the line of zero up or down."""
    values = [numbers_of(one.values) for one in chart.series]
    plot = canvas.upright_axes(chart, min(map(min, values)), max(map(max, values)))
    step = plot.width / len(chart.categories)
    each = min(step * 0.72 / len(values), 44.0)
    for n in range(len(chart.categories)):
        first = plot.left + step * (n + 0.5) - each * len(values) / 2
        for s, series in enumerate(values):
            _column(chart, canvas, plot, n, s, first + each * s, each * 0.94, 0.0, series[n])
    return plot.bottom + canvas.size * 2.2


def stacked(chart: Chart, canvas: Canvas) -> float:
    """The series on top of each other: what is above nothing upwards, what is below downwards."""
    values = [numbers_of(one.values) for one in chart.series]
    count = len(chart.categories)
    tops = [sum(max(series[n], 0.0) for series in values) for n in range(count)]
    bottoms = [sum(min(series[n], 0.0) for series in values) for n in range(count)]
    plot = canvas.upright_axes(chart, min(bottoms), max(tops))
    step = plot.width / count
    width = min(step * 0.7, 56.0)
    for n in range(count):
        up = down = 0.0
        for s, series in enumerate(values):
            base = up if series[n] >= 0 else down
            _column(
                chart,
                canvas,
                plot,
                n,
                s,
                plot.left + step * (n + 0.5) - width / 2,
                width,
                base,
                base + series[n],
            )
            up, down = up + max(series[n], 0.0), down + min(series[n], 0.0)
    return plot.bottom + canvas.size * 2.2


def _column(
    chart: Chart, canvas: Canvas, plot: Plot, n: int, s: int, x: float, width: float, base: float, end: float
) -> None:
    top, bottom = sorted((plot.y(base), plot.y(end)))
    if bottom - top < 0.01:
        return
    canvas.add(
        mark(
            "rect", s, canvas.key, _words(chart, n, s), x=x, y=top, width=max(width, 1.0), height=bottom - top
        )
    )


def bars(chart: Chart, canvas: Canvas) -> float:
    """Bars that lie, with the name at the left and the number behind: for people and other long names."""
    values = [numbers_of(one.values) for one in chart.series]
    longest = max(max(map(max, values)), 0.0) or 1.0
    size, many = canvas.size, len(values)
    names = [str(one) for one in chart.categories]
    room = min(max(width_of(name, size) for name in names) + 10, canvas.width * 0.36)
    numbers = (
        max(width_of(short_number(value, chart.unit), size) for series in values for value in series) + 10
    )
    free = canvas.width - room - numbers
    thick = size * (1.15 if many == 1 else 0.85)
    line = thick * many + size * 0.7
    for n, name in enumerate(names):
        top = line * n + size * 0.4
        canvas.text(cut(name, size, room - 10), room - 8, top + (thick * many + size * 0.72) / 2, "end")
        for s, series in enumerate(values):
            length, y = max(series[n], 0.0) / longest * free, top + thick * s
            if length > 0.01:
                canvas.add(
                    mark(
                        "rect",
                        s,
                        canvas.key,
                        _words(chart, n, s),
                        x=room,
                        y=y,
                        width=length,
                        height=thick * 0.92,
                    )
                )
            canvas.text(
                short_number(series[n], chart.unit), room + length + 6, y + thick * 0.46 + size * 0.36
            )
    bottom = line * len(names) + size * 0.4
    canvas.add(element("line", x1=room, x2=room, y1=0, y2=bottom, class_="axis", stroke="#98a2b3"))
    return bottom
