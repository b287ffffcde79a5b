"""How a contract ends: with its term, or before it as it was settled; what is not owed any more is released."""

from decimal import Decimal

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What a contract that was terminated before its time releases is all that may change of its instalments: other
# columns, other states, and more than is neither paid nor recorded are refused.
RELEASED = """
CREATE OR REPLACE FUNCTION instalment_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked bigint;
    current_state text;
BEGIN
    checked := CASE WHEN TG_OP = 'INSERT' THEN NEW.contract_id ELSE OLD.contract_id END;
    SELECT state INTO current_state FROM contracts_contract WHERE id = checked;
    IF current_state IS NULL OR current_state = 'draft' THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND current_state = 'terminated' THEN
        IF to_jsonb(NEW) - 'released' = to_jsonb(OLD) - 'released' AND NEW.released >= OLD.released THEN
            RETURN NEW;
        END IF;
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

CREATE FUNCTION released_fits() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    current_state text;
    total numeric;
BEGIN
    IF NEW.released = 0 THEN
        RETURN NULL;
    END IF;
    SELECT state INTO current_state FROM contracts_contract WHERE id = NEW.contract_id;
    IF current_state <> 'terminated' THEN
        RAISE EXCEPTION 'Contract % is %, so nothing of it is released', NEW.contract_id, current_state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'only_terminated_contracts_release';
    END IF;
    SELECT coalesce(sum(allocation.amount), 0) INTO total
      FROM contracts_allocation allocation JOIN contracts_payment payment ON payment.id = allocation.payment_id
     WHERE allocation.plan_line_id = NEW.id AND payment.state <> 'reversed';
    IF total + NEW.released > NEW.amount THEN
        RAISE EXCEPTION 'Instalment % is %, but % is allocated and % released', NEW.id, NEW.amount, total, NEW.released
            USING ERRCODE = 'check_violation', CONSTRAINT = 'paid_and_released_do_not_exceed_the_instalment';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER released_fits AFTER INSERT OR UPDATE OF released ON contracts_paymentplanline
    FOR EACH ROW EXECUTE FUNCTION released_fits();
"""
BEFORE = """
DROP TRIGGER released_fits ON contracts_paymentplanline;
DROP FUNCTION released_fits();
CREATE OR REPLACE FUNCTION instalment_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""

# An instalment holds what was not released of it: two people who allocate at once wait for each other, as before.
ALLOCATIONS = """
CREATE OR REPLACE FUNCTION allocations_fit() RETURNS trigger LANGUAGE plpgsql AS $$
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
    SELECT amount - released INTO limit_of FROM contracts_paymentplanline
     WHERE id = NEW.plan_line_id FOR NO KEY UPDATE;
    SELECT coalesce(sum(allocation.amount), 0) INTO total
      FROM contracts_allocation allocation JOIN contracts_payment payment ON payment.id = allocation.payment_id
     WHERE allocation.plan_line_id = NEW.plan_line_id AND payment.state <> 'reversed';
    IF total > limit_of THEN
        RAISE EXCEPTION 'Instalment % is %, but % is allocated', NEW.plan_line_id, limit_of, total
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocations_do_not_exceed_the_instalment';
    END IF;
    RETURN NULL;
END $$;
"""
ALLOCATIONS_BEFORE = ALLOCATIONS.replace("amount - released", "amount")

# Contracts that were given up before they took effect are terminated since before: nothing of them is owed.
GIVEN_UP = """
UPDATE contracts_paymentplanline line SET released = line.amount
  FROM contracts_contract contract
 WHERE contract.id = line.contract_id AND contract.state = 'terminated';
