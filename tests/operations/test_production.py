"""A site as a company runs it: production settings, collected files, real gunicorn, worker and beat."""

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from config import embedded
from tests.operations.test_container import programs

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 60


class Site:
    """Programs with one environment; what they write to standard error is kept."""

    def __init__(self, folder: Path, database: str) -> None:
        here = connection.settings_dict
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.folder = folder
        self.environment = {
            "PATH": os.environ["PATH"],
            "DATA_DIR": str(folder / "var"),
            "DATABASE_URL": f"postgresql://{here['USER']}@/{database}?host={here['HOST']}",
            "REDIS_URL": embedded.redis_url(folder),
            "SECRET_KEY": secrets.token_urlsafe(50),
            "ALLOWED_HOSTS": "flow.example.com",
            "SITE_URL": "https://flow.example.com",
            "LISTEN": f"127.0.0.1:{self.port}",
            "WEB_CONCURRENCY": "1",
            # Tests may run as root; a container does not.
            "PYTHONWARNINGS": "ignore:You're running the worker with superuser",
        }
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def run(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command],
            env=self.environment,
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, name: str, *command: str) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", *command], env=self.environment, cwd=settings.BASE_DIR, stderr=log
            )

    def stop(self) -> dict[str, int]:
        """Politely, as an engine stops a container; the exit codes."""
        for process in self.running.values():
            process.send_signal(signal.SIGTERM)
        return {name: process.wait(30) for name, process in self.running.items()}

    def kill(self) -> None:
        for process in self.running.values():
            if process.poll() is None:
                process.kill()
                process.wait()

    def lines(self, name: str) -> list[dict]:
        text = (self.folder / f"{name}.log").read_text()
        return [json.loads(line) for line in text.splitlines()]

    def get(self, path: str, host: str = "flow.example.com", **headers: str):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            headers={"Host": host, "X-Forwarded-Proto": "https", **headers},
        )
        try:
            return urllib.request.urlopen(request, timeout=20)  # noqa: S310  our own address
        except urllib.error.HTTPError as error:
            return error


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)


@pytest.fixture
def site(cast, tmp_path):
    """On a database of its own that begins as the tests' one."""
    here, name = connection.settings_dict, f"operations_site_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    with ExitStack() as stack:
        server = stack.enter_context(
            psycopg.connect(host=here["HOST"], user=here["USER"], dbname="postgres", autocommit=True)
        )
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.close()
        # A server thread of an earlier test may still hold its connection: a template is copied alone.
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [here["NAME"]]
        )
        server.execute(f'CREATE DATABASE {name} TEMPLATE "{here["NAME"]}"')
        stack.callback(server.execute, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        # A Redis of its own: else the worker would take what other tests want done.
        stack.callback(embedded.stop_redis, tmp_path)
        site = Site(tmp_path, name)
        stack.callback(site.kill)
        yield site


def test_a_site_in_production_is_started_asked_watched_and_stopped(site):
    site.run("manage.py", "migrate", "--verbosity", "0")
    site.run("manage.py", "load_reference")
    site.run("manage.py", "collectstatic", "--noinput", "--verbosity", "0")
    checked = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy"],
        env=site.environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert re.findall(r"\((\S+)\)", checked.stderr.split("\n\n")[0]) in ([], ["config.W002"]), checked.stderr

    commands = programs()
    site.start("web", *commands["web"])
    site.start("worker", *commands["worker"])
    site.start("beat", *commands["beat"])

    def is_up() -> bool:
        try:
            return site.get("/health/live").status == 200
        except OSError:
            return False

    wait_for(is_up)

    # Balancers ask by address; everybody else by the name of the site.
    wait_for(
        lambda: json.load(site.get("/health/ready", host="10.0.0.7"))["programs"]["beat"]["status"] == "ok"
    )
    wait_for(lambda: json.load(site.get("/health/ready"))["programs"]["worker:celery"]["status"] == "ok")
    state = json.load(site.get("/health/ready"))
    assert set(state["checks"].values()) == {"ok"}
    assert state["complaints"] == ["worker:slow", "worker:outside"]
    assert site.get("/account/login/", host="10.0.0.7").status == 400
    assert site.get("/metrics").status == 401
    for program in ("web", "beat", "worker:celery"):
        assert site.run("-m", "config.probe", program) == "ok\n"

    # A page with its style sheet, over TLS only.
    page = site.get("/account/login/", **{"X-Request-ID": "edge-7f3a9b21"})
    text = page.read().decode()
    assert page.status == 200
    assert page.headers["X-Request-ID"] == "edge-7f3a9b21"
    assert "max-age=31536000" in page.headers["Strict-Transport-Security"]
    sheet = re.search(r'href="(/static/app\.[0-9a-f]{12}\.css)"', text)[1]
    assert site.get(sheet).headers["Cache-Control"].startswith("max-age=315360000")
    plain = urllib.request.Request(
        f"http://127.0.0.1:{site.port}/account/login/", headers={"Host": "flow.example.com"}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.build_opener(NoRedirect).open(plain, timeout=20)
    assert refused.value.headers["Location"] == "https://flow.example.com/account/login/"
    assert site.get("/nothing/").status in {302, 404}

    assert site.stop() == {"web": 0, "worker": 0, "beat": 0}
    told = [line for line in site.lines("web") if line["logger"] == "xiaoliu.access"]
    assert [line["path"] for line in told if line["request_id"] == "edge-7f3a9b21"] == ["/account/login/"]
    assert not [line for line in told if line["path"].startswith(("/health/", "/static/", "/metrics"))]
    for name in ("web", "worker", "beat"):
        # Each line is one JSON object, Celery's and gunicorn's too.
        assert not [line for line in site.lines(name) if line["level"] in {"error", "critical"}]


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None
