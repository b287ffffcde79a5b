"""What a filter offers: the values and the people that stand in rows, found without reading all rows."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from core.actors import Actor
from core.models import User
from core.rights import scope_q

MOST = 200
# Jump from one value to the next along the index instead of reading every row (a "loose index scan").
_VALUES = """
WITH RECURSIVE found(value) AS (
  (SELECT {column} FROM {table} WHERE {column} > '' ORDER BY {column} LIMIT 1)
  UNION ALL
  SELECT (SELECT {column} FROM {table} WHERE {column} > found.value ORDER BY {column} LIMIT 1)
    FROM found WHERE found.value IS NOT NULL
)
SELECT found.value FROM found WHERE found.value IS NOT NULL AND EXISTS ({rows}) LIMIT %s
"""


def values_in(rows: QuerySet[Any], name: str) -> list[str]:
    """The first 200 texts that stand in a field of these rows, in order. The field takes an index of its own."""
    model: type[Model] = rows.model
    quote = connection.ops.quote_name
    field: Any = model._meta.get_field(name)
    column, table = quote(field.column), quote(model._meta.db_table)
    standing = rows.filter(**{name: RawSQL("found.value", ())}).order_by().values("pk")
    try:
        inner, parameters = standing.query.sql_with_params()
    except EmptyResultSet:  # who sees no rows at all
        return []
    with connection.cursor() as cursor:
        cursor.execute(_VALUES.format(column=column, table=table, rows=inner), (*parameters, MOST))
        return [value for (value,) in cursor.fetchall()]


def people_in(model: type[Model], path: str, *, actor: Actor, permission: str) -> list[tuple[str, str]]:
    """The people within the actor's reach who stand in a field of some row, as choices."""
    # A look for one row of each person along the index. An EXISTS would be joined, which reads all rows.
    rows = model._default_manager.order_by().filter(**{path: OuterRef("pk")})
    within_reach = scope_q(actor, permission, owner="pk", department_path="department__path")
    standing = User.objects.filter(within_reach).alias(one_row=Subquery(rows.values("pk")[:1]))
    return [(str(one.pk), one.name) for one in standing.filter(one_row__isnull=False).order_by("username")]
