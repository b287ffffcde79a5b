"""Members of the platform, what it tells of them, and whose turn it is to get the next one."""

import django.db.models.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.clock

# What the platform counts never falls, whatever order its events come in (F14).
NEVER_FALLS = """
CREATE FUNCTION member_logins_never_fall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.login_count < OLD.login_count
            OR (OLD.last_login_at IS NOT NULL
                AND (NEW.last_login_at IS NULL OR NEW.last_login_at < OLD.last_login_at)) THEN
        RAISE EXCEPTION 'The logins of member % do not fall', OLD.external_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'member_logins_never_fall';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER member_logins_never_fall BEFORE UPDATE ON crm_memberaccount
    FOR EACH ROW EXECUTE FUNCTION member_logins_never_fall();
CREATE TRIGGER crm_memberevent_append_only BEFORE UPDATE OR DELETE ON crm_memberevent
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER crm_assignmentlog_append_only BEFORE UPDATE OR DELETE ON crm_assignmentlog
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
FALLS = """
DROP TRIGGER crm_assignmentlog_append_only ON crm_assignmentlog;
DROP TRIGGER crm_memberevent_append_only ON crm_memberevent;
DROP TRIGGER member_logins_never_fall ON crm_memberaccount;
DROP FUNCTION member_logins_never_fall();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0011_statuses_are_rows"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AssignmentPool",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=30, unique=True, verbose_name="code")),
                ("name_zh", models.CharField(max_length=60, verbose_name="Chinese name")),
                ("name_en", models.CharField(max_length=60, verbose_name="English name")),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                ("pointer", models.PositiveIntegerField(default=0, editable=False)),
            ],
            options={
                "verbose_name": "assignment pool",
                "verbose_name_plural": "assignment pools",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="MemberAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("external_id", models.CharField(max_length=60, unique=True, verbose_name="member no.")),
                ("company", models.CharField(blank=True, max_length=120, verbose_name="company")),
                ("contact_name", models.CharField(blank=True, max_length=60, verbose_name="contact")),
                ("mobile", models.CharField(blank=True, max_length=40, verbose_name="mobile")),
                ("phone", models.CharField(blank=True, max_length=40, verbose_name="phone")),
                ("email", models.CharField(blank=True, max_length=120, verbose_name="e-mail")),
                ("registered_at", models.DateTimeField(null=True, verbose_name="registered")),
                (
                    "registered_ip",
                    models.CharField(blank=True, max_length=45, verbose_name="registered from"),
                ),
                ("approved_at", models.DateTimeField(null=True, verbose_name="approved")),
                ("last_login_at", models.DateTimeField(null=True, verbose_name="last login")),
                ("login_count", models.PositiveIntegerField(default=0, verbose_name="logins")),
                ("published", models.JSONField(default=dict, verbose_name="published")),
                ("plan", models.CharField(blank=True, max_length=30, verbose_name="plan")),
                ("paid_until", models.DateField(null=True, verbose_name="paid until")),
                (
                    "profile_url",
                    models.URLField(blank=True, max_length=300, verbose_name="page on the platform"),
                ),
                ("profile_at", models.DateTimeField(editable=False, null=True)),
                ("created_at", models.DateTimeField(default=core.clock.now, verbose_name="first heard of")),
                (
                    "customer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="member_accounts",
                        to="crm.customer",
                        verbose_name="customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "member account",
                "verbose_name_plural": "member accounts",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="MemberEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("event_id", models.CharField(max_length=80, unique=True, verbose_name="event")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("approved", "Approved"),
                            ("login", "Signed in"),
                            ("publish", "Published"),
                            ("upgrade_view", "Looked at paid plans"),
                            ("inquiry", "Received an inquiry"),
                            ("membership", "Membership answered"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="when")),
                ("payload", models.JSONField(default=dict)),
                ("received_at", models.DateTimeField(default=core.clock.now, verbose_name="received")),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="crm.memberaccount",
                        verbose_name="account",
                    ),
                ),
            ],
            options={
                "verbose_name": "member event",
                "verbose_name_plural": "member events",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="PoolMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("order", models.PositiveIntegerField(verbose_name="order")),
                ("is_paused", models.BooleanField(default=False, verbose_name="paused")),
                (
                    "pool",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="crm.assignmentpool",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "member of a pool",
                "verbose_name_plural": "members of a pool",
                "ordering": ["pool", "order"],
            },
        ),
        migrations.CreateModel(
            name="AssignmentLog",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("pointer_before", models.PositiveIntegerField()),
                ("pointer_after", models.PositiveIntegerField()),
                ("skipped", models.JSONField(default=list)),
                ("at", models.DateTimeField(default=core.clock.now, verbose_name="when")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="crm.customer"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pool",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="log",
                        to="crm.assignmentpool",
                    ),
                ),
            ],
            options={
                "verbose_name": "assignment",
                "verbose_name_plural": "assignments",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("user__isnull", False),
                            ("pointer_before", models.F("pointer_after")),
                            _connector="OR",
                        ),
                        name="pointer_stays_when_nobody_is_there",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="memberaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("external_id", ""), _negated=True), name="member_has_a_number"
            ),
        ),
        migrations.AddIndex(
            model_name="memberevent",
            index=models.Index(fields=["account", "-at"], name="member_event_by_account"),
        ),
        migrations.AddConstraint(
            model_name="poolmember",
            constraint=models.UniqueConstraint(fields=("pool", "user"), name="person_once_per_pool"),
        ),
        migrations.AddConstraint(
            model_name="poolmember",
            constraint=models.UniqueConstraint(
                deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                fields=("pool", "order"),
                name="place_once_per_pool",
            ),
        ),
        migrations.AddConstraint(
            model_name="poolmember",
            constraint=models.CheckConstraint(
                condition=models.Q(("order__gte", 1)), name="pool_places_begin_with_one"
            ),
        ),
        migrations.RunSQL(NEVER_FALLS, FALLS),
    ]
