"""Rules that hold across rows: sums of money, and texts that are frozen once they have left the desk.

Each refusal carries the name of its rule as the constraint's name, so that services can explain it.
"""

from django.db import migrations

# A submitted contract's lines and instalments sum to its amount. Deferred: a service may write the
# contract, its lines and its instalments in any order, the sums count when it commits.
SUMS = """
CREATE FUNCTION contract_sums_hold() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked bigint;
    contract contracts_contract%ROWTYPE;
    total numeric;
BEGIN
    IF TG_TABLE_NAME = 'contracts_contract' THEN
        checked := NEW.id;
    ELSIF TG_OP = 'DELETE' THEN
        checked := OLD.contract_id;
    ELSE
        checked := NEW.contract_id;
    END IF;
    SELECT * INTO contract FROM contracts_contract WHERE id = checked;
    IF NOT FOUND OR contract.state IN ('draft', 'voided') THEN
        RETURN NULL;
    END IF;
    SELECT coalesce(sum(amount), 0) INTO total FROM contracts_contractline WHERE contract_id = checked;
    IF total <> contract.amount THEN
        RAISE EXCEPTION 'The lines of contract % sum to %, its amount is %', checked, total, contract.amount
            USING ERRCODE = 'check_violation', CONSTRAINT = 'contract_lines_sum_to_its_amount';
    END IF;
    SELECT coalesce(sum(amount), 0) INTO total FROM contracts_paymentplanline WHERE contract_id = checked;
    IF total <> contract.amount THEN
        RAISE EXCEPTION 'The instalments of contract % sum to %, its amount is %', checked, total, contract.amount
            USING ERRCODE = 'check_violation', CONSTRAINT = 'contract_instalments_sum_to_its_amount';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER contract_sums_hold AFTER INSERT OR UPDATE OF state, amount ON contracts_contract
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION contract_sums_hold();
CREATE CONSTRAINT TRIGGER contract_sums_hold AFTER INSERT OR UPDATE OR DELETE ON contracts_contractline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION contract_sums_hold();
CREATE CONSTRAINT TRIGGER contract_sums_hold AFTER INSERT OR UPDATE OR DELETE ON contracts_paymentplanline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION contract_sums_hold();
"""
DROP_SUMS = """
DROP TRIGGER contract_sums_hold ON contracts_contract;
DROP TRIGGER contract_sums_hold ON contracts_contractline;
DROP TRIGGER contract_sums_hold ON contracts_paymentplanline;
DROP FUNCTION contract_sums_hold();
"""

# The body of a contract changes in draft only. Whoever voids or returns a contract changes its state and
# nothing else.
FROZEN = """
CREATE FUNCTION contract_body_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND (
        NEW.customer_id, NEW.contact_id, NEW.own_company_id, NEW.bank_account_id, NEW.template_id,
        NEW.kind, NEW.parent_id, NEW.title, NEW.amount, NEW.tax_rate, NEW.copies, NEW.start_on,
        NEW.end_on, NEW.sign_place, NEW.special_terms
    ) IS DISTINCT FROM (
        OLD.customer_id, OLD.contact_id, OLD.own_company_id, OLD.bank_account_id, OLD.template_id,
        OLD.kind, OLD.parent_id, OLD.title, OLD.amount, OLD.tax_rate, OLD.copies, OLD.start_on,
        OLD.end_on, OLD.sign_place, OLD.special_terms
    ) THEN
        RAISE EXCEPTION 'Contract % is %, so its body cannot change', OLD.id, OLD.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'contract_body_is_frozen';
    END IF;
    IF OLD.state <> 'draft' AND NEW.state <> 'draft'
            AND (NEW.party_a, NEW.party_b) IS DISTINCT FROM (OLD.party_a, OLD.party_b) THEN
        RAISE EXCEPTION 'Contract % is %, so its parties cannot change', OLD.id, OLD.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'contract_body_is_frozen';
    END IF;
    IF OLD.no IS NOT NULL AND NEW.no IS DISTINCT FROM OLD.no THEN
        RAISE EXCEPTION 'Contract % keeps its number %', OLD.id, OLD.no
            USING ERRCODE = 'check_violation', CONSTRAINT = 'contract_keeps_its_number';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER contract_body_is_frozen BEFORE UPDATE ON contracts_contract
    FOR EACH ROW EXECUTE FUNCTION contract_body_is_frozen();

CREATE FUNCTION contract_part_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked bigint;
    current_state text;
BEGIN
    checked := CASE WHEN TG_OP = 'INSERT' THEN NEW.contract_id ELSE OLD.contract_id END;
    SELECT state INTO current_state FROM contracts_contract WHERE id = checked;
    IF current_state IS NOT NULL AND current_state <> 'draft' THEN
        RAISE EXCEPTION 'Contract % is %, so its % cannot change', checked, current_state, TG_TABLE_NAME
            USING ERRCODE = 'check_violation', CONSTRAINT = 'contract_body_is_frozen';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER contract_part_is_frozen BEFORE INSERT OR UPDATE OR DELETE ON contracts_contractline
    FOR EACH ROW EXECUTE FUNCTION contract_part_is_frozen();
CREATE TRIGGER contract_part_is_frozen BEFORE INSERT OR UPDATE OR DELETE ON contracts_paymentplanline
    FOR EACH ROW EXECUTE FUNCTION contract_part_is_frozen();
"""
DROP_FROZEN = """
DROP TRIGGER contract_part_is_frozen ON contracts_contractline;
DROP TRIGGER contract_part_is_frozen ON contracts_paymentplanline;
DROP FUNCTION contract_part_is_frozen();
DROP TRIGGER contract_body_is_frozen ON contracts_contract;
DROP FUNCTION contract_body_is_frozen();
"""

