"""Systems outside that diagrams may call."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workflows", "0008_messages_say_why"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OutsideService",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=50, verbose_name="code")),
                ("name_zh", models.CharField(max_length=60, verbose_name="Chinese name")),
                ("name_en", models.CharField(max_length=60, verbose_name="English name")),
                ("base_url", models.CharField(max_length=1000, verbose_name="address")),
                ("header_name", models.CharField(blank=True, max_length=60, verbose_name="header")),
                ("secret", models.TextField(blank=True)),
                ("timeout", models.PositiveSmallIntegerField(default=10, verbose_name="seconds to wait")),
                ("rate_per_minute", models.PositiveIntegerField(null=True, verbose_name="calls a minute")),
                (
                    "allow_private",
                    models.BooleanField(default=False, verbose_name="may lie in a private network"),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("revision", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(verbose_name="created")),
                (
                    "created_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "external system",
                "verbose_name_plural": "external systems",
                "ordering": ["code"],
                "constraints": [
                    models.UniqueConstraint(fields=("code",), name="outside_service_code_once"),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[a-z][a-z0-9_-]*$")),
                        name="outside_service_code_is_plain",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("header_name", ""), ("secret", "")),
                            models.Q(
                                models.Q(("header_name", ""), _negated=True),
                                models.Q(("secret", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="outside_service_header_has_a_secret",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("timeout__gte", 1), ("timeout__lte", 60)),
                        name="outside_service_waits_a_minute_at_most",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("rate_per_minute__isnull", True),
                            models.Q(("rate_per_minute__gte", 1), ("rate_per_minute__lte", 1000)),
                            _connector="OR",
                        ),
                        name="outside_service_rate_is_possible",
                    ),
                ],
            },
        ),
    ]
