"""Which rows carry the path of a department: all of them follow when a department moves.

Each app registers its columns in its ``holdings.py``:

    path_holder(Customer, "department_path")

A test looks through all models for fields of that name that nobody registered. What is saved while its department
moves gets the path of the moment from the database (migration core 0013).
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


def hold(path: str) -> None:
    """Let nobody move the department before this transaction ends.

    Whoever changes the path of a row that is locked already calls this first: a mover takes the department before
    its rows, and in another order the two would wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM core_department WHERE path = %s FOR KEY SHARE", [path])
