"""A condition as people fill it in: one name, how it is compared, and a value. What cannot be said so stays an
expression."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from .expressions import ExpressionError, unwrap
from .expressions.nodes import Call, Comparison, Literal, Node, Path, Unary
from .expressions.parser import parse

_SIGNS: Final = {"eq": "==", "ne": "!=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_TESTS: Final = {sign: test for test, sign in _SIGNS.items()}
_BARE: Final = {"yes": "{}", "no": "not {}", "filled": "not empty({})", "empty": "empty({})"}
_NUMBER: Final = re.compile(r"-?\d{1,18}(\.\d{1,12})?")
_PIECES: Final = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|(?<![\w.])[^\W\d]\w*')


@dataclass(frozen=True, slots=True)
class Compared:
    """`test` is one of `tests_of` the type of the name; "yes", "no", "filled" and "empty" take no value."""

    path: str
    test: str
    value: str = ""

    @property
    def has_value(self) -> bool:
        return self.test not in _BARE


def tests_of(kind: str) -> tuple[str, ...]:
    """How a value of a type can be compared, the usual one first."""
    if kind == "boolean":
        return ("yes", "no")
    if kind in ("integer", "decimal"):
        return ("gt", "ge", "lt", "le", "eq", "ne", "filled", "empty")
    if kind in ("date", "datetime"):
        return ("filled", "empty", "gt", "ge", "lt", "le", "eq", "ne")
    return ("eq", "ne", "filled", "empty") if kind == "choice" else ("filled", "empty", "eq", "ne")


def taken_apart(text: str) -> Compared | None:
    """The parts of an expression that is one comparison; None for any other."""
    inner, _offset, foreign = unwrap(text)
    try:
        return _apart(parse(inner, camunda=foreign))
    except ExpressionError:
        return None


def _apart(node: Node) -> Compared | None:
    match node:
        case Path(parts):
            return Compared(".".join(parts), "yes")
        case Unary("not", Path() | Call("empty") as operand):
            found = _apart(operand)
            return replace(found, test={"yes": "no", "empty": "filled"}[found.test]) if found else None
        case Call("empty", (Path(parts),)):
            return Compared(".".join(parts), "empty")
        case Comparison(operator, Path(parts), right) if operator in _TESTS:
            return _compared(".".join(parts), _TESTS[operator], right)
    return None


def _compared(path: str, test: str, right: Node) -> Compared | None:
    match right:
        case Literal(None | bool() as value) if test in ("eq", "ne"):
            yes, no = ("empty", "filled") if value is None else ("yes", "no") if value else ("no", "yes")
            return Compared(path, yes if test == "eq" else no)
        case Literal(str() as text):
            return Compared(path, test, text)
        case Literal(int() | Decimal() as number) if not isinstance(number, bool):
            return Compared(path, test, str(number))
        case Unary("-", Literal(int() | Decimal() as number)) if not isinstance(number, bool):
            return Compared(path, test, f"-{number}")
    return None


def put_together(one: Compared, kind: str) -> str:
    """The expression that compares; `kind`, the type of the name, decides how the value is written."""
    if one.test in _BARE:
        return _BARE[one.test].format(one.path)
    value = one.value.strip()
    if kind in ("integer", "decimal"):
        value = value.translate(str.maketrans("", "", ",，")) or "0"
        if _NUMBER.fullmatch(value):
            return f"{one.path} {_SIGNS[one.test]} {value}"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'{one.path} {_SIGNS[one.test]} "{escaped}"'


def renamed(text: str, names: Mapping[str, str]) -> str:
    """An expression in which names have become others; what stands in quotation marks stays."""
    return _PIECES.sub(lambda found: names.get(found.group(), found.group()), text) if names else text
