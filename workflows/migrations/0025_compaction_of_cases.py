"""An ended case is compacted once, and no case that runs or is held is."""

from django.db import migrations, models
from django.db.models import Q

FORWARD = """
CREATE FUNCTION guard_compaction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('workflows.legal_hold', 0));
    IF OLD.compacted_at IS NOT NULL THEN
        RAISE EXCEPTION 'case % is compacted already', NEW.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.ended_at IS NULL THEN
        RAISE EXCEPTION 'case % is open and cannot be compacted', NEW.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT FROM workflows_legalhold h WHERE h.lifted_at IS NULL
                  AND (h.instance_id = NEW.id OR h.definition_id = NEW.definition_id
                       OR (h.subject_id <> '' AND h.subject_type = NEW.subject_type
                           AND h.subject_id = NEW.subject_id))) THEN
        RAISE EXCEPTION 'case % is under a legal hold', NEW.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
-- No step names these columns, so none is asked.
CREATE TRIGGER workflows_processinstance_compaction BEFORE UPDATE OF compacted_at, waited ON workflows_processinstance
FOR EACH ROW WHEN (OLD.compacted_at IS DISTINCT FROM NEW.compacted_at OR OLD.waited IS DISTINCT FROM NEW.waited)
EXECUTE FUNCTION guard_compaction();
"""
BACKWARD = """
DROP TRIGGER workflows_processinstance_compaction ON workflows_processinstance;
DROP FUNCTION guard_compaction();
"""


class Migration(migrations.Migration):
    dependencies = [("workflows", "0024_history_goes_by_tombstone")]

    operations = [
        migrations.AddField(
            "processinstance", "compacted_at", models.DateTimeField(null=True, verbose_name="compacted at")
        ),
        migrations.AddField("processinstance", "waited", models.TextField(null=True)),
        migrations.AddConstraint(
            "processinstance",
            models.CheckConstraint(
                condition=Q(compacted_at__isnull=True, waited__isnull=True)
                | Q(compacted_at__isnull=False, waited__isnull=False),
                name="compacted_case_says_what_it_waited_for",
            ),
        ),
        migrations.AddIndex(
            "processinstance",
            models.Index(
                fields=["ended_at", "id"],
                condition=Q(ended_at__isnull=False, compacted_at__isnull=True),
                name="case_to_compact",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
