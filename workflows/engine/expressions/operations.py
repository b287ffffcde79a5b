"""What operators do with values. Every result is bounded, nothing here can run long."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, InvalidOperation, localcontext
from typing import Any, Final

from workflows.engine.values import LIMIT, MAX_ITEMS, MAX_TEXT

from .errors import ExpressionError
from .evaluation import Evaluation

MAX_RESULT_TEXT: Final = MAX_TEXT
MAX_PLACES: Final = 18
# Two numbers below 10^18 with 18 decimals multiply exactly within 72 digits, and with 80 a quotient
# rounded to 18 decimals is the nearest one: what is rounded twice could be off by one in the last place.
EXACT: Final = Context(prec=80, rounding=ROUND_HALF_UP)
_FINEST: Final = Decimal(1).scaleb(-MAX_PLACES)


def is_number(value: Any) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def bounded(value: Any, at: int) -> Any:
    """Refuse numbers too large to be an amount; round fractions too fine to be one. There is no -0."""
    if isinstance(value, Decimal):
        if not -LIMIT < value < LIMIT:  # quantize() would fail on a number of many digits
            raise ExpressionError("number_too_big", at)
        if int(value.as_tuple().exponent) < -MAX_PLACES:
            value = value.quantize(_FINEST, rounding=ROUND_HALF_UP, context=EXACT)
        if not value:
            return value.copy_abs()
    if not -LIMIT < value < LIMIT:
        raise ExpressionError("number_too_big", at)
    return value


def arithmetic(operator: str, left: Any, right: Any, at: int) -> Any:
    """Calculate with numbers, add texts and lists, count with dates."""
    if left is None or right is None:
        raise ExpressionError("no_value", at)
    if is_number(left) and is_number(right):
        return calculate(operator, left, right, at)
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


def calculate(operator: str, left: Any, right: Any, at: int) -> Any:
    """Arithmetic where both sides must be numbers, whatever else the operator could do."""
    if left is None or right is None:
        raise ExpressionError("no_value", at)
    if not (is_number(left) and is_number(right)):
        raise ExpressionError("cannot_calculate", at, operator=operator)
    with localcontext(EXACT):
        return bounded(_numbers(operator, left, right, at), at)


def total(numbers: list[Any], at: int) -> Any:
    """The sum of numbers. Exact, so only the result needs to be within bounds, not each step."""
    with localcontext(EXACT):
        return bounded(sum(numbers), at)


def negative(value: Any, at: int) -> Any:
    """Without a context Python would round a decimal of more than 28 digits while changing its sign."""
    if isinstance(value, Decimal):
        return value.copy_negate() if value else value
    return -value


def without_sign(value: Any) -> Any:
    return value.copy_abs() if isinstance(value, Decimal) else abs(value)


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
        whole = int((Decimal(left) / Decimal(right)).to_integral_value(ROUND_FLOOR))
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


def compare(operator: str, left: Any, right: Any, at: int, evaluation: Evaluation) -> bool:
    if operator == "==":
        return same(left, right, at, evaluation)
    if operator == "!=":
        return not same(left, right, at, evaluation)
    return before(operator, left, right, at)


def before(operator: str, left: Any, right: Any, at: int) -> bool:
    """Which of two numbers, dates or moments comes first."""
    if left is None or right is None:
        raise ExpressionError("no_value", at)
    if not (is_number(left) and is_number(right)) and not (
        isinstance(left, date)
        and isinstance(right, date)
        and isinstance(left, datetime) == isinstance(right, datetime)
    ):
        raise ExpressionError("cannot_compare", at, left=kind_of(left), right=kind_of(right))
    return bool(_ORDER[operator](left, right))


_ORDER: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def same(left: Any, right: Any, at: int, evaluation: Evaluation) -> bool:
    """Equality without Python's surprises: true is not 1, and a date is not a moment.

    Lists and records are compared part by part, each part a piece of work, so that a condition about
    two long lists ends."""
    if isinstance(left, (list, Mapping)) and isinstance(right, (list, Mapping)):
        return _same_inside(left, right, at, evaluation)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, datetime) != isinstance(right, datetime):
        return False
    if isinstance(left, str) and isinstance(right, str) and 100 < len(left) == len(right):
        evaluation.spend(len(left) // 100, at)
    return bool(left == right)


def _same_inside(left: Any, right: Any, at: int, evaluation: Evaluation) -> bool:
    if isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            return False
        evaluation.spend(len(left), at)
        return all(same(a, b, at, evaluation) for a, b in zip(left, right, strict=True))
    if isinstance(left, list) or isinstance(right, list):
        return False
    names = left.keys() | right.keys()  # a field that is missing has no value, as one that is empty
    evaluation.spend(2 + 2 * len(names), at)  # each costs about twice what an item of a list does
    return all(same(left.get(name), right.get(name), at, evaluation) for name in names)


def within(item: Any, container: Any, at: int, evaluation: Evaluation) -> bool:
    """`item in list`, or one text within another. Nothing is in a list that has no value."""
    if container is None:
        return False
    if isinstance(container, list):
        evaluation.spend(len(container), at)
        return any(same(item, each, at, evaluation) for each in container)
    if not isinstance(container, str):
        raise ExpressionError("cannot_compare", at, left=kind_of(item), right=kind_of(container))
    if item is None:
        raise ExpressionError("no_value", at)
    if not isinstance(item, str):
        raise ExpressionError("cannot_compare", at, left=kind_of(item), right="text")
    # Searching for a text that nearly fits everywhere looks at many characters again and again.
    evaluation.spend((len(container) * min(len(item) + 1, 100)) // 1_000, at)
    return item in container


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
