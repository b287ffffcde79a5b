"""Backup and restore of a company in the middle of its work, with PostgreSQL's real programs."""

import io
import json
import os
import re
import resource
import subprocess
import sys
import tarfile
import threading
from contextlib import contextmanager

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from config.backup import Archive, BackupError, make_backup, remove_old, restore, verify
from config.backup.archive import DUMP, MANIFEST
from config.backup.making import count_rows
from config.backup.tools import tools_for
from core.documents import store_document
from crm.models import Customer
from tests.contracts.factory import customer_of
from tests.processes.walk import Walk

pytestmark = pytest.mark.django_db(transaction=True)
# One for each test process: several run these tests at once.
COPY = f"operations_copy_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"


@pytest.fixture
def at_work(company) -> dict[str, Walk]:
    """Contracts at four places of their process: with its drafter, its manager, with a timer running, at an end."""
    walks = {name: Walk(company) for name in ("drafted", "submitted", "sealed", "active")}
    walks["submitted"].submit()
    walks["sealed"].sealed()
    walks["active"].sealed()
    walks["active"].sign()
    return walks


@contextmanager
def database(name: str = COPY):
    """An empty database beside the one of the tests."""
    parameters = {**connection.get_connection_params(), "dbname": "postgres"}
    wanted = {
        key: value
        for key, value in parameters.items()
        if key in {"host", "port", "user", "password", "dbname"}
    }
    with psycopg.connect(**wanted, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        try:
            yield name
        finally:
            server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def empty_database():
    with database() as name:
        yield name


def elsewhere(name: str, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A program of the site on another database, as an operator would start it."""
    here = connection.settings_dict
    environment = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(settings.DATA_DIR),
        "DATABASE_URL": f"postgresql://{here['USER']}@/{name}?host={here['HOST']}",
        "REDIS_URL": settings.REDIS_URL.replace("db=0", "db=7"),
        "DEMO": "1",
        **more,
    }
    return subprocess.run(
        [sys.executable, *command],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def manage(name: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return elsewhere(name, "manage.py", *arguments, **more)


GO_ON = """
import os; os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django; django.setup()
from django.db import Error
from core.models import DocumentContent, User
from workflows.models import WorkItem
from workflows.services import complete_work_item
item = WorkItem.objects.get(element="manager_review", status="open")
complete_work_item(work_item_id=item.pk, actor=User.objects.get(username="manager1"), outcome="approve", comment="",
                   data={}, files={})
print(*WorkItem.objects.filter(instance=item.instance_id, status="open").values_list("element", flat=True))
print(bytes(DocumentContent.objects.get(sha256="{stamp}").content).decode())
try:
    DocumentContent.objects.filter(sha256="{stamp}").update(content=b"forged")
except Error:
    print("append-only")
"""


class TestRoundTrip:
    def test_a_company_goes_on_in_another_database_where_it_stood(self, at_work, empty_database, tmp_path):
        stamp = store_document(
            content="印章".encode(),
            name="stamp.txt",
            media_type="text/plain",
            kind="note",
            actor=at_work["active"].owner,
        )
        call_command("backup", str(tmp_path), stdout=io.StringIO())
        (path,) = tmp_path.iterdir()
        assert re.fullmatch(r"xiaoliu-\d{8}T\d{6}Z\.backup", path.name)
        assert path.stat().st_mode & 0o777 == 0o600
        at_the_time = count_rows()
        # What happens afterwards is not in it.
        at_work["drafted"].submit()

        done = manage(empty_database, "restore", str(path))
        assert done.returncode == 0, done.stderr
        assert "All cases agree with their open rows." in done.stdout
        assert f"{sum(at_the_time.values())} rows are restored" in done.stdout

        audit = manage(empty_database, "audit_instances")
        assert (audit.returncode, audit.stdout) == (0, "All cases agree with their open rows.\n")
        gone_on = elsewhere(empty_database, "-c", GO_ON.replace("{stamp}", stamp.sha256))
        assert gone_on.returncode == 0, gone_on.stderr
        assert gone_on.stdout.splitlines() == ["finance_review", "印章", "append-only"]
        assert manage(empty_database, "audit_instances").returncode == 0

        # A copy of the copy is as good, and history stays append-only there.
        again = manage(empty_database, "backup", str(tmp_path / "second.backup"))
        assert again.returncode == 0, again.stderr
        verify(tmp_path / "second.backup")

    def test_is_of_one_moment_while_people_work(self, at_work, tmp_path):
        """Customers come in all the while; the rows that were counted are the rows that were dumped."""
        stop, owner = threading.Event(), at_work["drafted"].owner

        def work():
            try:
                while not stop.is_set():
                    customer_of(owner)
            finally:
                connection.close()

        worker = threading.Thread(target=work)
        before = Customer.objects.count()
        worker.start()
        try:
            archive = make_backup(tmp_path)
        finally:
            stop.set()
            worker.join()
        assert before <= archive.manifest.rows["crm_customer"] <= Customer.objects.count()
        assert before < Customer.objects.count()
        assert rows_in(archive, "crm_customer") == archive.manifest.rows["crm_customer"]


def rows_in(archive: Archive, table: str) -> int:
    """How many rows of a table the dump holds, as pg_restore tells it."""
    tools = tools_for(archive.manifest.dumped_with)
    script = subprocess.run(
        tools.command("pg_restore", "--data-only", f"--table={table}", "--file=-"),
        input=b"".join(archive.pieces()),
        capture_output=True,
        check=True,
    ).stdout.decode()
    return script.split("FROM stdin;\n")[1].split("\\.\n")[0].count("\n")


class TestWhatIsInIt:
    def test_the_manifest_says_what_and_when(self, at_work, tmp_path):
        manifest = make_backup(tmp_path / "now.backup").manifest
        assert manifest.rows["contracts_contract"] == 4
        assert manifest.rows["workflows_processinstance"] == 4
        assert manifest.version == "0.1.0"
        assert "0001_initial" in manifest.migrations["core"]
        assert manifest.dumped_with >= manifest.server >= 15
        assert settings.SECRET_KEY not in json.dumps(vars(manifest))

    def test_any_tar_unpacks_it(self, cast, tmp_path):
        make_backup(tmp_path / "now.backup")
        done = subprocess.run(
            ["tar", "-tf", str(tmp_path / "now.backup")], capture_output=True, text=True, check=True
        )
        assert done.stdout.split() == [DUMP, MANIFEST]

    def test_sessions_are_left_out(self, signed_in, cast, tmp_path):
        signed_in(cast.rep1).get("/inbox/")
        archive = make_backup(tmp_path / "now.backup")
        assert "django_session" not in archive.manifest.rows
        assert rows_in_script(archive, "django_session") == 0


def rows_in_script(archive: Archive, table: str) -> int:
    tools = tools_for(archive.manifest.dumped_with)
    listed = subprocess.run(
        tools.command("pg_restore", "--list"),
        input=b"".join(archive.pieces()),
        capture_output=True,
        check=True,
    ).stdout.decode()
    return listed.count(f"TABLE DATA public {table} ")


@contextmanager
def no_room():
    """Files of this process end after some 30 kB, as on a disk that fills up."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


class TestRefusals:
    def test_what_is_there_stays_without_replace(self, cast, tmp_path):
        make_backup(tmp_path / "now.backup")
        before = count_rows()
        with pytest.raises(CommandError, match="--replace"):
            call_command("restore", str(tmp_path / "now.backup"))
        assert count_rows() == before

    @pytest.mark.parametrize("said", ["", "yes", "postgres "])
    def test_and_without_the_name_of_the_database(self, cast, tmp_path, said, monkeypatch):
        monkeypatch.setattr(sys, "stdin", io.StringIO())
        make_backup(tmp_path / "now.backup")
        before = count_rows()
        with pytest.raises(CommandError, match="Nothing was changed"):
            call_command("restore", str(tmp_path / "now.backup"), "--replace", "--confirm", said)
        assert count_rows() == before

    @pytest.mark.long
    def test_and_while_programs_are_connected(self, cast, tmp_path):
        make_backup(tmp_path / "now.backup")
        with database() as name:
            assert manage(name, "restore", str(tmp_path / "now.backup")).returncode == 0
            here = connection.settings_dict
            with psycopg.connect(host=here["HOST"], user=here["USER"], dbname=name):
                done = manage(name, "restore", str(tmp_path / "now.backup"), "--replace", "--confirm", name)
            assert "1 other connections" in done.stderr
            # Nobody is there any more: what was written since is gone, the rest is back.
            with psycopg.connect(host=here["HOST"], user=here["USER"], dbname=name, autocommit=True) as other:
                other.execute("CREATE TABLE left_over (id int); DELETE FROM core_grant")
            done = manage(
                name,
                *("restore", str(tmp_path / "now.backup"), "--replace", "--confirm", name),
                SECRET_KEY="another key than the one of the tests, and long enough",
            )
            assert done.returncode == 0, done.stderr
            assert "SECRET_KEY_FALLBACKS" in done.stdout
            with psycopg.connect(host=here["HOST"], user=here["USER"], dbname=name) as other:
                assert other.execute("SELECT to_regclass('left_over')").fetchone() == (None,)
                assert other.execute("SELECT count(*) > 0 FROM core_grant").fetchone() == (True,)

    def test_a_damaged_file_is_found_out_before_anything_is_touched(self, cast, tmp_path):
        path = tmp_path / "now.backup"
        make_backup(path)
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 0xFF
        path.write_bytes(content)
        before = count_rows()
        with pytest.raises(CommandError, match="damaged"):
            call_command("restore", str(path), "--verify")
        with pytest.raises(BackupError, match="damaged"):
            restore(path, replace=True)
        assert count_rows() == before

    @pytest.mark.parametrize("bytes_left", [0, 100, 5000, 100_000])
    def test_half_a_file_too(self, cast, tmp_path, bytes_left):
        path = tmp_path / "now.backup"
        make_backup(path)
        path.write_bytes(path.read_bytes()[:bytes_left])
        with pytest.raises(BackupError):
            verify(path)

    @pytest.mark.parametrize("content", [b"", b"hello", b"PGDMP" + bytes(5000)])
    def test_and_any_other_file(self, tmp_path, content):
        path = tmp_path / "other.backup"
        path.write_bytes(content)
        with pytest.raises(BackupError):
            verify(path)
        with pytest.raises(BackupError, match="does not exist"):
            verify(tmp_path / "nothing.backup")

    def test_one_of_a_newer_version_is_not_taken(self, cast, tmp_path, empty_database):
        path, newer = tmp_path / "now.backup", tmp_path / "newer.backup"
        make_backup(path)
        with tarfile.open(path) as old, tarfile.open(newer, "w") as new:
            manifest = json.loads(old.extractfile(MANIFEST).read())
            manifest["migrations"]["core"].append("9999_from_the_future")
            content = json.dumps(manifest).encode()
            entry = tarfile.TarInfo(MANIFEST)
            entry.size = len(content)
            new.addfile(old.getmember(DUMP), old.extractfile(DUMP))
            new.addfile(entry, io.BytesIO(content))
        done = manage(empty_database, "restore", str(newer))
        assert done.returncode != 0
        assert "core.9999_from_the_future" in done.stderr

    @pytest.mark.long
    def test_one_of_an_older_version_says_what_to_run(self, cast, tmp_path, empty_database):
        path = tmp_path / "now.backup"
        make_backup(path)
        assert manage(empty_database, "restore", str(path)).returncode == 0
        here = connection.settings_dict
        with psycopg.connect(
            host=here["HOST"], user=here["USER"], dbname=empty_database, autocommit=True
        ) as other:
            other.execute(
                "DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations WHERE app = 'core')"
            )
        assert manage(empty_database, "backup", str(tmp_path / "old.backup")).returncode == 0
        done = manage(
            empty_database,
            *("restore", str(tmp_path / "old.backup"), "--replace", "--confirm", empty_database),
        )
        assert done.returncode == 0, done.stderr
        assert "older version" in done.stdout
        assert "manage.py migrate && manage.py load_reference && manage.py audit_instances" in done.stdout

    def test_no_file_is_overwritten_or_left_half(self, cast, tmp_path):
        path = tmp_path / "now.backup"
        make_backup(path)
        content = path.read_bytes()
        with pytest.raises(BackupError, match="exists already"):
            make_backup(path)
        assert path.read_bytes() == content
        full = tmp_path / "no-folder"
        full.write_text("a file where a folder should be")
        with pytest.raises(BackupError, match="cannot be written"):
            make_backup(full / "x.backup")
        with no_room(), pytest.raises(BackupError, match="cannot be written"):
            make_backup(tmp_path / "large.backup")
        assert sorted(one.name for one in tmp_path.iterdir()) == ["no-folder", "now.backup"]


class TestKeeping:
    def test_the_newest_stay_and_strangers_are_left_alone(self, tmp_path):
        names = [f"xiaoliu-2026010{day}T030000Z.backup" for day in range(1, 6)]
        for name in [
            *names,
            "before-the-move.backup",
            "xiaoliu-20260101T030000Z.backup.partial",
            "notes.txt",
        ]:
            (tmp_path / name).write_text("x")
        assert [one.name for one in remove_old(tmp_path, 2)] == names[:3]
        assert {one.name for one in tmp_path.iterdir()} == {
            *names[3:],
            "before-the-move.backup",
            "xiaoliu-20260101T030000Z.backup.partial",
            "notes.txt",
        }

    def test_the_command_removes_only_after_it_has_made_one(self, cast, tmp_path):
        old = tmp_path / "xiaoliu-20260101T030000Z.backup"
        old.write_text("x")
        call_command("backup", str(tmp_path), "--keep", "1", stdout=io.StringIO())
        assert not old.exists()
        assert len(list(tmp_path.iterdir())) == 1
        for wrong in ([str(tmp_path), "--keep", "0"], [str(tmp_path / "a.backup"), "--keep", "3"]):
            with pytest.raises(CommandError, match="--keep"):
                call_command("backup", *wrong)
