"""Remove what people have put around rows that are gone: words, files, followers, notices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

# Files that were attached stay as documents, as all documents do; nothing leads to them any more.
_AROUND = (
    """DELETE FROM core_comment_mentions m USING core_comment c
        WHERE m.comment_id = c.id AND c.subject_type = %(kind)s AND c.subject_id = ANY(%(keys)s)""",
    "DELETE FROM core_attachment WHERE {same}",
    "DELETE FROM core_comment WHERE {same}",
    "DELETE FROM core_follow WHERE {same}",
    "DELETE FROM core_recordview WHERE {same}",
    "DELETE FROM core_notification WHERE {same}",
)
_SAME = "subject_type = %(kind)s AND subject_id = ANY(%(keys)s)"


def forget_around(subject_type: str, keys: Sequence[object]) -> None:
    """Remove it in the caller's transaction. Audit entries and documents stay."""
    values: dict[str, Any] = {"kind": subject_type, "keys": [str(key) for key in keys]}
    with connection.cursor() as cursor:
        for statement in _AROUND:
            cursor.execute(statement.format(same=_SAME), values)
