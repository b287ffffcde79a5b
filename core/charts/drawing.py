"""Which hand draws which kind of chart."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.safestring import SafeString

from core.charts import columns, heat, lines, rounds
from core.charts.canvas import Canvas
from core.charts.model import Chart
from core.charts.svg import element, filled, mark, patterns

_HANDS: Mapping[str, Callable[[Chart, Canvas], float]] = {
    "columns": columns.columns,
    "stacked": columns.stacked,
    "bars": columns.bars,
    "line": lines.line,
    "area": lines.area,
    "donut": rounds.donut,
    "funnel": rounds.funnel,
    "heat": heat.heat,
}


def draw(chart: Chart, *, key: str, width: int, size: float) -> SafeString:
    """The drawing as inline SVG; empty where there is nothing to draw."""
    if chart.is_empty:
        return SafeString("")
    canvas = Canvas(width=width, size=size, key=key)
    height = _HANDS[chart.kind](chart, canvas)
    colours = len(chart.categories) if chart.kind == "donut" else len(chart.series)
    return element(
        "svg",
        element("title", str(chart.title), id=f"{key}-t"),
        element("desc", chart.description, id=f"{key}-d"),
        patterns(key, colours),
        *canvas.parts,
        viewBox=f"0 0 {width} {round(height)}",
        role="img",
        aria_labelledby=f"{key}-t",
        aria_describedby=f"{key}-d",
        font_family="inherit",
    )


def swatch(key: str, index: int) -> SafeString:
    """The colour and pattern of a series, for a legend."""
    shape = {"width": 14, "height": 14, "rx": 3}
    return element(
        "svg",
        patterns(key, index + 1),
        element("rect", **shape, **filled(index)) if index == 0 else mark("rect", index, key, "", **shape),
        viewBox="0 0 14 14",
        width=14,
        height=14,
        aria_hidden="true",
        class_="swatch",
    )
