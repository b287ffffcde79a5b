"""POST messages/: delivered to, or kept for, whom it concerns."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import Department
from core.subjects import type_of
from tests.workflows.diagrams import DepartmentSubject
from tests.workflows.posts import begin, correlate, message, post, put_up, signal, waiting_for
from tests.workflows.running import form
from workflows import services
from workflows.models import Delivery, Message, ProcessInstance

pytestmark = pytest.mark.django_db
DEPARTMENT = type_of(DepartmentSubject.model)
NUMBER = '<flow:variable name="number" type="text" required="true"/>'


@pytest.fixture
def orders(cast):
    """Two cases, each of which waits for its order."""
    words = (correlate("number"), form("amount:decimal?"))
    put_up(waiting_for(message("paid"), *words, variables=NUMBER))
    return [begin("waits", cast.admin, data={"number": number}) for number in ("A1", "B2")]


def test_it_goes_to_the_case_that_waits_for_the_value(orders, as_):
    body = {"name": "paid", "correlation": {"order": "B2"}, "payload": {"amount": "12.50"}}
    answer = as_("admin").send("POST", "messages/", body)
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert told["delivered_to"] == [str(orders[1].instance.pk)]
    assert (told["name"], told["kind"], bool(told["uid"]), bool(told["kept_until"])) == (
        "paid",
        "message",
        True,
        True,
    )
    assert post(orders) == 1
    assert [one.names for one in orders] == [[], ["work"]]
    assert orders[1].variables["amount"] == "12.50"


@pytest.mark.django_db(transaction=True)
def test_without_a_worker_the_case_has_moved_when_the_answer_is_there(orders, as_):
    for headers in ({}, {"Idempotency-Key": "k1"}):
        number = "B2" if headers else "A1"
        body = {"name": "paid", "correlation": {"order": number}}
        answer = as_("admin").send("POST", "messages/", body, **headers)
        assert answer.status_code == 201
        case = ProcessInstance.objects.get(pk=answer.json()["delivered_to"][0])
        assert [item.element for item in case.work_items.all()] == ["work"]
    assert set(Delivery.objects.values_list("status", flat=True)) == {"done"}


def test_what_nobody_waits_for_is_kept(cast, as_):
    told = as_("admin").send("POST", "messages/", {"name": "paid", "time_to_live": 60}).json()
    assert (told["delivered_to"], told["deliveries"]) == ([], [])
    [row] = as_("admin").read("messages/?status=kept").json()["results"]
    assert (row["id"], row["kept_until"]) == (told["id"], told["kept_until"])


def test_a_signal_goes_to_all_and_is_not_kept(cast, as_):
    hands = [begin(waiting_for(signal("news"), key=key), cast.admin) for key in ("waits", "also")]
    told = as_("admin").send("POST", "messages/", {"name": "news", "kind": "signal"}).json()
    assert told["delivered_to"] == [str(one.instance.pk) for one in hands]
    assert told["kept_until"] is None


def test_under_the_same_id_it_is_the_same_message(orders, as_):
    body = {"name": "paid", "correlation": {"order": "A1"}, "uid": "erp-1"}
    first, again = (as_("admin").send("POST", "messages/", body) for _number in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = as_("admin").send("POST", "messages/", {**body, "correlation": {"order": "B2"}})
    assert (other.status_code, other.json()["code"]) == (409, "message_id_reused")
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "paid", "correlation": {"a": 1, "b": 2}}, "correlation"),
        ({"name": "paid", "correlation": {"order": "A1"}, "payload": {"colour": "red"}}, "payload.colour"),
        ({"name": "paid", "correlation": {"order": "A1"}, "payload": {"amount": "x"}}, "payload.amount"),
        ({"name": "paid", "payload": []}, "payload"),
        ({"name": "paid", "payload": {"x": "y" * 70_000}}, "payload"),
        ({"name": "paid", "time_to_live": -1}, "time_to_live"),
        ({"name": "paid", "to": "all"}, "to"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_what_is_wrong_is_named(orders, as_, body, field):
    answer = as_("admin").send("POST", "messages/", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert not Message.objects.exists()


def test_a_row_that_one_may_not_see_is_not_found(cast, as_):
    for subject in ({"type": DEPARTMENT, "id": "987654321"}, {"type": "no.such", "id": "1"}):
        body = {"name": "paid", "correlation": {"subject": subject}}
        assert as_("admin").send("POST", "messages/", body).status_code == 404
    row = Department.objects.get(code="sales1")
    body = {"name": "paid", "correlation": {"subject": {"type": DEPARTMENT, "id": str(row.pk)}}}
    assert as_("admin").send("POST", "messages/", body).status_code == 201


def test_a_role_that_is_granted_the_name_may_send_it_and_look_at_nothing(cast, as_):
    services.set_message_roles(name="paid", roles=["finance"], actor=cast.admin)
    assert as_("finance").send("POST", "messages/", {"name": "paid"}).status_code == 201
    assert as_("finance").send("POST", "messages/", {"name": "asked"}).status_code == 403
    assert as_("finance").read("messages/").status_code == 403


def test_the_list_says_what_became_of_each(orders, cast, as_):
    client = as_("admin")
    client.send("POST", "messages/", {"name": "paid", "correlation": {"order": "A1"}})
    client.send("POST", "messages/", {"name": "paid", "payload": {"amount": "many"}})
    client.send("POST", "messages/", {"name": "other", "time_to_live": 0})
    post(orders)
    services.send_message(name="paid", correlation={"order": "B2"}, actor=cast.admin)
    put_up(waiting_for(message("paid"), form("amount:decimal?"), key="plain"))
    post([begin("plain", cast.admin)])
    Delivery.objects.filter(message__key="B2").update(status="open", closed_at=None)
    rows = {row["status"]: row for row in client.read("messages/").json()["results"]}
    assert set(rows) == {"delivered", "refused", "expired", "on_its_way"}
    assert rows["delivered"]["deliveries"][0]["instance"] == str(orders[0].instance.pk)
    assert "amount" in rows["refused"]["deliveries"][0]["reason"]
    names = [row["name"] for row in client.read("messages/?name=other").json()["results"]]
    assert names == ["other"]


def test_the_list_costs_the_same_with_few_and_with_many(orders, as_):
    client = as_("admin")
    client.read("auth/me/")

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.read("messages/").status_code == 200
        return len(queries)

    client.send("POST", "messages/", {"name": "paid", "correlation": {"order": "A1"}})
    few = cost()
    for number in range(10):
        client.send("POST", "messages/", {"name": "paid", "correlation": {"order": f"N{number}"}})
    client.send("POST", "messages/", {"name": "paid", "correlation": {"order": "B2"}})
    assert cost() == few == 4
