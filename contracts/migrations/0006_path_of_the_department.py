"""The path of a contract's department is the one of the moment it is saved."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER contracts_contract_path BEFORE INSERT OR UPDATE OF department_path ON contracts_contract
FOR EACH ROW EXECUTE FUNCTION current_department_path();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0013_paths_follow_departments"), ("contracts", "0005_letterhead")]

    operations = [migrations.RunSQL(FORWARD, "DROP TRIGGER contracts_contract_path ON contracts_contract;")]
