"""Call activities in the application: pinned versions, paths, rights, failures in a called process."""

import pytest

from core.actors import SystemActor
from core.errors import ApplicationError
from core.models import Department
from tests.workflows.conftest import Unchanged
from tests.workflows.engine.drawing import Drawing
from tests.workflows.running import (
    ABOUT_DEPARTMENT,
    FINANCE,
    Hand,
    each,
    event,
    form,
    publish_drawing,
    text_of,
    user,
)
from workflows import selectors, services
from workflows.definitions import definition_of, forget
from workflows.models import Incident, ProcessDefinition, ProcessInstance, ProcessVersion, WorkItem
from workflows.registry import OperationContext, operation

pytestmark = pytest.mark.django_db
# In whose name the operation below was run.
seen: list[str] = []


@operation(name="tests.who", label=("谁", "Who"))
def who(context: OperationContext) -> None:
    seen.append(context.actor.name)


def credit(*, step: str = "assess", about: str = "", operation: str = "", bad: bool = False) -> Drawing:
    """The process that is called: finance gives a score."""
    fields = '<flow:variable name="amount" type="integer" required="true"/>'
    drawing = (
        Drawing("credit", name="信用调查", extensions=about + fields).start("credit_start").end("credit_end")
    )
    user(drawing, step, FINANCE, form("score:integer"), name="评估")
    if operation:
        drawing.service("charge", operation, account="starter" if not bad else "'declined'")
        return drawing.chain("credit_start", step, "charge", "credit_end")
    return drawing.chain("credit_start", step, "credit_end")


def order(*more: str, about: str = "", marker: str = "", called: str = "credit") -> Drawing:
    """The process that calls it."""
    drawing = Drawing("order", extensions=about).start().end()
    user(drawing, "ask", form("amount:integer"), name="下单")
    words = '<flow:in name="amount" value="amount"/><flow:out name="score" value="score"/>'
    drawing.element("callActivity", "check", marker, extensions=words, name="查信用", calledElement=called)
    user(drawing, "ship", name="发货")
    drawing.chain("start", "ask", "check", "ship", "end")
    for xml in more:
        drawing.add(xml)
    return drawing


class TestCalling:
    def test_the_called_process_runs_as_part_of_the_case(self, cast):
        publish_drawing(credit())
        publish_drawing(order())
        hand = Hand.start("order", cast.rep1).do("ask", cast.rep1, amount=5)
        item = hand.open["check/assess"]
        assert (item.name, item.role, item.instance) == ("评估", "finance", hand.instance)
        assert ProcessInstance.objects.count() == 1, "a called process is no case of its own"
        hand.do("check/assess", cast.finance, score=70)
        assert hand.variables["score"] == 70
        assert "credit_start" not in hand.passed()
        assert hand.passed() == [
            "ask", "check/credit_start", "check/assess", "check/credit_end", "check",
        ]  # fmt: skip
        assert hand.do("ship", cast.rep1).status == "completed"

    def test_the_form_of_a_step_inside_is_checked(self, cast):
        publish_drawing(credit())
        publish_drawing(order())
        hand = Hand.start("order", cast.rep1).do("ask", cast.rep1, amount=5)
        with Unchanged(hand.instance), pytest.raises(ApplicationError) as refusal:
            hand.do("check/assess", cast.finance, score="good")
        assert list(refusal.value.errors) == ["score"]

    def test_called_for_each_item_every_call_has_its_own_step(self, cast):
        publish_drawing(credit())
        lines = '<flow:variable name="lines" type="list" item="text"/>'
        publish_drawing(order(about=lines, marker=each("lines", "line")))
        hand = Hand.start("order", cast.rep1, data={"lines": ["铜", "铁"]}).do("ask", cast.rep1, amount=5)
        assert [item.name for item in hand.open.values()] == ["评估 (1/2 · 铜)", "评估 (2/2 · 铁)"]
        hand.do("check/assess#1", cast.finance, score=1).do("check/assess#0", cast.finance, score=2)
        assert hand.names == ["ship"]

    def test_cancelling_withdraws_what_is_open_inside(self, cast):
        publish_drawing(credit())
        publish_drawing(order())
        hand = Hand.start("order", cast.rep1).do("ask", cast.rep1, amount=5)
        services.cancel_instance(instance_id=hand.instance.pk, reason="over", actor=cast.admin)
        hand.prove()
        assert WorkItem.objects.get(element="check/assess").status == "cancelled"

    def test_duties_are_kept_apart_inside_a_called_process(self, cast):
        called = Drawing("credit").start("s").end("e")
        user(called, "prepare", FINANCE)
        user(called, "assess", FINANCE, '<flow:distinct from="prepare"/>').chain(
            "s", "prepare", "assess", "e"
        )
        caller = Drawing("order").start().end().element("callActivity", "check", calledElement="credit")
        publish_drawing(called)
        publish_drawing(caller.chain("start", "check", "end"))
        hand = Hand.start("order", cast.finance).do("check/prepare", cast.finance)
        assert hand.open["check/assess"].excluded == [cast.finance.pk]
        with pytest.raises(ApplicationError) as refusal:
            hand.do("check/assess", cast.finance)
        assert refusal.value.code == "separation_of_duties"
        assert hand.do("check/assess", cast.finance2).status == "completed"

    def test_a_case_of_a_process_that_is_called_starts_as_before(self, cast):
        publish_drawing(credit())
        publish_drawing(order())
        hand = Hand.start("credit", cast.finance, data={"amount": 3})
        assert hand.do("assess", cast.finance, score=5).status == "completed"


