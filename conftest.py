"""The cast of every test: people with the roles and grants of the shipped company."""

from types import SimpleNamespace

import pytest
from django.core.management import call_command


@pytest.fixture(autouse=True)
def _chinese():
    """Each test starts in the site's language; one that wants English overrides it."""
    from django.utils import translation

    with translation.override("zh-hans"):
        yield


@pytest.fixture
def cast(db) -> SimpleNamespace:
    """Users named by their role, as in the demo company: cast.rep1, cast.manager1, cast.finance ..."""
    from config.demo.people import create_people

    people = create_people()
    return SimpleNamespace(**people)


@pytest.fixture
def company(cast):
    """The cast plus what every business test leans on: number rules, our own company, products, template."""
    from config.demo.company import create_our_side
    from core.actors import SystemActor

    call_command("load_reference")
    create_our_side(SystemActor("tests"))
    return cast


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """Transactional tests empty the tables they filled by DELETE: a TRUNCATE of every table takes far longer."""
    from django.db.backends.postgresql.operations import DatabaseOperations

    def sql_flush(self, style, tables, *, reset_sequences=False, allow_cascade=False):
        if not tables:
            return []
        quoted = [self.quote_name(table) for table in tables]
        # The append-only triggers and foreign keys step aside for the superuser of the test database.
        deletes = [f"DELETE FROM {table};" for table in quoted]  # noqa: S608
        return [
            "SET session_replication_role = replica;",
            *deletes,
            "SET session_replication_role = DEFAULT;",
        ]

    DatabaseOperations.sql_flush = sql_flush