# The rows are locked before the sums are read: two people who allocate at once wait for each other.
ALLOCATIONS = """
CREATE FUNCTION allocations_fit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    limit_of numeric;
    total numeric;
BEGIN
    SELECT amount INTO limit_of FROM contracts_payment WHERE id = NEW.payment_id FOR NO KEY UPDATE;
    SELECT sum(amount) INTO total FROM contracts_allocation WHERE payment_id = NEW.payment_id;
    IF total > limit_of THEN
        RAISE EXCEPTION 'Payment % is %, but % is allocated', NEW.payment_id, limit_of, total
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocations_do_not_exceed_the_payment';
    END IF;
    SELECT amount INTO limit_of FROM contracts_paymentplanline WHERE id = NEW.plan_line_id FOR NO KEY UPDATE;
    SELECT coalesce(sum(allocation.amount), 0) INTO total
      FROM contracts_allocation allocation JOIN contracts_payment payment ON payment.id = allocation.payment_id
     WHERE allocation.plan_line_id = NEW.plan_line_id AND payment.state <> 'reversed';
    IF total > limit_of THEN
        RAISE EXCEPTION 'Instalment % is %, but % is allocated', NEW.plan_line_id, limit_of, total
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocations_do_not_exceed_the_instalment';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER allocations_fit AFTER INSERT OR UPDATE ON contracts_allocation
    FOR EACH ROW EXECUTE FUNCTION allocations_fit();

CREATE FUNCTION payment_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND (NEW.no, NEW.customer_id, NEW.received_on, NEW.amount, NEW.bank_ref, NEW.payer)
            IS DISTINCT FROM (OLD.no, OLD.customer_id, OLD.received_on, OLD.amount, OLD.bank_ref, OLD.payer) THEN
        RAISE EXCEPTION 'Payment % is %, so it cannot change', OLD.no, OLD.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_is_frozen';
    END IF;
    IF (OLD.state = 'reversed' AND NEW.state <> 'reversed') OR (OLD.state = 'confirmed' AND NEW.state = 'draft') THEN
        RAISE EXCEPTION 'Payment % is %, it does not become %', OLD.no, OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_state_only_moves_on';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payment_is_frozen BEFORE UPDATE ON contracts_payment
    FOR EACH ROW EXECUTE FUNCTION payment_is_frozen();

CREATE FUNCTION allocation_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    current_state text;
BEGIN
    SELECT state INTO current_state FROM contracts_payment WHERE id = OLD.payment_id;
    IF current_state <> 'draft' THEN
        RAISE EXCEPTION 'Payment % is %, so its allocations stay', OLD.payment_id, current_state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_is_frozen';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER allocation_is_frozen BEFORE UPDATE OR DELETE ON contracts_allocation
    FOR EACH ROW EXECUTE FUNCTION allocation_is_frozen();
"""
DROP_ALLOCATIONS = """
DROP TRIGGER allocation_is_frozen ON contracts_allocation;
DROP FUNCTION allocation_is_frozen();
DROP TRIGGER payment_is_frozen ON contracts_payment;
DROP FUNCTION payment_is_frozen();
DROP TRIGGER allocations_fit ON contracts_allocation;
DROP FUNCTION allocations_fit();
"""

APPEND_ONLY = [
    "contracts_contractversion",
    "contracts_contractdecision",
    "contracts_sealrecord",
    "contracts_signaturerecord",
    "contracts_paymentreversal",
    "contracts_dunningrun",
    "contracts_dunningnotice",
]
ADDED_ONLY = "".join(
    f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
    f"FOR EACH ROW EXECUTE FUNCTION refuse_change();\n"
    for table in APPEND_ONLY
)
DROP_ADDED_ONLY = "".join(f"DROP TRIGGER {table}_append_only ON {table};\n" for table in APPEND_ONLY)


class Migration(migrations.Migration):
    dependencies = [("contracts", "0001_initial"), ("core", "0002_append_only")]

    operations = [
        migrations.RunSQL(SUMS, DROP_SUMS),
        migrations.RunSQL(FROZEN, DROP_FROZEN),
        migrations.RunSQL(ALLOCATIONS, DROP_ALLOCATIONS),
        migrations.RunSQL(ADDED_ONLY, DROP_ADDED_ONLY),
    ]
