"""The file of a backup: a tar with PostgreSQL's dump and, behind it, the manifest.

Written in one pass although nobody knows the size of a dump beforehand: the head of its entry is written last.
Any ``tar`` unpacks it, and ``pg_restore`` reads what comes out, should this program be gone.
"""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

FORMAT = 1
DUMP, MANIFEST = "database.dump", "manifest.json"
CHUNK = 1 << 20
_LARGEST_MANIFEST = 4 << 20


class BackupError(Exception):
    """A copy cannot be made, read or brought back; the message says why, for whoever typed the command."""


@dataclass
class Manifest:
    """What a backup says of itself. ``rows`` are exact: counted in the snapshot that was dumped."""

    version: str
    made_at: str
    server: int
    dumped_with: int
    # The names of the applied migrations by app.
    migrations: dict[str, list[str]]
    rows: dict[str, int]
    # Tables whose rows are not worth keeping.
    left_out: list[str]
    # Tells whether SECRET_KEY is the same one; nothing can be learnt about the key from it.
    secret_key: str
    dump_bytes: int = 0
    dump_sha256: str = ""
    format: int = FORMAT
    program: str = "xiaoliu"

    @classmethod
    def read(cls, content: bytes) -> Manifest:
        try:
            found = json.loads(content)
            if found["program"] != "xiaoliu" or not isinstance(found["format"], int):
                raise BackupError("This is no backup of Xiaoliu.")
            if found["format"] > FORMAT:
                raise BackupError("This backup was made by a newer version of the program: use that version.")
            return cls(**found)
        except (ValueError, KeyError, TypeError) as error:
            raise BackupError("The manifest of this backup cannot be read.") from error


class Writer:
    """Takes the dump piece by piece, then the manifest."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self._size = 0
        file.write(bytes(tarfile.BLOCKSIZE))

    def write(self, piece: bytes) -> None:
        self._file.write(piece)
        self._hash.update(piece)
        self._size += len(piece)

    def finish(self, manifest: Manifest) -> None:
        manifest.dump_bytes, manifest.dump_sha256 = self._size, self._hash.hexdigest()
        content = json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()
        self._pad(self._size)
        self._file.write(_head(MANIFEST, len(content)) + content)
        self._pad(len(content))
        self._file.write(bytes(2 * tarfile.BLOCKSIZE))
        self._file.seek(0)
        self._file.write(_head(DUMP, self._size))
        self._file.flush()
        os.fsync(self._file.fileno())

    def _pad(self, size: int) -> None:
        self._file.write(bytes(-size % tarfile.BLOCKSIZE))


def _head(name: str, size: int) -> bytes:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o600, int(time.time())
    return entry.tobuf(tarfile.GNU_FORMAT)


@contextmanager
def new_file(target: Path) -> Iterator[Writer]:
    """A file that only its owner may read and that gets its name when it is whole."""
    if target.exists():
        raise BackupError(f"{target} exists already.")
    partial = target.with_name(target.name + ".partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w+b") as file:
            yield Writer(file)
        partial.rename(target)
    except OSError as error:
        raise BackupError(f"{target} cannot be written: {error.strerror or error}.") from error
    finally:
        with suppress(OSError):
            partial.unlink()


@dataclass
class Archive:
    """A backup's file, opened for reading."""

    path: Path
    manifest: Manifest = field(init=False)

    def __post_init__(self) -> None:
        with self._tar() as tar:
            names = tar.getnames()
            if names != [DUMP, MANIFEST]:
                raise BackupError(f"{self.path} is no backup of Xiaoliu, or a part of it is missing.")
            entry = tar.getmember(MANIFEST)
            content = tar.extractfile(entry)
            if content is None or entry.size > _LARGEST_MANIFEST:
                raise BackupError(f"{self.path} is no backup of Xiaoliu.")
            self.manifest = Manifest.read(content.read())

    def pieces(self) -> Iterator[bytes]:
        """The dump; raises at its end if it is not what was written."""
        found = hashlib.sha256()
        with self._tar() as tar:
            content = tar.extractfile(DUMP)
            while content is not None and (piece := content.read(CHUNK)):
                found.update(piece)
                yield piece
        if found.hexdigest() != self.manifest.dump_sha256:
            raise BackupError(f"{self.path} is damaged: its checksum is another one than when it was made.")

    def check(self) -> None:
        """Read all of it once."""
        for _piece in self.pieces():
            pass

    @contextmanager
    def _tar(self) -> Iterator[Any]:
        try:
            with tarfile.open(self.path, "r:") as tar:
                yield tar
        except FileNotFoundError as error:
            raise BackupError(f"{self.path} does not exist.") from error
        except (tarfile.TarError, OSError, KeyError) as error:
            raise BackupError(f"{self.path} cannot be read as a backup: {error}.") from error
