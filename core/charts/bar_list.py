"""A list whose lines have bars: labels that lead somewhere, a bar, the number. For states, ages, people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise


@dataclass(frozen=True)
class BarLine:
    """One line: its share of the longest, and what it stands for."""

    label: str | Promise
    value: Decimal | int
    url: str = ""
    # How the value is written, and a second, smaller figure.
    words: str = ""
    count: int | None = None
    colour: str = "c1"
    # Of 100; and a part of it that is drawn stronger (what is overdue of what is open).
    width: str = "0"
    part_width: str = "0"
    part: Decimal | int = 0


def bar_list(lines: Iterable[BarLine]) -> Sequence[BarLine]:
    """The lines with their widths: the longest fills the space, nothing is drawn below nothing."""
    known = list(lines)
    longest = max((one.value for one in known), default=0)
    return [
        BarLine(
            **{
                **one.__dict__,
                "width": _share(one.value, longest),
                "part_width": _share(min(one.part, one.value), longest),
            }
        )
        for one in known
    ]


def _share(value: Decimal | int, longest: Decimal | int) -> str:
    return f"{max(value, 0) / longest * 100:.1f}" if longest > 0 else "0"
