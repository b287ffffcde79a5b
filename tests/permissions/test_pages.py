"""Every page, asked by a stranger, a reader, somebody of another department and somebody who may.

The addresses come from the site's own list: a page without a line in ``pages.py`` fails, and so does a line
without a page. A page about a row answers 404 to whoever does not see the row; one that may be opened but not
used, 403. A page of one's own (a profile, one's exports) belongs to everybody who works here.
"""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from core.generic import ActionView, FormPage
from tests.permissions.line import Line
from tests.permissions.pages import BEFORE_SIGN_IN, LINES, SIGN_IN
from tests.permissions.people import ASKING, create_asking
from tests.permissions.world import keys_of, world_of
from tests.security.test_hostile_pages import pages

pytestmark = pytest.mark.django_db


@pytest.fixture
def asking(company):
    return create_asking()


@pytest.fixture
def world(company, asking):
    return world_of(company, asking)


def test_each_page_has_its_line_and_each_line_its_page():
    assert {name for name, _pattern in pages()} - SIGN_IN == {line.name for line in LINES}


def test_what_a_page_takes_is_asked():
    """A page that forms are sent to has a line for that, beside the one for looking at it."""
    asked = {line.name for line in LINES if line.method == "POST"}
    taken = {
        name
        for name, pattern in pages()
        if name not in SIGN_IN
        and (post := getattr(getattr(pattern.callback, "view_class", None), "post", None)) is not None
        # Deeds on many rows of a list are refused row by row, by the services: they have tests of their own.
        and not post.__module__.startswith("core.generic.")
    }
    taken |= {
        name
        for name, pattern in pages()
        if issubclass(getattr(pattern.callback, "view_class", object), (FormPage, ActionView))
    }
    assert taken <= asked


def ask(client: Client, line: Line, world: dict, person: str) -> int:
    """The answer's status; what was done is undone."""
    address = reverse(line.name, kwargs=keys_of(line, world, person)) + line.query.format(**world)
    with transaction.atomic():
        if line.method == "GET":
            answer = client.get(address)
        else:
            answer = client.post(address, line.filled(world))
        if answer.streaming:
            b"".join(answer.streaming_content)
        transaction.set_rollback(True)
    return answer.status_code


@pytest.mark.parametrize("person", ASKING)
def test_everybody_hears_what_the_table_says(world, company, asking, person):
    client = Client(raise_request_exception=False)
    heard = {}
    for line in LINES:
        client.force_login(
            getattr(company, line.only) if line.only and person == "allowed" else asking[person]
        )
        heard[line.told] = ask(client, line, world, person)
    assert heard == {line.told: line.expected(person) for line in LINES}


def test_nobody_is_let_in_without_signing_in(world):
    client = Client(raise_request_exception=False)
    for line in LINES:
        if line.name in BEFORE_SIGN_IN:
            continue
        address = reverse(line.name, kwargs=keys_of(line, world, "allowed")) + line.query.format(**world)
        answer = client.get(address) if line.method == "GET" else client.post(address, line.filled(world))
        assert answer.status_code == 302, line
        assert answer.headers["Location"].startswith("/account/login/"), line


def test_whoever_may_is_never_refused():
    """A table that expects a refusal for everybody proves nothing. A form that is sent empty is answered with
    what is missing (400), or with what has changed since it was opened (409)."""
    for line in LINES:
        answers = (200, 204, 302) if line.method == "GET" else (200, 204, 302, 400, 409)
        assert line.expected("allowed") in answers, line


def test_a_row_of_another_department_is_hidden_or_belongs_to_the_house():
    """Whoever hears 200 about a row of others does so because the row has no department, and says so."""
    for line in LINES:
        own = any(source.startswith("own:") for source in line.keys.values())
        if line.keys and not own and line.expected("other") in (200, 204, 302, 400, 409):
            assert line.of_the_house, line
