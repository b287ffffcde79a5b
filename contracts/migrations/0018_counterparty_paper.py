"""Contracts on the customer's own paper: uploads that stay, and what legal notes about them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

PAPER = """
CREATE TRIGGER contracts_counterpartypaper_append_only BEFORE UPDATE OR DELETE ON contracts_counterpartypaper
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE FUNCTION counterparty_paper_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state <> 'draft' AND NEW.counterparty_paper_id IS DISTINCT FROM OLD.counterparty_paper_id
    THEN
        RAISE EXCEPTION 'Contract % is %, so its paper cannot change', OLD.id, OLD.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'contract_body_is_frozen';
    END IF;
    IF NEW.counterparty_paper_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM contracts_counterpartypaper WHERE id = NEW.counterparty_paper_id AND contract_id = NEW.id
    ) THEN
        RAISE EXCEPTION 'Paper % is of another contract than %', NEW.counterparty_paper_id, NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'counterparty_paper_is_of_its_contract';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER counterparty_paper_fits BEFORE INSERT OR UPDATE ON contracts_contract
    FOR EACH ROW EXECUTE FUNCTION counterparty_paper_fits();
"""
DROP_PAPER = """
DROP TRIGGER counterparty_paper_fits ON contracts_contract;
DROP FUNCTION counterparty_paper_fits();
DROP TRIGGER contracts_counterpartypaper_append_only ON contracts_counterpartypaper;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0017_signing_order"),
        ("core", "0016_notifications_by_subject"),
        ("crm", "0013_figures_of_members"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PaperDeviation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(blank=True, max_length=40, verbose_name="clause")),
                ("title", models.CharField(max_length=80, verbose_name="title")),
                ("text", models.CharField(blank=True, max_length=1000, verbose_name="what their paper says")),
                (
                    "risk",
                    models.CharField(
                        choices=[("low", "Low"), ("mid", "Middle"), ("high", "High")],
                        max_length=4,
                        verbose_name="risk",
                    ),
                ),
                ("reason", models.CharField(max_length=300, verbose_name="assessment")),
                ("noted_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "deviation of a customer's paper",
                "verbose_name_plural": "deviations of customers' papers",
                "ordering": ["version", "pk"],
            },
        ),
        migrations.CreateModel(
            name="CounterpartyPaper",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seq", models.PositiveSmallIntegerField(verbose_name="upload")),
                ("texts", models.JSONField(default=list)),
                ("uploaded_at", models.DateTimeField()),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="counterparty_papers",
                        to="contracts.contract",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.document"
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "customer's paper",
                "verbose_name_plural": "customers' papers",
                "ordering": ["contract", "-seq"],
            },
        ),
        migrations.AddField(
            model_name="contract",
            name="counterparty_paper",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="contracts.counterpartypaper",
                verbose_name="customer's paper",
            ),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "supplement"), _negated=True),
                    ("counterparty_paper__isnull", True),
                    _connector="OR",
                ),
                name="supplement_is_printed_by_us",
            ),
        ),
        migrations.AddField(
            model_name="paperdeviation",
            name="noted_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="paperdeviation",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="paper_deviations",
                to="contracts.contractversion",
            ),
        ),
        migrations.AddConstraint(
            model_name="counterpartypaper",
            constraint=models.UniqueConstraint(fields=("contract", "seq"), name="counterparty_paper_once"),
        ),
        migrations.AddConstraint(
            model_name="paperdeviation",
            constraint=models.UniqueConstraint(
                fields=("version", "title"), name="paper_deviation_once_per_title"
            ),
        ),
        migrations.AddConstraint(
            model_name="paperdeviation",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="paper_deviation_is_assessed"
            ),
        ),
        migrations.RunSQL(PAPER, DROP_PAPER),
    ]
