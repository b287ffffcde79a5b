"""Cases that tell each other something: who hears it, in which order, once."""

from datetime import timedelta

import pytest

from core import clock
from core.models import Department
from tests.workflows.engine.drawing import Drawing
from tests.workflows.posts import (
    attached,
    begin,
    correlate,
    fates,
    listening,
    message,
    param,
    post,
    put_up,
    send,
    signal,
    started_by,
    telling,
    waiting_for,
)
from tests.workflows.running import FINANCE, Hand, form, inside, user
from workflows import services, tasks
from workflows.models import Delivery, HistoryEvent, Message, ProcessInstance, Subscription

pytestmark = pytest.mark.django_db
ORDER = '<flow:variable name="number" type="text" required="true"/>'


@pytest.fixture
def about(cast) -> Department:
    return Department.objects.get(code="sales1")


@pytest.fixture
def other(cast) -> Department:
    return Department.objects.get(code="sales2")


class TestWhoHears:
    def test_two_processes_about_one_row_understand_each_other_without_drawing_anything(
        self, cast, about, other
    ):
        put_up(waiting_for(message("paid"), about=True))
        hand = begin("waits", cast.admin, subject=about)
        stranger = begin("waits", cast.admin, subject=other)
        teller = begin(telling(message("paid"), about=True), cast.admin, subject=about)
        teller.do("say", cast.rep1)
        assert (hand.names, post([hand, stranger, teller])) == ([], 1)
        assert (hand.names, stranger.names, teller.status) == (["work"], [], "completed")

    def test_it_is_found_by_a_value_that_both_say(self, cast):
        words = (correlate("number"), form("amount:decimal"))
        put_up(waiting_for(message("paid"), *words, variables=ORDER))
        hands = [begin("waits", cast.admin, data={"number": number}) for number in ("A1", "B2")]
        tells = telling(message("paid"), correlate("number"), param("amount", "12.5"), variables=ORDER)
        begin(tells, cast.admin, data={"number": "B2"}).do("say", cast.rep1)
        assert post(hands) == 1
        assert [one.names for one in hands] == [[], ["work"]]
        assert hands[1].variables["amount"] == "12.5"

    def test_numbers_and_texts_that_mean_the_same_find_each_other(self, cast):
        words = '<flow:variable name="number" type="integer" required="true"/>'
        put_up(waiting_for(message("paid"), correlate("number"), variables=words))
        hand = begin("waits", cast.admin, data={"number": 17})
        send("paid", cast.admin, correlation={"order": "17"})
        assert post([hand]) == 1
        assert hand.names == ["work"]

    def test_whoever_waits_longest_hears_it_and_the_next_one_the_next(self, cast):
        put_up(waiting_for(message("paid")))
        hands = [begin("waits", cast.admin) for _number in range(3)]
        send("paid", cast.admin)
        send("paid", cast.admin)
        assert post(hands) == 2
        assert [one.names for one in hands] == [["work"], ["work"], []]

    def test_one_case_of_each_process_hears_it(self, cast):
        put_up(waiting_for(message("paid")))
        put_up(waiting_for(message("paid"), key="also"))
        hands = [begin(key, cast.admin) for key in ("waits", "waits", "also", "also")]
        sent = send("paid", cast.admin)
        assert sent.delivered_to == [hands[0].instance.pk, hands[2].instance.pk]
        assert post(hands) == 2
        assert [one.names for one in hands] == [["work"], [], ["work"], []]

    def test_a_message_to_itself_arrives_after_the_commit(self, cast):
        drawing = user(Drawing("self").start().end(), "say").parallel("fork", "join")
        drawing.element("intermediateThrowEvent", "tell", message("paid"))
        drawing.element("intermediateCatchEvent", "wait", message("paid"))
        drawing.chain("start", "say", "fork", "tell", "join", "end").chain("fork", "wait", "join")
        hand = begin(drawing, cast.admin).do("say", cast.rep1)
        assert (hand.status, post([hand]), hand.status) == ("active", 1, "completed")

    def test_each_tells_the_other_in_turn(self, cast, about):
        asks = user(Drawing("asks", extensions='<flow:subject type="core.department"/>').start().end(), "ask")
        asks.element("sendTask", "tell", messageRef="asked").element(
            "receiveTask", "wait", messageRef="answered"
        )
        answers = Drawing("answers", extensions='<flow:subject type="core.department"/>').start()
        answers.element("receiveTask", "hear", messageRef="asked")
        user(answers, "think").element("endEvent", "answer", message("answered"))
        asker = begin(asks.chain("start", "ask", "tell", "wait", "end"), cast.admin, subject=about)
        answerer = begin(answers.chain("start", "hear", "think", "answer"), cast.admin, subject=about)
        asker.do("ask", cast.rep1)
        assert post([asker, answerer]) == 1
        answerer.do("think", cast.rep1)
        assert post([asker, answerer]) == 1
        assert (asker.status, answerer.status) == ("completed", "completed")


