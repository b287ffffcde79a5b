"""Lines over time, and areas under them."""

from __future__ import annotations

from django.utils.safestring import SafeString

from core.charts.canvas import Canvas, Plot, segments
from core.charts.columns import _words
from core.charts.model import Chart
from core.charts.svg import COLOURS, element, mark

# Lines are told apart by their dashes too.
DASHES = (None, "7 4", "2 4", "10 3 2 3", "4 4", "12 4", "1 3", "6 2 1 2")
# Above this many a point on each value hides the line.
MOST_POINTS = 40


def line(chart: Chart, canvas: Canvas) -> float:
    return _lines(chart, canvas, filled_below=False)


def area(chart: Chart, canvas: Canvas) -> float:
    return _lines(chart, canvas, filled_below=True)


def _lines(chart: Chart, canvas: Canvas, *, filled_below: bool) -> float:
    known = [float(value) for one in chart.series for value in one.values if value is not None]
    plot = canvas.upright_axes(chart, min(known), max(known))
    step = plot.width / len(chart.categories)
    for s, series in enumerate(chart.series):
        points = [
            None if value is None else (plot.left + step * (n + 0.5), plot.y(float(value)))
            for n, value in enumerate(series.values)
        ]
        for stretch in segments(points):
            if filled_below:
                canvas.add(_below(stretch, plot, s))
            canvas.add(_along(stretch, s))
        if len(points) <= MOST_POINTS:
            for n, point in enumerate(points):
                if point is not None:
                    canvas.add(
                        mark(
                            "circle",
                            s,
                            canvas.key,
                            _words(chart, n, s),
                            cx=point[0],
                            cy=point[1],
                            r=canvas.size / 3.5,
                        )
                    )
    return plot.bottom + canvas.size * 2.2


def _path(points: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _along(points: list[tuple[float, float]], s: int) -> SafeString:
    number = s % len(COLOURS)
    return element(
        "path",
        d=_path(points),
        class_=f"l{number + 1}",
        stroke=COLOURS[number],
        stroke_width=2,
        stroke_dasharray=DASHES[number],
        stroke_linejoin="round",
        fill="none",
    )


def _below(points: list[tuple[float, float]], plot: Plot, s: int) -> SafeString:
    number = s % len(COLOURS)
    ground = plot.y(0.0)
    closed = f"{_path(points)}L{points[-1][0]:.1f} {ground:.1f}L{points[0][0]:.1f} {ground:.1f}Z"
    return element("path", d=closed, class_=f"c{number + 1}", fill=COLOURS[number], fill_opacity=0.16)
