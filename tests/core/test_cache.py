"""The cache without its Redis: everything goes on as if nothing had been kept."""

from uuid import uuid4

import pytest
from django.conf import settings
from django.core.cache import caches
from django.test import Client
from django.urls import reverse

from core.cache import ForgivingRedisCache


@pytest.fixture
def gone(tmp_path):
    """A cache whose Redis is not there."""
    return ForgivingRedisCache(f"unix://{tmp_path}/nobody.sock", {})


def test_what_is_not_there_is_not_found(gone):
    gone.set("a", 1)
    assert gone.get("a") is None
    assert gone.get("a", "else") == "else"
    assert gone.add("a", 1) is True
    assert gone.get_many(["a"]) == {}
    assert gone.set_many({"a": 1}) == []
    assert gone.delete("a") is False
    assert gone.has_key("a") is False
    assert gone.get_or_set("a", 5) == 5
    gone.clear()


def test_counting_says_that_it_cannot(gone):
    with pytest.raises(ValueError, match="a"):
        gone.incr("a")


def test_clearing_forgets_its_own_and_leaves_the_queue_beside_it():
    ours, theirs = (
        ForgivingRedisCache(settings.CACHES["default"]["LOCATION"], {"KEY_PREFIX": f"{uuid4().hex}"})
        for _cache in range(2)
    )
    ours.set("a", 1)
    theirs.set("a", 2)
    ours.clear()
    assert ours.get("a") is None
    assert theirs.get("a") == 2
    theirs.clear()


@pytest.mark.django_db
def test_people_sign_in_while_it_is_gone(cast, gone):
    before = caches["default"]
    caches["default"] = gone
    try:
        client = Client()
        answer = client.post(reverse("account_login"), {"login": "rep1", "password": "xiaoliu"})
        assert answer.status_code == 302
        assert client.get(reverse("workflows:inbox")).status_code == 200
    finally:
        caches["default"] = before
