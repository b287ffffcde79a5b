"""The whole program on one machine, twice of everything, and how to hurt it.

Two web servers, two workers and two beats work on one PostgreSQL and one Redis, all as real processes. Whatever
is killed comes back after a moment, as under any supervisor.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from config import embedded

ROOT = Path(__file__).resolve().parents[3]
READY_SECONDS = 90
# How long something that was killed stays dead.
BACK_AFTER = 0.5


@dataclass
class Program:
    """One process of the site, started again whenever it has ended."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    ended_at: float | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.ended_at = None

    def kill(self) -> None:
        """SIGKILL to it and everything it has started."""
        if self.process is not None and self.process.poll() is None:
            self.deaths += 1
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def keep_running(self) -> None:
        if self.process is None or self.process.poll() is None:
            return
        if self.ended_at is None:
            self.ended_at = time.monotonic()
        elif time.monotonic() - self.ended_at > BACK_AFTER:
            self.start()


@dataclass
class Site:
    """Everything that runs. ``environment`` is what the processes get, and who looks at the database too."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    programs: list[Program] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def prepare(self) -> None:
        """Start PostgreSQL, which keeps what it has promised (fsync), and Redis."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.clock_file.write_text("0")
        self.environment = {
            **{name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
            "DATA_DIR": str(self.folder),
            "DATABASE_URL": embedded.database_url(self.folder, durable=True),
            "REDIS_URL": embedded.redis_url(self.folder),
            "DEMO": "1",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "CLOCK_OFFSET_FILE": str(self.clock_file),
            "EXTRA_APPS": "tests.chaos.ledger",
            "API_WRITES_PER_MINUTE": "0",
            "DATABASE_CONN_MAX_AGE": "60",
        }

    def manage(self, *arguments: str) -> None:
        subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment, check=True)

    def start(self, *, webs: int = 2, workers: int = 2, beats: int = 2) -> None:
        for number in range(webs):
            port = _free_port()
            self.addresses.append(f"http://127.0.0.1:{port}")
            self._add(
                f"web{number}",
                *("gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "1"),
                *("--threads", "4", "--timeout", "60", "--log-level", "warning"),
            )
        for number in range(workers):
            self._add(
                f"worker{number}",
                *("celery", "--quiet", "-A", "config", "worker", "--concurrency", "1"),
                *(
                    "--queues",
                    "celery,slow,outside",
                    "--hostname",
                    f"worker{number}@%h",
                    "--loglevel",
                    "WARNING",
                ),
            )
        for number in range(beats):
            self._add(
                f"beat{number}",
                *("celery", "--quiet", "-A", "config", "beat", "--loglevel", "WARNING", "--pidfile", ""),
            )
        for program in self.programs:
            program.start()
        threading.Thread(target=self._watch, daemon=True).start()

    def _add(self, name: str, *command: str) -> None:
        python = [sys.executable, "-W", "ignore", "-m"]
        log = self.folder / f"{name}.log"
        self.programs.append(Program(name, [*python, *command], self.environment, log))

    def _watch(self) -> None:
        while not self._stopped.wait(0.2):
            for program in self.programs:
                program.keep_running()

    def of_kind(self, kind: str) -> list[Program]:
        return [one for one in self.programs if one.name.startswith(kind)]

    # -- what the storm does

    @property
    def clock_file(self) -> Path:
        return self.folder / "clock-offset"

    def offset(self) -> float:
        return float(self.clock_file.read_text())

    def jump(self, seconds: float) -> None:
        """Time goes on at once, for every process."""
        fresh = self.clock_file.with_suffix(".new")
        fresh.write_text(str(self.offset() + seconds))
        fresh.replace(self.clock_file)

    def crash_database(self) -> None:
        """PostgreSQL dies as in a power cut, and comes back by itself."""
        pid = int((self.folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGQUIT)
        _wait_until_gone(pid)
        self._recover_database()

    def _recover_database(self) -> None:
        """On a busy machine the recovery takes longer than a start is waited for: so it is asked for again."""
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                embedded.database_url(self.folder, durable=True)
                return
            except embedded.EmbeddedServerError:
                if time.monotonic() > deadline:
                    raise

    def stop_redis(self, seconds: float) -> None:
        """Redis dies with all it holds (it saves nothing), and comes back empty."""
        embedded.stop_redis(self.folder)
        time.sleep(seconds)
        embedded.redis_url(self.folder)

    def flush_redis(self) -> None:
        import redis

        address = self.environment["REDIS_URL"].removeprefix("unix://").split("?")[0]
        redis.Redis(unix_socket_path=address).flushall()

    def stop(self) -> None:
        self._stopped.set()
        time.sleep(0.3)
        for program in self.programs:
            if program.process is not None and program.process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(program.process.pid, signal.SIGKILL)
                program.process.wait()
        embedded.stop_database(self.folder)
        embedded.stop_redis(self.folder)


def _wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        if Path(f"/proc/{pid}/stat").read_text().split(") ")[-1].startswith("Z"):
            return
        time.sleep(0.05)
    raise AssertionError("PostgreSQL does not stop.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
