"""Who signs first is agreed in the contract, and signatures are recorded in that order."""

from django.db import migrations, models

FROZEN = """
CREATE OR REPLACE FUNCTION contract_body_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND (
        NEW.customer_id, NEW.contact_id, NEW.own_company_id, NEW.bank_account_id, NEW.template_id,
        NEW.kind, NEW.parent_id, NEW.title, NEW.amount, NEW.tax_rate, NEW.copies, NEW.start_on,
        NEW.end_on, NEW.sign_place, NEW.special_terms, NEW.effective_rule, NEW.effective_due_on,
        NEW.late_rule, NEW.late_daily_rate, NEW.lpr_markup, NEW.day_base, NEW.grace_days,
        NEW.allocation_order, NEW.variables, NEW.signing_order
    ) IS DISTINCT FROM (
        OLD.customer_id, OLD.contact_id, OLD.own_company_id, OLD.bank_account_id, OLD.template_id,
        OLD.kind, OLD.parent_id, OLD.title, OLD.amount, OLD.tax_rate, OLD.copies, OLD.start_on,
        OLD.end_on, OLD.sign_place, OLD.special_terms, OLD.effective_rule, OLD.effective_due_on,
        OLD.late_rule, OLD.late_daily_rate, OLD.lpr_markup, OLD.day_base, OLD.grace_days,
        OLD.allocation_order, OLD.variables, OLD.signing_order
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
"""
FROZEN_BEFORE = """
CREATE OR REPLACE FUNCTION contract_body_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND (
        NEW.customer_id, NEW.contact_id, NEW.own_company_id, NEW.bank_account_id, NEW.template_id,
        NEW.kind, NEW.parent_id, NEW.title, NEW.amount, NEW.tax_rate, NEW.copies, NEW.start_on,
        NEW.end_on, NEW.sign_place, NEW.special_terms, NEW.effective_rule, NEW.effective_due_on,
        NEW.late_rule, NEW.late_daily_rate, NEW.lpr_markup, NEW.day_base, NEW.grace_days,
        NEW.allocation_order, NEW.variables
    ) IS DISTINCT FROM (
        OLD.customer_id, OLD.contact_id, OLD.own_company_id, OLD.bank_account_id, OLD.template_id,
        OLD.kind, OLD.parent_id, OLD.title, OLD.amount, OLD.tax_rate, OLD.copies, OLD.start_on,
        OLD.end_on, OLD.sign_place, OLD.special_terms, OLD.effective_rule, OLD.effective_due_on,
        OLD.late_rule, OLD.late_daily_rate, OLD.lpr_markup, OLD.day_base, OLD.grace_days,
        OLD.allocation_order, OLD.variables
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
"""

ORDER = """
CREATE FUNCTION signature_keeps_the_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    agreed text;
    first_party text;
BEGIN
    SELECT signing_order INTO agreed FROM contracts_contract WHERE id = NEW.contract_id;
    first_party := CASE agreed WHEN 'customer_first' THEN 'A' WHEN 'we_first' THEN 'B' END;
    IF first_party IS NOT NULL AND NEW.party <> first_party AND NOT EXISTS (
        SELECT 1 FROM contracts_signaturerecord earlier
         WHERE earlier.contract_id = NEW.contract_id AND earlier.party = first_party
           AND earlier.signed_on <= NEW.signed_on
    ) THEN
        RAISE EXCEPTION 'Party % of contract % signs first', first_party, NEW.contract_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'signature_keeps_the_order';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER signature_keeps_the_order BEFORE INSERT ON contracts_signaturerecord
    FOR EACH ROW EXECUTE FUNCTION signature_keeps_the_order();
"""
DROP_ORDER = """
DROP TRIGGER signature_keeps_the_order ON contracts_signaturerecord;
DROP FUNCTION signature_keeps_the_order();
"""


class Migration(migrations.Migration):
    dependencies = [("contracts", "0016_performance_and_end")]

    operations = [
        migrations.AddField(
            model_name="contract",
            name="signing_order",
            field=models.CharField(
                choices=[
                    ("either", "Either party"),
                    ("customer_first", "The customer first"),
                    ("we_first", "We first"),
                ],
                default="either",
                max_length=16,
                verbose_name="who signs first",
            ),
        ),
        migrations.RunSQL(FROZEN, FROZEN_BEFORE),
        migrations.RunSQL(ORDER, DROP_ORDER),
    ]
