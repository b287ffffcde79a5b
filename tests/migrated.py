"""A database with all migrations applied, made once and copied for each test process: applying them takes a minute.

It is named after what the migrations say, so a changed migration makes a new one; nothing else is in it.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection

PREFIX = "migrated_"


def migrated_database() -> str:
    """Its name; made first where there is none yet."""
    name = PREFIX + _fingerprint()
    with _one_at_a_time():
        if name not in _databases():
            _make(name)
    return name


def _fingerprint() -> str:
    digest = hashlib.sha256(version("django").encode())
    for path in sorted(_migrations()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _migrations() -> Iterator[Path]:
    for app in apps.get_app_configs():
        if find_spec(f"{app.name}.migrations") is not None:
            yield from Path(import_module(f"{app.name}.migrations").__path__[0]).glob("*.py")


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    path = Path(settings.DATA_DIR) / "migrated.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _databases() -> set[str]:
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [PREFIX + "%"])
        return {name for (name,) in cursor.fetchall()}


def _make(name: str) -> None:
    """Under another name until it is whole; those of earlier migrations go."""
    half = f"{PREFIX}half"
    usual = connection.settings_dict["NAME"]
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        for old in _databases():
            cursor.execute(f'DROP DATABASE "{old}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{half}"')
    connection.close()
    connection.settings_dict["NAME"] = half
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(f'ALTER DATABASE "{half}" RENAME TO "{name}"')
