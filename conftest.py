"""The cast of every test: people with the roles and grants of the shipped company."""

import gc
import os
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from tests.tiers import COLLECTED


def pytest_configure() -> None:
    """Processes that test side by side count no limits together and see nothing of one another's cache."""
    from django.conf import settings

    settings.CACHES["default"]["KEY_PREFIX"] = os.environ.get("PYTEST_XDIST_WORKER", "alone")


# Their tests share one site, whose start takes a minute: they stay in one test process.
TOGETHER = ("tests/browser/test_first_light.py",)
# One test of theirs takes minutes: they begin first, so that no process waits at the end for another's.
LENGTHY = (
    "tests/chaos/test_storm.py",
    "tests/operations/test_production.py",
    "tests/browser/test_every_page.py",
)


def pytest_itemcollected(item):
    item.config.stash.setdefault(COLLECTED, set()).add(item.nodeid.partition("[")[0])


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """What takes longest begins first; the order of all others stays as it is drawn."""
    items.sort(key=lambda item: not item.nodeid.startswith(LENGTHY))


def pytest_collection_finish():
    """What the tests are made of stays to the end: not looked through again each time that waste is collected."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 10, 10)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Every test goes to whoever is free; those of a file in TOGETHER go as one. (The marks of groups that the
    runner knows are not heard by the pytest we use.)"""
    from xdist.scheduler import LoadGroupScheduling

    class Scheduling(LoadGroupScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return file if file in TOGETHER else nodeid

    return Scheduling(config, log)


@pytest.fixture(autouse=True)
def _chinese():
    """Each test starts in the site's language; one that wants English overrides it."""
    from django.utils import translation

    with translation.override("zh-hans"):
        yield


@pytest.fixture(autouse=True)
def _nobody_listens():
    """No test begins with the look for programs that listen: numbers of queries are pinned."""
    from core.webhooks import interest

    interest.note(False)


@pytest.fixture(autouse=True)
def _ordinary_weeks():
    """Each test works Monday to Friday without asking the rows; one with a calendar of its own forgets that."""
    from core import calendar

    calendar.assume(calendar.Calendar(), seconds=3600)


@pytest.fixture
def own_marks():
    """Programs are seen in a Redis database of this test process alone, empty at first."""
    from django.conf import settings
    from django.test import override_settings

    from core import presence

    number = 8 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw7")[2:]) % 8
    with override_settings(REDIS_URL=settings.REDIS_URL.replace("db=0", f"db={number}")):
        presence._client().flushdb()
        yield
        presence._client().flushdb()


def _create_cast() -> None:
    from config.demo.people import create_people

    create_people()


# The other processes about customers and contracts begin by themselves: a test that wants them publishes them.
WORLD = ("contract_lifecycle",)


def _create_company() -> None:
    from config.demo.company import create_our_side
    from config.reference import load_all
    from core.actors import SystemActor

    _create_cast()
    load_all(processes=WORLD)
    create_our_side(SystemActor("tests"))


class Ground:
    """Rows that many tests stand on: made once by the services, then copied back in a moment for each test.

    Identifiers stay the same for the whole run; the sequences have moved on by then, so new rows do not clash.
    """

    def __init__(self, create: Callable[[], None]) -> None:
        self.create = create
        self.contents: list[tuple[str, bytes]] | None = None

    def lay(self) -> None:
        from django.db import connection, transaction

        if self.contents is None:
            self.create()
            self.contents = [(table, content) for table in self._tables() if (content := self._read(table))]
            return
        # They were right when the services made them: triggers and foreign keys step aside.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for table, content in self.contents:
                with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write(content)
            cursor.execute("SET LOCAL session_replication_role = origin")

    @staticmethod
    def _tables() -> list[str]:
        from django.apps import apps

        ours = ("core", "workflows", "crm", "contracts", "service")
        models = [
            model for app in ours for model in apps.get_app_config(app).get_models(include_auto_created=True)
        ]
        return [f'"{model._meta.db_table}"' for model in models if not model._meta.proxy]

    @staticmethod
    def _read(table: str) -> bytes:
        from django.db import connection

        with connection.cursor() as cursor, cursor.copy(f"COPY {table} TO STDOUT") as copy:
            return b"".join(bytes(piece) for piece in copy)


def _create_office() -> None:
    from tests.browser.scene import furnish

    _create_company()
    furnish(_people())


def _people() -> SimpleNamespace:
    from core.models import User

    people = User.objects.select_related("department", "manager")
    return SimpleNamespace(**{person.username: person for person in people})


_CAST, _COMPANY, _OFFICE = Ground(_create_cast), Ground(_create_company), Ground(_create_office)


@pytest.fixture
def _ground(request, db, monkeypatch) -> None:
    """The largest ground that a test asks for; the statuses of customers are known before it begins, however
    long it takes: numbers of queries are pinned."""
    from crm.models import status

    asked = request.fixturenames
    (_OFFICE if "office" in asked else _COMPANY if "company" in asked else _CAST).lay()
    monkeypatch.setattr(status, "KNOWN_FOR", 3600.0)
    status.forget_statuses()
    status.known_statuses()


@pytest.fixture
def cast(_ground) -> SimpleNamespace:
    """Users named by their role, as in the demo company: cast.rep1, cast.manager1, cast.finance ..."""
    return _people()


@pytest.fixture
def company(cast) -> SimpleNamespace:
    """The cast plus what every business test leans on: number rules, our own company, products, template."""
    return cast


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, django_db_blocker):
    """A test database is a copy of a migrated one. Transactional tests empty the tables they filled by DELETE: a
    TRUNCATE of every table takes far longer."""
    from django.db import connection
    from django.db.backends.postgresql.operations import DatabaseOperations

    from tests.migrated import migrated_database

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
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated_database()
