"""Sending from outside and from the program: who may, what is taken, the same id twice."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured, ObjectDoesNotExist, PermissionDenied
from django.db import transaction

from core.actors import SystemActor
from core.errors import ApplicationError, Conflict
from core.models import AuditEntry, Department
from tests.contracts.factory import customer_of, draft_of
from tests.workflows.posts import begin, correlate, fates, message, post, put_up, send, signal, waiting_for
from tests.workflows.running import form, publish_drawing
from workflows import registry, services
from workflows.models import Delivery, Message, MessageGrant
from workflows.services.correlation import key_of

pytestmark = pytest.mark.django_db
PAID = "tests.paid"


@pytest.fixture(autouse=True)
def _declared():
    registry.event(
        PAID,
        label=("测试付款", "Test payment"),
        subject="core.department",
        payload={"amount": "decimal", "note": "text"},
    )
    yield
    del registry.events()[PAID]


@pytest.fixture
def about(cast) -> Department:
    return Department.objects.get(code="sales1")


def refused(error: type[Exception], /, **given) -> Exception:
    """Sending is refused in this way, and nothing is stored."""
    before = (Message.objects.count(), Delivery.objects.count(), AuditEntry.objects.count())
    with pytest.raises(error) as refusal, transaction.atomic():
        services.send_message(**given)
    assert (Message.objects.count(), Delivery.objects.count(), AuditEntry.objects.count()) == before
    return refusal.value


class TestRights:
    def test_administrators_send_anything_and_it_is_written_down(self, cast):
        sent = send("paid", cast.admin, payload={"amount": 1}, uid="b7")
        entry = AuditEntry.objects.get(action="workflows.send_message")
        assert (entry.actor, entry.subject_id) == (cast.admin, str(sent.message.pk))
        assert entry.after == {"name": "paid", "key": "", "uid": "b7", "fields": ["amount"]}

    def test_others_send_what_their_role_is_granted_and_nothing_else(self, cast):
        services.set_message_roles(name="paid", roles=["finance"], actor=cast.admin)
        assert send("paid", cast.finance).is_new
        refused(PermissionDenied, name="asked", actor=cast.finance)
        refused(PermissionDenied, name="paid", actor=cast.rep1)

    def test_what_the_program_tells_is_an_administrators_to_tell_only(self, cast, about):
        MessageGrant.objects.create(name=PAID, role="finance")
        refused(PermissionDenied, name=PAID, actor=cast.finance)
        assert send(PAID, cast.admin).is_new
        with pytest.raises(ApplicationError):
            services.set_message_roles(name=PAID, roles=["finance"], actor=cast.admin)

    def test_grants_are_an_administrators_and_written_down(self, cast):
        with pytest.raises(PermissionDenied):
            services.set_message_roles(name="paid", roles=["rep"], actor=cast.rep1)
        assert not MessageGrant.objects.exists()
        services.set_message_roles(name="paid", roles=["rep", "finance"], actor=cast.admin)
        services.set_message_roles(name="paid", roles=["rep"], actor=cast.admin)
        services.set_message_roles(name="paid", roles=["rep"], actor=cast.admin)
        entries = AuditEntry.objects.filter(action="workflows.set_message_roles").order_by("pk")
        assert [entry.after["roles"] for entry in entries] == [["finance", "rep"], ["rep"]]
        assert list(MessageGrant.objects.values_list("role", flat=True)) == ["rep"]
        with pytest.raises(ApplicationError):
            services.set_message_roles(name="paid", roles=["nobody"], actor=cast.admin)

    def test_a_row_that_the_sender_does_not_see_is_not_there(self, company):
        contract = draft_of(company.rep1, customer_of(company.rep1))
        services.set_message_roles(name="paid", roles=["rep"], actor=company.admin)
        where = {"subject": {"type": "contracts.contract", "id": str(contract.pk)}}
        refused(ObjectDoesNotExist, name="paid", actor=company.rep3, correlation=where)
        sent = services.send_message(name="paid", actor=company.rep1, correlation=where)
        assert (sent.message.subject_id, sent.message.key) == (
            str(contract.pk),
            f"contracts.contract:{contract.pk}",
        )


class TestOnce:
    def test_the_same_id_again_is_the_same_message(self, cast):
        hand = begin(waiting_for(message("paid")), cast.admin)
        first = send("paid", cast.admin, uid="order-7", payload={})
        again = send("paid", cast.admin, uid="order-7", payload={})
        assert (again.is_new, again.message, again.delivered_to) == (
            False,
            first.message,
            [hand.instance.pk],
        )
        assert post([hand]) == 1
        late = send("paid", cast.admin, uid="order-7", payload={})
        assert (late.is_new, late.delivered_to) == (False, [hand.instance.pk])
        assert AuditEntry.objects.filter(action="workflows.send_message").count() == 1

    @pytest.mark.parametrize(
        "other",
        [{"name": "asked"}, {"payload": {"x": 2}}, {"correlation": {"order": 1}}, {"kind": "signal"}],
        ids=lambda other: next(iter(other)),
    )
    def test_the_same_id_for_another_message_is_a_conflict(self, cast, other):
        send("paid", cast.admin, uid="order-7", payload={"x": 1})
        given = {"name": "paid", "payload": {"x": 1}, "uid": "order-7", "actor": cast.admin} | other
        assert refused(Conflict, **given).code == "message_id_reused"

    def test_nobody_takes_the_id_of_what_the_program_will_tell(self, cast, about):
        send("paid", cast.admin, uid="payment-confirmed:1:2")
        told = services.emit(PAID, subject=about, actor=cast.finance, uid="payment-confirmed:1:2")
        assert told.name == PAID
        assert services.emit(PAID, subject=about, actor=cast.finance, uid="payment-confirmed:1:2") == told


HOSTILE = {
    "no name": {"name": " "},
    "long name": {"name": "n" * 121},
    "name with a line break": {"name": "a\nb"},
    "name with a NUL": {"name": "a\0b"},
    "long id": {"uid": "u" * 151},
    "id with a NUL": {"uid": "u\0"},
    "several values": {"correlation": {"a": 1, "b": 2}},
    "value that is a list": {"correlation": {"a": [1]}},
    "value that is empty": {"correlation": {"a": " "}},
    "value that is nothing": {"correlation": {"a": None}},
    "value with a NUL": {"correlation": {"a": "\0"}},
    "row without an id": {"correlation": {"subject": {"type": "core.department"}}},
    "row that is text": {"correlation": {"subject": "core.department:1"}},
    "large": {"payload": {"x": "y" * 70_000}},
    "NUL in it": {"payload": {"x": ["\0"]}},
    "NUL in a name": {"payload": {"x\0": 1}},
    "endless number": {"payload": {"x": float("inf")}},
    "no number": {"payload": {"x": float("nan")}},
    "half a character": {"payload": {"x": "\ud800"}},
    "huge number": {"payload": {"x": 10**30}},
    "deep": {"payload": json.loads('{"a":' * 400 + "1" + "}" * 400)},
    "negative time": {"time_to_live": timedelta(seconds=-1)},
    "ages": {"time_to_live": timedelta(days=366)},
    "a signal that is kept": {"kind": "signal", "time_to_live": timedelta(days=1)},
    "a signal with a key": {"kind": "signal", "correlation": {"a": 1}},
    "another kind": {"kind": "shout"},
}


@pytest.mark.parametrize("given", HOSTILE.values(), ids=HOSTILE)
def test_what_makes_no_sense_is_refused_and_says_where(cast, given):
    refusal = refused(ApplicationError, **{"name": "paid", "actor": cast.admin, **given})
    assert refusal.status == 400
    assert set(refusal.errors) <= set(given)


@pytest.mark.parametrize("kind", ["core.department", "no.such", "core.user", ""])
def test_a_row_that_is_not_there_is_not_found(cast, kind):
    where = {"subject": {"type": kind, "id": "987654321"}}
    refused(ObjectDoesNotExist, name="paid", actor=cast.admin, correlation=where)


def test_keys_that_mean_the_same_are_the_same():
    assert {key_of(value) for value in (17, 17.0, "17", " 17 ")} == {"17"}
    assert key_of(1e300) == key_of("1" + "0" * 300) != key_of(1e301)
    assert key_of(12345678901234567890123456789012345) == "12345678901234567890123456789012345"
    assert key_of("x" * 201) != key_of("x" * 202)
    assert len(key_of("x" * 5000)) == 64
    assert (key_of(0.1), key_of(float("inf")), key_of(True)) == ("0.1", "inf", "true")


class TestPayload:
    def test_what_a_receiver_does_not_take_is_refused_at_once(self, cast):
        hand = begin(waiting_for(message("paid"), form("amount:decimal")), cast.admin)
        for payload, field in (
            ({"amount": "many"}, "amount"),
            ({"amount": "1", "x": 1}, "x"),
            ({}, "amount"),
        ):
            refusal = refused(ApplicationError, name="paid", actor=cast.admin, payload=payload)
            assert (refusal.code, list(refusal.errors)) == ("invalid", [f"payload.{field}"])
        assert (post([hand]), hand.names) == (0, [])

    def test_only_those_who_would_hear_it_are_asked(self, cast):
        words = (correlate("number"), form("amount:decimal"))
        number = '<flow:variable name="number" type="text" required="true"/>'
        put_up(waiting_for(message("paid"), *words, variables=number))
        begin("waits", cast.admin, data={"number": "A"})
        assert send("paid", cast.admin, correlation={"number": "B"}, payload={"anything": 1}).is_new
        refused(ApplicationError, name="paid", actor=cast.admin, correlation={"number": "A"}, payload={})

    def test_signals_too(self, cast):
        begin(waiting_for(signal("news"), form("amount:decimal")), cast.admin)
        refused(ApplicationError, name="news", actor=cast.admin, kind="signal", payload={"x": 1})


class TestEmit:
    def test_a_service_tells_the_cases_about_its_row(self, cast, about):
        put_up(waiting_for(message("paid"), about=True))
        drawing = waiting_for(message("told"), form("amount:decimal"), key="hears", about=True)
        text = drawing.bytes(f'<bpmn:message id="told" name="{PAID}"/>').decode()
        publish_drawing(text, key="hears")
        hand = begin("hears", cast.admin, subject=about)
        told = services.emit(PAID, subject=about, payload={"amount": "5.00", "note": "x"}, actor=cast.finance)
        assert post([hand]) == 1
        assert (hand.variables["amount"], fates(told)) == ("5.00", ["done"])
        assert "note" not in hand.variables

    def test_it_is_undone_with_its_transaction(self, cast, about):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            services.emit(PAID, subject=about, actor=SystemActor("tests"))
            raise ZeroDivisionError
        assert not Message.objects.exists()

    @pytest.mark.parametrize(
        "given",
        [
            {"name": "tests.unheard_of"},
            {"subject": None},
            {"payload": {"amount": "many"}},
            {"payload": {"colour": "red"}},
        ],
        ids=str,
    )
    def test_what_was_not_declared_is_a_mistake_of_the_program(self, cast, about, given):
        given = {"name": PAID, "subject": about, "actor": cast.finance} | given
        with pytest.raises(ImproperlyConfigured):
            services.emit(given.pop("name"), **given)
        assert not Message.objects.exists()
