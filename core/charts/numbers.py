"""The scale of an axis and how its numbers are written."""

from __future__ import annotations

import math
from decimal import Decimal

from django.utils.translation import get_language

COUNT, MONEY, PERCENT, DAYS = "count", "money", "percent", "days"
_STEPS = (1, 2, 2.5, 5, 10)


def nice_ticks(low: float, high: float, *, about: int = 5, whole: bool = False) -> list[float]:
    """Round marks that hold everything from low to high, with zero among them; about so many.

    ``whole`` for what is counted: nobody signs half a contract.
    """
    low, high = min(low, 0.0), max(high, 0.0)
    # Steps are counted with as much slack, so what is no larger would have no second mark.
    if high - low <= 1e-9:
        low, high = 0.0, 1.0
    raw = (high - low) / max(about - 1, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(one * power for one in _STEPS if one * power >= raw * (1 - 1e-9))
    if whole:
        step = max(1.0, math.ceil(step))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [number * step for number in range(first, last + 1)]


def short_number(value: float | Decimal, unit: str = COUNT) -> str:
    """As an axis has room for: 12万 and 3.4亿 in Chinese, 120k and 340M in English."""
    number = float(value)
    words = _WORDS["en" if (get_language() or "").startswith("en") else "zh"]
    for size, word in words:
        if abs(number) >= size:
            return f"{_trimmed(number / size)}{word}{'%' if unit == PERCENT else ''}"
    return f"{_trimmed(number)}{'%' if unit == PERCENT else ''}"


_WORDS = {"zh": ((1e8, "亿"), (1e4, "万")), "en": ((1e9, "B"), (1e6, "M"), (1e3, "k"))}


def _trimmed(number: float) -> str:
    digits = 0 if abs(number) >= 100 else 1 if abs(number) >= 10 else 2
    text = f"{number:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def full_number(value: float | Decimal | None, unit: str = COUNT) -> str:
    """Exactly, as a table says it."""
    if value is None:
        return "—"
    if unit == MONEY:
        return f"{'-' if value < 0 else ''}¥{abs(value):,.2f}"
    text = f"{value:,.1f}" if unit in (PERCENT, DAYS) or value != int(value) else f"{int(value):,}"
    return f"{text}%" if unit == PERCENT else text
