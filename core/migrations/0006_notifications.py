import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0005_jobs_by_key_and_rates"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="wants_mail",
            field=models.BooleanField(default=True, verbose_name="reminders by e-mail"),
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("key", models.CharField(max_length=120)),
                (
                    "params",
                    models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder),
                ),
                ("url", models.CharField(blank=True, max_length=300)),
                ("subject_type", models.CharField(blank=True, max_length=60)),
                ("subject_id", models.CharField(blank=True, max_length=40)),
                ("created_at", models.DateTimeField(verbose_name="when")),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notifications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "notification",
                "verbose_name_plural": "notifications",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(fields=["person", "-id"], name="notification_by_person"),
                    models.Index(
                        condition=models.Q(("read_at__isnull", True)),
                        fields=["person", "-id"],
                        name="notification_unread",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "key"), name="notification_once_per_person"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("url", ""),
                            models.Q(
                                ("url__startswith", "/"), models.Q(("url__startswith", "//"), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="notification_leads_to_this_site",
                    ),
                ],
            },
        ),
    ]
