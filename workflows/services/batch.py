"""Write several rows of several tables in one statement.

A step changes an instance, a work item or two and adds some history. Sent one by one, the round trips and
the building of each statement cost more than the database's work.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.db import connection, models


class Batch:
    """Inserts and updates that are collected and then executed together, in the caller's transaction.

    A row may be changed once in a batch: PostgreSQL runs all parts on the same snapshot.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._values: list[Any] = []

    def insert(self, rows: Iterable[models.Model]) -> None:
        """Add new rows of one model; their keys stay unknown."""
        rows = list(rows)
        if not rows:
            return
        fields = _insertable(type(rows[0]))
        columns = ", ".join(f'"{field.column}"' for field in fields)
        one = f"({', '.join(_placeholder(field) for field in fields)})"
        table = rows[0]._meta.db_table
        places = ", ".join([one] * len(rows))
        self._parts.append(f'INSERT INTO "{table}" ({columns}) VALUES {places}')  # noqa: S608
        for row in rows:
            self._values += [_prepared(field, getattr(row, field.attname)) for field in fields]

    def update(self, row: models.Model, **values: Any) -> None:
        """Change columns of a row, on the object and in the database."""
        fields: list[Any] = [row._meta.get_field(name) for name in values]
        for field, value in zip(fields, values.values(), strict=True):
            setattr(row, field.attname, value)
        changes = ", ".join(f'"{field.column}" = {_placeholder(field)}' for field in fields)
        self._parts.append(f'UPDATE "{row._meta.db_table}" SET {changes} WHERE "id" = %s')  # noqa: S608
        self._values += [
            _prepared(field, value) for field, value in zip(fields, values.values(), strict=True)
        ]
        self._values.append(row.pk)

    def execute(self) -> None:
        """Send everything collected so far."""
        if not self._parts:
            return
        parts = ", ".join(f"part_{number} AS ({part})" for number, part in enumerate(self._parts))
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {parts} SELECT 1", self._values)
        self._parts, self._values = [], []


@cache
def _insertable(model: type[models.Model]) -> Sequence[Any]:
    return [field for field in model._meta.concrete_fields if not field.generated and not field.primary_key]


@cache
def _placeholder(field: Any) -> str:
    """Arrays say their type, since an empty one has none by itself."""
    return f"%s::{field.db_type(connection)}" if field.db_type(connection).endswith("[]") else "%s"


def _prepared(field: Any, value: Any) -> Any:
    return None if value is None else field.get_db_prep_save(value, connection)
