"""Subprocesses, transactions, event subprocesses, loops, links: rows, history and refusals in the real database."""

from datetime import timedelta

import pytest

from core.errors import ApplicationError
from core.models import Department
from tests.workflows.conftest import Unchanged
from tests.workflows.engine.drawing import Drawing
from tests.workflows.running import (
    ABOUT_DEPARTMENT,
    FINANCE,
    MANAGER,
    Hand,
    event,
    form,
    inside,
    publish_drawing,
    user,
)
from workflows import services
from workflows.models import Incident, WorkItem

pytestmark = pytest.mark.django_db


def in_subprocess(inner: Drawing, *more: str, tag: str = "subProcess", **given: str) -> Drawing:
    """ask -> [inside] -> after, with what else stands beside it."""
    outer = Drawing(
        "outer", extensions=given.pop("about", "") + '<flow:variable name="account" type="text"/>'
    )
    user(outer.start(), "ask", form("account:text"))
    outer.add(inside(tag, "inside", inner, **given))
    user(outer, "after").end("end").chain("start", "ask", "inside", "after", "end")
    for xml in more:
        outer.add(xml)
    return outer


def charging(key: str = "inner") -> Drawing:
    """A person, then the operation that may fail, then a person."""
    inner = Drawing(key).start("inner_start").end("inner_end")
    user(inner, "prepare", FINANCE)
    inner.service("charge", "tests.charge", result="charged", account="account")
    user(inner, "receipt", FINANCE)
    return inner.chain("inner_start", "prepare", "charge", "receipt", "inner_end")


@pytest.fixture
def about(cast):
    return Department.objects.get(code="sales1")


class TestSubprocess:
    def test_people_work_inside_and_the_history_tells_each_step(self, cast):
        publish_drawing(in_subprocess(charging()))
        hand = Hand.start("outer", cast.rep1).do("ask", cast.rep1, account="fine")
        assert hand.names == ["prepare"]
        assert hand.open["prepare"].role == "finance"
        hand.do("prepare", cast.finance).do("receipt", cast.finance2)
        assert hand.variables["charged"] == {"balance": "12.50"}
        hand.do("after", cast.rep1)
        assert hand.status == "completed"
        assert hand.passed() == [
            "ask", "inner_start", "prepare", "charge", "receipt", "inner_end", "inside", "after", "end",
        ]  # fmt: skip

    def test_its_own_variables_stay_inside(self, cast):
        inner = Drawing("inner").start("s").end("e").script("count", "tries = tries + 1", "seen = tries")
        inner.chain("s", "count", "e")
        declared = '<flow:variable name="tries" type="integer" default="4"/>'
        publish_drawing(in_subprocess(inner, extensions=declared))
        hand = Hand.start("outer", cast.rep1).do("ask", cast.rep1, account="x")
        assert hand.variables["seen"] == 5
        assert "tries" not in hand.variables

    def test_a_failure_inside_holds_the_case_there_until_it_is_retried(self, cast, about):
        publish_drawing(in_subprocess(charging(), about=ABOUT_DEPARTMENT))
        hand = Hand.start("outer", cast.rep1, subject=about).do("ask", cast.rep1, account="broken")
        hand.do("prepare", cast.finance)
        assert (hand.status, hand.names) == ("waiting_incident", [])
        incident = Incident.objects.get(instance=hand.instance, status="open")
        assert incident.element == "charge"
        services.retry_incident(incident_id=incident.pk, actor=cast.admin)
        hand.prove()
        incident.refresh_from_db()
        assert (incident.status, incident.attempts) == ("open", 2)
        Department.objects.filter(pk=about.pk).update(name="mended")
        services.retry_incident(incident_id=incident.pk, actor=cast.admin)
        assert hand.prove().names == ["receipt"]
        assert Department.objects.get(pk=about.pk).name == "charged broken"

    def test_a_refusal_inside_undoes_the_whole_step(self, cast, about):
        publish_drawing(in_subprocess(charging(), about=ABOUT_DEPARTMENT))
        hand = Hand.start("outer", cast.rep1, subject=about).do("ask", cast.rep1, account="refuse")
        item = hand.open["prepare"]
        with Unchanged(hand.instance), pytest.raises(ApplicationError) as refusal:
            services.complete_work_item(work_item_id=item.pk, actor=cast.finance)
        assert refusal.value.code == "account_refused"
        assert hand.prove().names == ["prepare"]

    def test_cancelling_the_case_withdraws_what_is_open_inside(self, cast):
        publish_drawing(in_subprocess(charging()))
        hand = Hand.start("outer", cast.rep1).do("ask", cast.rep1, account="x")
        services.cancel_instance(instance_id=hand.instance.pk, reason="over", actor=cast.admin)
        assert hand.prove().status == "cancelled"
        assert WorkItem.objects.get(element="prepare").status == "cancelled"

    def test_suspended_inside_it_goes_on_there(self, cast):
        publish_drawing(in_subprocess(charging()))
        hand = Hand.start("outer", cast.rep1).do("ask", cast.rep1, account="x")
        services.suspend_instance(instance_id=hand.instance.pk, reason="wait", actor=cast.admin)
        hand.prove()
        services.resume_instance(instance_id=hand.instance.pk, actor=cast.admin)
        assert hand.prove().do("prepare", cast.finance).names == ["receipt"]

    def test_who_prepares_may_not_check_also_inside(self, cast):
        inner = Drawing("inner").start("s").end("e")
        user(inner, "prepare", FINANCE)
        user(inner, "check", FINANCE, '<flow:distinct from="prepare"/>').chain("s", "prepare", "check", "e")
        publish_drawing(in_subprocess(inner))
        hand = Hand.start("outer", cast.rep1).do("ask", cast.rep1, account="x").do("prepare", cast.finance)
        with pytest.raises(ApplicationError) as refusal:
            hand.do("check", cast.finance)
        assert refusal.value.code == "separation_of_duties"
        assert hand.do("check", cast.finance2).names == ["after"]


