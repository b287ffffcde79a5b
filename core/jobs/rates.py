"""How often something may be done, counted for all workers together in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from core import clock

# One statement takes a turn or changes nothing; two workers at once wait for each other at the row.
_TAKE = """
INSERT INTO core_rateallowance AS a (name, taken) VALUES (%(name)s, ARRAY[%(now)s::timestamptz])
ON CONFLICT (name) DO UPDATE SET taken = (%(now)s::timestamptz || a.taken)[1:%(count)s]
 WHERE coalesce(a.taken[%(count)s] <= %(now)s::timestamptz - %(per)s, true)
RETURNING name
"""
# Those who must wait are given moments one after the other, so that they do not all come back at once.
_PROMISE = """
   UPDATE core_rateallowance
      SET promised_until = GREATEST(promised_until + %(step)s, taken[%(count)s] + %(per)s)
    WHERE name = %(name)s
RETURNING promised_until
"""
# Who has waited already and came a little too early does not queue up at the end again.
_NEXT = "SELECT taken[%(count)s] + %(per)s FROM core_rateallowance WHERE name = %(name)s"


@dataclass(frozen=True)
class Rate:
    """At most ``count`` turns within any stretch of ``per``."""

    count: int
    per: timedelta

    def __post_init__(self) -> None:
        if self.count < 1 or self.per <= timedelta(0):
            raise ValueError("A rate allows at least one turn in a positive time.")


def take_turn(name: str, rate: Rate, *, has_waited: bool = False) -> datetime | None:
    """None: go on, the turn is taken. Else the moment to come back at."""
    values: dict[str, Any] = {
        "name": name,
        "now": clock.now(),
        "count": rate.count,
        "per": rate.per,
        "step": rate.per / rate.count,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, values)
        if cursor.fetchone():
            return None
        cursor.execute(_NEXT if has_waited else _PROMISE, values)
        moment: datetime = cursor.fetchone()[0]
        return moment
