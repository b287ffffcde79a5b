"""Supplements: contracts that change another one, what they change, and until when a contract is in force.

The text of what was signed stays frozen. Two values follow the supplements in effect, and nothing else moves them: the
end of the term, and the due dates of instalments.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

# What has been signed so far runs until the end that it names itself.
AS_SIGNED = "UPDATE contracts_contract SET in_force_until = end_on;"

TERM = """
CREATE FUNCTION contract_term_in_force() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.in_force_until := coalesce(NEW.in_force_until, NEW.end_on);
    ELSIF OLD.state = 'draft' OR NEW.state = 'draft' THEN
        NEW.in_force_until := NEW.end_on;
    ELSIF NEW.in_force_until IS DISTINCT FROM OLD.in_force_until AND NOT EXISTS (
        SELECT 1 FROM contracts_amendmentchange change
          JOIN contracts_contract supplement ON supplement.id = change.contract_id
         WHERE supplement.parent_id = NEW.id AND supplement.state = 'active' AND change.kind = 'term'
           AND change.applied_no IS NOT NULL
           AND change.old_day IS NOT DISTINCT FROM OLD.in_force_until AND change.new_day = NEW.in_force_until
    ) THEN
        RAISE EXCEPTION 'No supplement in effect moves the end of contract % to %', NEW.id, NEW.in_force_until
            USING ERRCODE = 'check_violation', CONSTRAINT = 'term_is_changed_by_a_supplement';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER contract_term_in_force BEFORE INSERT OR UPDATE ON contracts_contract
    FOR EACH ROW EXECUTE FUNCTION contract_term_in_force();
"""
DROP_TERM = """
DROP TRIGGER contract_term_in_force ON contracts_contract;
DROP FUNCTION contract_term_in_force();
"""

SUPPLEMENT = """
CREATE FUNCTION supplement_fits_its_contract() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    main contracts_contract%ROWTYPE;
BEGIN
    IF NEW.kind <> 'supplement' OR NEW.parent_id IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT * INTO main FROM contracts_contract WHERE id = NEW.parent_id;
    IF main.kind = 'supplement' THEN
        RAISE EXCEPTION 'Contract % is a supplement itself', main.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'supplement_names_the_main_contract';
    END IF;
    IF main.customer_id <> NEW.customer_id THEN
        RAISE EXCEPTION 'Contract % is of another customer', main.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'supplement_is_of_the_same_customer';
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state = 'draft' AND NEW.state NOT IN ('draft', 'voided')
            AND main.state NOT IN ('signed', 'active') THEN
        RAISE EXCEPTION 'Contract % is %', main.id, main.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'supplemented_contract_is_in_effect';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER supplement_fits_its_contract BEFORE INSERT OR UPDATE OF kind, parent_id, customer_id, state
    ON contracts_contract FOR EACH ROW EXECUTE FUNCTION supplement_fits_its_contract();
"""
DROP_SUPPLEMENT = """
DROP TRIGGER supplement_fits_its_contract ON contracts_contract;
DROP FUNCTION supplement_fits_its_contract();
"""

# Changes are frozen with the supplement; the one thing written later is that they were applied.
CHANGES = """
CREATE FUNCTION amendment_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked bigint;
    current_state text;
BEGIN
    checked := CASE WHEN TG_OP = 'INSERT' THEN NEW.contract_id ELSE OLD.contract_id END;
    SELECT state INTO current_state FROM contracts_contract WHERE id = checked;
    IF current_state IS NULL OR current_state = 'draft' THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND current_state = 'active' AND OLD.applied_no IS NULL
            AND to_jsonb(NEW) - 'applied_no' = to_jsonb(OLD) - 'applied_no' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Supplement % is %, so what it changes stays', checked, current_state
        USING ERRCODE = 'check_violation', CONSTRAINT = 'contract_body_is_frozen';
END $$;
CREATE TRIGGER amendment_is_frozen BEFORE INSERT OR UPDATE OR DELETE ON contracts_amendmentchange
    FOR EACH ROW EXECUTE FUNCTION amendment_is_frozen();
"""
DROP_CHANGES = """
DROP TRIGGER amendment_is_frozen ON contracts_amendmentchange;
DROP FUNCTION amendment_is_frozen();
"""

# An instalment is frozen with its contract, but for its due date, which a supplement in effect moves.
INSTALMENTS = """
CREATE FUNCTION instalment_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked bigint;
    current_state text;
