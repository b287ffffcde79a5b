"""Rules of complaints that hold across rows: shares sum to 100, nobody deals with their own case, none is closed
before its customer was asked. Each refusal carries the name of its rule as the constraint's name.
"""

from django.db import migrations

from core.tracking import track_changes

# Deferred: ruling and shares may be written in any order, the sum counts at the commit.
SHARES = """
CREATE FUNCTION ruling_shares_hold() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked bigint;
    total numeric;
BEGIN
    IF TG_TABLE_NAME = 'service_ruling' THEN
        checked := NEW.id;
    ELSE
        checked := NEW.ruling_id;
    END IF;
    SELECT coalesce(sum(share), 0) INTO total FROM service_rulingshare WHERE ruling_id = checked;
    IF total <> 100 THEN
        RAISE EXCEPTION 'The shares of ruling % sum to %, not to 100', checked, total
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ruling_shares_sum_to_100';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ruling_shares_hold AFTER INSERT ON service_ruling
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ruling_shares_hold();
CREATE CONSTRAINT TRIGGER ruling_shares_hold AFTER INSERT ON service_rulingshare
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ruling_shares_hold();
"""
DROP_SHARES = """
DROP TRIGGER ruling_shares_hold ON service_ruling;
DROP TRIGGER ruling_shares_hold ON service_rulingshare;
DROP FUNCTION ruling_shares_hold();
"""

# The complaint's row is locked while its people are compared: a ruling and a new handler wait for each other.
OWN_CASE = """
CREATE FUNCTION complaint_blames(checked bigint, person bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM service_rulingshare share
         WHERE share.person_id = person AND share.ruling_id = (
            SELECT id FROM service_ruling WHERE complaint_id = checked ORDER BY round DESC LIMIT 1
        )
    )
$$;

CREATE FUNCTION nobody_rules_on_their_own_deal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owner bigint;
BEGIN
    SELECT coalesce(contract.owner_id, customer.owner_id) INTO owner
      FROM service_complaint complaint
      JOIN crm_customer customer ON customer.id = complaint.customer_id
      LEFT JOIN contracts_contract contract ON contract.id = complaint.contract_id
     WHERE complaint.id = NEW.complaint_id;
    IF owner = NEW.ruled_by_id THEN
        RAISE EXCEPTION 'Complaint % is about a deal of %', NEW.complaint_id, NEW.ruled_by_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'nobody_rules_on_their_own_deal';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER nobody_rules_on_their_own_deal BEFORE INSERT ON service_ruling
    FOR EACH ROW EXECUTE FUNCTION nobody_rules_on_their_own_deal();

CREATE FUNCTION nobody_rules_on_themselves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ruling service_ruling%ROWTYPE;
    handler bigint;
BEGIN
    IF NEW.person_id IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT * INTO ruling FROM service_ruling WHERE id = NEW.ruling_id;
    SELECT handler_id INTO handler FROM service_complaint WHERE id = ruling.complaint_id FOR NO KEY UPDATE;
    IF NEW.person_id = ruling.ruled_by_id THEN
        RAISE EXCEPTION 'Ruling % is by %, who is responsible', ruling.id, NEW.person_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'nobody_rules_on_themselves';
    END IF;
    IF NEW.person_id = handler THEN
        RAISE EXCEPTION 'Complaint % is handled by %, who is responsible', ruling.complaint_id, handler
            USING ERRCODE = 'check_violation', CONSTRAINT = 'nobody_handles_their_own_case';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER nobody_rules_on_themselves BEFORE INSERT ON service_rulingshare
    FOR EACH ROW EXECUTE FUNCTION nobody_rules_on_themselves();

CREATE FUNCTION nobody_handles_their_own_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.handler_id IS NOT NULL AND complaint_blames(NEW.id, NEW.handler_id) THEN
        RAISE EXCEPTION 'Complaint % blames %, who cannot handle it', NEW.id, NEW.handler_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'nobody_handles_their_own_case';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER nobody_handles_their_own_case BEFORE INSERT OR UPDATE OF handler_id ON service_complaint
    FOR EACH ROW EXECUTE FUNCTION nobody_handles_their_own_case();

CREATE FUNCTION nobody_instructs_in_their_own_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF complaint_blames(NEW.complaint_id, NEW.given_by_id) THEN
        RAISE EXCEPTION 'Complaint % blames %, who cannot instruct in it', NEW.complaint_id, NEW.given_by_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'nobody_instructs_in_their_own_case';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER nobody_instructs_in_their_own_case BEFORE INSERT ON service_leaderinstruction
    FOR EACH ROW EXECUTE FUNCTION nobody_instructs_in_their_own_case();
"""
DROP_OWN_CASE = """
DROP TRIGGER nobody_instructs_in_their_own_case ON service_leaderinstruction;
DROP FUNCTION nobody_instructs_in_their_own_case();
DROP TRIGGER nobody_handles_their_own_case ON service_complaint;
DROP FUNCTION nobody_handles_their_own_case();
DROP TRIGGER nobody_rules_on_themselves ON service_rulingshare;
DROP FUNCTION nobody_rules_on_themselves();
DROP TRIGGER nobody_rules_on_their_own_deal ON service_ruling;
DROP FUNCTION nobody_rules_on_their_own_deal();
DROP FUNCTION complaint_blames(bigint, bigint);
"""

