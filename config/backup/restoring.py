"""Bring a backup back, in one transaction: a restore that breaks leaves what was there before."""

from __future__ import annotations

import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from redis.exceptions import RedisError

from config.backup.archive import CHUNK, Archive, BackupError
from config.backup.making import count_rows, fingerprint_of_secret_key
from config.backup.tools import reach, server_major, tools_for

_EMPTY = "SET lock_timeout = '30s'; DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public"
# Programs from 17 on write this for servers from 17 on.
_TOO_NEW, _SINCE = b"SET transaction_timeout = 0;\n", 17


@dataclass
class Outcome:
    """What there is to say after a restore."""

    rows: int = 0
    # table: (in the backup, in the database now)
    differences: dict[str, tuple[int, int]] = field(default_factory=dict)
    pending: list[str] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    is_same_key: bool = True

    @property
    def is_good(self) -> bool:
        return not self.differences and not self.breaches


def verify(path: Path) -> Archive:
    """The file is whole, and PostgreSQL can read what is in it. Nothing is changed."""
    archive = Archive(path)
    archive.check()
    tools = tools_for(archive.manifest.dumped_with)
    listed = b"".join(_through(tools.command("pg_restore", "--list"), archive.pieces(), None)).decode()
    missing = [table for table in archive.manifest.rows if f" TABLE DATA public {table} " not in listed]
    if missing:
        raise BackupError(f"{path} lacks the rows of {', '.join(missing)}.")
    return archive


def restore(path: Path, *, replace: bool = False) -> Outcome:
    """Into the site's database, which has to be empty unless ``replace``; then look whether all is there."""
    archive = verify(path)
    _require_known(archive)
    if not is_empty():
        if not replace:
            raise BackupError(
                "The database is not empty. --replace throws away what is in it and puts the backup there."
            )
        _require_alone()
    _write(archive)
    connection.close()
    _forget_what_redis_knows()
    return _outcome(archive)


def is_empty() -> bool:
    with connection.cursor() as cursor:
        return not connection.introspection.table_names(cursor, include_views=True)


def database_name() -> str:
    return str(connection.settings_dict["NAME"])


def _require_known(archive: Archive) -> None:
    """A newer program may have written what this one does not know."""
    known = MigrationLoader(connection, ignore_no_migrations=True).disk_migrations
    strange = [
        f"{app}.{name}"
        for app, names in archive.manifest.migrations.items()
        for name in names
        if (app, name) not in known
    ]
    if strange:
        raise BackupError(
            f"The backup is of a newer version of the program ({archive.manifest.version}); this one lacks "
            f"{', '.join(strange[:5])}. Install that version first."
        )


def _require_alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        (others,) = cursor.fetchone()
    if others:
        raise BackupError(
            f"{others} other connections to this database are open: stop web, workers and beat first."
        )


def _write(archive: Archive) -> None:
    server = server_major()
    tools = tools_for(server, archive.manifest.dumped_with)
    arguments, environment = reach()
    # No connection of our own stands in the way of what is dropped.
    connection.close()
    script = _through(
        tools.command("pg_restore", "--no-owner", "--no-privileges", "--file=-"),
        archive.pieces(),
        environment,
    )
    command = tools.command(
        "psql",
        *("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction", "--output=/dev/null"),
        *(f"--command={_EMPTY}", "--file=-", *arguments),
    )
    if tools.major >= _SINCE > server:
        script = _without(script, _TOO_NEW)
    for _piece in _through(command, script, environment):
        pass


def _without(pieces: Iterator[bytes], line: bytes) -> Iterator[bytes]:
    """It stands in the head of the script, before anybody's data."""
    first = next(pieces, b"")
    yield first.replace(line, b"", 1)
    yield from pieces


def _through(
    command: list[str], pieces: Iterator[bytes], environment: dict[str, str] | None
) -> Iterator[bytes]:
    """What the program makes of the pieces; raises what went wrong on either side of it."""
    failures: list[BaseException] = []
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, env=environment
        )
        feeder = threading.Thread(target=_feed, args=(process, pieces, failures), daemon=True)
        feeder.start()
        try:
            while process.stdout is not None and (piece := process.stdout.read(CHUNK)):
                yield piece
        finally:
            if process.poll() is None and feeder.is_alive() and failures:
                process.kill()
            process.wait()
            feeder.join()
            if process.stdout is not None:
                process.stdout.close()
        if failures:
            raise failures[0]
        if process.returncode:
            said.seek(0)
            text = said.read().decode(errors="replace").strip()
            raise BackupError(f"{Path(command[0]).name} ended with {process.returncode}: {text}")


def _feed(process: subprocess.Popen[bytes], pieces: Iterator[bytes], failures: list[BaseException]) -> None:
    into: IO[bytes] | None = process.stdin
    if into is None:
        return
    try:
        for piece in pieces:
            into.write(piece)
    except BrokenPipeError:
        pass  # it has ended, and says why
    except BaseException as error:
        failures.append(error)
        # What it has got so far must not count as all there is.
        process.kill()
    try:
        into.close()
    except OSError:
        pass


def _forget_what_redis_knows() -> None:
    """It speaks of another database now. What waits in its queues is found again by the sweepers."""
    try:
        redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2).flushdb()
    except RedisError:
        pass


def _outcome(archive: Archive) -> Outcome:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    expected, found = archive.manifest.rows, count_rows()
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    outcome = Outcome(
        rows=sum(found.values()),
        differences={
            table: (expected.get(table, 0), found.get(table, 0))
            for table in sorted({*expected, *found})
            if expected.get(table, 0) != found.get(table, 0)
        },
        pending=[f"{migration.app_label}.{migration.name}" for migration, _backwards in plan],
        is_same_key=archive.manifest.secret_key == fingerprint_of_secret_key(),
    )
    if not outcome.pending:
        # Cases of an older version are looked at after their tables are brought up to date.
        from workflows.audit import audit

        outcome.breaches = [str(breach) for breach in audit(deep="all")]
    return outcome
