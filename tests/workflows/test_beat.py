"""Beat: any number of them send each turn once, and none to a queue that nobody reads."""

import os
from types import SimpleNamespace

import pytest
from celery import Celery
from celery.beat import ScheduleEntry
from celery.schedules import schedule
from django.conf import settings
from django.db import OperationalError, connection

from config import beat
from config.celery import check_connections


@pytest.fixture
def app():
    """The real broker, in a database of its own; processes that test side by side have one each."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    app = Celery("beat-test", broker=f"{settings.CELERY_BROKER_URL}?virtual_host={9 + worker % 6}")
    with app.connection_for_write() as connection:
        connection.default_channel.client.flushdb()
    yield app
    with app.connection_for_write() as connection:
        connection.default_channel.client.flushdb()


def scheduler(app: Celery) -> beat.Scheduler:
    return beat.Scheduler(app=app, lazy=True)


def entry(app: Celery, name: str, seconds: float = 1.0) -> ScheduleEntry:
    return ScheduleEntry(name=name, task="tests.nothing", schedule=schedule(seconds, app=app), app=app)


def waiting(app: Celery) -> int:
    with app.connection_for_write() as connection:
        return connection.default_channel.client.llen("celery")


def test_the_first_of_two_takes_the_turn(app):
    first, second = scheduler(app), scheduler(app)
    for one in (first, second, second, first):
        one.apply_entry(entry(app, "tick"), producer=one.producer)
    assert waiting(app) == 1
    second.apply_entry(entry(app, "other"), producer=second.producer)
    assert waiting(app) == 2


def test_a_turn_is_free_again_before_the_next_one(app):
    one = scheduler(app)
    one.apply_entry(entry(app, "tick", 10), producer=one.producer)
    left = one.producer.channel.client.pttl("beat:tick")
    assert 7_000 < left <= 8_000


def test_nothing_piles_up_while_nobody_works(app, monkeypatch):
    monkeypatch.setattr(beat, "MOST_WAITING", 3)
    one = scheduler(app)
    for number in range(10):
        one.apply_entry(entry(app, f"tick {number}"), producer=one.producer)
    assert waiting(app) == 4


@pytest.mark.django_db(transaction=True)
def test_a_worker_whose_connection_broke_has_a_new_one_for_its_next_task():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
        with pytest.raises(OperationalError):
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    check_connections(task=SimpleNamespace(request=SimpleNamespace(is_eager=False)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone()[0] != pid