ENDS = """
CREATE FUNCTION closed_complaint_is_complete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM service_complaint WHERE id = NEW.id AND state = 'closed';
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM FROM service_complaintsummary WHERE complaint_id = NEW.id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Complaint % is closed without a summary', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'closed_complaint_has_a_summary';
    END IF;
    PERFORM FROM service_followupcall WHERE complaint_id = NEW.id AND done_at IS NOT NULL AND is_satisfied;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Complaint % is closed, but no customer said to be content', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'closed_complaint_was_followed_up';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER closed_complaint_is_complete AFTER INSERT OR UPDATE OF state ON service_complaint
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION closed_complaint_is_complete();

CREATE FUNCTION ended_complaint_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('closed', 'withdrawn') AND NEW.state <> OLD.state THEN
        RAISE EXCEPTION 'Complaint % is %, it does not become %', OLD.no, OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ended_complaint_stays';
    END IF;
    IF (NEW.no, NEW.customer_id, NEW.received_at, NEW.received_by_id, NEW.description)
            IS DISTINCT FROM (OLD.no, OLD.customer_id, OLD.received_at, OLD.received_by_id, OLD.description) THEN
        RAISE EXCEPTION 'What complaint % says stays as it was received', OLD.no
            USING ERRCODE = 'check_violation', CONSTRAINT = 'complaint_stays_as_received';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ended_complaint_stays BEFORE UPDATE ON service_complaint
    FOR EACH ROW EXECUTE FUNCTION ended_complaint_stays();
"""
DROP_ENDS = """
DROP TRIGGER ended_complaint_stays ON service_complaint;
DROP FUNCTION ended_complaint_stays();
DROP TRIGGER closed_complaint_is_complete ON service_complaint;
DROP FUNCTION closed_complaint_is_complete();
"""

PATH = """
CREATE TRIGGER service_complaint_path BEFORE INSERT OR UPDATE OF department_path ON service_complaint
FOR EACH ROW EXECUTE FUNCTION current_department_path();
"""

APPEND_ONLY = [
    "service_complaintaction",
    "service_ruling",
    "service_rulingshare",
    "service_leaderinstruction",
]
ADDED_ONLY = "".join(
    f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
    f"FOR EACH ROW EXECUTE FUNCTION refuse_change();\n"
    for table in APPEND_ONLY
)
DROP_ADDED_ONLY = "".join(f"DROP TRIGGER {table}_append_only ON {table};\n" for table in APPEND_ONLY)


class Migration(migrations.Migration):
    dependencies = [
        ("service", "0003_complaints"),
        ("core", "0013_paths_follow_departments"),
        ("core", "0012_history_of_fields"),
        ("core", "0002_append_only"),
    ]

    operations = [
        migrations.RunSQL(SHARES, DROP_SHARES),
        migrations.RunSQL(OWN_CASE, DROP_OWN_CASE),
        migrations.RunSQL(ENDS, DROP_ENDS),
        migrations.RunSQL(PATH, "DROP TRIGGER service_complaint_path ON service_complaint;"),
        migrations.RunSQL(ADDED_ONLY, DROP_ADDED_ONLY),
        track_changes("service_complaint", "service.complaint"),
        track_changes(
            "service_complaintsummary",
            "service.complaintsummary",
            subject=("service.complaint", "complaint_id"),
        ),
        track_changes(
            "service_followupcall", "service.followupcall", subject=("service.complaint", "complaint_id")
        ),
    ]
