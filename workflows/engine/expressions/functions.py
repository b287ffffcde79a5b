"""The functions an expression may call: a short allow-list, each with its types.

`docs/expressions.md` is written from this table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from workflows.engine.values import live, written_date
from workflows.engine.vocabulary import ANY, BOOLEAN, DATE, DATETIME, DECIMAL, INTEGER, NULL, TEXT, Type

from .errors import ExpressionError
from .evaluation import Evaluation
from .operations import (
    EXACT,
    MAX_RESULT_TEXT,
    before,
    bounded,
    is_number,
    total,
    within,
    without_sign,
)
from .types import common_type


@dataclass(frozen=True, slots=True)
class Function:
    """`takes` names what each argument may be; the last one may repeat when `many`, and arguments
    from `optional` on may be left out. `gives` is None for arguments that do not go together. A `lazy`
    one looks at its arguments one by one and leaves the rest unevaluated."""

    takes: tuple[str, ...]
    result: str
    gives: Callable[[Sequence[Type]], Type | None]
    run: Callable[[Any, Evaluation, int], Any]
    about: tuple[str, str]
    optional: int = 99
    many: bool = False
    lazy: bool = False


def _always(type_: Type) -> Callable[[Sequence[Type]], Type]:
    return lambda arguments: type_


def _given(value: Any, at: int) -> Any:
    if value is None:
        raise ExpressionError("no_value", at)
    return value


def _numbers(values: list[Any], evaluation: Evaluation, at: int) -> list[Any]:
    """The numbers (or dates) of a list, or of the arguments themselves."""
    items = values[0] if len(values) == 1 and isinstance(values[0], list) else values
    evaluation.spend(len(items), at)
    for item in items:
        if not is_number(item) and not isinstance(item, date):
            raise ExpressionError("no_value" if item is None else "not_a_number_in_list", at)
    return items


def _together(types: Sequence[Type]) -> Type | None:
    """The type that holds all of these, or None; integers and decimals are decimals."""
    joined: Type | None = NULL
    for type_ in types:
        joined = common_type(joined, type_) if joined is not None else None
    return joined if joined is None or joined.kind != "null" else ANY


def _compared(arguments: Sequence[Type]) -> Type | None:
    """min and max give what they compare, be it given one by one or as a list."""
    if len(arguments) == 1 and arguments[0].kind == "list":
        item = arguments[0].item or ANY
    elif any(argument.kind == "list" for argument in arguments):
        return None
    else:
        found = _together(arguments)
        if found is None:
            return None
        item = found
    return item if item.kind in ("integer", "decimal", "date", "datetime", "any") else None


def _pick(operator: str) -> Callable[[list[Any], Evaluation, int], Any]:
    def run(values: list[Any], evaluation: Evaluation, at: int) -> Any:
        items = _numbers(values, evaluation, at)
        if not items:
            raise ExpressionError("empty_list", at)
        best = items[0]
        for item in items[1:]:
            if before(operator, item, best, at):
                best = item
        return best

    return run


def _sum(values: list[Any], evaluation: Evaluation, at: int) -> Any:
    items = _numbers(values, evaluation, at)
    if not all(is_number(item) for item in items):
        raise ExpressionError("not_a_number_in_list", at)
    return total(items, at)


def _sum_type(arguments: Sequence[Type]) -> Type | None:
    type_ = _compared(arguments)
    if type_ is None or type_.kind in ("date", "datetime"):
        return None
    return INTEGER if type_.kind == "integer" else DECIMAL


def _abs(values: list[Any], evaluation: Evaluation, at: int) -> Any:
    return without_sign(_given(values[0], at))


def _round(values: list[Any], evaluation: Evaluation, at: int) -> Any:
    number, places = _given(values[0], at), _given(values[1], at) if len(values) > 1 else 0
    if not 0 <= places <= 12:
        raise ExpressionError("bad_places", at)
    rounded = Decimal(number).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, EXACT)
    return bounded(rounded if places else int(rounded), at)


def _text(values: list[Any], evaluation: Evaluation, at: int) -> str:
    value = values[0]
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (str, int)):
        return str(value)
    raise ExpressionError("not_text_or_number", at)


def _number(values: list[Any], evaluation: Evaluation, at: int) -> Decimal:
    value = _given(values[0], at)
    if is_number(value):
        return Decimal(value)
    text = value.strip()
    if not _NUMBER.fullmatch(text):
        raise ExpressionError("not_a_number_text", at, text=text[:30])
    return Decimal(bounded(Decimal(text), at))


def _date(values: list[Any], evaluation: Evaluation, at: int) -> date:
    value = _given(values[0], at)
    if not isinstance(value, str):
        return live(value, "date")  # type: ignore[no-any-return]
    try:
        return written_date(value)
    except ValueError:
        raise ExpressionError("not_a_date_text", at, text=value[:30]) from None


def _part(name: str) -> Callable[[list[Any], Evaluation, int], Any]:
    """The year, month or day in the office: also of a moment written in another zone."""
    return lambda values, evaluation, at: getattr(live(_given(values[0], at), "date"), name)


def _len(values: list[Any], evaluation: Evaluation, at: int) -> int:
    return len(values[0]) if values[0] is not None else 0


def _empty(values: list[Any], evaluation: Evaluation, at: int) -> bool:
    return values[0] is None or values[0] in ("", [], {})


def _coalesce(values: Iterable[Any], evaluation: Evaluation, at: int) -> Any:
    return next((value for value in values if value is not None), None)


def _on_text(change: Callable[[str], str]) -> Callable[[list[Any], Evaluation, int], str]:
    def run(values: list[Any], evaluation: Evaluation, at: int) -> str:
        text = _given(values[0], at)
        evaluation.spend(len(text) // 100, at)
        changed = change(text)
        if len(changed) > MAX_RESULT_TEXT:  # some letters become three in upper case
            raise ExpressionError("result_too_long", at, maximum=MAX_RESULT_TEXT)
        return changed

    return run


def _days(values: list[Any], evaluation: Evaluation, at: int) -> int:
    first, last = live(_given(values[0], at), "date"), live(_given(values[1], at), "date")
    return int((last - first).days)


def _starts(values: list[Any], evaluation: Evaluation, at: int) -> bool:
    return bool(_given(values[0], at).startswith(_given(values[1], at)))


def _ends(values: list[Any], evaluation: Evaluation, at: int) -> bool:
    return bool(_given(values[0], at).endswith(_given(values[1], at)))


# At most 18 digits before the point, like every number; a fraction too fine is rounded.
_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,18}(?:\.\d{0,30})?|\.\d{1,30})", re.ASCII)

FUNCTIONS: Final[dict[str, Function]] = {
    "len": Function(("text or list",), "integer", _always(INTEGER), _len, ("文字的长度或列表的个数", "length of a text, number of items")),
    "min": Function(("numbers",), "as its arguments", _compared, _pick("<"), ("最小值", "the smallest"), many=True),
    "max": Function(("numbers",), "as its arguments", _compared, _pick(">"), ("最大值", "the largest"), many=True),
    "abs": Function(("number",), "number", lambda a: a[0], _abs, ("绝对值", "without its sign")),
    "round": Function(("number", "integer"), "integer, or decimal with places", lambda a: DECIMAL if len(a) > 1 else INTEGER, _round, ("四舍五入到若干位小数", "rounded half up, to so many places"), optional=1),
    "sum": Function(("numbers",), "number", _sum_type, _sum, ("求和", "the total"), many=True),
    "lower": Function(("text",), "text", _always(TEXT), _on_text(str.lower), ("转为小写", "in lower case")),
    "upper": Function(("text",), "text", _always(TEXT), _on_text(str.upper), ("转为大写", "in upper case")),
    "trim": Function(("text",), "text", _always(TEXT), _on_text(str.strip), ("去掉首尾空格", "without spaces around it")),
    "text": Function(("anything",), "text", _always(TEXT), _text, ("转为文字", "as text")),
    "number": Function(("text or number",), "decimal", _always(DECIMAL), _number, ("转为数字", "text read as a number")),
    "contains": Function(("text or list", "anything"), "boolean", _always(BOOLEAN), lambda v, e, at: within(v[1], v[0], at, e), ("是否包含", "does it contain this")),
    "starts_with": Function(("text", "text"), "boolean", _always(BOOLEAN), _starts, ("是否以此开头", "does it begin with this")),
    "ends_with": Function(("text", "text"), "boolean", _always(BOOLEAN), _ends, ("是否以此结尾", "does it end with this")),
    "empty": Function(("anything",), "boolean", _always(BOOLEAN), _empty, ("是否为空", "no value, empty text or empty list")),
    "coalesce": Function(("anything",), "as its arguments", _together, _coalesce, ("第一个有值的，其余不再计算", "the first that has a value; the rest is not looked at"), many=True, lazy=True),
    "today": Function((), "date", _always(DATE), lambda v, e, at: live(e.now(), "date"), ("今天", "the date of today")),
    "now": Function((), "datetime", _always(DATETIME), lambda v, e, at: e.now(), ("现在", "this moment")),
    "date": Function(("text or date",), "date", _always(DATE), _date, ("转为日期", "text 2026-12-20 read as a date")),
    "days": Function(("date", "date"), "integer", _always(INTEGER), _days, ("相差天数", "days from the first date to the second")),
    "year": Function(("date",), "integer", _always(INTEGER), _part("year"), ("年份", "the year of a date")),
    "month": Function(("date",), "integer", _always(INTEGER), _part("month"), ("月份", "the month of a date")),
    "day": Function(("date",), "integer", _always(INTEGER), _part("day"), ("日", "the day of the month")),
}  # fmt: skip


_ACCEPTS: Final[dict[str, frozenset[str]]] = {
    "number": frozenset({"integer", "decimal"}),
    "integer": frozenset({"integer"}),
    "numbers": frozenset({"integer", "decimal", "list", "date", "datetime"}),
    "text": frozenset({"text", "choice"}),
    "text or number": frozenset({"text", "choice", "integer", "decimal"}),
    "text or list": frozenset({"text", "choice", "list"}),
    "text or date": frozenset({"text", "choice", "date", "datetime"}),
    "date": frozenset({"date", "datetime"}),
}


def accepts(word: str, kind: str) -> bool:
    """May an argument of this kind stand where a function takes `word`?"""
    return word == "anything" or kind in ("any", "null") or kind in _ACCEPTS[word]
