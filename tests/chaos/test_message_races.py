"""Messages against each other, against cancelling, against timers, against being killed: once, and never lost."""

import random
import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection

from core import clock
from core.errors import Conflict
from core.models import Department
from tests.chaos.dying import Kind, kill_everywhere
from tests.chaos.killing import KILLED, run_and_kill
from tests.chaos.test_races import WON, race
from tests.workflows.clockwork import timer
from tests.workflows.engine.drawing import Drawing
from tests.workflows.posts import (
    attached,
    begin,
    fates,
    message,
    post,
    put_up,
    send,
    signal,
    started_by,
    waiting_for,
)
from tests.workflows.running import Hand, user
from workflows import services
from workflows.audit import audit
from workflows.models import Delivery, HistoryEvent, Message, ProcessInstance, Timer, WorkItem
from workflows.services import delivery

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

ROUNDS = 40


@pytest.fixture(autouse=True)
def _patience(settings):
    settings.STEP_LOCK_TIMEOUT_MS = 60_000


@pytest.fixture
def later(monkeypatch):
    """Nothing is delivered by its sender: that is left to the threads of the test."""
    monkeypatch.setattr(delivery, "AT_ONCE", 0)


def open_deliveries() -> list[int]:
    return list(Delivery.objects.filter(status="open").order_by("pk").values_list("pk", flat=True))


def heard(hand: Hand) -> int:
    return HistoryEvent.objects.filter(instance=hand.instance, kind="received").count()


def test_a_message_sent_forty_times_at_once_is_one(cast):
    put_up(waiting_for(message("paid")))
    hands = [begin("waits", cast.admin) for _number in range(3)]
    results = race([lambda: send("paid", cast.admin, uid="erp-1")] * ROUNDS)
    assert results == [WON] * ROUNDS
    assert (Message.objects.count(), Delivery.objects.count()) == (1, 1)
    post(hands)
    assert [heard(one) for one in hands] == [1, 0, 0]
    assert audit() == []


def test_one_delivery_carried_by_forty_arrives_once(cast, later):
    hand = begin(attached(message("news"), interrupting=False), cast.admin)
    send("news", cast.admin)
    [pk] = open_deliveries()
    results = race([lambda: services.deliver(delivery_id=pk)] * ROUNDS)
    assert results == [WON] * ROUNDS
    assert (heard(hand), Delivery.objects.get().status) == (1, "done")
    assert audit() == []


def test_two_that_wait_and_many_messages_at_once(cast, later):
    """Each message is heard by one case, each case hears one message, the oldest messages are taken."""
    put_up(waiting_for(message("paid")))
    hands = [begin("waits", cast.admin) for _number in range(4)]
    sent = [send("paid", cast.admin) for _number in range(6)]
    while pks := open_deliveries():
        assert set(race([lambda pk=pk: services.deliver(delivery_id=pk) for pk in pks * 2])) == {WON}
    assert [heard(one) for one in hands] == [1, 1, 1, 1]
    assert [fates(one).count("done") for one in sent] == [1, 1, 1, 1, 0, 0]
    assert audit() == []


def test_who_sends_and_who_begins_to_wait_at_the_same_moment_find_each_other(cast):
    put_up(waiting_for(message("paid")))
    for _round in range(ROUNDS):
        race([lambda: send("paid", cast.admin), lambda: begin("waits", cast.admin)])
        services.sweep_deliveries()
        post()
    assert Counter(Delivery.objects.values_list("status", flat=True)) == {"done": ROUNDS}
    assert WorkItem.objects.filter(element="work").count() == ROUNDS
    assert HistoryEvent.objects.filter(kind="received").count() == ROUNDS
    assert audit() == []


def test_a_message_against_cancelling(cast, later):
    put_up(waiting_for(message("paid")))
    ends = Counter()
    for _round in range(ROUNDS):
        hand = begin("waits", cast.admin)
        sent = send("paid", cast.admin, time_to_live=timedelta(0))
        [pk] = open_deliveries()
        case = hand.instance.pk
        results = race(
            [
                lambda pk=pk: services.deliver(delivery_id=pk),
                lambda case=case: services.cancel_instance(instance_id=case, reason="over", actor=cast.admin),
            ]
        )
        assert results == [WON, WON], "cancelling is possible in any case"
        was_heard = heard(hand) == 1
        assert fates(sent) == (["done"] if was_heard else ["void"])
        items = list(WorkItem.objects.filter(instance=case).values_list("status", flat=True))
        assert items == (["cancelled"] if was_heard else [])
        ends[was_heard] += 1
        assert audit() == []
    assert ends.total() == ROUNDS


def test_a_message_against_a_timer_behind_one_gateway(cast, later):
    drawing = Drawing("raced").start().end().element("eventBasedGateway", "race")
    drawing.element("intermediateCatchEvent", "on_paid", message("paid"))
    drawing.element("intermediateCatchEvent", "on_time", timer("PT1H"))
    for name in ("paid", "time"):
        user(drawing, f"do_{name}").chain("race", f"on_{name}", f"do_{name}", "end")
    put_up(drawing.chain("start", "race"))
    ends = Counter()
    for number in range(ROUNDS):
        hand = begin("raced", cast.admin)
        sent = send("paid", cast.admin, time_to_live=timedelta(0))
        [pk], due = open_deliveries(), Timer.objects.get(status="open").pk
        with clock.travel(timedelta(hours=2)):
            deeds = [
                lambda pk=pk: services.deliver(delivery_id=pk),
                lambda due=due: services.fire_timer(timer_id=due),
            ]
            assert race(deeds if number % 2 else deeds[::-1]) == [WON, WON]
        [name] = hand.prove().names
        ends[name] += 1
        rows = (fates(sent), Timer.objects.get(pk=due).status)
        assert rows == {"do_paid": (["done"], "cancelled"), "do_time": (["void"], "fired")}[name]
    assert ends.total() == ROUNDS


