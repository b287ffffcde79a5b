"""``make run``: everything on one machine, until Ctrl-C.

Starts the embedded servers, brings the database up to date, loads the demo company once, then keeps
web, worker and beat running. Prints ``ready http://127.0.0.1:<PORT>`` when the site answers.
"""

import contextlib
import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TextIO

PORT = int(os.environ.get("PORT", "8000"))
# Where the member platform of the demo listens.
PLATFORM_PORT = int(os.environ.get("PLATFORM_PORT", str(PORT + 1000)))
STOP_SECONDS = 10
READY_SECONDS = 60
# The longest that a former site may take to stop: its programs one after another, then its servers.
FORMER_SECONDS = 90
STOPPING = "stopping"
# A program that ends sooner than this after its start is not started again at once.
STEADY_SECONDS = 5


def say(text: str) -> None:
    print(text, flush=True)


def _die_with_the_supervisor() -> None:
    """In the child: ask Linux to end it when the supervisor is killed, so that nothing is left behind."""
    parent_death_signal = 1
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(parent_death_signal, signal.SIGTERM)


@dataclass
class Program:
    """One of the programs that make up the site."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0

    def start(self) -> None:
        self.started = time.monotonic()
        # A session of its own: Ctrl-C reaches this supervisor only, which stops the others in order.
        self.process = subprocess.Popen(
            self.command, start_new_session=True, preexec_fn=_die_with_the_supervisor
        )

    def keep_running(self) -> None:
        """Start it again if it has ended."""
        if self.process is None or self.process.poll() is None:
            return
        say(f"{self.name} ended with {self.process.returncode}; starting it again")
        if time.monotonic() - self.started < STEADY_SECONDS:
            time.sleep(1)
        self.start()

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Stopped(Exception):  # noqa: N818  not an error: somebody asked for it
    """Ctrl-C or a polite kill."""


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped


def manage(*arguments: str) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], check=True)


def programs() -> list[Program]:
    # Celery's advice about running as root is not for a trial on one machine.
    python = [sys.executable, "-W", "ignore:You're running the worker with superuser", "-m"]
    # Workers have nothing to tell each other: the database says what is due.
    alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    worker = [*python, "celery", "--quiet", "-A", "config", "worker", *alone, "--loglevel", "WARNING"]
    return [
        Program(
            "web",
            [
                *python,
                *("gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{PORT}"),
                *("--workers", "2", "--threads", "4", "--timeout", "60", "--graceful-timeout", "5"),
                *("--log-level", "warning"),
            ],
        ),
        Program("worker", [*worker, "--concurrency", "2", "--queues", "celery", "--hostname", "worker@%h"]),
        # Long prints and exports, which else would make mails and reminders wait.
        Program("slow worker", [*worker, "--concurrency", "1", "--queues", "slow", "--hostname", "slow@%h"]),
        # Calls of other systems wait most of the time: threads are enough.
        Program(
            "calling worker",
            [
                *(*worker, "--pool", "threads", "--concurrency", "8"),
                *("--queues", "outside", "--hostname", "calls@%h"),
            ],
        ),
        Program(
            "beat",
            [
                *python,
                *("celery", "--quiet", "-A", "config", "beat", "--loglevel", "WARNING", "--pidfile", ""),
            ],
        ),
    ]


def demo_platform(data_dir: Path) -> Program | None:
    """The member platform beside a demo, and our row that says where it is; nothing where its port is taken."""
    from config.demo.members import point_at_platform

    if not is_free(PLATFORM_PORT):
        say(f"Port {PLATFORM_PORT} is taken, so the member platform of the demo does not run.")
        return None
    point_at_platform(f"http://127.0.0.1:{PLATFORM_PORT}")
    where = ["--port", str(PLATFORM_PORT), "--journal", str(data_dir / "platform.jsonl")]
    events = ["--events", f"http://127.0.0.1:{PORT}/api/v1/member-events/"]
    return Program("member platform", [sys.executable, "-m", "config.platform_fake", *where, *events])


def wait_until_ready(running: list[Program]) -> None:
    url = f"http://127.0.0.1:{PORT}/health/ready"
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            pass
        if time.monotonic() > deadline:
            raise SystemExit(f"The site does not answer on {url} after {READY_SECONDS} seconds.")
        for program in running:
            if program.process is not None and program.process.poll() is not None:
                raise SystemExit(f"{program.name} ended with {program.process.returncode} while starting.")
        time.sleep(0.2)


def describe_demo() -> None:
    from config.demo.people import PASSWORD, PEOPLE

    say("")
    say(f"Demo users, all with the password {PASSWORD}:")
    for username, (zh, en, *_rest) in PEOPLE.items():
        say(f"  {username:<12} {zh} · {en}")
    say("")


def prepare(environment: Mapping[str, str]) -> bool:
    """Database, reference data, demo company. True if this is a demo."""
    from django.conf import settings

    say("bringing the database up to date ...")
    manage("migrate", "--verbosity", "0")
    manage("load_reference")
    if settings.DEMO and environment.get("DEMO", "1") not in {"0", "false", "no"}:
        manage("load_demo")
        return True
    return False


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def require_free_port() -> None:
    """Say at once what would otherwise be seen after a minute of preparing."""
    if not is_free(PORT):
        raise SystemExit(f"Port {PORT} is taken. Choose another one: PORT=8001 make run")


def data_dir_of(environment: Mapping[str, str]) -> Path:
    """Where the site keeps its data, found without the settings: reading those starts the embedded servers."""
    return Path(environment.get("DATA_DIR") or Path(__file__).resolve().parent.parent / ".data")


def take_data_dir(data_dir: Path, *, patience: float = FORMER_SECONDS) -> TextIO:
    """Two sites on one data directory would stop each other's database: the second one is refused.

    One that is stopping already is waited for: its last deed is to stop the database and Redis, which
    must not meet those that are being started.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    lock = (data_dir / "run.lock").open("a+")
    deadline, told = time.monotonic() + patience, False
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            if lock.read() != STOPPING or time.monotonic() > deadline:
                lock.close()
                raise SystemExit(
                    f"A site is running on {data_dir} already. "
                    "Stop it, or choose another place: DATA_DIR=.data2 make run"
                ) from error
            if not told:
                say("waiting for the former site to stop ...")
                told = True
            time.sleep(0.1)
        else:
            mark(lock, "")
            return lock


def mark(lock: TextIO, word: str) -> None:
    """Leave a word in the lock for whoever finds it taken."""
    lock.truncate(0)
    lock.write(word)
    lock.flush()


def main() -> None:
    data_dir = data_dir_of(os.environ)
    # First of all: a former site that is stopping still holds the port and the servers.
    lock = take_data_dir(data_dir)
    require_free_port()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    say("starting PostgreSQL and Redis ...")
    import django

    from config import embedded

    # Reads the settings, which starts the embedded servers.
    django.setup()
    running = programs()
    try:
        is_demo = prepare(os.environ)
        if is_demo and (beside := demo_platform(data_dir)) is not None:
            running.append(beside)
        for program in running:
            program.start()
        wait_until_ready(running)
        if is_demo:
            describe_demo()
        say(f"ready http://127.0.0.1:{PORT}")
        while True:
            time.sleep(1)
            for program in running:
                program.keep_running()
    except Stopped:
        say("stopping ...")
    finally:
        mark(lock, STOPPING)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for program in running:
            program.stop()
        if "DATABASE_URL" not in os.environ:
            embedded.stop_database(data_dir)
        if "REDIS_URL" not in os.environ:
            embedded.stop_redis(data_dir)
        lock.close()
        say("stopped")


if __name__ == "__main__":
    main()
