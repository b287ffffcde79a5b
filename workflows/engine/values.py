"""Values as they are stored (plain JSON) and as expressions see them.

Process data is JSON only: a decimal is text with its digits as typed, a date is ISO text. The
declared type says how to read it back, so that no float ever stands between a person and an amount."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from .vocabulary import Type

MAX_TEXT: Final = 20_000
MAX_ITEMS: Final = 1_000
MAX_FIELDS: Final = 500
MAX_DEPTH: Final = 12
LIMIT: Final = 10**18

_INTEGER = re.compile(r"[+-]?\d{1,18}")
_DECIMAL = re.compile(r"[+-]?\d{1,18}(\.\d{1,18})?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class Mismatch(Exception):  # noqa: N818 - reads as the sentence it is
    """A value does not fit its type. `code` and `params` become a message for the person."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def stored(value: Any, type_: Type) -> Any:
    """Check a value against its type and bring it into the form in which it is stored."""
    if value is None:
        return None
    result = _STORE[type_.kind](value, type_)
    if type_.kind in ("integer", "decimal") and abs(Decimal(result)) >= LIMIT:
        raise Mismatch("number_too_big")
    return result


def live(value: Any, kind: str) -> Any:
    """Turn a stored value into what expressions calculate with."""
    if value is None:
        return None
    if kind == "decimal":
        return value if isinstance(value, Decimal) else Decimal(str(value))
    if kind == "date":
        if isinstance(value, datetime):
            return value.date()
        return value if isinstance(value, date) else date.fromisoformat(value)
    if kind == "datetime":
        return value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return value


def reviver(type_: Type) -> Callable[[Any], Any]:
    """`live` for one type, with the items of a list; chosen once, used at each evaluation."""
    kind = type_.kind
    if kind == "list" and type_.item is not None:
        item = reviver(type_.item)
        return lambda value: None if value is None else [item(each) for each in value]
    if kind in ("decimal", "date", "datetime"):
        return lambda value: live(value, kind)
    return lambda value: value


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
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
        return int(value)
    if isinstance(value, (float, Decimal)) and math.isfinite(value) and value == int(value):
        return int(value)
    raise Mismatch("not_an_integer")


def _decimal(value: Any, type_: Type) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = Decimal(str(value))
    elif isinstance(value, str) and _DECIMAL.fullmatch(value.strip()):
        value = Decimal(value.strip())
    if not isinstance(value, Decimal) or not value.is_finite():
        raise Mismatch("not_a_number")
    if value.adjusted() >= 18 or int(value.as_tuple().exponent) < -18:
        raise Mismatch("number_too_big")
    return format(value, "f")


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
    return [stored(item, type_.item) for item in value]


def _record(value: Any, type_: Type) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise Mismatch("not_a_record")
    if type_.fields is None:
        return dict(check_json(value))
    for key in value:
        if key not in type_.fields:
            raise Mismatch("unknown_record_field", name=str(key)[:50])
    return {key: stored(item, type_.fields[key]) for key, item in value.items()}


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
