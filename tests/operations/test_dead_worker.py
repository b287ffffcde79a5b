"""A worker that really runs and is really killed: administrators hear of it, once, and hear when one runs again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from config import embedded
from core import presence
from core.models import Notification
from core.notifications import shown
from tests.workflows.test_alerts import told, watch

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]

QUEUES = [presence.worker_of(queue) for queue in settings.CELERY_TASK_QUEUES]
READY_SECONDS = 90


@pytest.fixture
def own_redis(settings) -> Iterator[Path]:
    """A Redis of this test alone: no other process is seen in it, and no message of another test is in it."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        settings.REDIS_URL = embedded.redis_url(folder)
        yield folder
        embedded.stop_redis(folder)


@contextmanager
def worker(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """One worker for all queues, on the database of the test, once it has given a sign of life."""
    here = connection.settings_dict
    environment = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"postgresql://{here['USER']}@/{here['NAME']}?host={here['HOST']}",
        "REDIS_URL": settings.REDIS_URL,
        "DEMO": "1",
    }
    program = [sys.executable, "-W", "ignore", "-m", "celery", "--quiet", "-A", "config", "worker"]
    with (folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [*program, "--concurrency", "1", "--queues", ",".join(settings.CELERY_TASK_QUEUES)],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        until(all_are_seen, folder)
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def all_are_seen() -> bool:
    ages = presence.seconds_since(QUEUES).values()
    return all(age is not None and age < presence.PATIENCE for age in ages)


def until(is_so: Callable[[], bool], folder: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not is_so():
        log = folder / "worker.log"
        assert time.monotonic() < deadline, log.read_text() if log.exists() else "nothing was started"
        time.sleep(0.1)


def forget_signs_of_life() -> None:
    """As if a minute had gone by since each was given: Redis counts by its own clock, which no test turns."""
    client = presence._client()
    for name in presence.expected():
        left = client.pttl(presence._key(name))
        client.pexpire(presence._key(name), left - (presence.PATIENCE + 1) * 1000)


def test_administrators_hear_once_that_no_worker_runs_and_once_that_one_does_again(cast, own_redis):
    with worker(own_redis) as process:
        presence.note([presence.BEAT])
        watch(0, 1)
        assert told(cast.admin) == []
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    forget_signs_of_life()
    presence.note([presence.BEAT])
    watch(2, 5, 6, 7, 60)
    assert told(cast.admin) == [[("opened", "not_seen")] * len(QUEUES)]
    notice = shown(list(Notification.objects.filter(person=cast.admin, kind="operations.alert")))[0]
    assert notice.text.count("未运行") == len(QUEUES)
    with worker(own_redis):
        watch(61, 64, 65)
    assert told(cast.admin)[1:] == [[("over", "not_seen")] * len(QUEUES)]
