"""Whatever is sent as a diagram: a refusal with its cause, in seconds, and nothing changed."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from tests.api.diagrams import travel
from tests.api.hostile import DIAGRAMS, EXPRESSIONS, FILES
from workflows.models import ProcessDefinition, ProcessVersion

pytestmark = pytest.mark.django_db
SECONDS = 5


@pytest.fixture(autouse=True)
def _in_time_and_without_a_trace() -> Iterator[None]:
    """Every test here ends within five seconds a request or fails; no attack has left its file."""

    def late(_signal, _frame):
        raise TimeoutError(f"no answer within {SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, late)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)
    assert not Path("canary").exists()


class Impatient:
    """A client that gives up after five seconds."""

    def __init__(self, client) -> None:
        self.client = client

    def _call(self, name: str, *args, **kwargs):
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
        try:
            return getattr(self.client, name)(*args, **kwargs)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def send(self, *args, **kwargs):
        return self._call("send", *args, **kwargs)

    def read(self, *args, **kwargs):
        return self._call("read", *args, **kwargs)

    def upload(self, content: bytes):
        data = {"file": SimpleUploadedFile("travel.bpmn", content)}
        return self._call("post", "/api/v1/process-definitions/import/", data)


@pytest.fixture
def admin(as_) -> Impatient:
    return Impatient(as_("admin"))


@pytest.fixture
def published(admin) -> Impatient:
    """The administrator, after publishing the harmless process once."""
    assert admin.upload(travel().encode()).status_code == 201
    assert admin.send("POST", "process-definitions/travel/draft/publish/", {}).status_code == 201
    return admin


def everything() -> dict[str, str]:
    """A fingerprint of each table, but for the tokens' last use."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models():
            table = model._meta.db_table
            if table in ("core_apitoken", "django_migrations"):
                continue
            cursor.execute(
                f"SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM \"{table}\" t"  # noqa: S608
            )
            found[table] = cursor.fetchone()[0]
    return found


def is_refused_with_a_cause(answer, name: str = "") -> bool:
    assert 400 <= answer.status_code < 500, (name, answer.content[:2000])
    body = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert body["detail"]
    assert body["code"]
    return True


def parts(names, size: int = 12) -> list:
    """A dozen at a time: what costs time is the set-up of a test, not an attack."""
    names = list(names)
    return [pytest.param(names[at : at + size], id=str(names[at])[:40]) for at in range(0, len(names), size)]


def harmless_one_publishes(admin, version: int) -> bool:
    """The same process without the attack goes in, and is in use at once."""
    assert admin.upload(travel(name=f"harmless {version}").encode()).status_code == 200
    answer = admin.send("POST", "process-definitions/travel/draft/publish/", {})
    assert (answer.status_code, answer.json()["version"]) == (201, version)
    return True


@pytest.mark.parametrize("names", parts(FILES))
def test_a_file_is_refused_and_changes_nothing(published, names):
    before = everything()
    for name in names:
        assert is_refused_with_a_cause(published.upload(FILES[name]), name)
        assert everything() == before, name
    assert harmless_one_publishes(published, 2)


def test_twelve_megabytes_of_json_are_refused(published):
    before = everything()
    text = travel(more=f"<!--{'x' * 12_000_000}-->")
    assert is_refused_with_a_cause(published.send("POST", "process-definitions/import/", {"bpmn": text}))
    draft = {"bpmn": text, "revision": 0}
    assert is_refused_with_a_cause(published.send("PUT", "process-definitions/travel/draft/", draft))
    found = published.send("POST", "process-definitions/travel/draft/lint/", {"bpmn": text}).json()[
        "problems"
    ]
    assert [one["code"] for one in found] == ["xml_too_large"]
    assert everything() == before


def causes(admin, name: str, text: str) -> list[dict]:
    """Import (refused, or a draft with its problems), then publish: refused. Returns the errors found."""
    imported = admin.upload(text.encode())
    if imported.status_code >= 400:
        assert is_refused_with_a_cause(imported, name)
        return imported.json()["problems"]
    before = everything()
    answer = admin.send("POST", "process-definitions/travel/draft/publish/", {})
    assert is_refused_with_a_cause(answer, name)
    assert answer.json()["code"] == "diagram_refused", name
    assert everything() == before, name
    errors = [one for one in imported.json()["problems"] if one["severity"] == "error"]
    lint = admin.send("POST", "process-definitions/travel/draft/lint/", {}).json()["problems"]
    assert {one["code"] for one in errors} == {one["code"] for one in lint if one["severity"] == "error"}, (
        name
    )
    for one in errors:
        assert one["message"], name
        assert one["hint"], name
    return errors


@pytest.mark.parametrize("names", parts(DIAGRAMS))
def test_a_diagram_that_cannot_run_is_not_published(published, names):
    for name in names:
        assert causes(published, name, DIAGRAMS[name]), name
        assert ProcessVersion.objects.count() == 1, name
    assert harmless_one_publishes(published, 2)


@pytest.mark.parametrize("attacks", parts(EXPRESSIONS))
def test_an_attack_by_expression_is_refused_with_element_and_line(published, attacks):
    for attack in attacks:
        for hostile, element in (
            (travel(condition=attack), "large_check"),
            (travel(script=f"doubled = ({attack})"), "calculate"),
        ):
            errors = causes(published, attack[:60], hostile)
            assert element in {one["element"] for one in errors}, (attack[:60], errors)
            assert all(one["line"] for one in errors), attack[:60]
        assert ProcessVersion.objects.count() == 1, attack[:60]
    assert harmless_one_publishes(published, 2)


def test_a_value_that_is_no_condition_is_refused(published):
    """In a script these are fine; a gateway needs yes or no."""
    for text in ("amount", "amount + 1", '"yes"', "[amount]", "null"):
        assert causes(published, text, travel(condition=text)), text
    assert harmless_one_publishes(published, 2)


def test_importing_is_a_right(as_):
    for username in ("rep1", "boss", "finance"):
        client = Impatient(as_(username))
        assert client.upload(travel().encode()).status_code == 403
    assert not ProcessDefinition.objects.exists()


def test_an_import_never_publishes(admin):
    assert admin.upload(travel().encode()).status_code == 201
    definition = ProcessDefinition.objects.get(key="travel")
    assert definition.current_version is None
    assert (
        admin.send("POST", "process-instances/", {"definition": "travel"}).json()["code"] == "not_published"
    )