class TestKept:
    def test_a_message_that_comes_first_is_heard_by_who_waits_later(self, cast):
        put_up(waiting_for(message("paid"), form("amount:decimal?")))
        sent = send("paid", cast.admin, payload={"amount": "3.10"})
        assert (sent.deliveries, post()) == ([], 0)
        hand = begin("waits", cast.admin)
        assert fates(sent) == ["open"], "found at once, not by the sweeper"
        assert post([hand]) == 1
        assert (hand.names, hand.variables["amount"]) == (["work"], "3.10")
        assert post([begin("waits", cast.admin)]) == 0

    def test_the_oldest_is_heard_first(self, cast):
        put_up(waiting_for(message("paid"), form("amount:integer?")))
        for amount in (1, 2, 3):
            send("paid", cast.admin, payload={"amount": amount})
        hands = []
        for amount in (1, 2, 3):
            hands.append(begin("waits", cast.admin))
            post(hands)
            assert hands[-1].variables["amount"] == amount

    def test_a_process_that_has_not_heard_it_still_may(self, cast):
        put_up(waiting_for(message("paid")))
        put_up(waiting_for(message("paid"), key="also"))
        first = begin("waits", cast.admin)
        send("paid", cast.admin)
        post([first])
        late, again = begin("also", cast.admin), begin("waits", cast.admin)
        assert post([late, again]) == 1
        assert (late.names, again.names) == (["work"], [])

    def test_an_expired_one_is_heard_by_nobody(self, cast):
        put_up(waiting_for(message("paid")))
        sent = send("paid", cast.admin, time_to_live=timedelta(hours=1))
        with clock.travel(timedelta(hours=1, seconds=1)):
            hand = begin("waits", cast.admin)
            services.sweep_deliveries()
            assert (post([hand]), fates(sent), hand.names) == (0, [], [])

    def test_one_that_is_not_kept_at_all_is_heard_by_who_waits_now(self, cast):
        put_up(waiting_for(message("paid")))
        hand = begin("waits", cast.admin)
        send("paid", cast.admin, time_to_live=timedelta(0))
        lost = send("paid", cast.admin, time_to_live=timedelta(0), uid="lost")
        assert post([hand]) == 1
        assert (post([begin("waits", cast.admin)]), fates(lost)) == (0, ["void"])

    def test_who_has_missed_each_other_is_brought_together(self, cast):
        put_up(waiting_for(message("paid")))
        hand = begin("waits", cast.admin)
        sent = send("paid", cast.admin)
        # As if both had been written at the same moment, and neither had seen the other.
        Delivery.objects.all().delete()
        services.sweep_deliveries()
        assert fates(sent) == ["open"]
        assert (post([hand]), hand.names) == (1, ["work"])
        services.sweep_deliveries()
        assert fates(sent) == ["done"]

    def test_old_ones_are_forgotten_and_kept_ones_are_not(self, cast):
        put_up(waiting_for(message("paid")))
        hand = begin("waits", cast.admin)
        heard, kept = send("paid", cast.admin), send("paid", cast.admin, time_to_live=timedelta(days=365))
        post([hand])
        with clock.travel(timedelta(days=119)):
            assert services.forget_messages() == 0
        with clock.travel(timedelta(days=121)):
            assert services.forget_messages() == 1
        assert list(Message.objects.all()) == [kept.message]
        assert heard.message.uid not in Message.objects.values_list("uid", flat=True)

    def test_publishing_a_start_does_not_wake_what_was_told_before(self, cast):
        send("paid", cast.admin)
        with clock.travel(timedelta(minutes=1)):
            put_up(started_by(message("paid")))
            services.sweep_deliveries()
        assert not Delivery.objects.exists()


