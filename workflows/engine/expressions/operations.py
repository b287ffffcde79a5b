"""What operators do with values. Every result is bounded, nothing here can run long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation, localcontext
from typing import Any, Final

from workflows.engine.values import LIMIT, MAX_ITEMS

from .errors import ExpressionError

MAX_RESULT_TEXT: Final = 10_000
EXACT: Final = Context(prec=40, rounding=ROUND_HALF_UP)
_PLACES: Final = Decimal(1).scaleb(-18)


def is_number(value: Any) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def bounded(value: Any, at: int) -> Any:
    """Refuse numbers too large and fractions too fine to be an amount."""
    if abs(value) >= LIMIT:
        raise ExpressionError("number_too_big", at)
    if isinstance(value, Decimal) and int(value.as_tuple().exponent) < -18:
        return value.quantize(_PLACES, rounding=ROUND_HALF_UP, context=EXACT)
    return value


def arithmetic(operator: str, left: Any, right: Any, at: int) -> Any:
    """Calculate with numbers, add texts and lists, count with dates."""
    if left is None or right is None:
        raise ExpressionError("no_value", at)
    if is_number(left) and is_number(right):
        with localcontext(EXACT):
            return bounded(_numbers(operator, left, right, at), at)
    if operator == "+" and isinstance(left, str) and isinstance(right, str):
        if len(left) + len(right) > MAX_RESULT_TEXT:
            raise ExpressionError("result_too_long", at, maximum=MAX_RESULT_TEXT)
        return left + right
    if operator == "+" and isinstance(left, list) and isinstance(right, list):
        if len(left) + len(right) > MAX_ITEMS:
            raise ExpressionError("result_too_long", at, maximum=MAX_ITEMS)
        return left + right
    if isinstance(left, date):
        return _dates(operator, left, right, at)
    raise ExpressionError("cannot_calculate", at, operator=operator)


def _numbers(operator: str, left: Any, right: Any, at: int) -> Any:
    if operator in ("/", "//", "%") and right == 0:
        raise ExpressionError("division_by_zero", at)
    try:
        if operator == "+":
            return left + right
        if operator == "-":
            return left - right
        if operator == "*":
            return left * right
        if operator == "/":
            return Decimal(left) / Decimal(right)
        whole = int((Decimal(left) / Decimal(right)).to_integral_value("ROUND_FLOOR"))
    except (InvalidOperation, OverflowError):
        raise ExpressionError("number_too_big", at) from None
    return whole if operator == "//" else left - whole * right


def _dates(operator: str, left: date, right: Any, at: int) -> Any:
    if (
        isinstance(right, date)
        and operator == "-"
        and isinstance(left, datetime) == isinstance(right, datetime)
    ):
        return (left - right).days
    if isinstance(right, int) and not isinstance(right, bool) and operator in ("+", "-"):
        return shift(left, right if operator == "+" else -right, at)
    raise ExpressionError("cannot_calculate", at, operator=operator)


def shift(day: date, days: int, at: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise ExpressionError("date_out_of_range", at) from None


def compare(operator: str, left: Any, right: Any, at: int) -> bool:
    if operator == "==":
        return bool(left == right)
    if operator == "!=":
        return bool(left != right)
    if left is None or right is None:
        raise ExpressionError("no_value", at)
    try:
        return bool(_ORDER[operator](left, right))
    except TypeError:
        raise ExpressionError("cannot_compare", at, left=kind_of(left), right=kind_of(right)) from None


_ORDER: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def within(item: Any, container: Any, at: int) -> bool:
    """`item in list`, or one text within another."""
    if container is None:
        return False
    if isinstance(container, str):
        if not isinstance(item, str):
            raise ExpressionError("cannot_compare", at, left=kind_of(item), right="text")
        return item in container
    if isinstance(container, list):
        return item in container
    raise ExpressionError("cannot_compare", at, left=kind_of(item), right=kind_of(container))


def kind_of(value: Any) -> str:
    """The word for a value's type in a message."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, Decimal):
        return "decimal"
    if isinstance(value, str):
        return "text"
    if isinstance(value, datetime):
        return "datetime"
    if isinstance(value, date):
        return "date"
    return "list" if isinstance(value, list) else "record"
