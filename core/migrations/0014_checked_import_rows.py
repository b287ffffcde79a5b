"""Rows of an import that are checked and wait to be written, what they would double, and why an undo left some."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0013_paths_follow_departments"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="importrow",
            name="import_row_still_to_do",
        ),
        migrations.AddField(
            model_name="importrow",
            name="differences",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="importrow",
            name="duplicate_id",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="importrow",
            name="duplicate_title",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="importrow",
            name="duplicate_type",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name="importrow",
            name="undo_refusal",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="importrun",
            name="failure",
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name="importrun",
            name="notes",
            field=models.JSONField(default=list),
        ),
        migrations.AlterField(
            model_name="importrow",
            name="status",
            field=models.CharField(
                choices=[
                    ("new", "Not imported yet"),
                    ("ready", "To be imported"),
                    ("bad", "Has errors"),
                    ("created", "Created"),
                    ("updated", "Changed"),
                    ("skipped", "Left out"),
                    ("undone", "Undone"),
                ],
                default="new",
                max_length=8,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="importrun",
            name="status",
            field=models.CharField(
                choices=[
                    ("uploaded", "Columns to be named"),
                    ("checking", "Being checked"),
                    ("checked", "Ready to be imported"),
                    ("running", "Being imported"),
                    ("done", "Imported"),
                    ("undoing", "Being undone"),
                    ("undone", "Undone"),
                    ("cancelled", "Stopped"),
                    ("failed", "Could not be read"),
                ],
                default="uploaded",
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AddIndex(
            model_name="importrow",
            index=models.Index(
                condition=models.Q(("status", "ready")),
                fields=["run", "number"],
                name="import_row_still_to_do",
            ),
        ),
        migrations.AddIndex(
            model_name="importrun",
            index=models.Index(fields=["created_by", "-id"], name="import_run_of_person"),
        ),
        migrations.AddConstraint(
            model_name="importrun",
            constraint=models.CheckConstraint(
                condition=models.Q(("status", "failed"), ("failure", ""), _connector="OR"),
                name="only_a_failed_import_says_why",
            ),
        ),
    ]