class TestErrors:
    def caught(self, *codes: str) -> Drawing:
        outer = Drawing("outer", extensions=ABOUT_DEPARTMENT)
        user(outer.start(), "ask", form("account:text"))
        outer.service("charge", "tests.charge", account="account")
        user(outer, "after").end("end").chain("start", "ask", "charge", "after", "end")
        for code in codes:
            name = code or "any"
            outer.add(event("boundaryEvent", f"on_{name}", "error", code, attachedToRef="charge"))
            user(outer, f"mend_{name}", MANAGER).end(f"end_{name}")
            outer.chain(f"on_{name}", f"mend_{name}", f"end_{name}")
        return outer

    def test_an_error_event_on_a_service_task_takes_over_and_what_was_written_is_undone(self, cast, about):
        publish_drawing(self.caught("declined"))
        hand = Hand.start("outer", cast.rep1, subject=about).do("ask", cast.rep1, account="declined")
        assert (hand.status, hand.names) == ("active", ["mend_declined"])
        assert Department.objects.get(pk=about.pk).name == about.name
        failed = hand.instance.events.get(kind="failed")
        assert (failed.element, failed.data["error"]) == ("charge", "declined")
        assert "charge" not in hand.passed()
        hand.do("mend_declined", cast.manager1)
        assert hand.status == "completed"

    def test_the_event_of_the_code_goes_before_the_one_for_all(self, cast, about):
        publish_drawing(self.caught("declined", ""))
        for account, step in (("declined", "mend_declined"), ("expired", "mend_any")):
            hand = Hand.start("outer", cast.rep1, subject=about).do("ask", cast.rep1, account=account)
            assert hand.names == [step]
            hand.do(step, cast.manager1)

    def test_without_an_event_for_it_the_step_is_held(self, cast, about):
        publish_drawing(self.caught("declined"))
        hand = Hand.start("outer", cast.rep1, subject=about).do("ask", cast.rep1, account="expired")
        assert hand.status == "waiting_incident"
        assert "expired" in Incident.objects.get(instance=hand.instance).message

    def test_an_event_subprocess_takes_over_its_whole_scope(self, cast):
        inner = Drawing("inner").start("s").end("e").parallel("fork", "join")
        user(inner, "watch")
        user(inner, "prepare")
        inner.service("charge", "tests.charge", account="account")
        inner.flow("s", "fork").flow("fork", "watch").flow("fork", "prepare").flow("prepare", "charge")
        inner.flow("watch", "join").flow("charge", "join").flow("join", "e")
        rescue = Drawing("rescue").end("rescued")
        rescue.add(event("startEvent", "declined_start", "error", "declined", isInterrupting="true"))
        user(rescue, "mend", MANAGER).chain("declined_start", "mend", "rescued")
        inner.add(inside("subProcess", "rescue", rescue, triggeredByEvent="true"))
        publish_drawing(in_subprocess(inner))
        hand = Hand.start("outer", cast.rep1).do("ask", cast.rep1, account="declined")
        assert hand.names == ["prepare", "watch"]
        hand.do("prepare", cast.rep1)
        assert hand.names == ["mend"]
        assert WorkItem.objects.get(element="watch").status == "cancelled"
        assert hand.do("mend", cast.manager1).names == ["after"]

    def test_an_error_end_is_caught_on_the_border_of_its_subprocess(self, cast):
        inner = Drawing("inner").start("s").choice("which", default="fine").end("e")
        inner.add(event("endEvent", "failed", "error", "bad"))
        inner.flow("s", "which").flow("which", "failed", 'account == "bad"').flow("which", "e", id="fine")
        catches = Drawing("c")
        catches.add(event("boundaryEvent", "on_bad", "error", "bad", attachedToRef="inside"))
        user(catches, "mend", MANAGER).end("mended").chain("on_bad", "mend", "mended")
        catches.prefix = "x"
        publish_drawing(in_subprocess(inner, *(part.replace('id="f', 'id="x') for part in catches.parts)))
        assert Hand.start("outer", cast.rep1).do("ask", cast.rep1, account="bad").names == ["mend"]
        assert Hand.start("outer", cast.rep1).do("ask", cast.rep1, account="good").names == ["after"]

    def test_an_escalation_runs_beside_what_goes_on(self, cast):
        inner = Drawing("inner").start("s").end("e")
        inner.add(event("intermediateThrowEvent", "escalate", "escalation", "high"))
        user(inner, "go_on").chain("s", "escalate", "go_on", "e")
        beside = [
            event(
                "boundaryEvent",
                "on_high",
                "escalation",
                "high",
                attachedToRef="inside",
                cancelActivity="false",
            ),
            user(Drawing(), "look", MANAGER).parts[0],
            '<bpmn:endEvent id="looked"/>',
            '<bpmn:sequenceFlow id="x1" sourceRef="on_high" targetRef="look"/>',
            '<bpmn:sequenceFlow id="x2" sourceRef="look" targetRef="looked"/>',
        ]
        publish_drawing(in_subprocess(inner, *beside))
        hand = Hand.start("outer", cast.rep1).do("ask", cast.rep1, account="x")
        assert hand.names == ["go_on", "look"]
        assert hand.do("go_on", cast.rep1).names == ["after", "look"]
        assert hand.do("after", cast.rep1).status == "active"
        assert hand.do("look", cast.manager1).status == "completed"


