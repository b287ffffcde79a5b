"""What the database keeps of collection whoever writes: demands are only ever added, an approved proposal stays."""

from django.db import migrations

APPEND_ONLY = ("contracts_paymentchase", "contracts_dunningnoticeline")
ADDED_ONLY = "".join(
    f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
    f"FOR EACH ROW EXECUTE FUNCTION refuse_change();\n"
    for table in APPEND_ONLY
)
DROP_ADDED_ONLY = "".join(f"DROP TRIGGER {table}_append_only ON {table};\n" for table in APPEND_ONLY)

# A level that was reached stays reached; what comes later is the letter that was printed for it, once.
LEVEL = """
CREATE FUNCTION collection_level_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.notice_id IS NOT NULL OR
        (NEW.customer_id, NEW.plan_line_id, NEW.level, NEW.reached_at, NEW.approved_by_id) IS DISTINCT FROM
        (OLD.customer_id, OLD.plan_line_id, OLD.level, OLD.reached_at, OLD.approved_by_id)
    THEN
        RAISE EXCEPTION 'Level % of instalment % was reached and stays so', OLD.level, OLD.plan_line_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'collection_level_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER collection_level_stays BEFORE UPDATE OR DELETE ON contracts_collectionlevel
    FOR EACH ROW EXECUTE FUNCTION collection_level_stays();
"""
DROP_LEVEL = """
DROP TRIGGER collection_level_stays ON contracts_collectionlevel;
DROP FUNCTION collection_level_stays();
"""

# A promise that was settled, and a hold that was released, are history. What was promised does not change.
SETTLED = """
CREATE FUNCTION promise_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state <> 'open' OR
        (NEW.customer_id, NEW.plan_line_id, NEW.amount, NEW.promised_on, NEW.recorded_by_id, NEW.recorded_at)
        IS DISTINCT FROM
        (OLD.customer_id, OLD.plan_line_id, OLD.amount, OLD.promised_on, OLD.recorded_by_id, OLD.recorded_at)
    THEN
        RAISE EXCEPTION 'Promise % is %: what was promised stays', OLD.id, OLD.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'promise_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER promise_stays BEFORE UPDATE OR DELETE ON contracts_promisetopay
    FOR EACH ROW EXECUTE FUNCTION promise_stays();

CREATE FUNCTION dispute_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.released_at IS NOT NULL OR
        (NEW.plan_line_id, NEW.reason, NEW.opened_by_id, NEW.opened_at) IS DISTINCT FROM
        (OLD.plan_line_id, OLD.reason, OLD.opened_by_id, OLD.opened_at)
    THEN
        RAISE EXCEPTION 'The dispute % about instalment % stays', OLD.id, OLD.plan_line_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'dispute_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER dispute_stays BEFORE UPDATE OR DELETE ON contracts_disputehold
    FOR EACH ROW EXECUTE FUNCTION dispute_stays();
"""
DROP_SETTLED = """
DROP TRIGGER promise_stays ON contracts_promisetopay;
DROP FUNCTION promise_stays();
DROP TRIGGER dispute_stays ON contracts_disputehold;
DROP FUNCTION dispute_stays();
"""

# What was approved is what is printed: letters may still fall out of it, none comes in and none changes.
PROPOSAL = """
CREATE FUNCTION proposal_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state IN ('printed', 'rejected') THEN
        RAISE EXCEPTION 'Proposal % is %, so it stays', OLD.id, OLD.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'proposal_stays';
    END IF;
    IF (NEW.as_of, NEW.made_by_id) IS DISTINCT FROM (OLD.as_of, OLD.made_by_id) OR
        (OLD.state = 'approved' AND NEW.state NOT IN ('approved', 'printed', 'rejected'))
    THEN
        RAISE EXCEPTION 'Proposal % is %, it does not become %', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'proposal_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER proposal_stays BEFORE UPDATE OR DELETE ON contracts_dunningproposal
    FOR EACH ROW EXECUTE FUNCTION proposal_stays();

CREATE FUNCTION proposed_letter_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked bigint;
    current_state text;
BEGIN
    checked := CASE WHEN TG_OP = 'INSERT' THEN NEW.proposal_id ELSE OLD.proposal_id END;
    SELECT state INTO current_state FROM contracts_dunningproposal WHERE id = checked;
    IF TG_OP = 'UPDATE' AND current_state = 'approved' AND OLD.notice_id IS NULL AND (
        NEW.proposal_id, NEW.customer_id, NEW.own_company_id, NEW.kind, NEW.level, NEW.principal, NEW.interest,
        NEW.total
    ) IS NOT DISTINCT FROM (
        OLD.proposal_id, OLD.customer_id, OLD.own_company_id, OLD.kind, OLD.level, OLD.principal, OLD.interest,
        OLD.total
    ) AND (NEW.is_excluded OR NOT OLD.is_excluded) THEN
        RETURN NEW;
    END IF;
    IF current_state NOT IN ('draft', 'submitted') THEN
        RAISE EXCEPTION 'Proposal % is %, so its letters stay', checked, current_state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'proposed_letter_stays';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER proposed_letter_stays BEFORE INSERT OR UPDATE OR DELETE ON contracts_proposalline
    FOR EACH ROW EXECUTE FUNCTION proposed_letter_stays();
"""
DROP_PROPOSAL = """
DROP TRIGGER proposed_letter_stays ON contracts_proposalline;
DROP FUNCTION proposed_letter_stays();
DROP TRIGGER proposal_stays ON contracts_dunningproposal;
DROP FUNCTION proposal_stays();
"""

# How a letter was sent stays; its arrival is added once.
DISPATCH = """
CREATE FUNCTION dispatch_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.delivered_on IS NOT NULL OR
        (NEW.notice_id, NEW.channel, NEW.tracking_no, NEW.sent_on, NEW.sent_by_id) IS DISTINCT FROM
        (OLD.notice_id, OLD.channel, OLD.tracking_no, OLD.sent_on, OLD.sent_by_id)
    THEN
        RAISE EXCEPTION 'The dispatch of letter % stays', OLD.notice_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'dispatch_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER dispatch_stays BEFORE UPDATE OR DELETE ON contracts_dunningdispatch
    FOR EACH ROW EXECUTE FUNCTION dispatch_stays();
"""
DROP_DISPATCH = """
DROP TRIGGER dispatch_stays ON contracts_dunningdispatch;
DROP FUNCTION dispatch_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("contracts", "0009_promises_holds_levels_proposals_and_dispatch")]

    operations = [
        migrations.RunSQL(ADDED_ONLY, DROP_ADDED_ONLY),
        migrations.RunSQL(LEVEL, DROP_LEVEL),
        migrations.RunSQL(SETTLED, DROP_SETTLED),
        migrations.RunSQL(PROPOSAL, DROP_PROPOSAL),
        migrations.RunSQL(DISPATCH, DROP_DISPATCH),
    ]
