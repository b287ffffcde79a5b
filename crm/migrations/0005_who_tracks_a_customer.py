"""Where a customer stands (pool, tracked, recycle bin), who tracked it first, and the stretches of ownership."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0004_customers_by_the_hundred_thousand"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OwnershipPeriod",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("started_at", models.DateTimeField(default=core.clock.now, verbose_name="from")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="until")),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("claim", "Claimed from the pool"),
                            ("entry", "Entered"),
                            ("rotation", "Assigned in rotation"),
                            ("assign", "Assigned"),
                            ("transfer", "Handed over"),
                            ("import", "Imported"),
                        ],
                        max_length=10,
                        verbose_name="how",
                    ),
                ),
                (
                    "end_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("release", "Released to the pool"),
                            ("transfer", "Handed over"),
                            ("leave", "Handed over when the person left"),
                            ("merge", "Moved to the recycle bin as a copy"),
                        ],
                        max_length=10,
                        verbose_name="how it ended",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
            ],
            options={
                "verbose_name": "ownership",
                "verbose_name_plural": "ownerships",
                "ordering": ["-started_at", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="customer",
            name="contact_count",
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name="contacts made"),
        ),
        migrations.AddField(
            model_name="customer",
            name="deal_state",
            field=models.CharField(
                choices=[
                    ("none", "No deal yet"),
                    ("active", "Buys from us"),
                    ("former", "Bought from us before"),
                ],
                default="none",
                editable=False,
                max_length=10,
                verbose_name="deals",
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="first_tracked_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="first tracked"),
        ),
        migrations.AddField(
            model_name="customer",
            name="first_tracker",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="first tracker",
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="is_key",
            field=models.BooleanField(default=False, verbose_name="key account"),
        ),
        migrations.AddField(
            model_name="customer",
            name="last_contact_on",
            field=models.DateField(editable=False, null=True, verbose_name="last contact"),
        ),
        migrations.AddField(
            model_name="customer",
            name="merged_into",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="copies",
                to="crm.customer",
                verbose_name="copy of",
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="next_contact_on",
            field=models.DateField(editable=False, null=True, verbose_name="next contact"),
        ),
        migrations.AddField(
            model_name="customer",
            name="pool_state",
            field=models.CharField(
                choices=[("pool", "Public pool"), ("owned", "Tracked"), ("recycled", "Recycle bin")],
                default="pool",
                editable=False,
                max_length=10,
                verbose_name="where it stands",
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="status_since",
            field=models.DateTimeField(
                default=core.clock.now, editable=False, verbose_name="in this status since"
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("next_contact_on__isnull", False)),
                fields=["owner", "next_contact_on"],
                name="customer_to_contact",
            ),
        ),
        migrations.AddField(
            model_name="ownershipperiod",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="ownershipperiod",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="periods", to="crm.customer"
            ),
        ),
        migrations.AddField(
            model_name="ownershipperiod",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="owner",
            ),
        ),
        migrations.AddIndex(
            model_name="ownershipperiod",
            index=models.Index(fields=["customer", "-started_at"], name="ownership_by_customer"),
        ),
        migrations.AddConstraint(
            model_name="ownershipperiod",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("customer",),
                name="one_open_ownership_per_customer",
            ),
        ),
        migrations.AddConstraint(
            model_name="ownershipperiod",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("end_reason", ""), ("ended_at__isnull", True)),
                    models.Q(
                        ("ended_at__gte", models.F("started_at")), models.Q(("end_reason", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="ended_ownership_says_why",
            ),
        ),
    ]
