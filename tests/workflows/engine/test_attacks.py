"""No place of a diagram in which an expression can stand takes an attack: refused at publishing."""

from xml.sax.saxutils import escape, quoteattr

import pytest

from tests.workflows.engine.attacks import ATTACKS
from tests.workflows.engine.drawing import VOCABULARY, Drawing
from workflows.engine import Vocabulary, check_definition, compile_definition

VARIABLES = "".join(
    f'<flow:variable name="{name}" type="{kind}"/>'
    for name, kind in {"name": "text", "amount": "decimal", "approved": "boolean", "tags": "list"}.items()
)
MESSAGE = '<bpmn:message id="m" name="paid"/>'
CALLED = compile_definition(
    Drawing("called", extensions='<flow:variable name="amount" type="decimal"/>')
    .start("s")
    .user("w")
    .end("e")
    .chain("s", "w", "e")
    .bytes(),
    VOCABULARY,
)


def with_step(tag, inner="", extensions="", **attributes):
    drawing = Drawing(extensions=VARIABLES).start().end()
    return drawing.element(tag, "step", inner, extensions=extensions, **attributes).chain(
        "start", "step", "end"
    )


def with_gate(condition):
    drawing = Drawing(extensions=VARIABLES).start().end().choice("gate", default="other")
    drawing.flow("start", "gate").flow("gate", "end", id="other")
    return drawing.flow("gate", "end", condition)


def with_timer(form, text):
    timer = (
        f"<bpmn:timerEventDefinition><bpmn:{form}>{escape(text)}</bpmn:{form}></bpmn:timerEventDefinition>"
    )
    return with_step("intermediateCatchEvent", timer)


def with_marker(tag, inner, extensions=""):
    words = f"<bpmn:extensionElements>{extensions}</bpmn:extensionElements>" if extensions else ""
    return with_step("userTask", f"<bpmn:{tag}>{words}{inner}</bpmn:{tag}>")


def with_each(**attributes):
    given = " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items())
    return with_marker("multiInstanceLoopCharacteristics", "", f"<flow:each {given}/>")


def with_message(tag, extensions):
    event = '<bpmn:messageEventDefinition messageRef="m"/>'
    return with_step(tag, event, extensions)


def with_call(word, text, name="amount"):
    words = f'<flow:{word} name="{name}" value={quoteattr(text)}/>'
    return with_step("callActivity", extensions=words, calledElement="called")


def table(input_text="amount", cell="&lt; 5", result='"yes"'):
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">'
        '<decision id="t" name="t"><decisionTable id="dt" hitPolicy="FIRST">'
        f'<input id="i"><inputExpression id="ie"><text>{escape(input_text)}</text></inputExpression></input>'
        '<output id="o" name="answer" typeRef="string"/>'
        f'<rule id="r"><inputEntry id="a"><text>{cell}</text></inputEntry>'
        f'<outputEntry id="b"><text>{escape(result)}</text></outputEntry></rule>'
        "</decisionTable></decision></definitions>"
    )


RULE_TASK = with_step("businessRuleTask", extensions='<flow:decision ref="t" result="answer"/>')
MULTI, LOOP = "multiInstanceLoopCharacteristics", "standardLoopCharacteristics"
# place -> (a harmless text, how the text is drawn, the decision table with it)
PLACES = {
    "condition": ("amount > 1", with_gate),
    "condition of another tool": ("amount gt 1", lambda text: with_gate(f"${{{text}}}")),
    "script": (
        "amount + 1",
        lambda text: with_step("scriptTask", f"<bpmn:script>x = {escape(text)}</bpmn:script>"),
    ),
    "parameter": (
        "amount * 2",
        lambda text: with_step(
            "serviceTask",
            extensions=f'<flow:operation name="books.enter"><flow:param name="amount" value={quoteattr(text)}/></flow:operation>',
        ),
    ),
    "person": (
        "name",
        lambda text: with_step("userTask", extensions=f"<flow:assign person={quoteattr(text)}/>"),
    ),
    "role by value": (
        "name",
        lambda text: with_step("userTask", extensions=f"<flow:assign roleFrom={quoteattr(text)}/>"),
    ),
    "date of a timer": ("today()", lambda text: with_timer("timeDate", text)),
    "duration of a timer": ('"PT1H"', lambda text: with_timer("timeDuration", text)),
    "condition of an event": (
        "amount > 1",
        lambda text: with_step(
            "intermediateCatchEvent",
            f"<bpmn:conditionalEventDefinition><bpmn:condition>{escape(text)}</bpmn:condition></bpmn:conditionalEventDefinition>",
        ),
    ),
    "correlation of a message": (
        "name",
        lambda text: with_message("intermediateCatchEvent", f"<flow:correlate value={quoteattr(text)}/>"),
    ),
    "payload of a message": (
        "amount",
        lambda text: with_message(
            "intermediateThrowEvent", f'<flow:param name="x" value={quoteattr(text)}/>'
        ),
    ),
    "list of a multi-instance": ("tags", lambda text: with_each(**{"in": text, "as": "tag"})),
    "value of a multi-instance": (
        "loopCounter",
        lambda text: with_each(**{"in": "tags", "as": "tag", "value": text, "into": "found"}),
    ),
    "number of a multi-instance": (
        "3",
        lambda text: with_marker(MULTI, f"<bpmn:loopCardinality>{escape(text)}</bpmn:loopCardinality>"),
    ),
    "end of a multi-instance": (
        "nrOfCompletedInstances > 1",
        lambda text: with_marker(
            MULTI,
            "<bpmn:loopCardinality>3</bpmn:loopCardinality>"
            f"<bpmn:completionCondition>{escape(text)}</bpmn:completionCondition>",
        ),
    ),
    "condition of a loop": (
        "loopCounter &lt; 3".replace("&lt;", "<"),
        lambda text: with_marker(LOOP, f"<bpmn:loopCondition>{escape(text)}</bpmn:loopCondition>"),
    ),
    "into a called process": ("amount", lambda text: with_call("in", text)),
    "out of a called process": ("amount", lambda text: with_call("out", text, "got")),
    "input of a decision table": ("amount", lambda text: (RULE_TASK, table(input_text=text))),
    "cell of a decision table": ("< 5", lambda text: (RULE_TASK, table(cell=escape(text)))),
    "result of a decision table": ('"yes"', lambda text: (RULE_TASK, table(result=text))),
}
# Where it is left out, nothing is asked.
EMPTY_SAYS_NOTHING = ("end of a multi-instance", "cell of a decision table")
WORDS = Vocabulary(
    operations=VOCABULARY.operations,
    roles=VOCABULARY.roles,
    subject_fields=VOCABULARY.subject_fields,
    processes={"called": CALLED},
)


def errors(place, text):
    drawn = PLACES[place][1](text)
    drawing, decision = drawn if isinstance(drawn, tuple) else (drawn, table())
    found = check_definition(drawing.bytes(extra=MESSAGE), WORDS, decisions={"t": decision})
    return [problem for problem in found if problem.severity == "error"]


@pytest.mark.parametrize("place", PLACES)
def test_no_place_of_a_diagram_takes_an_attack(place):
    assert errors(place, PLACES[place][0]) == []
    for text in ATTACKS:
        if "\ud800" in text:
            continue  # no file can hold it
        if not text.strip() and place in EMPTY_SAYS_NOTHING:
            continue
        found = errors(place, text)
        assert found, text
        for problem in found:
            assert problem.message("zh-hans")
            assert problem.message("en")
