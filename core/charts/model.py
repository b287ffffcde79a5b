"""What a chart says, before anybody draws it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts.numbers import COUNT, DAYS, MONEY, PERCENT, full_number

__all__ = ["COUNT", "DAYS", "MONEY", "PERCENT", "Chart", "Series", "Value"]

Text = str | Promise
Value = int | float | Decimal | None

# The drawing for wide places and the one for narrow ones: width of the drawing, size of its letters.
WIDE, NARROW = (720, 14.0), (320, 12.0)
# Beyond this a legend is longer than its chart; the rest goes into one.
MOST_SERIES = 8


@dataclass(frozen=True)
class Series:
    """Values under one name, one for each category; None where there is none."""

    label: Text
    values: Sequence[Value]


@dataclass(frozen=True)
class Legend:
    label: str
    swatch: SafeString


@dataclass(frozen=True)
class Chart:
    """``kind``: columns, stacked, bars, line, area, donut, funnel or heat.

    Categories are what stands along the axis (months, people, states). A donut and a funnel have one series;
    a heat map has a row for each series.
    """

    kind: str
    title: Text
    categories: Sequence[Text]
    series: Sequence[Series]
    unit: str = COUNT
    # What the categories are, as the heading of the table's first column.
    heading: Text = ""
    # Said where there is nothing to draw.
    empty: Text = ""
    _key: list[str] = field(default_factory=list, repr=False, compare=False)

    def __post_init__(self) -> None:
        for one in self.series:
            if len(one.values) != len(self.categories):
                raise ValueError(
                    f"{one.label} has {len(one.values)} values for {len(self.categories)} categories."
                )

    @property
    def is_empty(self) -> bool:
        return not any(value for one in self.series for value in one.values)

    @cached_property
    def key(self) -> str:
        """Names the patterns of this drawing; the same chart has the same."""
        said = repr((self.kind, str(self.title), [str(one) for one in self.categories], self.unit))
        values = repr([(str(one.label), list(one.values)) for one in self.series])
        return "ch" + hashlib.sha256((said + values).encode()).hexdigest()[:10]

    @property
    def wide(self) -> SafeString:
        return self._draw("w", *WIDE)

    @property
    def narrow(self) -> SafeString:
        return self._draw("n", *NARROW)

    def _draw(self, variant: str, width: int, size: float) -> SafeString:
        from core.charts.drawing import draw

        return draw(self, key=f"{self.key}{variant}", width=width, size=size)

    @property
    def legend(self) -> list[Legend]:
        """One entry for each colour; none where there is but one."""
        from core.charts.drawing import swatch

        if self.kind in ("funnel", "heat"):
            return []
        names = self.categories if self.kind == "donut" else [one.label for one in self.series]
        if len(names) < 2:
            return []
        return [Legend(str(name), swatch(f"{self.key}s{n}", n)) for n, name in enumerate(names)]

    @property
    def description(self) -> str:
        """What somebody hears who does not see the drawing; the numbers themselves stand in the table."""
        found = [
            (value, str(category), str(one.label))
            for one in self.series
            for category, value in zip(self.categories, one.values, strict=True)
            if value is not None
        ]
        if not found or self.is_empty:
            return str(self.empty) or _("There is nothing to show.")
        value, category, series = max(found, key=lambda each: each[0])
        name = f"{series}, {category}" if len(self.series) > 1 else category
        return _(
            "%(count)s values; the largest is %(name)s with %(value)s. The table below holds them all."
        ) % {
            "count": len(found),
            "name": name,
            "value": full_number(value, self.unit),
        }

    @property
    def columns(self) -> list[str]:
        return [str(self.heading), *(str(one.label) for one in self.series)]

    @property
    def rows(self) -> list[list[str]]:
        """The same as a table: a line for each category."""
        return [
            [str(category), *(full_number(one.values[n], self.unit) for one in self.series)]
            for n, category in enumerate(self.categories)
        ]