class TestTransaction:
    def booking(self) -> Drawing:
        inner = Drawing("inner").start("s").choice("which", default="fine").end("e").parallel("fork")
        user(inner, "book", form("ok:boolean?"))
        user(inner, "pay", FINANCE).end("paid")
        inner.add(event("endEvent", "give_up", "cancel"))
        inner.flow("s", "fork").flow("fork", "book").flow("fork", "pay").flow("pay", "paid")
        inner.flow("book", "which").flow("which", "give_up", "not ok").flow("which", "e", id="fine")
        beside = [
            event("boundaryEvent", "on_cancel", "cancel", attachedToRef="inside"),
            user(Drawing(), "tell", MANAGER).parts[0],
            '<bpmn:endEvent id="told"/>',
            '<bpmn:sequenceFlow id="x1" sourceRef="on_cancel" targetRef="tell"/>',
            '<bpmn:sequenceFlow id="x2" sourceRef="tell" targetRef="told"/>',
        ]
        return in_subprocess(inner, *beside, tag="transaction")

    def test_its_cancel_end_withdraws_the_rest_of_it(self, cast):
        publish_drawing(self.booking())
        hand = Hand.start("outer", cast.rep1).do("ask", cast.rep1, account="x")
        assert hand.names == ["book", "pay"]
        hand.do("book", cast.rep1, ok=False)
        assert hand.names == ["tell"]
        assert WorkItem.objects.get(element="pay").status == "cancelled"
        assert hand.do("tell", cast.manager1).status == "completed"

    def test_without_it_the_transaction_ends_as_a_subprocess(self, cast):
        publish_drawing(self.booking())
        hand = Hand.start("outer", cast.rep1).do("ask", cast.rep1, account="x").do("book", cast.rep1, ok=True)
        assert hand.names == ["pay"]
        assert hand.do("pay", cast.finance).names == ["after"]


