"""The database writes down which field of which row changed from what to what."""

from django.db import migrations, models

from core.tracking import FUNCTION, NO_FUNCTION, track_changes

TASTE = ("theme", "density", "high_contrast", "language")


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0011_user_names_differ"),
    ]

    operations = [
        migrations.AddField(
            "fieldchange", "row_type", models.CharField(max_length=60, default=""), preserve_default=False
        ),
        migrations.AddField(
            "fieldchange", "row_id", models.CharField(max_length=40, default=""), preserve_default=False
        ),
        migrations.RunSQL(FUNCTION, NO_FUNCTION),
        track_changes(
            "core_user",
            "core.user",
            # A password is never written anywhere, not even as a hash.
            exclude=("password", "last_login", "must_change_password", "date_joined", *TASTE),
        ),
        track_changes(
            "core_user_roles", "core.user_roles", subject=("core.user", "user_id"), exclude=("user_id",)
        ),
        track_changes("core_department", "core.department", exclude=("path",)),
        track_changes("core_role", "core.role"),
        track_changes("core_grant", "core.grant", subject=("core.role", "role_id"), exclude=("role_id",)),
        track_changes("core_numberrule", "core.numberrule", exclude=("last_value", "last_period")),
        track_changes("core_setting", "core.setting", exclude=("changed_at", "changed_by_id")),
        track_changes("core_workshift", "core.workshift"),
        track_changes("core_calendaryear", "core.calendaryear"),
        track_changes("core_calendarday", "core.calendarday"),
    ]