class TestPinnedVersions:
    def test_cases_stay_on_the_version_of_the_day_the_caller_was_published(self, cast):
        first = publish_drawing(credit())
        caller = publish_drawing(order())
        assert caller.calls == {"credit": first.pk}
        running = Hand.start("order", cast.rep1).do("ask", cast.rep1, amount=5)
        second = publish_drawing(credit(step="assess_anew"))
        forget()
        running.do("check/assess", cast.finance, score=1)
        later = Hand.start("order", cast.rep1).do("ask", cast.rep1, amount=5)
        assert later.names == ["check/assess"], "new cases of the old version too"
        published_again = publish_drawing(text_of(order()) + " ", key="order")
        assert published_again.calls == {"credit": second.pk}
        newest = Hand.start("order", cast.rep1).do("ask", cast.rep1, amount=5)
        assert newest.names == ["check/assess_anew"]
        assert later.prove().names == ["check/assess"]

    def test_publishing_the_same_again_pins_what_is_called_anew(self, cast):
        publish_drawing(credit())
        publish_drawing(order())
        with pytest.raises(ApplicationError) as refusal:
            publish_drawing(order())
        assert refusal.value.code == "unchanged"
        second = publish_drawing(credit(step="assess_anew"))
        assert publish_drawing(order()).calls == {"credit": second.pk}

    def test_the_version_says_what_it_calls(self, cast):
        publish_drawing(credit())
        version = publish_drawing(order())
        assert selectors.called_by(version) == {
            "credit": ProcessVersion.objects.get(definition__key="credit")
        }

    def test_calls_of_calls_are_pinned_through_and_through(self, cast):
        publish_drawing(credit())
        publish_drawing(order())
        outer = Drawing("outer").start().end().element("callActivity", "sell", calledElement="order")
        publish_drawing(outer.chain("start", "sell", "end"))
        publish_drawing(credit(step="assess_anew"))
        publish_drawing(text_of(order()) + " ", key="order")
        forget()
        hand = Hand.start("outer", cast.rep1).do("sell/ask", cast.rep1, amount=5)
        assert hand.names == ["sell/check/assess"]
        hand.do("sell/check/assess", cast.finance, score=1).do("sell/ship", cast.rep1)
        assert hand.status == "completed"

    def test_what_is_not_published_cannot_be_called(self, cast):
        with pytest.raises(services.DiagramRefusedError) as refusal:
            publish_drawing(order())
        assert [(one.code, one.element) for one in refusal.value.problems] == [("unknown_process", "check")]


class TestRights:
    """A call is no way round the list of operations that the caller was granted."""

    def test_publishing_refuses_a_call_that_leads_to_an_operation_not_granted(self, cast):
        publish_drawing(credit(operation="tests.charge"))
        with pytest.raises(services.DiagramRefusedError) as refusal:
            publish_drawing(order(), operations=())
        assert [(one.code, one.element) for one in refusal.value.problems] == [("call_not_allowed", "check")]
        assert not ProcessVersion.objects.filter(definition__key="order").exists()

    def test_also_two_calls_deep_and_in_the_lint_of_whoever_draws(self, cast):
        publish_drawing(credit(operation="tests.charge"))
        publish_drawing(order())
        outer = Drawing("outer").start().end().element("callActivity", "sell", calledElement="order")
        services.import_bpmn(bpmn=outer.chain("start", "sell", "end").bytes(), actor=cast.admin)
        problems = services.definitions.lint(text_of(outer), ProcessDefinition.objects.get(key="outer"))
        assert ("call_not_allowed", "sell") in {(one.code, one.element) for one in problems}
        with pytest.raises(services.DiagramRefusedError):
            services.publish_draft(definition_key="outer", actor=cast.admin)

    def test_a_grant_taken_back_holds_at_once_in_what_is_called(self, cast):
        publish_drawing(credit(operation="tests.charge"))
        publish_drawing(order())
        services.set_allowed_operations(definition_key="order", operations=[], actor=cast.admin)
        hand = Hand.start("order", cast.rep1).do("ask", cast.rep1, amount=5)
        hand.do("check/assess", cast.finance, score=1)
        incident = Incident.objects.get(instance=hand.instance)
        assert (incident.element, incident.error_type) == ("check/charge", "OperationNotGrantedError")

    def test_the_callers_grant_is_what_counts(self, cast):
        publish_drawing(credit(operation="tests.charge"))
        publish_drawing(order())
        services.set_allowed_operations(definition_key="credit", operations=[], actor=cast.admin)
        hand = Hand.start("order", cast.rep1).do("ask", cast.rep1, amount=5)
        assert hand.do("check/assess", cast.finance, score=1).names == ["ship"]

    def test_strangers_to_the_case_find_no_step_of_a_called_process(self, cast):
        publish_drawing(credit())
        publish_drawing(order())
        hand = Hand.start("order", cast.rep1).do("ask", cast.rep1, amount=5)
        item = hand.open["check/assess"]
        with pytest.raises(WorkItem.DoesNotExist):
            services.complete_work_item(work_item_id=item.pk, actor=cast.rep3, data={"score": 1})

    def test_a_process_about_another_kind_of_row_cannot_be_called(self, cast):
        publish_drawing(credit(about=ABOUT_DEPARTMENT))
        with pytest.raises(services.DiagramRefusedError) as refusal:
            publish_drawing(order())
        assert [(one.code, one.element) for one in refusal.value.problems] == [
            ("called_about_other", "check")
        ]


