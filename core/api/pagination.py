"""Lists by keyset: a page costs the same at the millionth row as at the first.

A cursor holds the sort values of the row at the page's edge and is signed, so that it cannot be made up.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from django.core import signing
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

SALT = "core.api.cursor"
COUNT_CAP = 1000


@dataclass(frozen=True)
class Cursor:
    """Where a page starts: after (or, backwards, before) the row with these sort values."""

    order: str
    backwards: bool
    values: tuple[Any, ...]

    def encoded(self) -> str:
        return signing.dumps(
            [self.order, self.backwards, [_plain(value) for value in self.values]], salt=SALT
        )

    @classmethod
    def decoded(cls, text: str, order: str) -> Cursor:
        try:
            made_for, backwards, values = signing.loads(text, salt=SALT)
        except (signing.BadSignature, ValueError, TypeError):
            raise _invalid("cursor", _("This cursor is not one of ours.")) from None
        if made_for != order:
            raise _invalid("cursor", _("This cursor belongs to another order."))
        return cls(order, bool(backwards), tuple(values))


class KeysetPagination(BasePagination):
    """``{"next", "previous", "results"}`` with ``?cursor=``, ``?limit=``, ``?order=`` and ``?count=1``.

    A view names its orders, ascending: ``orders = {"created_at": ("created_at", "pk")}``, and which is the
    default: ``default_order = "-created_at"``. A minus turns it round; the last field of each must be unique.
    """

    default_limit = 50
    largest_limit = 200

    def paginate_queryset(self, queryset: QuerySet, request, view=None) -> list[Any]:
        self.request = request
        self.limit = self._limit(request)
        self.order, self.fields = self._order(request, view)
        self.count = _capped_count(queryset) if request.query_params.get("count") == "1" else None
        text = request.query_params.get("cursor")
        cursor = Cursor.decoded(text, self.order) if text else None
        backwards = cursor is not None and cursor.backwards
        rows = queryset.order_by(*(_turned(self.fields) if backwards else self.fields))
        if cursor is not None:
            rows = rows.filter(_beyond(_turned(self.fields) if backwards else self.fields, cursor.values))
        page = list(rows[: self.limit + 1])
        more = len(page) > self.limit
        page = page[: self.limit]
        if backwards:
            page.reverse()
        self.has_next = more if not backwards else True
        self.has_previous = more if backwards else cursor is not None
        self.page = page
        return page

    def get_paginated_response(self, data: list[Any]) -> Response:
        body: dict[str, Any] = {
            "next": self._link(self.page[-1], backwards=False) if self.page and self.has_next else None,
            "previous": self._link(self.page[0], backwards=True) if self.page and self.has_previous else None,
            "results": data,
        }
        if self.count is not None:
            body["count"] = min(self.count, COUNT_CAP)
            body["count_is_capped"] = self.count > COUNT_CAP
        return Response(body)

    def _link(self, row: Any, *, backwards: bool) -> str:
        values = tuple(_value_of(row, field.lstrip("-")) for field in self.fields)
        cursor = Cursor(self.order, backwards, values).encoded()
        return replace_query_param(self.request.build_absolute_uri(), "cursor", cursor)

    def _limit(self, request) -> int:
        text = request.query_params.get("limit", str(self.default_limit))
        if not (text.isascii() and text.isdigit() and len(text) < 6) or int(text) < 1:
            raise _invalid("limit", _("Give a whole number from 1 to 200."))
        return min(int(text), self.largest_limit)

    def _order(self, request, view) -> tuple[str, tuple[str, ...]]:
        orders = orders_of(view)
        wanted = request.query_params.get("order") or getattr(view, "default_order", None) or "-id"
        name = wanted.removeprefix("-")
        if name not in orders:
            raise _invalid("order", _("Lists are ordered by: {orders}.").format(orders=", ".join(orders)))
        fields = tuple(orders[name])
        return wanted, _turned(fields) if wanted.startswith("-") else fields

    def get_schema_operation_parameters(self, view) -> list[dict[str, Any]]:
        orders = orders_of(view)
        names = [turned + name for name in orders for turned in ("", "-")]
        return [
            _parameter("cursor", {"type": "string"}, "Where the page starts, from next or previous."),
            _parameter(
                "limit", {"type": "integer", "minimum": 1, "maximum": self.largest_limit}, "Rows of a page."
            ),
            _parameter("order", {"type": "string", "enum": names}, "The order; a minus turns it round."),
            _parameter("count", {"type": "string", "enum": ["1"]}, "Also count, up to 1000."),
        ]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": link,
                "previous": link,
                "results": schema,
                "count": {"type": "integer"},
                "count_is_capped": {"type": "boolean"},
            },
        }


def orders_of(view: Any) -> dict[str, Sequence[str]]:
    """The orders a view offers; without any, by id with the newest first."""
    return getattr(view, "orders", None) or {"id": ("pk",)}


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}


def _turned(fields: Sequence[str]) -> tuple[str, ...]:
    return tuple(field[1:] if field.startswith("-") else f"-{field}" for field in fields)


def _beyond(fields: Sequence[str], values: Sequence[Any]) -> Q:
    """The rows behind the given one: (a > x) or (a = x and b > y) ..., bounded by the first field for the index."""
    if len(fields) != len(values):
        raise _invalid("cursor", _("This cursor belongs to another order."))
    branches = []
    for position, field in enumerate(fields):
        equal = {name.lstrip("-"): value for name, value in zip(fields[:position], values, strict=False)}
        branches.append(Q(**equal, **{_compare(field): values[position]}))
    behind = reduce(operator.or_, branches)
    return behind if len(fields) == 1 else Q(**{f"{_compare(fields[0])}e": values[0]}) & behind


def _compare(field: str) -> str:
    return f"{field[1:]}__lt" if field.startswith("-") else f"{field}__gt"


def _value_of(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name)
    return row


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def _capped_count(queryset: QuerySet) -> int:
    return queryset.order_by()[: COUNT_CAP + 1].count()


def _invalid(name: str, text: str) -> ValidationError:
    return ValidationError({name: [text]})
