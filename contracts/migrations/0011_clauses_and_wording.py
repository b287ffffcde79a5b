"""Templates that people edit, and what a contract says otherwise than its template.

A published text never changes: only its state moves on, from draft to published to retired.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.clock

FROZEN = """
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
FROZEN_BEFORE = """
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

WORDING = """
CREATE TRIGGER contract_part_is_frozen BEFORE INSERT OR UPDATE OR DELETE ON contracts_clausechange
    FOR EACH ROW EXECUTE FUNCTION contract_part_is_frozen();
CREATE TRIGGER contracts_clausedeviation_append_only BEFORE UPDATE OR DELETE ON contracts_clausedeviation
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
DROP_WORDING = """
DROP TRIGGER contract_part_is_frozen ON contracts_clausechange;
DROP TRIGGER contracts_clausedeviation_append_only ON contracts_clausedeviation;
"""

TEMPLATES = """
CREATE FUNCTION template_text_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'draft' THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' OR NEW.state = 'draft' OR (OLD.state = 'retired' AND NEW.state <> 'retired') OR (
        NEW.code, NEW.version, NEW.name, NEW.layout, NEW.is_standard, NEW.texts
    ) IS DISTINCT FROM (
        OLD.code, OLD.version, OLD.name, OLD.layout, OLD.is_standard, OLD.texts
    ) THEN
        RAISE EXCEPTION 'Template % v% is %, so it cannot change', OLD.code, OLD.version, OLD.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'template_text_is_frozen';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER template_text_is_frozen BEFORE UPDATE OR DELETE ON contracts_contracttemplate
    FOR EACH ROW EXECUTE FUNCTION template_text_is_frozen();

CREATE FUNCTION template_clause_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked bigint;
    current_state text;
BEGIN
    checked := CASE WHEN TG_OP = 'INSERT' THEN NEW.template_id ELSE OLD.template_id END;
    SELECT state INTO current_state FROM contracts_contracttemplate WHERE id = checked;
    IF current_state IS NOT NULL AND current_state <> 'draft' THEN
        RAISE EXCEPTION 'Template % is %, so its clauses cannot change', checked, current_state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'template_text_is_frozen';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER template_clause_is_frozen BEFORE INSERT OR UPDATE OR DELETE ON contracts_clause
    FOR EACH ROW EXECUTE FUNCTION template_clause_is_frozen();
"""
DROP_TEMPLATES = """
DROP TRIGGER template_clause_is_frozen ON contracts_clause;
DROP FUNCTION template_clause_is_frozen();
DROP TRIGGER template_text_is_frozen ON contracts_contracttemplate;
DROP FUNCTION template_text_is_frozen();
"""

