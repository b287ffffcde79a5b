"""A status in use cannot be deleted; records of activities and changes of status keep their rules (F38, F43)."""

from django.db import migrations

from core.tracking import track_changes

# A company that is at work already has customers in these; a new one loads them when it is set up.
STATUSES = """
INSERT INTO crm_customerstatus
    (code, name_zh, name_en, kind, "order", probability, max_days, needs_approval, is_active)
SELECT code, zh, en, kind, position, probability, days, false, true
  FROM (VALUES
    ('interested', '有兴趣/可能', 'Interested', 'open', 10, 20, 30),
    ('planned', '有计划/需求', 'Has a plan or need', 'open', 20, 40, 30),
    ('quoted', '已报价待批准', 'Quoted, decision pending', 'waiting', 30, 70, 14),
    ('signed', '已签合同', 'Contract signed', 'won', 40, 100, NULL),
    ('dormant', '休眠', 'Dormant', 'dormant', 50, 5, NULL),
    ('lost', '流失', 'Lost', 'lost', 60, 0, NULL),
    ('invalid', '无效', 'Invalid', 'invalid', 70, 0, NULL)
  ) AS known (code, zh, en, kind, position, probability, days)
 WHERE EXISTS (SELECT 1 FROM crm_customer);
"""
KEY = """
ALTER TABLE crm_customer ADD CONSTRAINT status_is_one_of_the_rows
FOREIGN KEY (status) REFERENCES crm_customerstatus (code) DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX customer_by_status ON crm_customer (status);
"""
NO_KEY = """
DROP INDEX customer_by_status;
ALTER TABLE crm_customer DROP CONSTRAINT status_is_one_of_the_rows;
"""
RULES = """
CREATE TRIGGER crm_statuschange_append_only BEFORE UPDATE ON crm_statuschange
FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION status_code_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.code <> NEW.code THEN
        RAISE EXCEPTION 'the code of a status stays' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'status_code_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER status_code_stays BEFORE UPDATE ON crm_customerstatus
FOR EACH ROW EXECUTE FUNCTION status_code_stays();

ALTER TABLE crm_activity ADD CONSTRAINT activity_lies_not_ahead
CHECK (occurred_on <= (recorded_at AT TIME ZONE 'Asia/Shanghai')::date);

CREATE FUNCTION activity_holds_what_its_type_demands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kind crm_activitytype;
BEGIN
    SELECT * INTO kind FROM crm_activitytype WHERE id = NEW.type_id;
    IF kind.transcript_required AND NEW.transcript = '' AND NOT NEW.has_files THEN
        RAISE EXCEPTION 'an activity of this type holds the chat record or a file'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'chat_record_is_there';
    END IF;
    IF kind.next_required AND NEW.next_on IS NULL THEN
        RAISE EXCEPTION 'an activity of this type says when it is followed up'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'next_date_is_there';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER activity_holds_what_its_type_demands BEFORE INSERT OR UPDATE ON crm_activity
FOR EACH ROW EXECUTE FUNCTION activity_holds_what_its_type_demands();
"""
NO_RULES = """
DROP TRIGGER activity_holds_what_its_type_demands ON crm_activity;
DROP FUNCTION activity_holds_what_its_type_demands();
ALTER TABLE crm_activity DROP CONSTRAINT activity_lies_not_ahead;
DROP TRIGGER status_code_stays ON crm_customerstatus;
DROP FUNCTION status_code_stays();
DROP TRIGGER crm_statuschange_append_only ON crm_statuschange;
"""
CUSTOMER = ("crm.customer", "customer_id")


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0010_activities_and_statuses"),
        ("core", "0012_history_of_fields"),
    ]

    operations = [
        migrations.RunSQL(STATUSES, migrations.RunSQL.noop),
        migrations.RunSQL(KEY, NO_KEY),
        migrations.RunSQL(RULES, NO_RULES),
        track_changes(
            "crm_activity",
            "crm.activity",
            subject=CUSTOMER,
            exclude=("has_files", "recorded_at", "recorded_by_id"),
        ),
        track_changes("crm_customerstatus", "crm.customerstatus"),
        track_changes("crm_activitytype", "crm.activitytype"),
    ]
