"""What machines ask: alive, ready, how much."""

from datetime import timedelta

import pytest
from django.test import Client, override_settings

from config import health
from core import clock
from core.jobs import enqueue

pytestmark = pytest.mark.django_db


def test_live_answers_without_the_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert Client().get("/health/live").json() == {"status": "ok"}


def test_ready_names_what_is_there():
    answer = Client().get("/health/ready")
    assert answer.status_code == 200
    assert answer.json()["checks"] == {"database": "ok", "migrations": "ok", "redis": "ok"}


def test_ready_tells_of_a_late_background_and_is_ready_all_the_same():
    assert Client().get("/health/ready").json()["background"] == {"status": "ok"}
    enqueue("tests.nothing", {}, key="late")
    with clock.travel(timedelta(minutes=2)):
        answer = Client().get("/health/ready")
    assert answer.status_code == 200
    assert answer.json()["background"]["status"] == "delayed"
    assert answer.json()["background"]["what"] == "background jobs"


def test_ready_is_503_when_something_is_missing(monkeypatch):
    def fail():
        raise RuntimeError

    monkeypatch.setattr(health, "_redis", fail)
    answer = Client().get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["checks"]["redis"] == "failed"


def test_metrics_are_read_by_prometheus():
    answer = Client().get("/metrics")
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "xiaoliu_work_items_open 0\n" in answer.content.decode()
    assert "xiaoliu_background_jobs_open 0\n" in answer.content.decode()


def test_metrics_take_the_token_where_one_is_set():
    with override_settings(METRICS_TOKEN="abc"):
        assert Client().get("/metrics").status_code == 401
        assert Client().get("/metrics", headers={"Authorization": "Bearer abc"}).status_code == 200
    with override_settings(PRODUCTION=True):
        assert Client().get("/metrics").status_code == 401
