"""The path of a customer's department is the one of the moment it is saved."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER crm_customer_path BEFORE INSERT OR UPDATE OF department_path ON crm_customer
FOR EACH ROW EXECUTE FUNCTION current_department_path();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0013_paths_follow_departments"), ("crm", "0002_history_of_fields")]

    operations = [migrations.RunSQL(FORWARD, "DROP TRIGGER crm_customer_path ON crm_customer;")]
