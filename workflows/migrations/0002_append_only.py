"""Versions and history are only ever added; rows that are rewritten at each step keep room for it."""

from django.db import migrations

TABLES = ["workflows_processversion", "workflows_historyevent"]
FORWARD = "".join(
    f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
    f"FOR EACH ROW EXECUTE FUNCTION refuse_change();\n"
    for table in TABLES
)
BACKWARD = "".join(f"DROP TRIGGER {table}_append_only ON {table};\n" for table in TABLES)

# A step rewrites its instance's row without touching an indexed column: with room on the page PostgreSQL
# does that in place (a heap-only update) instead of writing every index again.
ROOM = "ALTER TABLE workflows_processinstance SET (fillfactor = 70);"
NO_ROOM = "ALTER TABLE workflows_processinstance RESET (fillfactor);"


class Migration(migrations.Migration):
    dependencies = [("workflows", "0001_initial"), ("core", "0002_append_only")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD), migrations.RunSQL(ROOM, NO_ROOM)]
