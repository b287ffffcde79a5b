"""What became of many rows, written in one statement: a statement of CASEs for each field costs as much as the
rows of the house themselves."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from core.models import ImportRow

# Each field and its type in the database.
_FIELDS = {
    "status": "text",
    "errors": "jsonb",
    "warnings": "jsonb",
    "differences": "jsonb",
    "duplicate_type": "text",
    "duplicate_id": "text",
    "duplicate_title": "text",
    "subject_type": "text",
    "subject_id": "text",
    "before": "jsonb",
    "revision_after": "bigint",
    "undo_refusal": "text",
}
_STORE = """
UPDATE core_importrow kept SET {changes}
  FROM jsonb_to_recordset(%s::jsonb) AS said(id bigint, {columns})
 WHERE kept.id = said.id
""".format(
    changes=", ".join(f"{name} = said.{name}" for name in _FIELDS),
    columns=", ".join(f"{name} {kind}" for name, kind in _FIELDS.items()),
)


def store(rows: Sequence[ImportRow]) -> None:
    """Everything about these rows that a worker writes."""
    if not rows:
        return
    told = [{"id": row.pk, **{name: getattr(row, name) for name in _FIELDS}} for row in rows]
    text = DjangoJSONEncoder(ensure_ascii=False).encode(told)
    with connection.cursor() as cursor:
        cursor.execute(_STORE, [text])
