"""The path of a case's department is the one of the moment it is saved."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER workflows_processinstance_path BEFORE INSERT OR UPDATE OF department_path ON workflows_processinstance
FOR EACH ROW EXECUTE FUNCTION current_department_path();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0013_paths_follow_departments"), ("workflows", "0010_work_done_for_somebody")]

    operations = [
        migrations.RunSQL(
            FORWARD, "DROP TRIGGER workflows_processinstance_path ON workflows_processinstance;"
        )
    ]