BEGIN
    checked := CASE WHEN TG_OP = 'INSERT' THEN NEW.contract_id ELSE OLD.contract_id END;
    SELECT state INTO current_state FROM contracts_contract WHERE id = checked;
    IF current_state IS NULL OR current_state = 'draft' THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'due_on' = to_jsonb(OLD) - 'due_on' AND EXISTS (
        SELECT 1 FROM contracts_amendmentchange change
          JOIN contracts_contract supplement ON supplement.id = change.contract_id
         WHERE change.plan_line_id = NEW.id AND supplement.state = 'active'
           AND supplement.parent_id = checked AND change.applied_no IS NOT NULL
           AND change.old_day = OLD.due_on AND change.new_day = NEW.due_on
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Contract % is %, so its % cannot change', checked, current_state, TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = 'contract_body_is_frozen';
END $$;
DROP TRIGGER contract_part_is_frozen ON contracts_paymentplanline;
CREATE TRIGGER instalment_is_frozen BEFORE INSERT OR UPDATE OR DELETE ON contracts_paymentplanline
    FOR EACH ROW EXECUTE FUNCTION instalment_is_frozen();
"""
DROP_INSTALMENTS = """
DROP TRIGGER instalment_is_frozen ON contracts_paymentplanline;
DROP FUNCTION instalment_is_frozen();
CREATE TRIGGER contract_part_is_frozen BEFORE INSERT OR UPDATE OR DELETE ON contracts_paymentplanline
    FOR EACH ROW EXECUTE FUNCTION contract_part_is_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("contracts", "0013_signing")]

    operations = [
        migrations.AlterField(
            "contract",
            "kind",
            models.CharField(
                choices=[("new", "New contract"), ("renewal", "Renewal"), ("supplement", "Supplement")],
                default="new",
                max_length=10,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            "contracttemplate",
            "layout",
            models.CharField(
                choices=[
                    ("full", "Contract"),
                    ("order", "Order form of one page, general terms as annex"),
                    ("supplement", "Supplement to a contract"),
                ],
                default="full",
                max_length=10,
                verbose_name="form",
            ),
        ),
        migrations.AddField(
            "contract",
            "in_force_until",
            models.DateField(editable=False, null=True, verbose_name="in force until"),
        ),
        migrations.RunSQL(AS_SIGNED, migrations.RunSQL.noop),
        migrations.RemoveConstraint("contract", "submitted_contract_has_a_term"),
        migrations.AddConstraint(
            "contract",
            models.CheckConstraint(
                condition=Q(state__in=["draft", "voided"])
                | Q(kind="supplement")
                | Q(start_on__isnull=False, end_on__isnull=False),
                name="submitted_contract_has_a_term",
            ),
        ),
        migrations.AddConstraint(
            "contract",
            models.CheckConstraint(
                condition=~Q(kind="supplement") | Q(parent__isnull=False), name="supplement_has_a_parent"
            ),
        ),
        migrations.RemoveConstraint("clausedeviation", "deviation_once_per_version_and_clause"),
        migrations.AddConstraint(
            "clausedeviation",
            models.UniqueConstraint(
                fields=["version", "template_code", "code"], name="deviation_once_per_version_and_clause"
            ),
        ),
        migrations.CreateModel(
            name="AmendmentChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("term", "End of the term"),
                            ("instalment", "Due date of an instalment"),
                            ("clause", "Clause replaced"),
                            ("added", "Clause added"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("new_day", models.DateField(blank=True, null=True, verbose_name="new day")),
                ("old_day", models.DateField(editable=False, null=True, verbose_name="day before")),
                ("code", models.SlugField(blank=True, max_length=40, verbose_name="clause")),
                ("after", models.SlugField(blank=True, max_length=40, verbose_name="after")),
                ("title", models.CharField(blank=True, max_length=80, verbose_name="title")),
                ("text", models.TextField(blank=True, max_length=6000, verbose_name="new text")),
                ("old_title", models.CharField(blank=True, editable=False, max_length=80)),
                ("old_text", models.TextField(blank=True, editable=False)),
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
                ("applied_no", models.PositiveIntegerField(editable=False, null=True)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="amendments",
                        to="contracts.contract",
                    ),
                ),
                (
                    "plan_line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="amendments",
                        to="contracts.paymentplanline",
                    ),
                ),
            ],
            options={
                "verbose_name": "change of the main contract",
                "verbose_name_plural": "changes of the main contract",
                "ordering": ["contract", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(
                            kind="term", new_day__isnull=False, plan_line__isnull=True, code="", text=""
                        )
                        | Q(
                            kind="instalment",
                            new_day__isnull=False,
                            plan_line__isnull=False,
                            code="",
                            text="",
                        )
                        | (
                            Q(
                                kind__in=["clause", "added"],
                                new_day__isnull=True,
                                plan_line__isnull=True,
                            )
                            & ~Q(code="")
                            & ~Q(text="")
                        ),
                        name="amendment_says_one_thing",
                    ),
                    models.UniqueConstraint(
                        fields=["contract"],
                        condition=Q(kind="term"),
                        name="supplement_moves_the_end_once",
                    ),
                    models.UniqueConstraint(
                        fields=["contract", "plan_line"], name="supplement_moves_an_instalment_once"
                    ),
                    models.UniqueConstraint(
                        fields=["contract", "code"],
                        condition=~Q(code=""),
                        name="supplement_changes_a_clause_once",
                    ),
                ],
            },
        ),
        migrations.RunSQL(TERM, DROP_TERM),
        migrations.RunSQL(SUPPLEMENT, DROP_SUPPLEMENT),
        migrations.RunSQL(CHANGES, DROP_CHANGES),
        migrations.RunSQL(INSTALMENTS, DROP_INSTALMENTS),
    ]
