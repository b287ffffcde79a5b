"""Cells in parts that a page can ask for one by one: a comparison and its values, instead of S-FEEL.

What cannot be said in such parts stays a formula (None). Nothing is checked here: what is typed wrong
stays as typed, and the reading of cells says so."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from .cells import ORDERED, show

ORDERED_TESTS: Final = ("any", "is", "not", "lt", "le", "gt", "ge", "between", "inside", "empty")
LISTED_TESTS: Final = ("any", "is", "not", "empty")
BOOLEAN_TESTS: Final = ("any", "true", "false", "empty")
_SIGNS: Final = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_TEXT: Final = r'"(?:[^"\\]|\\["\\])*"'
_PATTERNS: Final = {
    "number": r'[^\s"(),\[\]<>.]+(?:\.[^\s"(),\[\]<>.]+)?',
    "date": rf"(?:date\({_TEXT}\)|{_TEXT})",
    "text": _TEXT,
}
_THOUSANDS: Final = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")
_SEPARATORS: Final = re.compile(r"[,，、]")


@dataclass(frozen=True, slots=True)
class Parts:
    """A comparison with what it compares: `between` takes two values, `is` and `not` any number."""

    test: str
    values: tuple[str, ...] = ()

    @property
    def typed(self) -> str:
        return ", ".join(self.values)


def tests_of(kind: str) -> tuple[str, ...]:
    """The comparisons that a column of this kind offers; none where a cell is a formula."""
    if kind == "boolean":
        return BOOLEAN_TESTS
    if kind in ("text", "choice"):
        return LISTED_TESTS
    return ORDERED_TESTS if kind in ORDERED and kind != "datetime" else ()


def take_apart(text: str, kind: str) -> Parts | None:
    """The parts of a cell, or None if it says more than they can."""
    text = text.strip()
    tests = tests_of(kind)
    if not tests:
        return None
    if text in ("", "-"):
        return Parts("any")
    if text == "null":
        return Parts("empty")
    if kind == "boolean":
        return Parts(text) if text in tests else None
    if inner := re.fullmatch(r"not\s*\((.*)\)", text, re.DOTALL):
        return _listed("not", inner.group(1), kind)
    if "lt" in tests:
        value = _PATTERNS[_family(kind)]
        for test, sign in _SIGNS.items():
            if found := re.fullmatch(rf"{sign}\s*({value})", text):
                return Parts(test, (_plain(found.group(1), kind),))
        if found := re.fullmatch(rf"([\[(])\s*({value})\s*\.\.\s*({value})\s*([\])])", text):
            ends = {"[]": "between", "()": "inside"}.get(found.group(1) + found.group(4), "")
            pair = (_plain(found.group(2), kind), _plain(found.group(3), kind))
            return Parts(ends, pair) if ends else None
    return _listed("is", text, kind)


def put_together(parts: Parts, kind: str) -> str:
    """The cell that says the parts; values are as people type them."""
    if parts.test == "any":
        return "-"
    if parts.test == "empty":
        return "null"
    if parts.test in ("true", "false"):
        return parts.test
    values = [_literal(value, kind) for value in parts.values]
    if parts.test in _SIGNS:
        return f"{_SIGNS[parts.test]} {values[0] if values else ''}".strip()
    if parts.test in ("between", "inside"):
        low, high = [*values, "", ""][:2]
        return f"[{low}..{high}]" if parts.test == "between" else f"({low}..{high})"
    listed = ", ".join(value for value in values if value)
    if parts.test == "not":
        return f"not({listed})"
    return listed or _NOTHING


# A comparison that lacks its value: a mistake, not "any".
_NOTHING: Final = "<"


def typed_values(typed: str, kind: str) -> tuple[str, ...]:
    """Several values as people type them into one field."""
    if kind != "choice" and _family(kind) == "number":
        typed = unicodedata.normalize("NFKC", typed).strip()
        if _THOUSANDS.fullmatch(typed):
            return (typed.replace(",", ""),)
    return tuple(value.strip() for value in _SEPARATORS.split(typed) if value.strip())


def plain_result(text: str, kind: str) -> str | None:
    """A result that is a plain value, without its quotation marks; None if it is calculated."""
    text = text.strip()
    if kind == "boolean":
        return text if text in ("true", "false", "") else None
    if kind in ("integer", "decimal"):
        return text if _NUMBER.fullmatch(text) or not text else None
    if kind in ("text", "choice"):
        if not text:
            return ""
        return _unquoted(text) if re.fullmatch(_TEXT, text, re.DOTALL) and text != '""' else None
    return None


def result_text(value: str, kind: str) -> str:
    """The cell of a result that was typed as a plain value."""
    value = value.strip()
    if kind in ("text", "choice"):
        return show(value) if value else ""
    if kind in ("integer", "decimal"):
        value = unicodedata.normalize("NFKC", value)
        return value.replace(",", "") if _THOUSANDS.fullmatch(value) else value
    return value


def _family(kind: str) -> str:
    return {"integer": "number", "decimal": "number", "date": "date"}.get(kind, "text")


def _listed(test: str, text: str, kind: str) -> Parts | None:
    value = _PATTERNS[_family(kind)]
    if not re.fullmatch(rf"\s*{value}\s*(,\s*{value}\s*)*", text, re.DOTALL):
        return None
    values = tuple(_plain(found, kind) for found in re.findall(value, text, re.DOTALL))
    if "null" in values and _family(kind) == "number":
        return None
    # A field separates values by commas: a text that holds one cannot stand there. Ticks can.
    if kind != "choice" and any(_SEPARATORS.search(one) or one != one.strip() or not one for one in values):
        return None
    return Parts(test, values)


def _plain(literal: str, kind: str) -> str:
    if _family(kind) == "number":
        return literal
    found = re.search(_TEXT, literal, re.DOTALL)
    return _unquoted(found.group()) if found else literal


def _unquoted(literal: str) -> str:
    return re.sub(r'\\(["\\])', r"\1", literal[1:-1])


def _literal(value: str, kind: str) -> str:
    family = _family(kind)
    if family == "number" or not value:
        return value
    return f"date({show(value)})" if family == "date" else show(value)