class TestFailures:
    @pytest.fixture
    def about(self, cast):
        return Department.objects.get(code="sales1")

    def test_an_operation_inside_knows_the_callers_row_and_step(self, cast, about):
        publish_drawing(credit(about=ABOUT_DEPARTMENT, operation="tests.charge"))
        publish_drawing(order(about=ABOUT_DEPARTMENT))
        hand = Hand.start("order", cast.rep1, subject=about).do("ask", cast.rep1, amount=5)
        hand.do("check/assess", cast.finance, score=1)
        assert Department.objects.get(pk=about.pk).name == "charged rep1"
        told = hand.instance.events.get(element="check/charge")
        assert told.actor_label == "order:check/charge"

    def test_what_it_does_is_done_in_the_name_of_the_step_with_its_way(self, cast):
        inner = Drawing("asking").start("a_start").end("a_end").service("who", "tests.who")
        publish_drawing(inner.chain("a_start", "who", "a_end"), operations=("tests.who",))
        outer = Drawing("outer").start().end().element("callActivity", "call", calledElement="asking")
        publish_drawing(outer.chain("start", "call", "end"), operations=("tests.who",))
        Hand.start("outer", cast.admin)
        assert seen.pop() == "outer:call/who"

    def test_an_error_inside_is_caught_on_the_border_of_the_call(self, cast, about):
        publish_drawing(credit(about=ABOUT_DEPARTMENT, operation="tests.charge", bad=True))
        catches = [
            event("boundaryEvent", "on_declined", "error", "declined", attachedToRef="check"),
            user(Drawing(), "mend").parts[0],
            '<bpmn:endEvent id="mended"/>',
            '<bpmn:sequenceFlow id="x1" sourceRef="on_declined" targetRef="mend"/>',
            '<bpmn:sequenceFlow id="x2" sourceRef="mend" targetRef="mended"/>',
        ]
        publish_drawing(order(*catches, about=ABOUT_DEPARTMENT))
        hand = Hand.start("order", cast.rep1, subject=about).do("ask", cast.rep1, amount=5)
        assert hand.do("check/assess", cast.finance, score=1).names == ["mend"]
        assert Department.objects.get(pk=about.pk).name == about.name
        assert hand.instance.events.get(kind="failed").element == "check/charge"

    def test_a_failure_inside_names_its_path_and_is_retried(self, cast):
        publish_drawing(credit(operation="tests.charge"))
        publish_drawing(order())
        starter = SystemActor("broken")
        hand = Hand(services.start_process(definition_key="order", actor=starter))
        hand.do("ask", cast.rep1, amount=5).do("check/assess", cast.finance, score=1)
        assert hand.status == "waiting_incident"
        incident = Incident.objects.get(instance=hand.instance)
        assert incident.element == "check/charge"
        services.retry_incident(incident_id=incident.pk, actor=cast.admin)
        hand.prove()
        incident.refresh_from_db()
        assert incident.attempts == 2


def test_importing_two_processes_that_call_each_other_makes_two_drafts(cast):
    both = order().bytes().decode().replace("</bpmn:definitions>", credit().process() + "</bpmn:definitions>")
    report = services.import_bpmn(bpmn=both.encode(), actor=cast.admin)
    assert {one.definition.key for one in report.processes} == {"order", "credit"}
    problems = {one.definition.key: {p.code for p in one.problems} for one in report.processes}
    assert "unknown_process" in problems["order"], "until credit is published"
    services.publish_draft(definition_key="credit", actor=cast.admin)
    assert services.publish_draft(definition_key="order", actor=cast.admin).calls.keys() == {"credit"}


def test_a_called_version_is_compiled_once_for_its_callers(cast):
    publish_drawing(credit())
    one, two = publish_drawing(order()), publish_drawing(text_of(order()) + " ", key="order")
    forget()
    assert definition_of(one.pk).calls["check"] is definition_of(two.pk).calls["check"]
