"""When a contract takes effect: on signature, on the first payment, or on a date; frozen with the rest."""

from django.db import migrations, models
from django.db.models import F, Q

# Until now every contract took effect with its signature, and its text says so. A draft's case runs on a
# diagram that knows nothing else, so drafts keep that too; their drafters may still choose.
AS_BEFORE = "UPDATE contracts_contract SET effective_rule = 'on_signature';"

FROZEN = """
CREATE OR REPLACE FUNCTION contract_body_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND (
        NEW.customer_id, NEW.contact_id, NEW.own_company_id, NEW.bank_account_id, NEW.template_id,
        NEW.kind, NEW.parent_id, NEW.title, NEW.amount, NEW.tax_rate, NEW.copies, NEW.start_on,
        NEW.end_on, NEW.sign_place, NEW.special_terms, NEW.effective_rule, NEW.effective_due_on
    ) IS DISTINCT FROM (
        OLD.customer_id, OLD.contact_id, OLD.own_company_id, OLD.bank_account_id, OLD.template_id,
        OLD.kind, OLD.parent_id, OLD.title, OLD.amount, OLD.tax_rate, OLD.copies, OLD.start_on,
        OLD.end_on, OLD.sign_place, OLD.special_terms, OLD.effective_rule, OLD.effective_due_on
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
"""


class Migration(migrations.Migration):
    dependencies = [("contracts", "0002_money_and_frozen_texts")]

    operations = [
        migrations.AddField(
            "contract",
            "effective_rule",
            models.CharField(
                blank=True,
                choices=[
                    ("on_signature", "On signature"),
                    ("on_first_payment", "On the first payment"),
                    ("on_date", "On a date"),
                ],
                default="",
                max_length=20,
                verbose_name="takes effect",
            ),
        ),
        migrations.AddField(
            "contract",
            "effective_due_on",
            models.DateField(blank=True, null=True, verbose_name="takes effect on"),
        ),
        migrations.RunSQL(AS_BEFORE, migrations.RunSQL.noop),
        migrations.RunSQL(FROZEN, FROZEN_BEFORE),
        migrations.AddConstraint(
            "contract",
            models.CheckConstraint(
                condition=Q(state__in=["draft", "voided"]) | ~Q(effective_rule=""),
                name="submitted_contract_says_when_it_takes_effect",
            ),
        ),
        migrations.AddConstraint(
            "contract",
            models.CheckConstraint(
                condition=Q(effective_due_on__isnull=True) | Q(effective_rule="on_date"),
                name="date_of_effect_only_with_its_rule",
            ),
        ),
        migrations.AddConstraint(
            "contract",
            models.CheckConstraint(
                condition=Q(state__in=["draft", "voided"])
                | ~Q(effective_rule="on_date")
                | Q(effective_due_on__isnull=False),
                name="contract_effective_on_a_date_names_it",
            ),
        ),
        migrations.AddConstraint(
            "contract",
            models.CheckConstraint(
                condition=Q(effective_on__isnull=True) | Q(effective_on__gte=F("signed_on")),
                name="contract_takes_effect_when_signed_or_later",
            ),
        ),
        migrations.AddConstraint(
            "contract",
            models.CheckConstraint(
                condition=Q(effective_on__isnull=True)
                | Q(effective_due_on__isnull=True)
                | Q(effective_on__gte=F("effective_due_on")),
                name="contract_takes_effect_on_its_date_or_later",
            ),
        ),
    ]