"""

# What was asked for stays as it was asked for; what was decided, and what was paid back, happens once.
REQUEST = """
CREATE FUNCTION termination_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
        OR (NEW.contract_id, NEW.kind, NEW.reason, NEW.ends_on, NEW.notes, NEW.requested_by_id, NEW.requested_at)
            IS DISTINCT FROM
            (OLD.contract_id, OLD.kind, OLD.reason, OLD.ends_on, OLD.notes, OLD.requested_by_id, OLD.requested_at)
        OR (OLD.state <> 'requested' AND
            (NEW.state, NEW.value, NEW.paid, NEW.owed, NEW.refund, NEW.decided_by_id, NEW.decided_at)
            IS DISTINCT FROM
            (OLD.state, OLD.value, OLD.paid, OLD.owed, OLD.refund, OLD.decided_by_id, OLD.decided_at))
        OR (OLD.refunded_on IS NOT NULL AND
            (NEW.refunded_on, NEW.refund_reference, NEW.refunded_by_id) IS DISTINCT FROM
            (OLD.refunded_on, OLD.refund_reference, OLD.refunded_by_id))
    THEN
        RAISE EXCEPTION 'Termination % of contract % stays as it is', OLD.id, OLD.contract_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'termination_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER termination_stays BEFORE UPDATE OR DELETE ON contracts_contracttermination
    FOR EACH ROW EXECUTE FUNCTION termination_stays();
