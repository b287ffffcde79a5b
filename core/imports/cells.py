"""What a person sees in a cell, as text; and what is wrong with it before anybody asks what it means."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.imports.parsing import LONGEST_CELL

# Excel keeps 15 digits of a number; what is longer has lost its end.
EXACT_DIGITS = 15
_UNLAWFUL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# 9.13205E+17: what a CSV keeps of a long number that Excel has shown like this.
_SHORTENED = re.compile(r"[+-]?\d(?:\.\d+)?E\+?[1-9]\d{1,2}", re.IGNORECASE)
_FORMULA_GUARD = re.compile(r"'(?=[=+\-@])")


@dataclass(frozen=True)
class Row:
    """One row as texts, counted as the spreadsheet does; ``problems`` by the place of the cell."""

    number: int
    cells: tuple[str, ...]
    problems: dict[int, str] = field(default_factory=dict)
    is_hidden: bool = False

    def __getitem__(self, column: int) -> str:
        return self.cells[column] if column < len(self.cells) else ""

    @property
    def is_empty(self) -> bool:
        return not any(self.cells) and not self.problems


def cell_text(value: Any) -> tuple[str, str]:
    """(text, problem) of a cell's value."""
    if value is None:
        return "", ""
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, bool):
        return str(value), ""
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime):
        return (f"{value:%Y-%m-%d}" if value.time() == time(0) else f"{value:%Y-%m-%d %H:%M}"), ""
    if isinstance(value, date):
        return value.isoformat(), ""
    if isinstance(value, timedelta | time):
        return str(value), ""
    return _string(str(value))


def csv_text(value: str) -> tuple[str, str]:
    """(text, problem) of a field of a CSV: what spreadsheets did to it before is told."""
    text, problem = _string(_FORMULA_GUARD.sub("", value, count=1) if value.startswith("'") else value)
    if not problem and _SHORTENED.fullmatch(text):
        return text, shortened()
    return text, problem


def shortened() -> str:
    return _(
        "Excel has shortened this number and its end is lost: format the column as text and enter it again."
    )


def _string(value: str) -> tuple[str, str]:
    text = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if _UNLAWFUL.search(text):
        return _UNLAWFUL.sub("", text)[:LONGEST_CELL], _("This text holds a character that cannot be stored.")
    if len(text) > LONGEST_CELL:
        return text[:LONGEST_CELL], _("This text is too long: at most %(most)s characters.") % {
            "most": f"{LONGEST_CELL:,}"
        }
    if _SHORTENED.fullmatch(text) and "." in text:
        return text, shortened()
    return text, ""


def _number(value: float) -> tuple[str, str]:
    """A phone number that was typed as a number has no decimals; 0.1 + 0.2 is 0.3, as Excel shows it."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value), _("This is no number.")
    if isinstance(value, float) and not value.is_integer():
        return f"{Decimal(f'{value:.{EXACT_DIGITS}g}').normalize():f}"[:LONGEST_CELL], ""
    text = str(int(value))
    if len(text.lstrip("-")) > EXACT_DIGITS:
        return text[:LONGEST_CELL], shortened()
    return text, ""
