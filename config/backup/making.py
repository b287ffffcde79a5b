"""Make a backup while the site runs: everything in it is of one moment."""

from __future__ import annotations

import hashlib
import hmac
import re
import subprocess
import tempfile
import tomllib
from datetime import UTC
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from config.backup.archive import CHUNK, Archive, BackupError, Manifest, Writer, new_file
from config.backup.tools import reach, server_major, tools_for

# Whoever was signed in signs in again: an old session is no way in.
LEFT_OUT = ["django_session"]
NAME = re.compile(r"xiaoliu-\d{8}T\d{6}Z\.backup")


def make_backup(target: Path) -> Archive:
    """Into this file, or under a name with the moment into this folder."""
    server = server_major()
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT now(), pg_export_snapshot()")
        moment, snapshot = cursor.fetchone()
        if target.is_dir() or target.suffix == "":
            target = target / f"xiaoliu-{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}.backup"
        tools = tools_for(server)
        manifest = Manifest(
            version=program_version(),
            made_at=moment.astimezone(UTC).isoformat(timespec="seconds"),
            server=server,
            dumped_with=tools.major,
            migrations=applied_migrations(),
            rows=count_rows(),
            left_out=LEFT_OUT,
            secret_key=fingerprint_of_secret_key(),
        )
        with new_file(target) as writer:
            arguments, environment = reach()
            _dump(
                tools.command(
                    "pg_dump",
                    *("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"),
                    *(f"--exclude-table-data=public.{table}" for table in LEFT_OUT),
                    *arguments,
                ),
                environment,
                writer,
            )
            writer.finish(manifest)
    archive = Archive(target)
    archive.check()
    return archive


def _dump(command: list[str], environment: dict[str, str], writer: Writer) -> None:
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, env=environment) as process:
            try:
                while process.stdout is not None and (piece := process.stdout.read(CHUNK)):
                    writer.write(piece)
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            said.seek(0)
            text = said.read().decode(errors="replace").strip()
            raise BackupError(f"pg_dump ended with {process.returncode}: {text}")


def remove_old(folder: Path, keep: int) -> list[Path]:
    """Of the backups with a moment in their name the newest stay. Other files are nobody's business."""
    ours = sorted(path for path in folder.iterdir() if NAME.fullmatch(path.name))
    old = ours[:-keep] if keep > 0 else []
    for path in old:
        path.unlink()
    return old


def count_rows() -> dict[str, int]:
    """By table, exactly; without what is left out."""
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if name not in LEFT_OUT]
        counted = {}
        for table in sorted(tables):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
            counted[table] = int(cursor.fetchone()[0])
    return counted


def applied_migrations() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
        found.setdefault(app, []).append(name)
    return found


def program_version() -> str:
    path = settings.BASE_DIR / "pyproject.toml"
    return str(tomllib.loads(path.read_text())["project"]["version"]) if path.exists() else ""


def fingerprint_of_secret_key() -> str:
    key = hmac.new(settings.SECRET_KEY.encode(), b"xiaoliu.backup", hashlib.sha256)
    return key.hexdigest()[:16]
