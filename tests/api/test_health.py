"""What machines ask: alive, ready, how much."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client, override_settings

from config import health
from config.metrics import GAUGES
from core import clock, presence
from core.jobs import enqueue
from workflows.models import Alert

pytestmark = pytest.mark.django_db


def test_live_answers_without_the_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert Client().get("/health/live").json() == {"status": "ok"}


def test_ready_names_what_is_there():
    answer = Client().get("/health/ready")
    assert answer.status_code == 200
    assert answer.json()["checks"] == {"database": "ok", "migrations": "ok", "fonts": "ok", "redis": "ok"}


def test_ready_tells_of_a_late_background_and_is_ready_all_the_same():
    assert Client().get("/health/ready").json()["background"] == {"status": "ok"}
    enqueue("tests.nothing", {}, key="late")
    with clock.travel(timedelta(minutes=2)):
        answer = Client().get("/health/ready")
    assert answer.status_code == 200
    assert answer.json()["background"]["status"] == "delayed"
    assert answer.json()["background"]["what"] == "background jobs"


def test_ready_is_503_without_what_pages_need(monkeypatch):
    monkeypatch.setattr(health, "_has_fonts", False)
    monkeypatch.setattr(health, "FAMILIES", ("No Such Font",))
    answer = Client().get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["status"] == "unavailable"
    assert answer.json()["checks"]["fonts"] == "failed"
    assert "No Such Font" not in answer.content.decode()


@override_settings(REDIS_URL="redis://:secret-4711@127.0.0.1:1/0")
def test_ready_says_that_redis_is_away_and_goes_on_serving():
    answer = Client().get("/health/ready")
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["checks"]["redis"] == "failed"
    assert "secret-4711" not in answer.content.decode()


def test_ready_tells_which_programs_are_seen(own_marks):
    everything = Client().get("/health/ready").json()
    assert set(everything["programs"]) == {"beat", "worker:celery", "worker:slow", "worker:outside"}
    assert {one["status"] for one in everything["programs"].values()} == {"not seen"}
    assert everything["status"] == "degraded"
    presence.note(presence.expected())
    everything = Client().get("/health/ready").json()
    assert everything["programs"]["beat"] == {"status": "ok", "seen_seconds_ago": 0}
    assert (everything["status"], everything["complaints"]) == ("ok", [])


def test_a_program_that_has_been_silent_is_named(own_marks):
    presence.note(presence.expected())
    client, key = presence._client(), presence._key("worker:slow")
    client.pexpire(key, presence._REMEMBERED_MS - 95_000)
    everything = Client().get("/health/ready").json()
    assert everything["programs"]["worker:slow"] == {"status": "not seen", "seen_seconds_ago": 95}
    assert everything["complaints"] == ["worker:slow"]


@override_settings(ALLOWED_HOSTS=["crm.example.com"])
@pytest.mark.parametrize("path", ["/health/live", "/health/ready/", "/metrics"])
def test_machines_may_ask_by_address(path):
    assert Client().get(path, headers={"Host": "10.0.0.7:8000"}).status_code == 200
    assert Client().get("/account/login/", headers={"Host": "10.0.0.7:8000"}).status_code == 400


def test_metrics_are_read_by_prometheus():
    answer = Client().get("/metrics")
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "xiaoliu_work_items_open 0\n" in answer.content.decode()
    assert "xiaoliu_background_jobs_open 0\n" in answer.content.decode()


def test_figures_with_labels_in_a_pinned_number_of_statements(own_marks, django_assert_num_queries):
    presence.note(["beat"])
    for number, level in enumerate(("red", "red", "amber")):
        Alert.objects.create(
            code="late", about=str(number), level=level, state="open",
            opened_at=clock.now(), last_seen_at=clock.now(),
        )  # fmt: skip
    cache.delete("metrics")
    with django_assert_num_queries(len(GAUGES) + 3):
        told = Client().get("/metrics").content.decode()
    assert 'xiaoliu_alerts_open{level="red"} 2\n' in told
    assert 'xiaoliu_queue_due{place="timers",kind=""} 0\n' in told
    assert 'xiaoliu_program_seen_seconds{program="beat"}' in told
    assert 'program="worker:slow"' not in told
    with django_assert_num_queries(0):
        assert Client().get("/metrics").content.decode() == told
    cache.delete("metrics")


def test_metrics_take_the_token_where_one_is_set():
    with override_settings(METRICS_TOKEN="abc"):
        assert Client().get("/metrics").status_code == 401
        assert Client().get("/metrics", headers={"Authorization": "Bearer abc"}).status_code == 200
    with override_settings(PRODUCTION=True):
        assert Client().get("/metrics").status_code == 401