# An alternative without a group was one of its own.
GROUPS = """UPDATE contracts_clause SET "group" = code WHERE kind = 'alternative' AND "group" = '';"""


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0010_rules_of_collection"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ClauseChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=40, verbose_name="clause")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("left_out", "Left out"),
                            ("taken_in", "Taken in"),
                            ("chosen", "Chosen"),
                            ("changed", "Changed"),
                            ("added", "Added"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("after", models.SlugField(blank=True, max_length=40, verbose_name="after")),
                ("title", models.CharField(blank=True, max_length=80, verbose_name="title")),
                ("paragraphs", models.JSONField(default=list)),
                (
                    "risk",
                    models.CharField(
                        blank=True,
                        choices=[("low", "Low"), ("mid", "Middle"), ("high", "High")],
                        max_length=4,
                        verbose_name="risk",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
            ],
            options={
                "verbose_name": "change of a clause",
                "verbose_name_plural": "changes of clauses",
                "ordering": ["contract", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ClauseDeviation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("template_code", models.SlugField(max_length=40)),
                ("code", models.SlugField(max_length=40, verbose_name="clause")),
                ("title", models.CharField(max_length=80, verbose_name="title")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("left_out", "Left out"),
                            ("taken_in", "Taken in"),
                            ("chosen", "Chosen"),
                            ("changed", "Changed"),
                            ("added", "Added"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("old", models.JSONField(default=list)),
                ("new", models.JSONField(default=list)),
                (
                    "risk",
                    models.CharField(
                        choices=[("low", "Low"), ("mid", "Middle"), ("high", "High")],
                        max_length=4,
                        verbose_name="risk",
                    ),
                ),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
            ],
            options={
                "verbose_name": "deviation",
                "verbose_name_plural": "deviations",
                "ordering": ["version", "pk"],
            },
        ),
        migrations.AddField(
            model_name="clause",
            name="group",
            field=models.SlugField(blank=True, max_length=40, verbose_name="group of alternatives"),
        ),
        migrations.AddField(
            model_name="clause",
            name="guidance",
            field=models.TextField(blank=True, max_length=600, verbose_name="advice for drafting"),
        ),
        migrations.AddField(
            model_name="clause",
            name="is_default",
            field=models.BooleanField(default=True, verbose_name="in unless decided otherwise"),
        ),
        migrations.AddField(
            model_name="clause",
            name="part",
            field=models.CharField(
                choices=[("body", "Contract"), ("annex", "General terms (annex)")],
                default="body",
                max_length=10,
                verbose_name="part",
            ),
        ),
        migrations.AddField(
            model_name="clause",
            name="risk",
            field=models.CharField(
                choices=[("low", "Low"), ("mid", "Middle"), ("high", "High")],
                default="mid",
                max_length=4,
                verbose_name="risk if it yields",
            ),
        ),
        migrations.AddField(
            model_name="contract",
            name="variables",
            field=models.JSONField(blank=True, default=dict, verbose_name="values"),
        ),
        migrations.AddField(
            model_name="contracttemplate",
            name="is_standard",
            field=models.BooleanField(default=True, verbose_name="standard text"),
        ),
        migrations.AddField(
            model_name="contracttemplate",
            name="layout",
            field=models.CharField(
                choices=[("full", "Contract"), ("order", "Order form of one page, general terms as annex")],
                default="full",
                max_length=10,
                verbose_name="form",
            ),
        ),
        migrations.AddField(
            model_name="contracttemplate",
            name="note",
            field=models.CharField(blank=True, max_length=300, verbose_name="what is new"),
        ),
        migrations.AddField(
            model_name="contracttemplate",
            name="published_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="published"),
        ),
        migrations.AddField(
            model_name="contracttemplate",
            name="published_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="contracttemplate",
            name="revision",
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
        migrations.AddField(
            model_name="contracttemplate",
            name="updated_at",
            field=models.DateTimeField(default=core.clock.now, editable=False, verbose_name="changed"),
        ),
        migrations.AddField(
            model_name="contracttemplate",
            name="updated_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="contracttemplate",
            name="created_at",
            field=models.DateTimeField(default=core.clock.now, editable=False, verbose_name="created"),
        ),
        migrations.RunSQL(GROUPS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="clause",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "alternative"), models.Q(("group", ""), _negated=True)),
                    models.Q(models.Q(("kind", "alternative"), _negated=True), ("group", "")),
                    _connector="OR",
                ),
                name="alternatives_have_a_group",
            ),
        ),
        migrations.AddConstraint(
            model_name="contracttemplate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "draft")), fields=("code",), name="template_has_one_draft"
            ),
        ),
        migrations.AddField(
            model_name="clausechange",
            name="contract",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="clause_changes",
                to="contracts.contract",
            ),
        ),
        migrations.AddField(
            model_name="clausedeviation",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deviations",
                to="contracts.contractversion",
            ),
        ),
        migrations.AddConstraint(
            model_name="clausechange",
            constraint=models.UniqueConstraint(
                fields=("contract", "code"), name="clause_decided_once_per_contract"
            ),
        ),
        migrations.AddConstraint(
            model_name="clausechange",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["changed", "added"]), ("paragraphs", []), _connector="OR"),
                name="only_changed_clauses_bring_a_text",
            ),
        ),
        migrations.AddIndex(
            model_name="clausedeviation",
            index=models.Index(fields=["template_code", "code"], name="deviation_by_clause"),
        ),
        migrations.AddConstraint(
            model_name="clausedeviation",
            constraint=models.UniqueConstraint(
                fields=("version", "code"), name="deviation_once_per_version_and_clause"
            ),
        ),
        migrations.AddConstraint(
            model_name="clausedeviation",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="deviation_has_a_reason"
            ),
        ),
        migrations.RunSQL(FROZEN, FROZEN_BEFORE),
        migrations.RunSQL(WORDING, DROP_WORDING),
        migrations.RunSQL(TEMPLATES, DROP_TEMPLATES),
    ]
