"""What tests of pages share."""

from collections.abc import Callable

import pytest
from django.test import Client

from core.jobs import health
from core.models import User


@pytest.fixture(autouse=True)
def _background_is_well():
    """Pages do not ask the database for the state of the background: their queries are counted."""
    health.show(health.WELL, seconds=3600)


@pytest.fixture(params=[4, pytest.param(1, marks=pytest.mark.long)], ids=["some", "all"])
def every(request) -> int:
    """Of many places each is tried with every fourth value, in turn; with each of them where there is time."""
    return int(request.param)


@pytest.fixture
def signed_in(client: Client) -> Callable[[User], Client]:
    """signed_in(cast.rep1) -> a client as whom the person works."""

    def sign_in(person: User) -> Client:
        client.force_login(person)
        return client

    return sign_in
