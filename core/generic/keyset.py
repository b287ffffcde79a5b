"""Pages of a list by the last row seen, not by number: page 4,000 costs what page 1 costs, and rows that
come or go meanwhile neither repeat nor hide others.

The order is a tuple of fields that ends with a unique one (``pk``); none of them may be null.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldError, ValidationError
from django.db.models import Model, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import Http404

# Where a moment is missing, the row stands before all that have one.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def or_never(name: str) -> Coalesce:
    """The moment of a column that may be empty, to sort by: ``annotate(paid_sort=or_never("paid_at"))``."""
    return Coalesce(name, Value(NEVER))


@dataclass(frozen=True)
class Slice:
    """One page of rows and the cursor of the next, empty at the end."""

    rows: list[Any] = field(default_factory=list)
    after: str = ""


def take(queryset: QuerySet, order: Sequence[str], *, after: str = "", size: int = 50) -> Slice:
    """The rows behind the cursor, in this order. A cursor that is not one of ours is 404."""
    ordered = queryset.order_by(*order)
    if after:
        try:
            ordered = ordered.filter(_behind(order, _decode(after, len(order))))
            rows = list(ordered[: size + 1])
        except (ValueError, TypeError, ValidationError, FieldError) as error:
            raise Http404("The list does not go on from there.") from error
    else:
        rows = list(ordered[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    return Slice(rows, cursor(rows[-1], order) if more else "")


def cursor(row: Model | dict, order: Sequence[str]) -> str:
    """The place of a row in an order, as text for a link."""
    values = [_plain(_value(row, name.lstrip("-"))) for name in order]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def reverse(order: Sequence[str]) -> tuple[str, ...]:
    """The same order, backwards."""
    return tuple(name[1:] if name.startswith("-") else f"-{name}" for name in order)


def _value(row: Model | dict, path: str) -> Any:
    for name in path.split("__"):
        row = row[name] if isinstance(row, dict) else getattr(row, name)
    return row


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _decode(text: str, length: int) -> list[Any]:
    try:
        padded = text + "=" * (-len(text) % 4)
        values = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
    except (binascii.Error, UnicodeError, json.JSONDecodeError) as error:
        raise ValueError("not a cursor") from error
    if not isinstance(values, list) or len(values) != length:
        raise ValueError("not a cursor of this list")
    if any(isinstance(value, list | dict) or value is None for value in values):
        raise ValueError("not a cursor of this list")
    return values


def _behind(order: Sequence[str], values: Sequence[Any]) -> Q:
    """(a, b) > (x, y), written so that an index on (a, b) is entered at x: a >= x and (a > x or b > y)."""
    name, value = order[0], values[0]
    field_name = name.lstrip("-")
    beyond = Q(**{f"{field_name}__{'lt' if name.startswith('-') else 'gt'}": value})
    if len(order) == 1:
        return beyond
    reaching = Q(**{f"{field_name}__{'lte' if name.startswith('-') else 'gte'}": value})
    return reaching & (beyond | _behind(order[1:], values[1:]))
