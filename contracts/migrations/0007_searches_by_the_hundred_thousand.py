"""Searches that stay quick with many contracts and payments: see crm 0004."""

from django.db import migrations

TABLES = ("contracts_contract", "contracts_payment")


def statistics(target: int) -> str:
    return "".join(
        f"ALTER TABLE {table} ALTER COLUMN search_tokens SET STATISTICS {target};" for table in TABLES
    )


class Migration(migrations.Migration):
    dependencies = [("contracts", "0006_path_of_the_department")]

    operations = [migrations.RunSQL(statistics(300), statistics(-1))]