class TestPlaces:
    def test_a_boundary_event_that_does_not_interrupt_hears_again_and_again(self, cast):
        hand = begin(attached(message("news"), interrupting=False), cast.admin)
        for _number in range(3):
            send("news", cast.admin)
        assert post([hand]) == 3
        assert sorted(hand.instance.work_items.values_list("element", flat=True)) == [
            "look", "look", "look", "work",
        ]  # fmt: skip
        assert len(listening(hand)) == 1

    def test_signals_on_their_way_to_it_are_all_heard(self, cast):
        hand = begin(attached(signal("news"), interrupting=False), cast.admin)
        sent = [send("news", cast.admin, kind="signal") for _number in range(3)]
        assert post([hand]) == 3
        assert hand.instance.work_items.filter(element="look").count() == 3
        assert [fates(one)[-1] for one in sent] == ["done"] * 3

    def test_one_that_interrupts_hears_once_and_the_rest_is_kept(self, cast):
        hand = begin(attached(message("news")), cast.admin)
        sent = [send("news", cast.admin) for _number in range(2)]
        assert post([hand]) == 1
        assert (hand.names, [fates(one) for one in sent]) == (["look"], [["done"], ["void"]])
        follower = begin("attached", cast.admin)
        assert (post([follower]), follower.names) == (1, ["look"])

    def test_an_event_subprocess_hears_too(self, cast):
        inner = Drawing("inner").element("startEvent", "heard", message("news"), isInterrupting="false")
        user(inner.end("inner_end"), "look", FINANCE).chain("heard", "look", "inner_end")
        drawing = user(Drawing("outer").start().end(), "work").chain("start", "work", "end")
        drawing.add(inside("subProcess", "handler", inner, triggeredByEvent="true"))
        hand = begin(drawing, cast.admin)
        for _number in range(2):
            send("news", cast.admin)
        assert post([hand]) == 2
        assert hand.instance.work_items.filter(element="look", status="open").count() == 2

    def test_an_event_gateway_goes_where_the_first_message_leads(self, cast):
        drawing = Drawing("raced").start().end().element("eventBasedGateway", "race")
        for name in ("first", "second"):
            drawing.element("intermediateCatchEvent", f"on_{name}", message(name))
            user(drawing, f"do_{name}").chain("race", f"on_{name}", f"do_{name}", "end")
        hand = begin(drawing.chain("start", "race"), cast.admin)
        sent = [send(name, cast.admin) for name in ("second", "first")]
        assert post([hand]) == 1
        assert hand.names == ["do_second"]
        assert [fates(one) for one in sent] == [["done"], ["void"]]

    def test_a_suspended_case_hears_when_it_goes_on(self, cast):
        put_up(waiting_for(message("paid")))
        hand = begin("waits", cast.admin)
        services.suspend_instance(instance_id=hand.instance.pk, reason="wait", actor=cast.admin)
        sent = send("paid", cast.admin)
        assert (post([hand]), fates(sent)) == (0, ["open"])
        services.resume_instance(instance_id=hand.instance.pk, actor=cast.admin)
        assert (post([hand]), hand.names) == (1, ["work"])

    def test_a_cancelled_case_leaves_its_message_to_the_next(self, cast):
        put_up(waiting_for(message("paid")))
        hands = [begin("waits", cast.admin) for _number in range(2)]
        sent = send("paid", cast.admin)
        services.cancel_instance(instance_id=hands[0].instance.pk, reason="over", actor=cast.admin)
        assert post(hands) == 1
        assert (fates(sent), hands[1].names) == (["void", "done"], ["work"])

    def test_what_fails_behind_the_message_is_held_and_the_message_counts_as_heard(self, cast, about):
        drawing = Drawing("failing", extensions='<flow:subject type="core.department"/>').start().end()
        drawing.element("intermediateCatchEvent", "wait", message("paid"))
        drawing.service("rename", "tests.rename", name='"refuse"').chain("start", "wait", "rename", "end")
        hand = begin(drawing, cast.admin, subject=about)
        sent = send("paid", cast.admin, correlation={"subject": {"type": "core.department", "id": about.pk}})
        assert (post([hand]), fates(sent), hand.status) == (1, ["done"], "waiting_incident")


