"""Which rows carry the path of a department: all of them follow when a department moves.

Each app registers its columns in its ``holdings.py``:

    path_holder(Customer, "department_path")

A test looks through all models for fields of that name that nobody registered.
"""

from __future__ import annotations

from django.db import connection, models

_holders: list[tuple[type[models.Model], str]] = []


def path_holder(model: type[models.Model], field: str = "department_path") -> None:
    """Let a column follow the departments."""
    if (model, field) not in _holders:
        _holders.append((model, field))


def path_holders() -> list[tuple[type[models.Model], str]]:
    return list(_holders)


def repath(table: str, column: str, *, old: str, new: str) -> int:
    """Put ``new`` for ``old`` at the beginning of every path that begins so; says how many there were."""
    quote = connection.ops.quote_name
    statement = (
        f"UPDATE {quote(table)} SET {quote(column)} = %s || substr({quote(column)}, %s)"  # noqa: S608
        f" WHERE starts_with({quote(column)}, %s)"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [new, len(old) + 1, old])
        return int(cursor.rowcount)
