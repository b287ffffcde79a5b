"""The database writes down what changes in fairs."""

from django.db import migrations

from core.tracking import track_changes


class Migration(migrations.Migration):
    dependencies = [("fairs", "0001_fairs"), ("core", "0012_history_of_fields")]

    operations = [track_changes("fairs_fair", "fairs.fair")]
