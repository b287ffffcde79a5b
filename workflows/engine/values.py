"""Values as they are stored (plain JSON) and as expressions see them.

Process data is JSON only: a decimal is text with its digits as typed, a date is ISO text. The
declared type says how to read it back, so that no float ever stands between a person and an amount."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any, Final

from .vocabulary import Type

MAX_TEXT: Final = 20_000
MAX_ITEMS: Final = 1_000
MAX_FIELDS: Final = 500
MAX_DEPTH: Final = 12
# Of one value with everything inside it. Each list alone may be short and the whole still fill the memory.
MAX_PARTS: Final = 20_000
MAX_CHARACTERS: Final = 1_000_000
LIMIT: Final = 10**18

# The day and the clock of the office, whatever zone the server's own clock speaks.
LOCAL: Final = timezone(timedelta(hours=8), "Asia/Shanghai")

_INTEGER = re.compile(r"[+-]?\d{1,18}")
_DECIMAL = re.compile(r"[+-]?\d{1,18}(\.\d{1,18})?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Mismatch(Exception):  # noqa: N818 - reads as the sentence it is
    """A value does not fit its type. `code` and `params` become a message for the person."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def stored(value: Any, type_: Type) -> Any:
    """Check a value against its type and bring it into the form in which it is stored."""
    if isinstance(value, (list, tuple, Mapping)):
        weigh(value)
    return _fit(value, type_)


def _fit(value: Any, type_: Type) -> Any:
    return None if value is None else _STORE[type_.kind](value, type_)


def weigh(value: Any) -> int:
    """How many parts a value has, lists within lists included. Raises Mismatch when it is too much.

    Counted before anything is copied: `x = [x, x, x]` in a few script lines would grow without end."""
    parts = characters = 0
    waiting = [(value, 0)]
    while waiting:
        each, depth = waiting.pop()
        parts += 1
        if isinstance(each, str):
            characters += len(each)
        elif isinstance(each, (list, tuple, Mapping)):
            if depth > MAX_DEPTH:
                raise Mismatch("too_deep")
            if parts + len(waiting) + len(each) > MAX_PARTS:
                raise Mismatch("too_many_items", maximum=MAX_PARTS)
            inside = each.values() if isinstance(each, Mapping) else each
            waiting.extend((item, depth + 1) for item in inside)
        if characters > MAX_CHARACTERS:
            raise Mismatch("too_long", maximum=MAX_CHARACTERS)
    return parts


def live(value: Any, kind: str) -> Any:
    """Turn a stored value into what expressions calculate with."""
    if value is None:
        return None
    if kind == "decimal":
        return value if isinstance(value, Decimal) else Decimal(str(value))
    if kind == "date":
        if isinstance(value, datetime):
            return local(value).date()
        return value if isinstance(value, date) else date.fromisoformat(value)
    if kind == "datetime":
        return value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return value


def local(moment: datetime) -> datetime:
    """A moment on the clock of the office: what day it is there decides, not the day in London."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=LOCAL)
    try:
        return moment.astimezone(LOCAL)
    except OverflowError:  # the first and the last hours of the calendar
        return moment


def written_date(text: str) -> date:
    """A date as people write it, 2026-12-20 and nothing else. Raises ValueError."""
    if not _DATE.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


def written_moment(text: str) -> datetime:
    """A moment as people write it; without a zone it is meant in the office. Raises ValueError."""
    if _DATE.fullmatch(text):
        return datetime.combine(date.fromisoformat(text), time(), LOCAL)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=LOCAL)


def reviver(type_: Type) -> Callable[[Any], Any]:
    """`live` for one type, with what is inside it; chosen once, used at each evaluation."""
    kind = type_.kind
    if kind == "list" and type_.item is not None:
        item = reviver(type_.item)
        if item is _same:
            return _same
        return lambda value: None if value is None else [item(each) for each in value]
    if kind == "record" and type_.fields:
        alive = {name: reviver(of) for name, of in type_.fields.items()}
        if all(each is _same for each in alive.values()):
            return _same
        return lambda value: (
            None if value is None else {name: alive.get(name, _same)(of) for name, of in value.items()}
        )
    if kind in ("list", "record"):
        return _exact
    if kind in ("decimal", "date", "datetime"):
        return lambda value: live(value, kind)
    return _same


def _same(value: Any) -> Any:
    return value


def _exact(value: Any) -> Any:
    """Undeclared JSON with its fractions as decimals: no float may stand beside an amount."""
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, list):
        return [_exact(item) for item in value]
    if isinstance(value, Mapping):
        return {name: _exact(item) for name, item in value.items()}
    return value


def fitting(value: Any, type_: Type) -> Any:
    """A calculated value as a value of a declared type: what an operation is handed."""
    return reviver(type_)(stored(value, type_))


def plain(value: Any) -> Any:
    """The JSON form of a calculated value."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return value


