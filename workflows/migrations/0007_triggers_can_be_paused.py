"""A start that waits may be paused."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workflows", "0006_audit_by_fingerprint"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="starttrigger",
            name="one_open_trigger_per_start",
        ),
        migrations.RemoveConstraint(
            model_name="starttrigger",
            name="closed_trigger_says_when",
        ),
        migrations.AlterField(
            model_name="starttrigger",
            name="status",
            field=models.CharField(
                choices=[("open", "Waiting"), ("paused", "Paused"), ("closed", "Ended")],
                default="open",
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AddConstraint(
            model_name="starttrigger",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["open", "paused"])),
                fields=("definition", "element"),
                name="one_open_trigger_per_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="starttrigger",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", True), ("status__in", ["open", "paused"])),
                    models.Q(("closed_at__isnull", False), ("status", "closed")),
                    _connector="OR",
                ),
                name="closed_trigger_says_when",
            ),
        ),
    ]