class TestOtherElements:
    def test_terminate_ends_its_own_scope_only(self, cast):
        inner = Drawing("inner").start("s").parallel("fork")
        user(inner, "slow")
        user(inner, "quick")
        inner.add(event("endEvent", "stop", "terminate")).end("e")
        inner.flow("s", "fork").flow("fork", "slow").flow("fork", "quick")
        inner.flow("slow", "e").flow("quick", "stop")
        publish_drawing(in_subprocess(inner))
        hand = Hand.start("outer", cast.rep1).do("ask", cast.rep1, account="x").do("quick", cast.rep1)
        assert hand.names == ["after"]
        assert WorkItem.objects.get(element="slow").status == "cancelled"

    def test_a_loop_opens_a_new_item_for_each_round(self, cast):
        drawing = Drawing("outer").start().end()
        marker = (
            "<bpmn:standardLoopCharacteristics><bpmn:loopCondition>not found</bpmn:loopCondition>"
            "</bpmn:standardLoopCharacteristics>"
        )
        user(drawing, "search", form("found:boolean?"), inner=marker).chain("start", "search", "end")
        publish_drawing(drawing)
        hand = Hand.start("outer", cast.rep1)
        first = hand.open["search"].pk
        hand.do("search", cast.rep1, found=False).do("search", cast.rep2, found=False)
        assert hand.open["search"].pk != first
        assert hand.do("search", cast.rep1, found=True).status == "completed"
        assert WorkItem.objects.filter(element="search", status="completed").count() == 3

    def test_links_lead_on(self, cast):
        drawing = Drawing("outer").start().end("end")
        user(drawing, "before")
        drawing.add(event("intermediateThrowEvent", "out", "link", "page 2"))
        drawing.add(event("intermediateCatchEvent", "into", "link", "page 2"))
        user(drawing, "behind").chain("start", "before", "out").chain("into", "behind", "end")
        publish_drawing(drawing)
        hand = Hand.start("outer", cast.rep1).do("before", cast.rep1)
        assert hand.names == ["behind"]
        assert hand.do("behind", cast.rep1).status == "completed"

    def test_manual_and_plain_tasks_wait_for_a_person(self, cast):
        drawing = Drawing("outer").start().end()
        user(drawing, "by_hand", FINANCE, tag="manualTask")
        user(drawing, "somehow", tag="task").chain("start", "by_hand", "somehow", "end")
        publish_drawing(drawing)
        hand = Hand.start("outer", cast.finance)
        assert hand.open["by_hand"].role == "finance"
        assert hand.do("by_hand", cast.finance).open["somehow"].role == "rep"
        assert hand.do("somehow", cast.rep1).status == "completed"

    def test_a_data_object_is_a_variable_of_its_scope(self, cast):
        drawing = Drawing("outer").start().end()
        drawing.add(
            '<bpmn:dataObject id="total"><bpmn:extensionElements><flow:variable type="integer" default="7"/>'
            '</bpmn:extensionElements></bpmn:dataObject><bpmn:dataObjectReference id="shown" dataObjectRef="total"/>'
        )
        drawing.script("double", "total = total * 2")
        user(drawing, "look").chain("start", "double", "look", "end")
        publish_drawing(drawing)
        hand = Hand.start("outer", cast.rep1)
        assert hand.variables["total"] == 14

    def test_an_inclusive_gateway_waits_for_the_branches_that_were_taken(self, cast):
        drawing = Drawing("outer").start().end()
        user(drawing, "ask", form("amount:integer"))
        drawing.element("inclusiveGateway", "some", default="otherwise").element("inclusiveGateway", "gather")
        for step in ("large", "odd", "plain", "last"):
            user(drawing, step)
        drawing.chain("start", "ask", "some").flow("some", "large", "amount > 100")
        drawing.flow("some", "odd", "amount % 2 == 1").flow("some", "plain", id="otherwise")
        for step in ("large", "odd", "plain"):
            drawing.flow(step, "gather")
        publish_drawing(drawing.chain("gather", "last", "end"))
        for amount, taken in ((101, ["large", "odd"]), (102, ["large"]), (3, ["odd"]), (4, ["plain"])):
            hand = Hand.start("outer", cast.rep1).do("ask", cast.rep1, amount=amount)
            assert hand.names == taken
            for step in taken:
                assert hand.status == "active"
                hand.do(step, cast.rep1)
            assert hand.names == ["last"]

    def test_who_may_start_is_read_off_the_first_steps_inside(self, cast):
        publish_drawing(in_subprocess(charging()))
        quiet = Drawing("quiet").start("s").end("e").script("n", "x = 1").chain("s", "n", "e")
        outer = Drawing("second").start().end().add(inside("subProcess", "inside", quiet))
        user(outer, "first", MANAGER).chain("start", "inside", "first", "end")
        version = publish_drawing(outer)
        assert version.definition.start_roles == ["manager"]


def test_a_timer_on_the_way_gets_its_row_and_the_case_waits_for_it(cast):
    drawing = Drawing("outer").start().end()
    drawing.add(
        '<bpmn:intermediateCatchEvent id="wait"><bpmn:timerEventDefinition><bpmn:timeDuration>PT1H'
        "</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    )
    user(drawing, "look").chain("start", "wait", "look", "end")
    publish_drawing(drawing)
    hand = Hand.start("outer", cast.rep1)
    timer = hand.instance.timers.get()
    assert (timer.status, timer.element) == ("open", "wait")
    assert timer.due_at == timer.created_at + timedelta(hours=1)


def test_a_case_that_would_wait_for_nothing_is_refused_and_stays_as_it_was(cast, monkeypatch):
    drawing = Drawing("outer").start().end()
    user(drawing, "look")
    publish_drawing(drawing.chain("start", "look", "end"))
    hand = Hand.start("outer", cast.rep1)
    monkeypatch.setattr("workflows.engine.Case.is_completed", False)
    with Unchanged(hand.instance), pytest.raises(ApplicationError) as refusal:
        services.complete_work_item(work_item_id=hand.open["look"].pk, actor=cast.rep1)
    assert refusal.value.code == "stuck"
