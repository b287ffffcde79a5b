"""The functions an expression may call: a short allow-list, each with its types.

`docs/expressions.md` is written from this table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, Protocol

from workflows.engine.values import live
from workflows.engine.vocabulary import ANY, BOOLEAN, DATE, DATETIME, DECIMAL, INTEGER, TEXT, Type

from .errors import ExpressionError
from .operations import EXACT, MAX_RESULT_TEXT, arithmetic, bounded, compare, is_number, within


class Moment(Protocol):
    """Where `today()` and `now()` get the time from."""

    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Function:
    """`takes` names what each argument may be; the last one may repeat when `many`, and arguments
    from `optional` on may be left out. `gives` is None for arguments that do not go together."""

    takes: tuple[str, ...]
    result: str
    gives: Callable[[Sequence[Type]], Type | None]
    run: Callable[[list[Any], Moment, int], Any]
    about: tuple[str, str]
    optional: int = 99
    many: bool = False


def _always(type_: Type) -> Callable[[Sequence[Type]], Type]:
    return lambda arguments: type_


def _given(value: Any, at: int) -> Any:
    if value is None:
        raise ExpressionError("no_value", at)
    return value


def _numbers(values: list[Any], at: int) -> list[Any]:
    """The numbers of a list, or of the arguments themselves."""
    items = values[0] if len(values) == 1 and isinstance(values[0], list) else values
    for item in items:
        if not is_number(item) and not isinstance(item, date):
            raise ExpressionError("not_a_number_in_list", at)
    return list(items)


def _together(types: Sequence[Type]) -> Type | None:
    """The type that holds all of these, or None; integers and decimals are decimals."""
    known = [type_ for type_ in types if type_.kind not in ("null", "any")]
    if not known:
        return ANY
    if all(type_.kind == known[0].kind for type_ in known):
        return known[0]
    if all(type_.kind in ("integer", "decimal") for type_ in known):
        return DECIMAL
    return TEXT if all(type_.kind in ("text", "choice") for type_ in known) else None


def _compared(arguments: Sequence[Type]) -> Type | None:
    """min and max give what they compare, be it given one by one or as a list."""
    if len(arguments) == 1 and arguments[0].kind == "list":
        item = arguments[0].item or ANY
        return item if item.kind in ("integer", "decimal", "date", "datetime", "any") else None
    return None if any(a.kind == "list" for a in arguments) else _together(arguments)


def _pick(smallest: bool) -> Callable[[list[Any], Moment, int], Any]:
    def run(values: list[Any], moment: Moment, at: int) -> Any:
        items = _numbers(values, at)
        if not items:
            raise ExpressionError("empty_list", at)
        best = items[0]
        for item in items[1:]:
            if compare("<" if smallest else ">", item, best, at):
                best = item
        return best

    return run


def _sum(values: list[Any], moment: Moment, at: int) -> Any:
    total: Any = 0
    for item in _numbers(values, at):
        if not is_number(item):
            raise ExpressionError("not_a_number_in_list", at)
        total = arithmetic("+", total, item, at)
    return total


def _sum_type(arguments: Sequence[Type]) -> Type | None:
    type_ = _compared(arguments)
    if type_ is None or type_.kind in ("date", "datetime"):
        return None
    return INTEGER if type_.kind == "integer" else DECIMAL


def _round(values: list[Any], moment: Moment, at: int) -> Any:
    number, places = _given(values[0], at), values[1] if len(values) > 1 else 0
    if not isinstance(places, int) or not 0 <= places <= 12:
        raise ExpressionError("bad_places", at)
    rounded = Decimal(number).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, EXACT)
    return rounded if places else int(rounded)


def _text(values: list[Any], moment: Moment, at: int) -> str:
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
        return str(value)[:MAX_RESULT_TEXT]
    raise ExpressionError("not_text_or_number", at)


def _number(values: list[Any], moment: Moment, at: int) -> Decimal:
    text = str(_given(values[0], at)).strip()
    digits = text[1:] if text[:1] in "+-" else text
    if not (digits.isascii() and digits.replace(".", "", 1).isdigit() and len(digits) <= 30):
        raise ExpressionError("not_a_number_text", at, text=text[:30])
    return Decimal(str(bounded(Decimal(text), at)))


def _date(values: list[Any], moment: Moment, at: int) -> date:
    value = _given(values[0], at)
    try:
        return date.fromisoformat(value) if isinstance(value, str) else live(value, "date")
    except ValueError:
        raise ExpressionError("not_a_date_text", at, text=str(value)[:30]) from None


def _part(name: str) -> Callable[[list[Any], Moment, int], Any]:
    return lambda values, moment, at: getattr(_given(values[0], at), name)


def _len(values: list[Any], moment: Moment, at: int) -> int:
    return len(values[0]) if values[0] is not None else 0


def _empty(values: list[Any], moment: Moment, at: int) -> bool:
    return values[0] is None or values[0] in ("", [], {})


def _coalesce(values: list[Any], moment: Moment, at: int) -> Any:
    return next((value for value in values if value is not None), None)


def _on_text(change: Callable[[str], str]) -> Callable[[list[Any], Moment, int], str]:
    return lambda values, moment, at: change(_given(values[0], at))


def _days(values: list[Any], moment: Moment, at: int) -> int:
    first, last = live(_given(values[0], at), "date"), live(_given(values[1], at), "date")
    return int((last - first).days)


def _starts(values: list[Any], moment: Moment, at: int) -> bool:
    return bool(_given(values[0], at).startswith(_given(values[1], at)))


def _ends(values: list[Any], moment: Moment, at: int) -> bool:
    return bool(_given(values[0], at).endswith(_given(values[1], at)))


FUNCTIONS: Final[dict[str, Function]] = {
    "len": Function(("text or list",), "integer", _always(INTEGER), _len, ("文字的长度或列表的个数", "length of a text, number of items")),
    "min": Function(("numbers",), "as its arguments", _compared, _pick(True), ("最小值", "the smallest"), many=True),
    "max": Function(("numbers",), "as its arguments", _compared, _pick(False), ("最大值", "the largest"), many=True),
    "abs": Function(("number",), "number", lambda a: a[0], lambda v, m, at: abs(_given(v[0], at)), ("绝对值", "without its sign")),
    "round": Function(("number", "integer"), "integer, or decimal with places", lambda a: DECIMAL if len(a) > 1 else INTEGER, _round, ("四舍五入到若干位小数", "rounded half up, to so many places"), optional=1),
    "sum": Function(("numbers",), "number", _sum_type, _sum, ("求和", "the total"), many=True),
    "lower": Function(("text",), "text", _always(TEXT), _on_text(str.lower), ("转为小写", "in lower case")),
    "upper": Function(("text",), "text", _always(TEXT), _on_text(str.upper), ("转为大写", "in upper case")),
    "trim": Function(("text",), "text", _always(TEXT), _on_text(str.strip), ("去掉首尾空格", "without spaces around it")),
    "text": Function(("anything",), "text", _always(TEXT), _text, ("转为文字", "as text")),
    "number": Function(("text or number",), "decimal", _always(DECIMAL), _number, ("转为数字", "text read as a number")),
    "contains": Function(("text or list", "anything"), "boolean", _always(BOOLEAN), lambda v, m, at: within(v[1], v[0], at), ("是否包含", "does it contain this")),
    "starts_with": Function(("text", "text"), "boolean", _always(BOOLEAN), _starts, ("是否以此开头", "does it begin with this")),
    "ends_with": Function(("text", "text"), "boolean", _always(BOOLEAN), _ends, ("是否以此结尾", "does it end with this")),
    "empty": Function(("anything",), "boolean", _always(BOOLEAN), _empty, ("是否为空", "no value, empty text or empty list")),
    "coalesce": Function(("anything",), "as its arguments", _together, _coalesce, ("第一个有值的", "the first that has a value"), many=True),
    "today": Function((), "date", _always(DATE), lambda v, m, at: m.now().date(), ("今天", "the date of today")),
    "now": Function((), "datetime", _always(DATETIME), lambda v, m, at: m.now(), ("现在", "this moment")),
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
