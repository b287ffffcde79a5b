"""Callers of the API: a client that speaks JSON with a person's token."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import caches
from django.test import Client

from core.tokens import create_token


class ApiClient(Client):
    """Django's test client with JSON, a token and the language of an API caller."""

    def __init__(self, token: str | None = None, language: str = "en", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.defaults["HTTP_ACCEPT_LANGUAGE"] = language
        if token:
            self.defaults["HTTP_AUTHORIZATION"] = f"Token {token}"

    def send(self, method: str, path: str, body: Any = None, **headers: str):
        """Call an address below /api/v1/ with JSON."""
        raw = b"" if body is None else json.dumps(body).encode()
        return self.generic(method, f"/api/v1/{path}", raw, content_type="application/json", headers=headers)

    def read(self, path: str, **headers: str):
        return self.get(f"/api/v1/{path}", headers=headers)


@pytest.fixture(autouse=True)
def _own_counts(monkeypatch):
    """Limits and metrics live in Redis, which outlives a test and is shared with those that run beside it."""
    monkeypatch.setattr(caches["default"], "key_prefix", uuid4().hex)


@pytest.fixture
def as_(cast):
    """A client of each person: ``as_("rep1").read("customers/")``."""

    def client(username: str, **kwargs: Any) -> ApiClient:
        _row, key = create_token(actor=getattr(cast, username))
        return ApiClient(key, **kwargs)

    return client


@pytest.fixture
def anonymous() -> ApiClient:
    return ApiClient()


def told(answer) -> dict[str, Any]:
    """What an answer says; each request has a number of its own."""
    return {name: value for name, value in answer.json().items() if name != "request_id"}