CREATE TRIGGER contracts_terminationdecision_append_only BEFORE UPDATE OR DELETE ON contracts_terminationdecision
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
DROP_REQUEST = """
DROP TRIGGER contracts_terminationdecision_append_only ON contracts_terminationdecision;
DROP TRIGGER termination_stays ON contracts_contracttermination;
DROP FUNCTION termination_stays();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0015_obligations"),
        ("crm", "0013_figures_of_members"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ContractTermination",
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
                            ("agreement", "By agreement"),
                            ("breach", "The customer breaches it"),
                            ("withdrawal", "We withdraw"),
                            ("statutory", "By law"),
                        ],
                        max_length=12,
                        verbose_name="on what ground",
                    ),
                ),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                ("ends_on", models.DateField(verbose_name="last day")),
                (
                    "notes",
                    models.CharField(
                        blank=True, max_length=1000, verbose_name="what was agreed with the customer"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "Under review"),
                            ("refused", "Refused"),
                            ("agreed", "Agreed, contract ended"),
                        ],
                        default="requested",
                        editable=False,
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("requested_at", models.DateTimeField()),
                (
                    "value",
                    models.DecimalField(
                        decimal_places=2, max_digits=14, null=True, verbose_name="value delivered"
                    ),
                ),
                (
                    "paid",
                    models.DecimalField(decimal_places=2, max_digits=14, null=True, verbose_name="paid"),
                ),
                (
                    "owed",
                    models.DecimalField(
                        decimal_places=2, max_digits=14, null=True, verbose_name="still to be paid"
                    ),
                ),
                (
                    "refund",
                    models.DecimalField(
                        decimal_places=2, max_digits=14, null=True, verbose_name="to be refunded"
                    ),
                ),
                (
                    "settlement_note",
                    models.CharField(blank=True, max_length=500, verbose_name="how it was counted"),
                ),
                ("settled_at", models.DateTimeField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("refunded_on", models.DateField(null=True, verbose_name="refunded on")),
                (
                    "refund_reference",
                    models.CharField(blank=True, max_length=60, verbose_name="bank reference"),
                ),
                ("refund_recorded_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "termination",
                "verbose_name_plural": "terminations",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="TerminationDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("step", models.CharField(max_length=120, verbose_name="step")),
                (
                    "outcome",
                    models.CharField(
                        choices=[("agree", "Agreed"), ("refuse", "Refused")],
                        max_length=10,
                        verbose_name="decision",
                    ),
                ),
                ("comment", models.CharField(blank=True, max_length=2000, verbose_name="comment")),
                ("decided_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.AddField(
            model_name="contract",
            name="ended_on",
            field=models.DateField(editable=False, null=True, verbose_name="ended on"),
        ),
        migrations.AddField(
            model_name="paymentplanline",
            name="released",
            field=models.DecimalField(
                decimal_places=2,
                default=Decimal("0.00"),
                editable=False,
                max_digits=14,
                verbose_name="released",
            ),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_on__isnull", True),
                    ("state__in", ["completed", "expired", "terminated"]),
                    _connector="OR",
                ),
                name="only_what_is_over_has_an_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentplanline",
            constraint=models.CheckConstraint(
                condition=models.Q(("released__gte", 0), ("released__lte", models.F("amount"))),
                name="instalment_releases_no_more_than_it_is",
            ),
        ),
        migrations.AddField(
            model_name="contracttermination",
            name="contract",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="terminations",
                to="contracts.contract",
                verbose_name="contract",
            ),
        ),
        migrations.AddField(
            model_name="contracttermination",
            name="decided_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="contracttermination",
            name="refunded_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="contracttermination",
            name="requested_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="contracttermination",
            name="settled_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="terminationdecision",
            name="decided_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="terminationdecision",
            name="termination",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decisions",
                to="contracts.contracttermination",
            ),
        ),
        migrations.AddConstraint(
            model_name="contracttermination",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "requested")),
                fields=("contract",),
                name="contract_has_one_open_termination",
            ),
        ),
        migrations.AddConstraint(
            model_name="contracttermination",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "agreed")),
                fields=("contract",),
                name="contract_is_terminated_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="contracttermination",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="termination_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="contracttermination",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("owed", None),
                        ("paid", None),
                        ("refund", None),
                        ("settled_at", None),
                        ("settled_by", None),
                        ("value", None),
                    ),
                    models.Q(
                        ("owed__gte", 0),
                        ("owed__isnull", False),
                        ("paid__gte", 0),
                        ("paid__isnull", False),
                        ("refund__gte", 0),
                        ("refund__isnull", False),
                        ("settled_at__isnull", False),
                        ("settled_by__isnull", False),
                        ("value__gte", 0),
                        ("value__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="settlement_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="contracttermination",
            constraint=models.CheckConstraint(
                condition=models.Q(("owed", None), ("owed", 0), ("refund", 0), _connector="OR"),
                name="settlement_is_owed_or_refunded",
            ),
        ),
        migrations.AddConstraint(
            model_name="contracttermination",
            constraint=models.CheckConstraint(
                condition=models.Q(("refund", None), ("refund__lte", models.F("paid")), _connector="OR"),
                name="no_more_is_refunded_than_was_paid",
            ),
        ),
        migrations.AddConstraint(
            model_name="contracttermination",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "agreed"), _negated=True),
                    models.Q(
                        ("owed__gte", 0),
                        ("owed__isnull", False),
                        ("paid__gte", 0),
                        ("paid__isnull", False),
                        ("refund__gte", 0),
                        ("refund__isnull", False),
                        ("settled_at__isnull", False),
                        ("settled_by__isnull", False),
                        ("value__gte", 0),
                        ("value__isnull", False),
                        ("decided_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="agreed_termination_is_settled",
            ),
        ),
        migrations.AddConstraint(
            model_name="contracttermination",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("decided_by", None), ("state", "requested")),
                    models.Q(models.Q(("state", "requested"), _negated=True), ("decided_at__isnull", False)),
                    _connector="OR",
                ),
                name="decided_termination_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="contracttermination",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("refund_recorded_at", None),
                        ("refund_reference", ""),
                        ("refunded_by", None),
                        ("refunded_on", None),
                    ),
                    models.Q(
                        ("refund__gt", 0),
                        ("refund_recorded_at__isnull", False),
                        ("refunded_by__isnull", False),
                        ("refunded_on__isnull", False),
                        ("state", "agreed"),
                        models.Q(("refund_reference", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="refund_says_when_and_how",
            ),
        ),
        migrations.AddConstraint(
            model_name="terminationdecision",
            constraint=models.UniqueConstraint(
                fields=("termination", "step"), name="termination_decided_once_a_step"
            ),
        ),
        migrations.AddConstraint(
            model_name="terminationdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("outcome", "agree"), models.Q(("comment", ""), _negated=True), _connector="OR"
                ),
                name="refused_termination_has_a_comment",
            ),
        ),
        migrations.RunSQL(RELEASED, BEFORE),
        migrations.RunSQL(ALLOCATIONS, ALLOCATIONS_BEFORE),
        migrations.RunSQL(REQUEST, DROP_REQUEST),
        # The last one: what follows an update could not change the table any more.
        migrations.RunSQL(GIVEN_UP, migrations.RunSQL.noop),
    ]