def test_a_message_against_the_person_at_whose_step_it_is_attached(cast, later):
    put_up(attached(message("news")))
    for _round in range(ROUNDS // 2):
        hand = begin("attached", cast.admin)
        sent = send("news", cast.admin, time_to_live=timedelta(0))
        [pk], item = open_deliveries(), hand.open["work"]
        results = race(
            [
                lambda pk=pk: services.deliver(delivery_id=pk),
                lambda item=item: services.complete_work_item(work_item_id=item.pk, actor=cast.rep1),
            ]
        )
        hand.prove()
        if results[1] == WON:
            assert (hand.status, fates(sent)) == ("completed", ["void"])
        else:
            assert isinstance(results[1], Conflict)
            assert (hand.names, fates(sent)) == (["look"], ["done"])


def test_two_messages_that_would_start_the_same_case_start_one(cast, later):
    put_up(started_by(message("paid"), about=True))
    rows = list(Department.objects.order_by("pk")[:5])
    for row in rows:
        where = {"subject": {"type": "core.department", "id": str(row.pk)}}
        sent = [send("paid", cast.admin, correlation=where) for _number in range(4)]
        pks = open_deliveries()
        assert set(race([lambda pk=pk: services.deliver(delivery_id=pk) for pk in pks])) == {WON}
        assert Counter(fate for one in sent for fate in fates(one)) == {"done": 1, "refused": 3}
    assert ProcessInstance.objects.count() == len(rows)
    assert audit() == []


class TestKilled:
    def test_a_delivery_that_dies_at_each_of_its_moments_has_happened_or_not(self, cast, later):
        hand = begin(waiting_for(message("paid")), cast.admin)
        sent = send("paid", cast.admin)
        [pk] = open_deliveries()
        kind = Kind(
            "deliver",
            lambda: services.deliver(delivery_id=pk),
            lambda: (fates(sent), heard(hand), WorkItem.objects.count()),
            (["done"], 1, 1),
            ("workflows_delivery", "workflows_message", "workflows_subscription"),
        )
        assert kill_everywhere(kind, every=2) > 10

    def test_a_start_that_dies_at_each_of_its_moments_has_happened_or_not(self, cast, later):
        put_up(started_by(message("paid")))
        sent = send("paid", cast.admin)
        [pk] = open_deliveries()
        kind = Kind(
            "start",
            lambda: services.deliver(delivery_id=pk),
            lambda: (fates(sent), ProcessInstance.objects.count(), WorkItem.objects.count()),
            (["done"], 1, 1),
            ("workflows_delivery", "workflows_message"),
        )
        assert kill_everywhere(kind, every=2) > 10

    def test_a_sender_that_dies_at_each_of_its_moments_has_told_it_or_not(self, cast, later):
        hand = begin(waiting_for(message("paid")), cast.admin)
        kind = Kind(
            "send",
            lambda: send("paid", cast.admin, uid="erp-1"),
            lambda: (Message.objects.count(), Delivery.objects.count()),
            (1, 1),
            ("workflows_delivery", "workflows_message", "core_auditentry"),
        )
        assert kill_everywhere(kind) > 6
        assert send("paid", cast.admin, uid="erp-1").delivered_to == [hand.instance.pk]

    def test_a_signal_to_three_hundred_reaches_each_once_though_workers_die(self, cast, later):
        put_up(waiting_for(signal("news")))
        for _number in range(300):
            services.start_process(definition_key="waits", actor=cast.admin)
        send("news", cast.admin, kind="signal")
        assert len(open_deliveries()) == 300
        chance, deaths = random.Random(7), 0
        while left := open_deliveries():
            parcel = left[:40]
            deaths += (
                run_and_kill(lambda parcel=parcel: deliver_all(parcel), at=chance.randint(20, 900)) == KILLED
            )
            if deaths > 8:
                workers(open_deliveries())
        assert deaths > 3
        told = HistoryEvent.objects.filter(kind="received").values_list("instance", flat=True)
        assert sorted(told) == sorted(ProcessInstance.objects.values_list("pk", flat=True))
        assert set(Delivery.objects.values_list("status", flat=True)) == {"done"}
        assert WorkItem.objects.filter(status="open").count() == 300
        assert audit() == []

    def test_what_a_dead_worker_held_is_offered_again(self, cast, later):
        hand = begin(waiting_for(message("paid")), cast.admin)
        send("paid", cast.admin)
        assert services.sweep_deliveries() == 0, "it was offered a moment ago"
        with clock.travel(timedelta(seconds=20)):
            assert services.sweep_deliveries() == 1
            assert services.sweep_deliveries() == 0
            deliver_all(open_deliveries())
        assert hand.prove().names == ["work"]


def deliver_all(pks: list[int]) -> None:
    for pk in pks:
        services.deliver(delivery_id=pk)


def workers(pks: list[int], count: int = 4) -> None:
    """Several threads that all deliver everything, each in its own order."""

    def run(number: int) -> None:
        try:
            deliver_all(random.Random(number).sample(pks, len(pks)))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
