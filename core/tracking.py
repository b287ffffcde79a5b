"""Write down every change of a table's fields, whoever makes it and however: a trigger of the database does.

``save()``, ``update()``, ``bulk_create()`` and SQL by hand are all caught. django-pghistory was weighed: it
keeps a table of events for each model, so that one row's history with its parts is a union of tables, and it
carries its context in a statement before each write or in rewritten ones. One function, one table of changed
fields only, and the actor in the statement itself (core.acting) cost a step nothing where nothing is tracked.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import migrations

# Derived, counted or said by the history itself.
TECHNICAL = (
    "id",
    "search_tokens",
    "name_norm",
    "name_sort",
    "revision",
    "created_at",
    "created_by_id",
    "updated_at",
    "updated_by_id",
    "department_path",
)

FUNCTION = r"""
CREATE OR REPLACE FUNCTION record_field_change() RETURNS trigger LANGUAGE plpgsql AS $$
-- Arguments: the row's type, the subject's type, the column with the subject's key, columns left out.
DECLARE
    left_out text[] := string_to_array(TG_ARGV[3], ' ');
    said text := substring(left(current_query(), 400) FROM '^\s*/\*by:([^*]*)\*/');
    before jsonb := '{}';
    later jsonb := '{}';
    changed jsonb;
    whole jsonb;
BEGIN
    IF TG_OP <> 'INSERT' THEN before := to_jsonb(OLD); END IF;
    IF TG_OP <> 'DELETE' THEN later := to_jsonb(NEW); END IF;
    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_object_agg(key, jsonb_build_array(before -> key, value)) INTO changed
        FROM jsonb_each(later)
        WHERE value IS DISTINCT FROM before -> key AND key <> ALL (left_out);
        IF changed IS NULL THEN RETURN NULL; END IF;
    ELSE
        SELECT jsonb_object_agg(
            key,
            CASE TG_OP WHEN 'INSERT' THEN jsonb_build_array(NULL, value)
                       ELSE jsonb_build_array(value, NULL) END
        ) INTO changed
        FROM jsonb_each(before || later)
        WHERE value NOT IN ('null', '""', '[]', '{}') AND key <> ALL (left_out);
    END IF;
    whole := before || later;
    INSERT INTO core_fieldchange
        (at, actor_id, actor_label, action, row_type, row_id, subject_type, subject_id, changes)
    SELECT
        clock_timestamp() + make_interval(secs => coalesce(nullif(split_part(said, ';', 2), ''), '0')::float8),
        nullif(split_part(said, ';', 1), '')::bigint,
        coalesce(split_part(said, ';', 3), '$database'),
        lower(TG_OP), TG_ARGV[0], whole ->> 'id', TG_ARGV[1], subject, coalesce(changed, '{}')
    FROM (
        -- A row that moves to another subject is read of at both.
        SELECT whole ->> TG_ARGV[2] AS subject
        UNION
        SELECT before ->> TG_ARGV[2]
    ) AS subjects
    WHERE subject IS NOT NULL;
    RETURN NULL;
END $$;
"""
NO_FUNCTION = "DROP FUNCTION record_field_change();"


def track_changes(
    table: str, row: str, *, subject: tuple[str, str] | None = None, exclude: Sequence[str] = ()
) -> migrations.RunSQL:
    """``track_changes("crm_contact", "crm.contact", subject=("crm.customer", "customer_id"))``.

    ``subject`` is where people read of it: its type and the column with its key; the row itself unless said.
    """
    subject_type, column = subject or (row, "id")
    left_out = " ".join([*TECHNICAL, *exclude])
    arguments = ", ".join(f"'{one}'" for one in (row, subject_type, column, left_out))
    name = f"{table}_history"
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} AFTER INSERT OR UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION record_field_change({arguments});",
        f"DROP TRIGGER {name} ON {table};",
    )
