"""Shares of a whole (a ring), and what is left from step to step (a funnel)."""

from __future__ import annotations

import math

from core.charts.canvas import Canvas, numbers_of
from core.charts.model import Chart
from core.charts.numbers import full_number, short_number
from core.charts.svg import cut, mark, width_of


def donut(chart: Chart, canvas: Canvas) -> float:
    """A ring; its parts begin at the top and go round with the clock. The sum stands in the middle."""
    values = [max(value, 0.0) for value in numbers_of(chart.series[0].values)]
    total = sum(values)
    outer = 90.0 if canvas.is_narrow else 110.0
    cx, cy, inner = canvas.width / 2, outer + 4, outer * 0.62
    angle = 0.0
    for n, value in enumerate(values):
        share = value / total if total else 0.0
        if share > 0:
            words = (
                f"{chart.categories[n]}: {full_number(chart.series[0].values[n], chart.unit)} ({share:.1%})"
            )
            d = ring_part(cx, cy, inner, outer, angle, angle + share)
            canvas.add(mark("path", n, canvas.key, words, d=d))
        angle += share
    canvas.text(
        short_number(total, chart.unit),
        cx,
        cy + canvas.size * 0.6,
        "middle",
        font_weight=600,
        class_="ink strong",
        fill="#101828",
    )
    return outer * 2 + 8


def ring_part(cx: float, cy: float, inner: float, outer: float, start: float, end: float) -> str:
    """The path of a part of a ring; start and end are shares of the whole turn."""
    if end - start >= 0.9999:
        # An arc from a point to itself is nothing: two halves make the whole.
        half = ring_part(cx, cy, inner, outer, start, start + 0.5)
        return f"{half} {ring_part(cx, cy, inner, outer, start + 0.5, start + 0.99989)}"
    a, b = (math.tau * turn - math.pi / 2 for turn in (start, end))
    large = 1 if end - start > 0.5 else 0
    points = [
        (radius * math.cos(t) + cx, radius * math.sin(t) + cy)
        for radius, t in ((outer, a), (outer, b), (inner, b), (inner, a))
    ]
    (x1, y1), (x2, y2), (x3, y3), (x4, y4) = points
    return (
        f"M{x1:.2f} {y1:.2f}A{outer:g} {outer:g} 0 {large} 1 {x2:.2f} {y2:.2f}"
        f"L{x3:.2f} {y3:.2f}A{inner:g} {inner:g} 0 {large} 0 {x4:.2f} {y4:.2f}Z"
    )


def funnel(chart: Chart, canvas: Canvas) -> float:
    """A middle bar for each step, as wide as what is there, from top to bottom."""
    values = [max(value, 0.0) for value in numbers_of(chart.series[0].values)]
    longest, size = max(values) or 1.0, canvas.size
    names = [str(one) for one in chart.categories]
    room = min(max(width_of(name, size) for name in names) + 10, canvas.width * 0.36)
    numbers = max(width_of(short_number(value, chart.unit), size) for value in values) + 10
    free = canvas.width - room - numbers
    thick, line = size * 1.9, size * 2.4
    for n, value in enumerate(values):
        top, width = line * n + 2, value / longest * free
        middle = top + thick / 2 + size * 0.36
        canvas.text(cut(names[n], size, room - 10), 0, middle)
        if width > 0.01:
            words = f"{names[n]}: {full_number(chart.series[0].values[n], chart.unit)}"
            canvas.add(
                mark(
                    "rect",
                    0,
                    canvas.key,
                    words,
                    x=room + (free - width) / 2,
                    y=top,
                    width=width,
                    height=thick,
                    rx=3,
                )
            )
        canvas.text(
            short_number(value, chart.unit),
            canvas.width - 2,
            middle,
            "end",
            class_="ink strong",
            fill="#101828",
        )
    return line * len(values) + 4
