"""Every action of the API: 401 to the anonymous, 403 to readers, 404 to strangers, and nothing changes.

The table (``actions.py``) names each action of the OpenAPI description; a new one without a line there fails.
Four people whose rights are made from the list of all rights ask each of them: a stranger, a reader, somebody of
another department and somebody who may, who really does it. Besides, people of the shipped company ask.
"""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from core.api.docs import description
from core.tokens import create_token
from tests.api.actions import ACTIONS, HOUSE, Action
from tests.api.conftest import ApiClient, told
from tests.api.test_hostile_diagrams import everything
from tests.api.world import build
from tests.permissions.people import ASKING, create_asking

pytestmark = pytest.mark.django_db
DONE = (200, 201, 204)


@pytest.fixture
def world(company):
    return vars(build(company))


@pytest.fixture
def clients(company):
    """A client of each of the four."""
    return {name: ApiClient(create_token(actor=one)[1]) for name, one in create_asking().items()}


def filled(value: Any, world: dict[str, Any]) -> Any:
    """The value with the world's keys in place of their names."""
    if isinstance(value, str) and "<" not in value:
        return value.format(**world)
    if isinstance(value, dict):
        return {name: filled(inner, world) for name, inner in value.items()}
    return [filled(inner, world) for inner in value] if isinstance(value, list) else value


def send(client, action: Action, world: dict[str, Any]):
    path, body = filled(action.path, world), filled(action.body, world)
    if action.with_file:
        file = SimpleUploadedFile("b.pdf", b"%PDF-1.7 second", content_type="application/pdf")
        return client.post(f"/api/v1/{path}", {**body, "file": file})
    return client.send(action.method, path, body)


def shape(path: str) -> str:
    """An address without its keys, whatever they are called."""
    fixed = {"travel", "money-received", "1", "2", "2026", "core.send_mail", "crm.view_customer"}
    parts = path.partition("?")[0].strip("/").split("/")
    return "/".join("*" if part.startswith("{") or part in fixed else part for part in parts)


def test_the_table_names_every_action():
    described = {
        (method.upper(), shape(path.removeprefix("/api/v1/")))
        for path, methods in description()["paths"].items()
        for method in methods
        # The door of the platform is its signature (tests/crm/test_members.py).
        if path not in ("/api/v1/auth/token/", "/api/v1/member-events/")
    }
    assert described == {(action.method, shape(action.path)) for action in ACTIONS}


# The four ------------------------------------------------------------------------------------------


def heard(action: Action, client, world) -> tuple[int, str]:
    """The status and, of a refusal, its code; what was done is undone."""
    with transaction.atomic():
        answer = send(client, action, world)
        if answer.streaming:
            b"".join(answer.streaming_content)
        transaction.set_rollback(True)
    if answer.status_code in DONE:
        return answer.status_code, ""
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("person", ASKING)
def test_everybody_hears_what_the_table_says(person, world, clients, as_):
    found, expected = [], []
    for action in ACTIONS:
        is_only = person == "allowed" and action.only
        client = as_(action.only) if is_only else clients[person]
        status, code = heard(action, client, world)
        found.append((action.method, action.path, status, code if person == "allowed" else ""))
        expected.append(
            (
                action.method,
                action.path,
                action.expected(person),
                action.refusal if person == "allowed" else "",
            )
        )
    assert found == expected


def test_whoever_may_does_it_or_hears_which_state_forbids_it():
    """A table that expects a refusal for everybody proves nothing."""
    for action in ACTIONS:
        allowed = (400, 409) if action.refusal else DONE
        assert action.expected("allowed") in allowed, action


def test_a_row_of_another_department_is_hidden_or_belongs_to_the_house():
    for action in ACTIONS:
        if "{" in action.path and action.expected("other") not in (403, 404):
            assert action.noun in HOUSE or "{pool_customer}" in action.path, action


def test_lists_hide_the_rows_of_another_department(world, clients):
    """Of each noun with a list and rows: the world's row stands in the list of who may see it, and in no other."""
    looked_at = 0
    for action in ACTIONS:
        noun, _slash, rest = action.path.partition("/")
        if action.method != "GET" or not rest.startswith("{") or rest.count("/") > 1 or "?" in rest:
            continue
        lists = [one for one in ACTIONS if (one.method, one.path) == ("GET", f"{noun}/")]
        if not lists:
            continue
        looked_at += 1
        key = str(filled(rest.strip("/"), world))
        for person, client in clients.items():
            query = "?box=all&limit=200" if noun == "work-items" else "?limit=200"
            answer = client.read(f"{noun}/{query}")
            ids = {one["id"] for one in answer.json().get("results", ())}
            assert (key in ids) == (action.expected(person) in DONE), (person, noun)
    assert looked_at > 10


# The shipped company -------------------------------------------------------------------------------


def test_the_anonymous_hear_401(world, anonymous):
    before = everything()
    for action in ACTIONS:
        answer = send(anonymous, action, world)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated"), action
        assert answer["WWW-Authenticate"] == "Token"
    assert everything() == before


def test_readers_hear_403_and_change_nothing(world, as_):
    clients, before = {}, everything()
    for action in ACTIONS:
        for username in action.readers:
            client = clients.setdefault(username, as_(username))
            answer = send(client, action, world)
            assert answer.status_code == 403, (username, action, answer.content.decode()[:500])
            assert answer.json()["code"] == "forbidden"
    assert without_tokens(everything()) == without_tokens(before)


def test_strangers_hear_404_as_if_nothing_were_there(world, as_):
    clients, before = {}, everything()
    nowhere = dict.fromkeys(world, 987654321)
    for action in ACTIONS:
        for username in action.strangers:
            client = clients.setdefault(username, as_(username))
            answer = send(client, action, world)
            assert answer.status_code == 404, (username, action, answer.content.decode()[:500])
            if "{" in action.path:
                absent = send(client, action, nowhere)
                assert (absent.status_code, told(absent)) == (404, told(answer)), action
    assert without_tokens(everything()) == without_tokens(before)


def test_lists_hold_only_what_may_be_seen(world, as_):
    seen = {
        username: {
            path: len(as_(username).read(path).json()["results"])
            for path in (
                "customers/",
                "contacts/",
                "contracts/",
                "payments/",
                "receivables/",
                "process-instances/",
            )
        }
        for username in ("rep1", "rep3", "content")
    }
    assert set(seen["content"].values()) == {0}
    # The one case whose open step lies in the queue that rep3 shares.
    assert seen["rep3"] == {**seen["content"], "process-instances/": 1}
    assert all(seen["rep1"].values())


def without_tokens(state: dict[str, str]) -> dict[str, str]:
    """The clients of a test sign in while it runs, which is written down."""
    return {table: found for table, found in state.items() if table not in ("core_auditentry",)}
