"""The keys of the customers that are there: company, telephone, fax, mobile and contact's name (F7)."""

from django.db import migrations

NUMBER = (
    r"coalesce(substring({0} from '^(0\d{{2,3}}-\d{{7,8}}|[48]00-\d{{3}}-\d{{4}}|1[3-9]\d{{9}}|\+\d+)'), {0})"
)
NAME = r"regexp_replace(lower(normalize({0}, NFKC)), '[\W_]+', '', 'g')"
IS_MOBILE = r"phone ~ '^1[3-9]\d{9}$'"


def _keys(of: str, kind: str, value: str, where: str) -> str:
    return (
        "INSERT INTO crm_dedupekey (customer_id, kind, value) "  # noqa: S608
        f"SELECT DISTINCT {of}, {kind}, left({value}, 120) FROM {where} ON CONFLICT DO NOTHING;"
    )


FORWARD = [
    _keys(
        "id",
        "CASE kind WHEN 'company' THEN 'company' ELSE 'name' END",
        "name_norm",
        "crm_customer WHERE name_norm <> ''",
    ),
    _keys("customer_id", "'mobile'", NUMBER.format("mobile"), "crm_contact WHERE mobile <> ''"),
    _keys("customer_id", "'fax'", NUMBER.format("fax"), "crm_contact WHERE fax <> ''"),
    _keys(
        "customer_id",
        f"CASE WHEN {IS_MOBILE} THEN 'mobile' ELSE 'phone' END",
        NUMBER.format("phone"),
        "crm_contact WHERE phone <> ''",
    ),
    _keys("customer_id", "'name'", NAME.format("name"), f"crm_contact WHERE {NAME.format('name')} <> ''"),
]


class Migration(migrations.Migration):
    dependencies = [("crm", "0008_duplicates")]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop if number else "DELETE FROM crm_dedupekey;")
        for number, sql in enumerate(FORWARD)
    ]
