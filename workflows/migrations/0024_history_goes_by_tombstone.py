"""History is deleted beside the tombstone of its case alone, and no tombstone stands for a case that runs or is held.

A tombstone and the deletion it allows are of one transaction. Whoever places a hold waits for tombstones that are being
written, and whoever writes one for a hold that is being placed: one of them comes first and the other one sees it.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION stamp_tombstone() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    gone record;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('workflows.legal_hold', 0));
    SELECT ended_at, definition_id, subject_type, subject_id INTO gone
      FROM workflows_processinstance WHERE id = NEW.instance_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no case %', NEW.instance_id USING ERRCODE = 'restrict_violation';
    END IF;
    IF gone.ended_at IS NULL THEN
        RAISE EXCEPTION 'case % is open and cannot be purged', NEW.instance_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT FROM workflows_legalhold h WHERE h.lifted_at IS NULL
                  AND (h.instance_id = NEW.instance_id OR h.definition_id = gone.definition_id
                       OR (h.subject_id <> '' AND h.subject_type = gone.subject_type
                           AND h.subject_id = gone.subject_id))) THEN
        RAISE EXCEPTION 'case % is under a legal hold', NEW.instance_id USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.purged_in := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END $$;

CREATE FUNCTION require_case_is_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM workflows_processinstance WHERE id = NEW.instance_id) THEN
        RAISE EXCEPTION 'case % has a tombstone but is still there', NEW.instance_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION require_tombstone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT instance_id FROM gone) g
                WHERE NOT EXISTS (SELECT FROM workflows_purgedcase p
                                   WHERE p.instance_id = g.instance_id
                                     AND p.purged_in = pg_current_xact_id()::text::bigint)) THEN
        RAISE EXCEPTION '% rows are only ever added; they go with their case when it is purged', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION guard_legal_hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('workflows.legal_hold', 0));
        IF NEW.instance_id IS NOT NULL
           AND NOT EXISTS (SELECT FROM workflows_processinstance WHERE id = NEW.instance_id) THEN
            RAISE EXCEPTION 'there is no case %', NEW.instance_id USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF OLD.lifted_at IS NOT NULL OR NEW.lifted_at IS NULL
       OR (NEW.id, NEW.target, NEW.instance_id, NEW.subject_type, NEW.subject_id, NEW.definition_id, NEW.title,
           NEW.reason, NEW.placed_by_id, NEW.placed_by_label, NEW.placed_at)
          IS DISTINCT FROM
          (OLD.id, OLD.target, OLD.instance_id, OLD.subject_type, OLD.subject_id, OLD.definition_id, OLD.title,
           OLD.reason, OLD.placed_by_id, OLD.placed_by_label, OLD.placed_at) THEN
        RAISE EXCEPTION 'a legal hold can only be lifted, once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER workflows_historyevent_append_only ON workflows_historyevent;
CREATE TRIGGER workflows_historyevent_append_only BEFORE UPDATE ON workflows_historyevent
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER workflows_historyevent_goes_with_its_case AFTER DELETE ON workflows_historyevent
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION require_tombstone();

CREATE TRIGGER workflows_purgedcase_stamp BEFORE INSERT ON workflows_purgedcase
FOR EACH ROW EXECUTE FUNCTION stamp_tombstone();
-- The path follows departments; nothing else of it ever changes.
CREATE TRIGGER workflows_purgedcase_append_only BEFORE DELETE
    OR UPDATE OF instance_id, definition_id, version_id, status, subject_type, subject_id, subject_title,
                 business_key, starter_id, starter_label, started_at, ended_at, events, tasks, search_tokens, way,
                 months, reason, purged_by_id, purged_by_label, purged_at, purged_in ON workflows_purgedcase
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER workflows_purgedcase_path BEFORE INSERT OR UPDATE OF department_path ON workflows_purgedcase
FOR EACH ROW EXECUTE FUNCTION current_department_path();
CREATE CONSTRAINT TRIGGER workflows_purgedcase_is_gone AFTER INSERT ON workflows_purgedcase
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_case_is_gone();

CREATE TRIGGER workflows_legalhold_guard BEFORE INSERT OR UPDATE ON workflows_legalhold
FOR EACH ROW EXECUTE FUNCTION guard_legal_hold();
CREATE TRIGGER workflows_legalhold_append_only BEFORE DELETE ON workflows_legalhold
FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
BACKWARD = """
DROP TRIGGER workflows_legalhold_append_only ON workflows_legalhold;
DROP TRIGGER workflows_legalhold_guard ON workflows_legalhold;
DROP TRIGGER workflows_purgedcase_is_gone ON workflows_purgedcase;
DROP TRIGGER workflows_purgedcase_path ON workflows_purgedcase;
DROP TRIGGER workflows_purgedcase_append_only ON workflows_purgedcase;
DROP TRIGGER workflows_purgedcase_stamp ON workflows_purgedcase;
DROP TRIGGER workflows_historyevent_goes_with_its_case ON workflows_historyevent;
DROP TRIGGER workflows_historyevent_append_only ON workflows_historyevent;
CREATE TRIGGER workflows_historyevent_append_only BEFORE UPDATE OR DELETE ON workflows_historyevent
FOR EACH ROW EXECUTE FUNCTION refuse_change();
DROP FUNCTION guard_legal_hold();
DROP FUNCTION require_tombstone();
DROP FUNCTION require_case_is_gone();
DROP FUNCTION stamp_tombstone();
"""


class Migration(migrations.Migration):
    dependencies = [("workflows", "0023_retention_of_cases"), ("core", "0013_paths_follow_departments")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
