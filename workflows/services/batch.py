"""Write several rows of several tables in one statement.

A step changes an instance, a work item or two and adds some history. Sent one by one, the round trips and
the building of each statement cost more than the database's work.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import orjson
from django.db import connection, models


class Batch:
    """Inserts and updates that are collected and then executed together, in the caller's transaction.

    A row may be changed once in a batch: PostgreSQL runs all parts on the same snapshot.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._values: list[Any] = []

    def insert(self, rows: Iterable[models.Model]) -> None:
        """Add new rows of one model; their keys stay unknown.

        They travel as one JSON value, so that the statement is the same for one row and for ten and the
        driver need not read it anew.
        """
        rows = list(rows)
        if not rows:
            return
        table, fields = rows[0]._meta.db_table, _insertable(type(rows[0]))
        columns = ", ".join(f'"{field.column}"' for field in fields)
        values = [{field.column: getattr(row, field.attname) for field in fields} for row in rows]
        self._parts.append(
            f'INSERT INTO "{table}" ({columns}) SELECT {columns}'  # noqa: S608 - names of our own tables
            f' FROM jsonb_populate_recordset(NULL::"{table}", %s::jsonb)'
        )
        self._values.append(orjson.dumps(values, default=str).decode())

    def update(self, row: models.Model, **values: Any) -> None:
        """Change columns of a row, on the object and in the database."""
        fields: list[Any] = [row._meta.get_field(name) for name in values]
        for field, value in zip(fields, values.values(), strict=True):
            setattr(row, field.attname, value)
            self._values.append(None if value is None else field.get_db_prep_save(value, connection))
        changes = ", ".join(f'"{field.column}" = %s' for field in fields)
        self._parts.append(f'UPDATE "{row._meta.db_table}" SET {changes} WHERE "id" = %s')  # noqa: S608
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