def check_json(value: Any, depth: int = 0) -> Any:
    """Accept plain JSON within bounds, else refuse: opaque records and lists go through here."""
    if depth == 0:
        weigh(value)
    if depth > MAX_DEPTH:
        raise Mismatch("too_deep")
    if value is None or isinstance(value, (bool, int)):
        if isinstance(value, int) and abs(value) >= LIMIT:
            raise Mismatch("number_too_big")
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise Mismatch("not_a_number")
        if abs(value) >= LIMIT:
            raise Mismatch("number_too_big")
        return value
    if isinstance(value, (Decimal, date)):
        return plain(value)
    if isinstance(value, (list, tuple)):
        if len(value) > MAX_ITEMS:
            raise Mismatch("too_many_items", maximum=MAX_ITEMS)
        return [check_json(item, depth + 1) for item in value]
    if isinstance(value, Mapping):
        if len(value) > MAX_FIELDS:
            raise Mismatch("too_many_items", maximum=MAX_FIELDS)
        return {check_key(key): check_json(item, depth + 1) for key, item in value.items()}
    raise Mismatch("not_plain_data")


def check_key(key: Any) -> str:
    if not isinstance(key, str) or key.startswith("_") or not key:
        raise Mismatch("bad_key", key=str(key)[:50])
    return _text(key)


def _text(value: Any, type_: Type | None = None) -> str:
    if not isinstance(value, str):
        raise Mismatch("not_text")
    if len(value) > MAX_TEXT:
        raise Mismatch("too_long", maximum=MAX_TEXT)
    if "\x00" in value:
        raise Mismatch("bad_character")
    try:
        value.encode()
    except UnicodeEncodeError:  # a lone surrogate: PostgreSQL would refuse the whole row
        raise Mismatch("bad_character") from None
    return value


def _integer(value: Any, type_: Type) -> int:
    if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise Mismatch("not_an_integer")
    if not isinstance(value, int) and not math.isfinite(value):
        raise Mismatch("not_an_integer")
    if not -LIMIT < value < LIMIT:  # before int(): a Decimal may have a million digits
        raise Mismatch("number_too_big")
    if value != int(value):
        raise Mismatch("not_an_integer")
    return int(value)


def _decimal(value: Any, type_: Type) -> str:
    if isinstance(value, str) and _DECIMAL.fullmatch(value.strip()):
        value = Decimal(value.strip())
    elif isinstance(value, float) and math.isfinite(value):
        value = Decimal(str(value))
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise Mismatch("not_a_number")
    if isinstance(value, Decimal) and not value.is_finite():
        raise Mismatch("not_a_number")
    if not -LIMIT < value < LIMIT:
        raise Mismatch("number_too_big")
    value = Decimal(value)
    if int(value.as_tuple().exponent) < -18:
        raise Mismatch("number_too_big")
    return format(value if value else value.copy_abs(), "f")


def _boolean(value: Any, type_: Type) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise Mismatch("not_yes_or_no")


def _date(value: Any, type_: Type) -> str:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            pass
    raise Mismatch("not_a_date")


def _datetime(value: Any, type_: Type) -> str:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise Mismatch("not_a_moment") from None
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise Mismatch("not_a_moment")
    return value.isoformat()


def _choice(value: Any, type_: Type) -> str:
    text = _text(value)
    if type_.choices is not None and text not in type_.choices:
        raise Mismatch("not_a_choice", choices=list(type_.choices))
    return text


def _list(value: Any, type_: Type) -> list[Any]:
    if not isinstance(value, (list, tuple)):
        raise Mismatch("not_a_list")
    if len(value) > MAX_ITEMS:
        raise Mismatch("too_many_items", maximum=MAX_ITEMS)
    if type_.item is None:
        return [check_json(item, 1) for item in value]
    return [_fit(item, type_.item) for item in value]


def _record(value: Any, type_: Type) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise Mismatch("not_a_record")
    if type_.fields is None:
        return dict(check_json(value))
    for key in value:
        if key not in type_.fields:
            raise Mismatch("unknown_record_field", name=str(key)[:50])
    return {key: _fit(item, type_.fields[key]) for key, item in value.items()}


_STORE: Final[Mapping[str, Callable[[Any, Type], Any]]] = {
    "text": _text,
    "integer": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "choice": _choice,
    "list": _list,
    "record": _record,
}