class TestSignals:
    def test_everybody_who_waits_hears_and_nobody_later(self, cast):
        put_up(waiting_for(signal("news")))
        put_up(waiting_for(signal("news"), key="also"))
        hands = [begin(key, cast.admin) for key in ("waits", "waits", "also")]
        begin(telling(signal("news")), cast.admin).do("say", cast.rep1)
        late = begin("waits", cast.admin)
        assert post([*hands, late]) == 3
        assert [one.names for one in (*hands, late)] == [["work"]] * 3 + [[]]

    def test_a_signal_is_no_message_of_the_same_name(self, cast):
        hand = begin(waiting_for(signal("news")), cast.admin)
        send("news", cast.admin)
        assert (post([hand]), hand.names) == (0, [])

    def test_it_starts_cases(self, cast):
        put_up(started_by(signal("news")))
        put_up(started_by(signal("news"), key="too"))
        send("news", cast.admin, kind="signal")
        assert post() == 2
        assert sorted(ProcessInstance.objects.values_list("definition__key", flat=True)) == ["starts", "too"]


class TestStarts:
    def test_a_message_starts_a_case_about_its_row(self, cast, about):
        put_up(started_by(message("paid"), form("amount:decimal"), about=True))
        tells = telling(message("paid"), param("amount", "7.5"), param("more", '"x"'), about=True)
        begin(tells, cast.admin, subject=about).do("say", cast.rep1)
        assert post() == 1
        hand = Hand(ProcessInstance.objects.get(definition__key="starts"))
        assert (hand.names, hand.instance.subject_id) == (["work"], str(about.pk))
        assert hand.variables["amount"] == "7.5"
        assert hand.instance.starter_label == "tells:tell"

    def test_twice_about_one_row_starts_one_case_and_the_second_says_why_not(self, cast, about):
        put_up(started_by(message("paid"), about=True))
        where = {"subject": {"type": "core.department", "id": str(about.pk)}}
        sent = [send("paid", cast.admin, correlation=where) for _number in range(2)]
        assert post() == 1
        assert [fates(one) for one in sent] == [["done"], ["refused"]]
        refused = Delivery.objects.get(status="refused")
        assert refused.refusal["code"] == "already_running"
        assert ProcessInstance.objects.count() == 1

    def test_a_case_that_waits_hears_instead_of_another_one_being_started(self, cast):
        drawing = started_by(message("paid"), key="both")
        drawing.element("intermediateCatchEvent", "again", message("paid"))
        drawing.parts = [part for part in drawing.parts if "sequenceFlow" not in part]
        put_up(drawing.chain("heard", "work", "again", "end"))
        send("paid", cast.admin)
        assert post() == 1
        hand = Hand(ProcessInstance.objects.get()).do("work", cast.rep1)
        send("paid", cast.admin)
        assert (post([hand]), hand.status) == (1, "completed")
        assert ProcessInstance.objects.count() == 1

    def test_one_without_a_row_does_not_start_a_case_that_needs_one(self, cast):
        put_up(started_by(message("paid"), about=True))
        sent = send("paid", cast.admin)
        assert (post(), fates(sent)) == (0, ["refused"])
        assert not ProcessInstance.objects.exists()


