"""An office with work on every desk, and clients of the people in it."""

import pytest
from django.test import Client

from tests.browser.scene import Office, office_of


@pytest.fixture
def office(company) -> Office:
    return office_of(company)


@pytest.fixture
def signed_in(db):
    """signed_in(person) -> a client of somebody who is signed in."""

    def client_of(person) -> Client:
        client = Client()
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return client_of
