"""Whatever is sent, waited for, delivered, lost on the way and stopped, in any order: once, and nothing lost."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Conflict
from tests.workflows.posts import attached, correlate, message, put_up, signal, waiting_for
from workflows import services
from workflows.audit import audit
from workflows.models import Delivery, HistoryEvent, Message, ProcessInstance

pytestmark = pytest.mark.django_db
NUMBER = '<flow:variable name="number" type="text" required="true"/>'
PROCESSES = ("one", "two", "again", "loud")

# Messages that wait for a process which has not heard them, though one of its cases waits for them.
_LOST = """
SELECT m.id, s.id FROM workflows_message m
  JOIN workflows_subscription s ON s.status = 'open' AND s.kind = 'message' AND s.name = m.name AND s.key = m.key
  JOIN workflows_processinstance i ON i.id = s.instance_id
 WHERE m.kind = 'message'
   AND NOT EXISTS (SELECT 1 FROM workflows_delivery d
                    WHERE d.message_id = m.id AND d.definition_id = s.definition_id AND d.status <> 'void')
"""

keys = st.sampled_from(["A", "B"])
deeds = st.one_of(
    st.tuples(st.just("begin"), st.sampled_from(PROCESSES), keys),
    st.tuples(st.just("send"), keys),
    st.tuples(st.just("shout")),
    st.tuples(st.just("deliver"), st.integers(0, 9)),
    st.tuples(st.just("die"), st.integers(0, 9)),
    st.tuples(st.just("miss")),
    st.tuples(st.just("stop"), st.integers(0, 9), st.sampled_from(["cancel", "suspend", "resume"])),
    st.tuples(st.just("sweep")),
)


@pytest.fixture
def published(cast):
    """Two processes that wait for a message about a number, one that hears it again and again, one for signals."""
    for key in ("one", "two"):
        put_up(waiting_for(message("paid"), correlate("number"), key=key, variables=NUMBER))
    drawing = attached(message("paid"), correlate("number"), key="again", interrupting=False)
    drawing.parts.insert(0, f"<bpmn:extensionElements>{NUMBER}</bpmn:extensionElements>")
    put_up(drawing)
    put_up(attached(signal("news"), key="loud", interrupting=False))
    return cast


class World:
    def __init__(self, actor: Any) -> None:
        self.actor = actor

    def open(self) -> list[int]:
        return list(Delivery.objects.filter(status="open").order_by("pk").values_list("pk", flat=True))

    def begin(self, process: str, number: str) -> None:
        data = {} if process == "loud" else {"number": number}
        services.start_process(definition_key=process, actor=self.actor, data=data)

    def send(self, number: str) -> None:
        services.send_message(name="paid", correlation={"number": number}, actor=self.actor)

    def shout(self) -> None:
        services.send_message(name="news", kind="signal", actor=self.actor)

    def deliver(self, number: int) -> None:
        if found := self.open():
            services.deliver(delivery_id=found[number % len(found)])

    def die(self, number: int) -> None:
        """A worker that is killed before its commit."""
        if found := self.open():
            with transaction.atomic():
                services.deliver(delivery_id=found[number % len(found)])
                transaction.set_rollback(True)

    def miss(self) -> None:
        """Sender and receiver were written at the same moment: neither saw the other."""
        newest = Delivery.objects.filter(status="open", is_single=True).order_by("-pk")[:1]
        Delivery.objects.filter(pk__in=list(newest.values_list("pk", flat=True))).delete()

    def stop(self, number: int, how: str) -> None:
        cases = list(ProcessInstance.objects.filter(status__in=ProcessInstance.OPEN).order_by("pk"))
        if cases:
            deed = getattr(services, f"{how}_instance")
            try:
                deed(instance_id=cases[number % len(cases)].pk, reason="x", actor=self.actor)
            except Conflict:
                pass  # it is in another state

    def sweep(self) -> None:
        services.sweep_deliveries()

    def settle(self) -> None:
        """Everything that can be delivered is."""
        for case in ProcessInstance.objects.filter(status="suspended"):
            services.resume_instance(instance_id=case.pk, actor=self.actor)
        before = None
        while (found := (self.sweep(), self.open())[1]) and found != before:
            before = found
            for pk in found:
                services.deliver(delivery_id=pk)

    def prove(self) -> None:
        assert audit(deep="all") == []
        done = Delivery.objects.filter(status="done")
        once = Counter(done.filter(is_single=True).values_list("message", "definition"))
        assert set(once.values()) <= {1}, "one case of a process hears a message"
        each = Counter(done.filter(is_single=False).values_list("message", "instance"))
        assert set(each.values()) <= {1}, "a case hears a signal once"
        received = HistoryEvent.objects.filter(kind="received")
        assert Counter(received.values_list("instance", "data__message")) == Counter(
            done.values_list("instance", "message")
        )


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=st.lists(deeds, min_size=4, max_size=25))
def test_each_message_is_heard_once_by_a_process_and_none_is_lost(published, history):
    with transaction.atomic():
        world = World(published.admin)
        shouted: dict[int, set[int]] = {}
        for name, *given_ in history:
            if name == "shout":
                waiting = ProcessInstance.objects.filter(
                    subscriptions__status="open", subscriptions__kind="signal"
                )
                before = set(waiting.values_list("pk", flat=True))
            getattr(world, name)(*given_)
            if name == "shout":
                shouted[Message.objects.order_by("-pk")[:1].get().pk] = before
            world.prove()
        world.settle()
        world.prove()
        assert not Delivery.objects.filter(status="open").exists()
        with connection.cursor() as cursor:
            cursor.execute(_LOST)
            assert cursor.fetchall() == []
        cancelled = set(ProcessInstance.objects.filter(status="cancelled").values_list("pk", flat=True))
        for signal_, waited in shouted.items():
            heard = Delivery.objects.filter(message=signal_, status="done").values_list("instance", flat=True)
            assert set(heard) | cancelled >= waited, "who waited when it was given hears a signal"
            assert set(heard) <= waited
        transaction.set_rollback(True)
