"""One at a time, whichever process: whoever has the turn keeps it until the deed is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def turn(name: str) -> Iterator[bool]:
    """Whether it is ours now; nobody waits for it. For deeds outside that no transaction may span, such as calls of
    other systems, which have to arrive there in the order in which they were meant.

    The connection to the database holds it, so that a process that dies gives it back.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 7))", [name])
        [is_ours] = cursor.fetchone()
    try:
        yield is_ours
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 7))", [name])
