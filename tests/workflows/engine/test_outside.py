"""Operations with an effect outside: the step waits, and an answer, an error or a failure ends the waiting."""

from decimal import Decimal

import pytest

from tests.workflows.engine.drawing import Drawing, FakeHost
from workflows.engine import (
    BpmnError,
    Case,
    OperationSignature,
    Param,
    Vocabulary,
    check_definition,
    compile_definition,
)
from workflows.engine.errors import NotWaiting

CALL = OperationSignature(
    "post.send",
    params={"number": Param("integer"), "note": Param("text", required=False)},
    result={"receipt": "text"},
    outside=True,
)
DECLINED = '<bpmn:error id="declined" errorCode="declined"/>'


def definition(*, params=None, border=""):
    drawing = Drawing("send", extensions='<flow:variable name="n" type="integer" required="true"/>')
    drawing.start().end("sent").service(
        "call", "post.send", result="answer", **(params or {"number": "n + 1"})
    )
    drawing.user("look").chain("start", "call", "look", "sent")
    if border:
        drawing.add(border).end("other").flow("border", "other")
    words = Vocabulary(operations={"post.send": CALL}, roles={"rep": "rep"})
    return compile_definition(drawing.lane("rep", "call", "look").bytes(DECLINED), words)


def started(process, n=6):
    """A case that waits for the answer, saved and loaded as the application does."""
    return saved(process, Case.start(process, FakeHost(), {"n": n}))


def saved(process, case):
    return Case.load(process, case.state(), FakeHost())


def the_one(case, kind="job"):
    (waiting,) = [one for one in case.waiting() if one.kind not in ("timer", "catcher")]
    assert waiting.kind == kind
    return waiting


def test_the_step_waits_with_what_it_is_called_with():
    case = started(definition())
    waiting = the_one(case)
    assert (waiting.path, dict(waiting.params)) == ("call", {"number": 7})
    assert case.host.log == []


def test_the_answer_becomes_data_and_the_case_goes_on():
    process = definition()
    case = started(process)
    case.answer(the_one(case).token, {"receipt": "R-1"})
    assert case.variables["answer"] == {"receipt": "R-1"}
    assert [event.path for event in case.events if event.kind == "completed"] == ["call"]
    assert the_one(saved(process, case), "work_item").path == "look"


def test_a_second_answer_is_refused():
    case = started(definition())
    token = the_one(case).token
    case.answer(token, {"receipt": "R-1"})
    with pytest.raises(NotWaiting):
        case.answer(token, {"receipt": "R-2"})
    assert case.variables["answer"] == {"receipt": "R-1"}


def test_an_answer_that_does_not_fit_holds_the_step_and_a_retry_calls_again():
    process = definition()
    case = started(process)
    token = the_one(case).token
    case.answer(token, {"receipt": Decimal(5)})
    held = the_one(saved(process, case), "incident")
    assert (held.token, held.error.code) == (token, "operation_result")
    assert "answer" not in case.variables
    case.retry(token)
    again = the_one(saved(process, case))
    assert (again.token, dict(again.params)) == (token, {"number": 7})


def test_a_failure_holds_the_step_and_what_was_armed_stays_armed():
    border = (
        '<bpmn:boundaryEvent id="border" attachedToRef="call"><bpmn:timerEventDefinition>'
        "<bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )
    process = definition(border=border)
    case = started(process)
    case.give_up(the_one(case).token, ConnectionError("no line"))
    case = saved(process, case)
    held = the_one(case, "incident")
    assert held.error.type == "ConnectionError"
    (timer,) = [one for one in case.waiting() if one.kind == "timer"]
    case.retry(held.token)
    assert [one.token for one in case.waiting() if one.kind == "timer"] == [timer.token]
    case.fire(timer.token)
    assert case.is_completed


def test_an_error_the_diagram_knows_goes_its_way():
    border = (
        '<bpmn:boundaryEvent id="border" attachedToRef="call"><bpmn:errorEventDefinition errorRef="declined"/>'
        "</bpmn:boundaryEvent>"
    )
    case = started(definition(border=border))
    case.give_up(the_one(case).token, BpmnError("declined"))
    assert case.is_completed
    assert "other" in [event.path for event in case.events if event.kind == "completed"]


def test_an_error_nobody_catches_holds_the_step():
    case = started(definition())
    case.give_up(the_one(case).token, BpmnError("declined"))
    assert the_one(case, "incident").error.code == "error_not_caught"


def test_parameters_that_cannot_be_had_hold_the_step_at_its_door():
    process = definition(params={"number": "n // (n - 6)"})
    case = started(process)
    held = the_one(case, "incident")
    case = saved(process, case)
    case.variables["n"] = 7
    case.retry(held.token)
    assert dict(the_one(case).params) == {"number": 7}


def test_a_held_call_can_be_skipped():
    process = definition()
    case = started(process)
    token = the_one(case).token
    case.give_up(token, ConnectionError("no line"))
    case.skip(token)
    assert the_one(saved(process, case), "work_item").path == "look"


TARGETED = OperationSignature("post.send", {"service": "text"}, outside=True, target="service")


def problems_of(service, *granted):
    drawing = Drawing("send", extensions='<flow:variable name="who" type="text" required="true"/>')
    drawing.start().service("call", "post.send", service=service).end().chain("start", "call", "end")
    words = Vocabulary(operations={"post.send": TARGETED}, allowed_operations=frozenset(granted))
    return [problem.code for problem in check_definition(drawing.bytes(), words)]


def test_each_target_is_granted_by_itself():
    assert problems_of("'letters'", "post.send:letters") == []
    assert problems_of("'parcels'", "post.send:letters") == ["operation_not_allowed"]
    assert problems_of("'letters'", "post.send") == ["operation_not_allowed"]


@pytest.mark.parametrize(
    "service", ["who", "'let' + 'ters'", "'a' if who == 'x' else 'b'", "lower(who)", "text(today())"]
)
def test_a_target_is_written_out(service):
    assert problems_of(service, "post.send:letters") == ["target_not_fixed"]
