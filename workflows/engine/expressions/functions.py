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
from .operations import MAX_RESULT_TEXT, bounded, compare, is_number, within


class Moment(Protocol):
    """Where `today()` and `now()` get the time from."""

    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Function:
    """`takes` names what each argument may be; the last one may repeat when `many`, and arguments
    from `optional` on may be left out."""

    takes: tuple[str, ...]
    gives: Callable[[Sequence[Type]], Type]
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


def _same_number(arguments: Sequence[Type]) -> Type:
    """min and max give what they compare; a mixture of integers and decimals is a decimal."""
    kinds = [a.item or ANY if a.kind == "list" else a for a in arguments]
    if all(kind.kind == kinds[0].kind for kind in kinds):
        return kinds[0]
    return DECIMAL if all(k.kind in ("integer", "decimal") for k in kinds) else ANY


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
        total += item
    return bounded(total, at)


def _sum_type(arguments: Sequence[Type]) -> Type:
    item = arguments[0].item if arguments[0].kind == "list" else arguments[0]
    return INTEGER if item is not None and item.kind == "integer" else DECIMAL


def _round(values: list[Any], moment: Moment, at: int) -> Any:
    number, places = _given(values[0], at), values[1] if len(values) > 1 else 0
    if not isinstance(places, int) or not 0 <= places <= 12:
        raise ExpressionError("bad_places", at)
    rounded = Decimal(number).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
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
    "len": Function(("text or list",), _always(INTEGER), _len, ("文字的长度或列表的个数", "length of a text, number of items")),
    "min": Function(("numbers",), _same_number, _pick(True), ("最小值", "the smallest"), many=True),
    "max": Function(("numbers",), _same_number, _pick(False), ("最大值", "the largest"), many=True),
    "abs": Function(("number",), lambda a: a[0], lambda v, m, at: abs(_given(v[0], at)), ("绝对值", "without its sign")),
    "round": Function(("number", "integer"), lambda a: DECIMAL if len(a) > 1 else INTEGER, _round, ("四舍五入到若干位小数", "rounded half up, to so many places"), optional=1),
    "sum": Function(("numbers",), _sum_type, _sum, ("求和", "the total"), many=True),
    "lower": Function(("text",), _always(TEXT), _on_text(str.lower), ("转为小写", "in lower case")),
    "upper": Function(("text",), _always(TEXT), _on_text(str.upper), ("转为大写", "in upper case")),
    "trim": Function(("text",), _always(TEXT), _on_text(str.strip), ("去掉首尾空格", "without spaces around it")),
    "text": Function(("anything",), _always(TEXT), _text, ("转为文字", "as text")),
    "number": Function(("text or number",), _always(DECIMAL), _number, ("转为数字", "text read as a number")),
    "contains": Function(("text or list", "anything"), _always(BOOLEAN), lambda v, m, at: within(v[1], v[0], at), ("是否包含", "does it contain this")),
    "starts_with": Function(("text", "text"), _always(BOOLEAN), _starts, ("是否以此开头", "does it begin with this")),
    "ends_with": Function(("text", "text"), _always(BOOLEAN), _ends, ("是否以此结尾", "does it end with this")),
    "empty": Function(("anything",), _always(BOOLEAN), _empty, ("是否为空", "no value, empty text or empty list")),
    "coalesce": Function(("anything",), lambda a: _first_type(a), _coalesce, ("第一个有值的", "the first that has a value"), many=True),
    "today": Function((), _always(DATE), lambda v, m, at: m.now().date(), ("今天", "the date of today")),
    "now": Function((), _always(DATETIME), lambda v, m, at: m.now(), ("现在", "this moment")),
    "date": Function(("text or date",), _always(DATE), _date, ("转为日期", "text 2026-12-20 read as a date")),
    "days": Function(("date", "date"), _always(INTEGER), _days, ("相差天数", "days from the first date to the second")),
    "year": Function(("date",), _always(INTEGER), _part("year"), ("年份", "the year of a date")),
    "month": Function(("date",), _always(INTEGER), _part("month"), ("月份", "the month of a date")),
    "day": Function(("date",), _always(INTEGER), _part("day"), ("日", "the day of the month")),
}  # fmt: skip


def _first_type(arguments: Sequence[Type]) -> Type:
    known = [a for a in arguments if a.kind != "null"]
    if not known:
        return ANY
    if all(a.kind == known[0].kind for a in known):
        return known[0]
    return DECIMAL if all(a.kind in ("integer", "decimal") for a in known) else ANY


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
