"""Copies that travel to be signed, and the customer's link to the final text with what they acknowledged."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

APPEND_ONLY = """
CREATE TRIGGER contracts_signingdispatch_append_only BEFORE UPDATE OR DELETE ON contracts_signingdispatch
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
DROP_APPEND_ONLY = "DROP TRIGGER contracts_signingdispatch_append_only ON contracts_signingdispatch;"

# A link leads to one text for good. What happens to it happens once: opened, acknowledged, revoked.
LINK = """
CREATE FUNCTION signing_link_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
        OR (NEW.contract_id, NEW.version_id, NEW.token_hash, NEW.made_by_id, NEW.made_at, NEW.expires_at)
            IS DISTINCT FROM
            (OLD.contract_id, OLD.version_id, OLD.token_hash, OLD.made_by_id, OLD.made_at, OLD.expires_at)
        OR (OLD.opened_at IS NOT NULL AND NEW.opened_at IS DISTINCT FROM OLD.opened_at)
        OR (OLD.revoked_at IS NOT NULL AND
            (NEW.revoked_at, NEW.revoked_by_id) IS DISTINCT FROM (OLD.revoked_at, OLD.revoked_by_id))
        OR (OLD.acknowledged_at IS NOT NULL AND
            (NEW.acknowledged_at, NEW.name, NEW.title, NEW.mobile, NEW.address, NEW.user_agent, NEW.shown_sha256)
            IS DISTINCT FROM
            (OLD.acknowledged_at, OLD.name, OLD.title, OLD.mobile, OLD.address, OLD.user_agent, OLD.shown_sha256))
    THEN
        RAISE EXCEPTION 'Link % to contract % stays as it is', OLD.id, OLD.contract_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'signing_link_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER signing_link_stays BEFORE UPDATE OR DELETE ON contracts_signinglink
    FOR EACH ROW EXECUTE FUNCTION signing_link_stays();
"""
DROP_LINK = """
DROP TRIGGER signing_link_stays ON contracts_signinglink;
DROP FUNCTION signing_link_stays();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0012_appraisal_and_marks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SigningDispatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "direction",
                    models.CharField(
                        choices=[("out", "Sent out"), ("back", "Come back")],
                        max_length=4,
                        verbose_name="direction",
                    ),
                ),
                ("carrier", models.CharField(max_length=60, verbose_name="courier company")),
                ("tracking_no", models.CharField(blank=True, max_length=40, verbose_name="tracking no.")),
                ("sent_on", models.DateField(verbose_name="day")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                ("recorded_at", models.DateTimeField()),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signing_dispatches",
                        to="contracts.contract",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["sent_on", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("carrier", ""), _negated=True),
                        name="signing_dispatch_names_its_carrier",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("tracking_no", ""), _negated=True),
                        fields=("contract", "direction", "tracking_no"),
                        name="signing_dispatch_recorded_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SigningLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                ("opened_at", models.DateTimeField(null=True)),
                ("acknowledged_at", models.DateTimeField(null=True)),
                ("name", models.CharField(blank=True, max_length=60, verbose_name="name")),
                ("title", models.CharField(blank=True, max_length=60, verbose_name="position")),
                ("mobile", models.CharField(blank=True, max_length=20, verbose_name="mobile")),
                ("address", models.GenericIPAddressField(null=True)),
                ("user_agent", models.CharField(blank=True, max_length=300)),
                ("shown_sha256", models.CharField(blank=True, max_length=64)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signing_links",
                        to="contracts.contract",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signing_links",
                        to="contracts.contractversion",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None)),
                        fields=("contract",),
                        name="one_open_signing_link_a_contract",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("made_at"))),
                        name="signing_link_lasts_a_while",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_at", None), ("revoked_by", None)),
                            models.Q(("revoked_at__isnull", False), ("revoked_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="revoked_signing_link_says_by_whom",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("acknowledged_at", None),
                                ("address", None),
                                ("mobile", ""),
                                ("name", ""),
                                ("shown_sha256", ""),
                                ("title", ""),
                                ("user_agent", ""),
                            ),
                            models.Q(
                                ("acknowledged_at__isnull", False),
                                ("opened_at__isnull", False),
                                models.Q(("name", ""), _negated=True),
                                models.Q(("title", ""), _negated=True),
                                models.Q(("mobile", ""), _negated=True),
                                models.Q(("shown_sha256", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="acknowledgement_says_who_and_what",
                    ),
                ],
            },
        ),
        migrations.RunSQL(APPEND_ONLY, DROP_APPEND_ONLY),
        migrations.RunSQL(LINK, DROP_LINK),
    ]
