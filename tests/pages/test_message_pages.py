"""Messages for administrators: the list, sending by hand, who may send which; and what a case tells of them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from core.models import AuditEntry
from tests.workflows.posts import (
    begin,
    correlate,
    message,
    param,
    post,
    put_up,
    send,
    signal,
    telling,
    waiting_for,
)
from tests.workflows.running import form
from workflows.models import Message, MessageGrant
from workflows.views.timeline import Timeline

pytestmark = pytest.mark.django_db
NUMBER = '<flow:variable name="number" type="text" required="true"/>'
ADDRESSES = ("/messages/", "/messages/send/", "/messages/names/", "/messages/rights/?name=paid")


@pytest.fixture
def orders(cast):
    words = (correlate("number"), form("amount:decimal?"))
    put_up(waiting_for(message("paid"), *words, variables=NUMBER))
    return [begin("waits", cast.admin, data={"number": number}) for number in ("A1", "B2")]


@pytest.mark.parametrize("address", ADDRESSES)
def test_they_are_for_administrators(cast, signed_in, address):
    assert signed_in(cast.admin).get(address).status_code == 200
    for person in (cast.rep1, cast.boss, cast.content):
        assert signed_in(person).get(address).status_code == 403
        assert signed_in(person).post(address, {"name": "paid", "roles": ["rep"]}).status_code in (403, 405)
    assert not Message.objects.exists()
    assert not MessageGrant.objects.exists()


class TestList:
    def test_it_says_what_became_of_each(self, orders, cast, signed_in):
        send("paid", cast.admin, correlation={"order": "A1"})
        send("paid", cast.admin, correlation={"order": "nobody"})
        put_up(waiting_for(message("asked"), form("amount:decimal"), key="asks"))
        send("asked", cast.admin, payload={"colour": "red"})
        post([begin("asks", cast.admin)])
        page = signed_in(cast.admin).get("/messages/").content.decode()
        for text in (
            "已送达",
            "等待中",
            "未被接收",
            "保留至",
            "colour",
            f"/cases/{orders[0].instance.pk}/",
            "贺明",
        ):
            assert text in page

    def test_it_is_filtered_by_state_and_name(self, orders, cast, signed_in):
        send("paid", cast.admin, correlation={"order": "A1"})
        send("asked", cast.admin)
        client = signed_in(cast.admin)
        for query, names in (
            ("state=kept", ["asked"]),
            ("state=delivered", []),
            ("name=paid", ["paid"]),
            ("state=nonsense", []),
        ):
            rows = client.get(f"/messages/?{query}").context["table"].rows
            assert [row.record.name for row in rows] == names

    def test_it_costs_the_same_with_few_and_with_many(self, orders, cast, signed_in):
        client = signed_in(cast.admin)

        def cost() -> int:
            with CaptureQueriesContext(connection) as queries:
                assert client.get("/messages/").status_code == 200
            return len(queries)

        send("paid", cast.admin, correlation={"order": "A1"})
        cost()
        few = cost()
        for number in range(10):
            send("paid", cast.admin, correlation={"order": f"N{number}"})
        send("paid", cast.admin, correlation={"order": "B2"})
        assert cost() == few

    def test_a_signal_to_many_shows_the_first_and_how_many_more(self, cast, signed_in):
        put_up(waiting_for(signal("news")))
        for _number in range(25):
            begin("waits", cast.admin)
        send("news", cast.admin, kind="signal")
        page = signed_in(cast.admin).get("/messages/").content.decode()
        assert "22" in page
        assert page.count("/cases/") - page.count('href="/cases/"') == 3


class TestSending:
    GIVEN = {"name": "paid", "kind": "message", "kept_days": "30"}

    def test_it_reaches_the_case_and_says_so(self, orders, cast, signed_in):
        given = {**self.GIVEN, "value": "B2", "payload": '{"amount": "12.50"}'}
        page = signed_in(cast.admin).post("/messages/send/", given, follow=True).content.decode()
        assert "已发出，送达 1 个对象。" in page
        post(orders)
        assert orders[1].variables["amount"] == "12.50"

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"value": "B2", "payload": '{"amount": "x"}'}, "payload"),
            ({"value": "B2", "payload": "{"}, "payload"),
            ({"value": "B2", "payload": "[1]"}, "payload"),
            ({"value": "B2", "payload": '{"amount": ' + "9" * 4400 + "}"}, "payload"),
            ({"value": "B2", "payload": '{"a":' * 100_000}, "payload"),
            ({"value": "B2", "payload": '{"amount": NaN}'}, "payload"),
            ({"name": "x" * 121}, "name"),
            ({"kept_days": "366"}, "kept_days"),
            ({"value": "1", "subject_type": "contracts.contract", "subject_id": "1"}, "value"),
            ({"subject_type": "contracts.contract"}, "subject_id"),
            ({"subject_type": "contracts.contract", "subject_id": "987654"}, "subject_id"),
            ({"kind": "signal", "value": "B2"}, "value"),
        ],
    )
    def test_what_is_wrong_stands_beside_its_field(self, orders, cast, signed_in, given, field):
        answer = signed_in(cast.admin).post("/messages/send/", {**self.GIVEN, **given})
        assert answer.status_code == 400
        assert list(answer.context["form"].errors) == [field]
        assert not Message.objects.exists()

    def test_names_are_offered(self, orders, cast, signed_in):
        page = signed_in(cast.admin).get("/messages/send/?name=paid").content.decode()
        for text in ('<option value="paid">', '<option value="payment.confirmed">回款已确认', 'value="paid"'):
            assert text in page


class TestRights:
    def test_names_are_listed_with_who_tells_waits_and_may_send(self, orders, cast, signed_in):
        put_up(telling(message("paid")))
        MessageGrant.objects.create(name="paid", role="finance")
        rows = signed_in(cast.admin).get("/messages/names/").context["rows"]
        found = {row["name"]: row for row in rows}
        assert (found["paid"]["told_by"], found["paid"]["heard_by"], found["paid"]["roles"]) == (
            "tells",
            "waits",
            "财务",
        )
        assert found["payment.confirmed"]["is_declared"]

    def test_roles_are_ticked_and_written_down(self, cast, signed_in):
        client = signed_in(cast.admin)
        client.post("/messages/rights/?name=a%2Fb", {"roles": ["finance", "rep"]})
        assert sorted(MessageGrant.objects.values_list("name", "role")) == [
            ("a/b", "finance"),
            ("a/b", "rep"),
        ]
        client.post("/messages/rights/?name=a%2Fb", {})
        assert not MessageGrant.objects.exists()
        assert AuditEntry.objects.filter(action="workflows.set_message_roles").count() == 2

    def test_what_the_program_tells_is_not_granted(self, cast, signed_in):
        answer = signed_in(cast.admin).post(
            "/messages/rights/?name=payment.confirmed", {"roles": ["finance"]}
        )
        assert answer.status_code == 400
        assert not MessageGrant.objects.exists()

    def test_without_a_name_there_is_no_such_page(self, cast, signed_in):
        assert signed_in(cast.admin).get("/messages/rights/").status_code == 404


def test_the_history_of_a_case_tells_what_was_sent_and_received(cast):
    hand = begin(waiting_for(message("paid")), cast.admin)
    teller = begin(telling(message("paid"), param("x", "1")), cast.admin).do("say", cast.rep1)
    post([hand])
    texts = [entry.text for entry in Timeline(hand.instance).entries()]
    assert "已收到“paid”" in texts
    with translation.override("en"):
        assert "Sent “paid”" in [entry.text for entry in Timeline(teller.instance).entries()]
