"""What a contract says about late payment, frozen with the rest; and the loan prime rates it may rest on.

Contracts that were submitted before bear no interest: nobody was asked. Drafts say what their text prints.
"""

from decimal import Decimal

from django.db import migrations, models
from django.db.models import Q

AS_PRINTED = """
UPDATE contracts_contract SET late_rule = 'daily', late_daily_rate = 0.0005 WHERE state = 'draft';
"""

FROZEN = """
CREATE OR REPLACE FUNCTION contract_body_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND (
        NEW.customer_id, NEW.contact_id, NEW.own_company_id, NEW.bank_account_id, NEW.template_id,
        NEW.kind, NEW.parent_id, NEW.title, NEW.amount, NEW.tax_rate, NEW.copies, NEW.start_on,
        NEW.end_on, NEW.sign_place, NEW.special_terms, NEW.effective_rule, NEW.effective_due_on,
        NEW.late_rule, NEW.late_daily_rate, NEW.lpr_markup, NEW.day_base, NEW.grace_days,
        NEW.allocation_order
    ) IS DISTINCT FROM (
        OLD.customer_id, OLD.contact_id, OLD.own_company_id, OLD.bank_account_id, OLD.template_id,
        OLD.kind, OLD.parent_id, OLD.title, OLD.amount, OLD.tax_rate, OLD.copies, OLD.start_on,
        OLD.end_on, OLD.sign_place, OLD.special_terms, OLD.effective_rule, OLD.effective_due_on,
        OLD.late_rule, OLD.late_daily_rate, OLD.lpr_markup, OLD.day_base, OLD.grace_days,
        OLD.allocation_order
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


class Migration(migrations.Migration):
    dependencies = [("contracts", "0007_searches_by_the_hundred_thousand")]

    operations = [
        migrations.CreateModel(
            name="LprRate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField(unique=True, verbose_name="published on")),
                (
                    "one_year",
                    models.DecimalField(decimal_places=2, max_digits=5, verbose_name="one-year rate %"),
                ),
            ],
            options={
                "verbose_name": "loan prime rate",
                "verbose_name_plural": "loan prime rates",
                "ordering": ["-on"],
            },
        ),
        migrations.AddField(
            "contract",
            "allocation_order",
            models.CharField(
                choices=[
                    ("principal_first", "Principal first, then interest"),
                    ("interest_first", "Interest first, then principal"),
                ],
                default="principal_first",
                max_length=20,
                verbose_name="order of settling",
            ),
        ),
        migrations.AddField(
            "contract",
            "day_base",
            models.PositiveSmallIntegerField(
                choices=[(360, "360 days"), (365, "365 days")], default=365, verbose_name="days of a year"
            ),
        ),
        migrations.AddField(
            "contract",
            "grace_days",
            models.PositiveSmallIntegerField(default=0, verbose_name="days of grace"),
        ),
        migrations.AddField(
            "contract",
            "late_daily_rate",
            models.DecimalField(
                blank=True, decimal_places=8, max_digits=9, null=True, verbose_name="daily rate"
            ),
        ),
        migrations.AddField(
            "contract",
            "late_rule",
            models.CharField(
                choices=[
                    ("none", "No interest"),
                    ("daily", "A rate for each day"),
                    ("lpr_plus", "Loan prime rate and a markup"),
                ],
                default="none",
                max_length=10,
                verbose_name="lateness",
            ),
        ),
        migrations.AddField(
            "contract",
            "lpr_markup",
            models.DecimalField(
                blank=True,
                decimal_places=2,
                max_digits=5,
                null=True,
                verbose_name="markup on the loan prime rate %",
            ),
        ),
        migrations.RunSQL(AS_PRINTED, migrations.RunSQL.noop),
        migrations.RunSQL(FROZEN, FROZEN_BEFORE),
        migrations.AddConstraint(
            "contract",
            models.CheckConstraint(
                condition=Q(late_rule="none", late_daily_rate__isnull=True, lpr_markup__isnull=True)
                | Q(
                    late_rule="daily",
                    late_daily_rate__gt=0,
                    late_daily_rate__lte=Decimal("0.01"),
                    late_daily_rate__isnull=False,
                    lpr_markup__isnull=True,
                )
                | Q(
                    late_rule="lpr_plus",
                    lpr_markup__gte=0,
                    lpr_markup__lte=400,
                    lpr_markup__isnull=False,
                    late_daily_rate__isnull=True,
                ),
                name="late_payment_clause_names_its_rate",
            ),
        ),
        migrations.AddConstraint(
            "contract",
            models.CheckConstraint(
                condition=Q(day_base__in=[360, 365]), name="year_of_interest_has_360_or_365_days"
            ),
        ),
        migrations.AddConstraint(
            "contract",
            models.CheckConstraint(condition=Q(grace_days__lte=90), name="days_of_grace_are_90_at_most"),
        ),
        migrations.AddConstraint(
            "lprrate",
            models.CheckConstraint(
                condition=Q(one_year__gt=0, one_year__lt=100), name="loan_prime_rate_is_a_percentage"
            ),
        ),
    ]
