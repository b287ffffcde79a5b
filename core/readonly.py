"""A stretch of code that may read the database and must not write it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def writing_nothing() -> Iterator[None]:
    """PostgreSQL refuses whatever would be written here. Not within a transaction: what is done outside
    meanwhile could not be undone with it, and its locks would be held for as long."""
    if connection.in_atomic_block:
        # Only the transaction that a test runs in may be around; ``durable`` refuses any other.
        with transaction.atomic(durable=True):
            _set("SET TRANSACTION READ ONLY")
            yield
        return
    _set("SET default_transaction_read_only = on")
    try:
        yield
    finally:
        try:
            _set("SET default_transaction_read_only = off")
        except Exception:
            # Whatever comes next gets a fresh connection, which may write.
            connection.close()


def _set(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
