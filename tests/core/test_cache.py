"""The cache without its Redis: everything goes on as if nothing had been kept."""

import pytest
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


def test_counting_says_that_it_cannot(gone):
    with pytest.raises(ValueError, match="a"):
        gone.incr("a")


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