class TestHistory:
    def test_who_tells_and_who_hears_say_so_without_what_was_said(self, cast):
        put_up(waiting_for(message("paid"), form("secret:text")))
        hand = begin("waits", cast.admin)
        teller = begin(telling(message("paid"), param("secret", '"x1"')), cast.admin).do("say", cast.rep1)
        post([hand])
        told = teller.instance.events.get(kind="sent")
        heard = hand.instance.events.get(kind="received")
        assert (told.element, told.data["name"]) == ("tell", "paid")
        assert heard.element == "wait"
        assert {name: heard.data[name] for name in ("name", "from", "fields")} == {
            "name": "paid",
            "from": "tells:tell",
            "fields": ["secret"],
        }
        assert "x1" not in str(list(HistoryEvent.objects.values_list("data", flat=True)))

    def test_a_person_who_sent_it_is_named(self, cast):
        hand = begin(waiting_for(message("paid")), cast.admin)
        send("paid", cast.admin)
        post([hand])
        assert hand.instance.events.get(kind="received").on_behalf_of == cast.admin


class TestPayload:
    def test_a_receiver_takes_of_what_a_diagram_tells_what_it_asks_for(self, cast):
        hand = begin(waiting_for(message("paid"), form("amount:decimal")), cast.admin)
        words = (param("amount", "1.5"), param("note", '"more"'))
        begin(telling(message("paid"), *words), cast.admin).do("say", cast.rep1)
        assert post([hand]) == 1
        assert "note" not in hand.variables

    def test_what_does_not_fit_is_refused_and_the_case_waits_on(self, cast):
        hand = begin(waiting_for(message("paid"), form("amount:decimal")), cast.admin)
        teller = begin(telling(message("paid"), param("amount", '"many"')), cast.admin).do("say", cast.rep1)
        assert post([hand, teller]) == 0
        [delivery] = Delivery.objects.all()
        assert (delivery.status, delivery.refusal["code"]) == ("refused", "invalid")
        assert list(delivery.refusal["fields"]) == ["amount"]
        assert (len(listening(hand)), hand.instance.events.filter(kind="received").count()) == (1, 0)
        send("paid", cast.admin, payload={"amount": "2"})
        assert (post([hand]), hand.variables["amount"]) == (1, "2")

    def test_a_kept_one_that_does_not_fit_lets_the_next_one_through(self, cast):
        put_up(waiting_for(message("paid"), form("amount:integer")))
        bad, good = send("paid", cast.admin, payload={"colour": "red"}), None
        good = send("paid", cast.admin, payload={"amount": 5})
        hand = begin("waits", cast.admin)
        assert post([hand]) == 1
        assert (fates(bad), fates(good)) == (["refused"], ["done"])
        assert hand.variables["amount"] == 5


def test_the_sender_that_is_undone_leaves_nothing(cast):
    """The step that threw is refused behind the throw: no message, nobody hears."""
    hand = begin(waiting_for(message("paid")), cast.admin)
    drawing = user(Drawing("tells", extensions='<flow:subject type="core.department"/>').start().end(), "say")
    drawing.element("intermediateThrowEvent", "tell", message("paid"))
    drawing.service("rename", "tests.rename", name='"refuse"').chain("start", "say", "tell", "rename", "end")
    teller = begin(drawing, cast.admin, subject=Department.objects.get(code="sales1"))
    with pytest.raises(Exception, match="refused"):
        services.complete_work_item(work_item_id=teller.open["say"].pk, actor=cast.rep1, data={})
    assert (Message.objects.count(), Delivery.objects.count(), post([hand, teller])) == (0, 0, 0)
    assert (hand.names, teller.names) == ([], ["say"])
    assert Subscription.objects.filter(status="open").count() == 1


def test_the_workers_carry_ids_and_the_rows_say_the_rest(cast):
    put_up(waiting_for(message("paid")))
    hands = [begin("waits", cast.admin) for _number in range(2)]
    for _number in range(2):
        send("paid", cast.admin)
    ids = list(Delivery.objects.values_list("pk", flat=True))
    assert tasks.deliver([*ids, *ids, 10**9]) == 2
    assert (tasks.sweep_deliveries(), tasks.forget_messages()) == (0, 0)
    assert [one.prove().names for one in hands] == [["work"], ["work"]]
