"""How many rows a list has, without counting a million of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

# Rows a search may find to be named one by one; more stand so close that the order's index reaches them soon.
FEW = 100
# Counting ends here: "more than 10,000".
MOST = 10_000


@dataclass(frozen=True)
class Count:
    """A number of rows; ``is_more`` where counting stopped before the end."""

    number: int
    is_more: bool = False


def count_up_to(rows: QuerySet[Any], most: int = MOST) -> Count:
    """How many rows there are, or that there are more than ``most``."""
    number = rows.order_by().values("pk")[: most + 1].count()
    return Count(min(number, most), is_more=number > most)


def narrowed(rows: QuerySet[Any]) -> tuple[QuerySet[Any], Count | None]:
    """The same rows, named by their keys where they are few, and then their number.

    PostgreSQL expects some rows for every search. For one that finds none it would walk the whole table in the
    order asked for, waiting for rows that never come.
    """
    keys = list(rows.order_by().values_list("pk", flat=True)[: FEW + 1])
    if len(keys) > FEW:
        return rows, None
    return rows.filter(pk__in=keys), Count(len(keys))
