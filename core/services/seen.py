"""Which rows somebody has opened lately (F16)."""

from __future__ import annotations

from django.db import connection, models

from core import clock
from core.models import RecordView, User
from core.subjects import reference

# Written at most once in so many minutes: who reloads a page has not come again.
MINUTES = 10


def note_view(*, subject: models.Model, person: User) -> None:
    """One statement, which writes nothing where it was written a moment ago."""
    kind, pk = reference(subject)
    now = clock.now()
    table = RecordView._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} AS seen (person_id, subject_type, subject_id, at) VALUES (%s, %s, %s, %s) "  # noqa: S608
            "ON CONFLICT (person_id, subject_type, subject_id) DO UPDATE SET at = excluded.at "
            "WHERE seen.at < excluded.at - make_interval(mins => %s)",
            [person.pk, kind, pk, now, MINUTES],
        )


def seen_lately(person: User) -> models.QuerySet[RecordView]:
    return RecordView.objects.filter(person=person).order_by("-at")
