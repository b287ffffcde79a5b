"""Where a diagram may call the outside, and what it must have been granted for that."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from core import clock
from core.errors import ApplicationError
from tests.workflows.engine.drawing import Drawing
from tests.workflows.outside_operations import OTHER, POST, Caller, posting, told
from tests.workflows.running import each, event, form, inside, publish_drawing, user
from workflows import services
from workflows.models import ProcessDefinition, Timer

pytestmark = pytest.mark.django_db
GRANTS = (POST, f"{OTHER}:near")


@pytest.fixture(autouse=True)
def _nothing_told():
    told.clear()


def publish(drawing: Drawing) -> None:
    publish_drawing(drawing, operations=GRANTS)


def straight(do: str = "'answer'", **params: str) -> Drawing:
    drawing = posting("straight", do=do, **params)
    return user(drawing, "look").chain("start", "call", "look", "end")


@pytest.fixture
def begin(cast):
    def begin(drawing: Drawing, **given) -> Caller:
        publish(drawing)
        return Caller.start(drawing.key, cast.admin, **given)

    return begin


class TestGrants:
    def test_what_was_taken_back_is_not_called(self, begin, cast):
        hand = begin(straight())
        services.set_allowed_operations(definition_key="straight", operations=[], actor=cast.admin)
        hand.call()
        assert "not granted" in hand.incident.message
        assert told == []
        services.set_allowed_operations(definition_key="straight", operations=[POST], actor=cast.admin)
        services.retry_incident(incident_id=hand.incident.pk, actor=cast.admin)
        hand.prove().call()
        assert hand.names == ["look"]

    def sending(self, to: str) -> Drawing:
        words = '<flow:variable name="who" type="text"/>'
        drawing = Drawing("sending", extensions=words).start().end()
        return drawing.service("call", OTHER, to=to).chain("start", "call", "end")

    def test_each_target_is_granted_by_itself(self, begin):
        assert begin(self.sending("'near'")).call()
        assert told[0][1] == {"to": "near"}
        with pytest.raises(services.DiagramRefusedError, match="1"):
            publish(self.sending("'far'"))

    def test_a_target_that_is_calculated_cannot_be_published(self, cast):
        with pytest.raises(services.DiagramRefusedError) as refusal:
            publish(self.sending("who"))
        assert [problem.code for problem in refusal.value.problems] == ["target_not_fixed"]

    def test_a_target_that_was_taken_back_is_not_called(self, begin, cast):
        hand = begin(self.sending("'near'"))
        services.set_allowed_operations(
            definition_key="sending", operations=[f"{OTHER}:far"], actor=cast.admin
        )
        hand.call()
        assert (told, "not granted" in hand.incident.message) == ([], True)

    @pytest.mark.parametrize("grant", [OTHER, f"{OTHER}:nowhere", f"{POST}:near", "tests.nothing"])
    def test_only_what_there_is_can_be_granted(self, begin, cast, grant):
        begin(straight())
        before = ProcessDefinition.objects.values().get(key="straight")
        with pytest.raises(ApplicationError) as refusal:
            services.set_allowed_operations(definition_key="straight", operations=[grant], actor=cast.admin)
        assert refusal.value.code == "unknown_operation"
        assert ProcessDefinition.objects.values().get(key="straight") == before


class TestWhereItStands:
    def test_in_a_loop_each_round_is_another_wish(self, begin):
        drawing = posting("looping").choice("enough", default="out")
        user(drawing, "look", form("again:boolean"))
        drawing.chain("start", "call", "look", "enough").flow("enough", "call", "again")
        hand = begin(drawing.flow("enough", "end", id="out"))
        for _round in range(3):
            hand.call()
            hand.do("look", again=True)
        hand.call()
        assert len({context.key for context, _params in told}) == 4
        assert hand.do("look", again=False).status == "completed"

    @pytest.mark.parametrize("sequential", [False, True])
    def test_for_each_element_of_a_list(self, begin, sequential):
        word = (
            f'<flow:operation name="{POST}" result="answer"><flow:param name="item" value="one"/>'
            "</flow:operation>"
        )
        marker = each("names", "one", sequential=sequential, value="answer.receipt", into="receipts")
        words = '<flow:variable name="names" type="list" item="text" required="true"/>'
        drawing = Drawing("several", extensions=words).start().end()
        drawing.element("serviceTask", "call", marker, extensions=word)
        user(drawing, "look").chain("start", "call", "look", "end")
        hand = begin(drawing, data={"names": ["a", "b", "c"]})
        assert len(hand.jobs) == (1 if sequential else 3)
        while hand.jobs:
            hand.call_all()
        assert hand.variables["receipts"] == ["R-a", "R-b", "R-c"]
        assert len({context.key for context, _params in told}) == 3
        assert hand.names == ["look"]

    def test_one_failing_element_holds_only_itself(self, begin, cast):
        word = f'<flow:operation name="{POST}" result="answer"><flow:param name="do" value="one"/></flow:operation>'
        words = '<flow:variable name="deeds" type="list" item="text" required="true"/>'
        drawing = Drawing("several", extensions=words).start().end()
        drawing.element("serviceTask", "call", each("deeds", "one"), extensions=word)
        hand = begin(drawing.chain("start", "call", "end"), data={"deeds": ["answer", "give up"]})
        hand.call_all()
        assert (hand.jobs, hand.incident.part) == ([], "2/2 · give up")
        services.skip_incident(incident_id=hand.incident.pk, reason="x", actor=cast.admin)
        assert hand.prove().status == "completed"

    def test_a_timer_at_its_border_takes_it_away(self, begin):
        drawing = straight("'crash'").end("late")
        drawing.add(
            '<bpmn:boundaryEvent id="hour" attachedToRef="call"><bpmn:timerEventDefinition>'
            "<bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
        )
        hand = begin(drawing.flow("hour", "late"))
        hand.call()
        job = hand.job
        with clock.travel(timedelta(hours=2)):
            assert services.fire_timer(timer_id=Timer.objects.get(instance=hand.instance).pk)
        job.refresh_from_db()
        assert (hand.prove().status, job.status) == ("completed", "cancelled")
        assert not services.run_job(job_id=job.pk)
        assert len(told) == 1

    def test_a_reminder_beside_it_does_not(self, begin):
        drawing = straight().end("reminded")
        drawing.add(
            '<bpmn:boundaryEvent id="hour" attachedToRef="call" cancelActivity="false">'
            "<bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration>"
            "</bpmn:timerEventDefinition></bpmn:boundaryEvent>"
        )
        hand = begin(drawing.flow("hour", "reminded"))
        with clock.travel(timedelta(hours=2)):
            services.fire_timer(timer_id=Timer.objects.get(instance=hand.instance).pk)
            hand.prove().call()
        assert hand.names == ["look"]

    def test_inside_a_subprocess_with_an_error_event_around_it(self, begin):
        inner = Drawing("inner").start("inner_start").end("inner_end")
        inner.service("call", POST, result="answer", do="'declined'")
        inner.chain("inner_start", "call", "inner_end")
        outer = Drawing("outer").start().end("end", "other").add(inside("subProcess", "inside", inner))
        outer.add(event("boundaryEvent", "border", "error", "declined", attachedToRef="inside"))
        hand = begin(outer.chain("start", "inside", "end").flow("border", "other"))
        hand.call()
        assert (hand.status, hand.passed()[-1]) == ("completed", "other")

    def test_in_a_called_process(self, begin, cast):
        publish(posting("called").chain("start", "call", "end"))
        outer = Drawing("outer").start().end().element("callActivity", "sub", calledElement="called")
        hand = begin(user(outer, "look").chain("start", "sub", "look", "end"))
        assert hand.job.element == "sub/call"
        hand.call()
        assert (told[0][0].element, hand.names) == ("sub/call", ["look"])

    def test_beside_another_branch(self, begin):
        drawing = posting("branches").parallel("fork", "join")
        user(drawing, "work").chain("start", "fork", "call", "join", "end").chain("fork", "work", "join")
        hand = begin(drawing)
        assert hand.do("work").status == "active"
        hand.call()
        assert hand.status == "completed"

    def test_straight_after_one_another(self, begin):
        drawing = posting("two")
        drawing.service("second", POST, result="other", item="answer.receipt")
        hand = begin(drawing.chain("start", "call", "second", "end"))
        hand.call("call")
        hand.call("second")
        assert (hand.status, hand.variables["other"]["receipt"]) == ("completed", "R-R-1")

    def test_parameters_that_cannot_be_had_are_held_before_any_call(self, begin):
        words = '<flow:variable name="n" type="integer" required="true"/>'
        drawing = posting("straight", words=words, amount="1 // n")
        hand = begin(user(drawing, "look").chain("start", "call", "look", "end"), data={"n": 0})
        assert (hand.status, hand.jobs, hand.incident.element) == ("waiting_incident", [], "call")


def test_others_may_not_grant(begin, cast):
    begin(straight())
    with pytest.raises(PermissionDenied):
        services.set_allowed_operations(definition_key="straight", operations=[], actor=cast.rep1)
    assert ProcessDefinition.objects.get(key="straight").allowed_operations == sorted(GRANTS)
