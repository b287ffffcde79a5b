"""Fields of a task and of a start form that are shown only on a condition: as the pages draw them, as one types, and
as they are handed in."""

import re

import pytest
from django.urls import reverse

from tests.workflows.engine.drawing import Drawing
from tests.workflows.engine.test_showing import field, form
from tests.workflows.running import FINANCE, Hand, publish_drawing, user
from workflows.models import ProcessInstance, WorkItem
from workflows.services import complete_work_item

pytestmark = pytest.mark.django_db

START = form(
    field("amount", "integer"),
    field("reason", shown_if="amount > 1000", required="true", minLength="3"),
)
CHECK = form(
    field("amount", "integer", readonly="true"),
    field("agreed", "boolean"),
    field("note", shown_if="amount > 50 and not agreed", required="true"),
    field("note_on", "date", shown_if="not empty(note)"),
)


@pytest.fixture
def spending(cast):
    drawing = Drawing("spending", name="Spending").start(extensions=START).end()
    user(drawing, "check", CHECK, FINANCE, name="Check")
    return publish_drawing(drawing.chain("start", "check", "end")).definition


def begun(cast, amount=60) -> WorkItem:
    Hand.start("spending", cast.finance, data={"amount": amount})
    return WorkItem.objects.get()


def shown(text: str) -> dict[str, bool]:
    """The fields that come and go, and whether each is shown as it is drawn."""
    rows = re.findall(r'data-field="(\S+)" data-conditional( data-unshown)?', text)
    return {name: not unshown for name, unshown in rows}


def asked(client, address: str, **typed: str):
    answer = client.post(address, typed, headers={"X-Shown": "1"})
    assert answer.status_code == 200, answer.content
    return answer.json()


class TestStart:
    @pytest.fixture
    def address(self, spending) -> str:
        return reverse("workflows:process-start", args=["spending"])

    def test_as_it_is_drawn(self, cast, signed_in, address):
        client = signed_in(cast.finance)
        assert shown(client.get(address).content.decode()) == {"f-reason": False}
        answer = client.post(address, {"f-amount": "5000"})
        assert answer.status_code == 400
        assert shown(answer.content.decode()) == {"f-reason": True}
        assert set(answer.context["form"].errors) == {"reason"}

    def test_as_one_types(self, cast, signed_in, address):
        client = signed_in(cast.finance)
        assert asked(client, address, **{"f-amount": "5"}) == {"hidden": ["f-reason"], "words": {}}
        assert asked(client, address, **{"f-amount": "five"})["hidden"] == ["f-reason"]
        found = asked(client, address, **{"f-amount": "5000"})
        assert found["hidden"] == []
        assert "reason" in found["words"]["f-reason"]
        assert not ProcessInstance.objects.exists(), "asking starts nothing"

    def test_what_is_typed_into_a_hidden_field_is_neither_wrong_nor_taken(self, cast, signed_in, address):
        signed_in(cast.finance).post(address, {"f-amount": "5", "f-reason": "x"})
        assert ProcessInstance.objects.get().state["vars"] == {"amount": 5, "starter": "finance"}

    def test_what_is_shown_is_taken(self, cast, signed_in, address):
        signed_in(cast.finance).post(address, {"f-amount": "5000", "f-reason": "far"})
        assert ProcessInstance.objects.get().state["vars"]["reason"] == "far"

    def test_whoever_may_not_start_it_is_not_answered(self, cast, signed_in, address):
        assert signed_in(cast.tech).post(address, headers={"X-Shown": "1"}).status_code == 404


class TestTask:
    def address(self, item: WorkItem, deed: str = "-complete") -> str:
        return reverse(f"workflows:work-item{deed}", args=[item.pk])

    def test_as_it_is_drawn(self, cast, signed_in, spending):
        item = begun(cast)
        text = signed_in(cast.finance).get(self.address(item, "")).content.decode()
        assert shown(text) == {"f-note": True, "f-note_on": False}
        assert re.search(r'name="f-amount" value="60"[^>]* disabled', text), "what is only shown is shown"

    def test_as_one_types(self, cast, signed_in, spending):
        client, address = signed_in(cast.finance), self.address(begun(cast))
        assert asked(client, address)["hidden"] == ["f-note_on"]
        assert asked(client, address, **{"f-agreed": "on", "f-note": "x"})["hidden"] == [
            "f-note",
            "f-note_on",
        ]
        assert asked(client, address, **{"f-note": "x"}) == {
            "hidden": [],
            "words": {"f-note": "现在需要填写：note", "f-note_on": "现在需要填写：note_on"},
        }
        assert WorkItem.objects.open().count() == 1

    def test_it_is_handed_in(self, cast, signed_in, spending):
        item, client = begun(cast), signed_in(cast.finance)
        refused = client.post(self.address(item), {"f-note_on": "2026-12-20"})
        assert refused.status_code == 400
        assert set(refused.context["form"].fields.errors) == {"note"}
        assert shown(refused.content.decode()) == {"f-note": True, "f-note_on": False}
        done = client.post(self.address(item), {"f-agreed": "on", "f-note": "x", "f-note_on": "no day"})
        assert done.status_code == 302
        held = ProcessInstance.objects.get().state["vars"]
        assert (held["agreed"], held["amount"]) == (True, 60)
        assert not {"note", "note_on"} & held.keys()

    def test_whoever_only_looks_on_is_not_answered(self, cast, signed_in, spending):
        item = begun(cast)
        assert signed_in(cast.admin).post(self.address(item), headers={"X-Shown": "1"}).status_code == 403
        assert signed_in(cast.tech).post(self.address(item), headers={"X-Shown": "1"}).status_code == 404

    def test_a_task_that_is_over_hides_nothing_and_says_who_was_faster(self, cast, signed_in, spending):
        item = begun(cast)
        complete_work_item(
            work_item_id=item.pk, actor=cast.finance, outcome="", data={"agreed": True, "note": "x"}
        )
        answer = signed_in(cast.finance).post(self.address(item), {"f-note": "x"})
        assert answer.status_code == 409
