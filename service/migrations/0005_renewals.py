"""Renewals, what each month came to, and what members get out of the platform."""

import django.db.models.deletion
from django.db import migrations, models

import core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0010_rules_of_collection"),
        ("crm", "0013_figures_of_members"),
        ("service", "0004_rules_of_complaints"),
    ]

    operations = [
        migrations.CreateModel(
            name="RenewalCohort",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(unique=True, verbose_name="month")),
                ("due", models.PositiveIntegerField(verbose_name="due")),
                ("renewed", models.PositiveIntegerField(verbose_name="renewed")),
                (
                    "due_amount",
                    models.DecimalField(decimal_places=2, max_digits=16, verbose_name="amount due"),
                ),
                (
                    "renewed_amount",
                    models.DecimalField(decimal_places=2, max_digits=16, verbose_name="amount renewed"),
                ),
                ("rows", models.JSONField(default=list)),
                ("frozen_at", models.DateTimeField(default=core.clock.now, verbose_name="taken down at")),
            ],
            options={
                "verbose_name": "renewals of a month",
                "verbose_name_plural": "renewals by month",
                "ordering": ["month"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("month__day", 1)), name="cohort_is_a_month"),
                    models.CheckConstraint(
                        condition=models.Q(("renewed__lte", models.F("due"))),
                        name="no_more_renewed_than_were_due",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MemberMetricDaily",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("shop_clicks", models.PositiveIntegerField(default=0, verbose_name="shop visits")),
                ("contact_views", models.PositiveIntegerField(default=0, verbose_name="contact views")),
                ("ad_clicks", models.PositiveIntegerField(default=0, verbose_name="advertisement clicks")),
                ("messages", models.PositiveIntegerField(default=0, verbose_name="messages")),
                ("inquiries", models.PositiveIntegerField(default=0, verbose_name="product inquiries")),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="metrics",
                        to="crm.memberaccount",
                        verbose_name="member account",
                    ),
                ),
            ],
            options={
                "verbose_name": "figures of a member's day",
                "verbose_name_plural": "figures of members' days",
                "ordering": ["member", "day"],
                "constraints": [
                    models.UniqueConstraint(fields=("member", "day"), name="member_figures_once_a_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="RenewalCase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_on", models.DateField(verbose_name="term ends")),
                (
                    "figures",
                    models.JSONField(default=dict, editable=False, verbose_name="effect of the membership"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "To be talked about"),
                            ("negotiating", "Being negotiated"),
                            ("renewed", "Renewed"),
                            ("lost", "Not renewed"),
                        ],
                        default="open",
                        editable=False,
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                (
                    "contacted_count",
                    models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="talks"),
                ),
                ("lost_reason", models.CharField(blank=True, max_length=500, verbose_name="why not")),
                (
                    "opened_at",
                    models.DateTimeField(default=core.clock.now, editable=False, verbose_name="opened"),
                ),
                ("closed_at", models.DateTimeField(editable=False, null=True, verbose_name="closed")),
                (
                    "contract",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renewal_case",
                        to="contracts.contract",
                        verbose_name="contract",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renewal_cases",
                        to="crm.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "new_contract",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renewed_by",
                        to="contracts.contract",
                        verbose_name="renewed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "renewal",
                "verbose_name_plural": "renewals",
                "ordering": ["due_on", "pk"],
                "indexes": [models.Index(fields=["due_on", "id"], name="renewal_by_due_day")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "lost"), _negated=True),
                            models.Q(("lost_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="lost_renewal_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("new_contract__isnull", False), ("state", "renewed")),
                            models.Q(
                                models.Q(("state", "renewed"), _negated=True), ("new_contract__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="renewed_means_a_new_contract",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", False), ("state__in", ["renewed", "lost"])),
                            models.Q(
                                models.Q(("state__in", ["renewed", "lost"]), _negated=True),
                                ("closed_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="closed_renewal_says_when",
                    ),
                ],
            },
        ),
    ]
