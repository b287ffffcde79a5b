"""Who writes beside whom, over all scopes; and what the lint says of outcomes and labels."""

import random
from collections import Counter
from itertools import combinations

import pytest

from tests.workflows.engine.drawing import VOCABULARY, Drawing
from tests.workflows.engine.tokens import Everything, grown
from workflows.engine import Vocabulary, check_definition, compile_definition
from workflows.engine.lint.concurrency import Concurrency
from workflows.engine.outline import choose_process, read_outline
from workflows.engine.problems import Findings
from workflows.engine.xmlsafe import read_xml

NOTE = '<flow:form><flow:field id="note"/></flow:form>'
VARIABLES = (
    '<flow:variable name="note" type="text"/><flow:variable name="all" type="list" item="text"/>'
    '<flow:variable name="people" type="list" item="text"/>'
)
ERROR = "<bpmn:errorEventDefinition/>"
SIGNAL = '<bpmn:signalEventDefinition signalRef="news"/>'
NEWS = '<bpmn:signal id="news" name="news"/>'
EACH = (
    '<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><flow:each in="people" as="one" {}/>'
    "</bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>"
)


def problems(drawing, vocabulary=VOCABULARY):
    found = check_definition(drawing.bytes(NEWS), vocabulary)
    assert [p for p in found if p.severity == "error" and p.code != "parallel_write"] == []
    return found


def together(drawing, vocabulary=VOCABULARY):
    """(first, second, name) of elements that write one name at the same time."""
    found = problems(drawing, vocabulary)
    return [(p.params["first"], p.element, p.params["name"]) for p in found if p.code == "parallel_write"]


def begun():
    return Drawing(extensions=VARIABLES).start().end()


def sub(drawing, id, *inner, words="", marker="", tag="subProcess"):
    """A subprocess of steps in a row, each of which writes the note."""
    part = Drawing(id).start(f"{id}_start").end(f"{id}_end").user(*inner, extensions=NOTE)
    part.chain(f"{id}_start", *inner, f"{id}_end")
    return drawing.element(tag, id, marker + "\n".join(part.parts), extensions=words)


def forked(drawing, *branches, gateway="parallel"):
    if gateway == "parallel":
        drawing.parallel("p", "j")
    else:
        drawing.element("inclusiveGateway", "p", default="d").element("inclusiveGateway", "j")
        drawing.flow("p", "j", id="d")
    drawing.flow("start", "p").flow("j", "end")
    for branch in branches:
        drawing.flow("p", branch, "1 == 1" if gateway != "parallel" else None).flow(branch, "j")
    return drawing


def test_inside_of_a_subprocess_runs_beside_what_its_host_runs_beside():
    drawing = sub(begun().user("b", extensions=NOTE), "sub", "a1", "a2")
    assert together(forked(drawing, "sub", "b")) == [("b", "a1", "note")]


def test_two_subprocesses_side_by_side():
    drawing = sub(sub(begun(), "one", "a"), "two", "b")
    assert together(forked(drawing, "one", "two")) == [("a", "b", "note")]


def test_names_of_a_subprocess_are_its_own():
    own = '<flow:variable name="mine" type="text"/>'
    drawing = Drawing(extensions="").start().end()
    for id, step in (("one", "a"), ("two", "b")):
        part = Drawing(id).start(f"{id}_start").end(f"{id}_end").script(step, 'mine = "x"')
        part.chain(f"{id}_start", step, f"{id}_end")
        drawing.element("subProcess", id, "\n".join(part.parts), extensions=own)
    assert together(forked(drawing, "one", "two")) == []


def test_steps_in_a_row_in_a_subprocess_are_fine():
    assert together(sub(begun(), "sub", "a1", "a2").chain("start", "sub", "end")) == []


def test_branches_inside_of_a_subprocess():
    part = Drawing("sub").start("s").end("e").parallel("p", "j").user("a", "b", extensions=NOTE)
    part.chain("s", "p", "a", "j", "e").chain("p", "b", "j")
    drawing = begun().element("subProcess", "sub", "\n".join(part.parts)).chain("start", "sub", "end")
    assert together(drawing) == [("a", "b", "note")]


def test_ways_of_an_inclusive_gateway_run_together():
    assert together(forked(begun().user("a", "b", extensions=NOTE), "a", "b", gateway="inclusive")) == [
        ("a", "b", "note")
    ]


def test_the_default_way_runs_alone_and_what_follows_the_join_afterwards():
    drawing = begun().user("a", "b", "after", extensions=NOTE).user("c")
    drawing.element("inclusiveGateway", "p", default="d").element("inclusiveGateway", "j")
    drawing.flow("start", "p").flow("p", "a", "1 == 1").flow("p", "c", "1 == 1").flow("p", "b", id="d")
    drawing.chain("a", "j", "after", "end").chain("b", "j").chain("c", "j")
    assert together(drawing) == []


def test_inclusive_in_a_loop_is_not_beside_itself():
    drawing = begun().user("a", "after", extensions=NOTE).user("c").choice("m").choice("x", "on")
    drawing.element("inclusiveGateway", "p", default="d").element("inclusiveGateway", "j")
    drawing.chain("start", "m", "p").flow("p", "a", "1 == 1").flow("p", "c", id="d")
    drawing.chain("a", "j", "after", "x").chain("c", "j").flow("x", "m", "1 == 2").flow("x", "end", id="on")
    assert together(drawing) == []


@pytest.mark.parametrize(
    ("interrupting", "expected"),
    [("true", []), ("false", [("host", "side", "note"), ("after", "side", "note")])],
)
def test_what_a_non_interrupting_event_starts_runs_beside_the_rest(interrupting, expected):
    for writer in ("host", "after"):
        drawing = begun().end("end2")
        for name in ("host", "after", "side"):
            drawing.user(name, extensions=NOTE if name in (writer, "side") else "")
        drawing.element("boundaryEvent", "on", SIGNAL, attachedToRef="host", cancelActivity=interrupting)
        drawing.chain("start", "host", "after", "end").chain("on", "side", "end2")
        assert together(drawing) == [pair for pair in expected if writer in pair]


@pytest.mark.parametrize(("interrupting", "expected"), [("true", []), ("false", [("a", "h", "note")])])
def test_an_event_subprocess_that_does_not_interrupt_runs_beside_its_scope(interrupting, expected):
    handler = Drawing("h_in").user("h", extensions=NOTE).end("he")
    handler.element("startEvent", "hs", SIGNAL, isInterrupting=interrupting).chain("hs", "h", "he")
    drawing = begun().user("a", extensions=NOTE).chain("start", "a", "end")
    drawing.element("subProcess", "handler", "\n".join(handler.parts), triggeredByEvent="true")
    assert together(drawing) == expected


def test_what_an_event_brings_is_written_where_it_waits():
    drawing = begun().user("host", extensions=NOTE).user("side").end("end2")
    drawing.element(
        "boundaryEvent", "on", SIGNAL, attachedToRef="host", cancelActivity="false", extensions=NOTE
    )
    assert together(drawing.chain("start", "host", "end").chain("on", "side", "end2")) == [
        ("host", "on", "note")
    ]


def test_elements_of_a_multi_instance_keep_to_themselves():
    drawing = begun().user("b", extensions=NOTE)
    drawing.element("userTask", "a", EACH.format(""), extensions=NOTE)
    assert together(forked(drawing, "a", "b")) == []


def test_but_not_what_is_gathered():
    drawing = begun()
    for id in ("a", "b"):
        drawing.element("userTask", id, EACH.format('value="note" into="all"'), extensions=NOTE)
    assert together(forked(drawing, "a", "b")) == [("a", "b", "all")]


def test_nor_branches_of_one_element():
    part = Drawing("sub").start("s").end("e").parallel("p2", "j2").user("a", "b", extensions=NOTE)
    part.chain("s", "p2", "a", "j2", "e").chain("p2", "b", "j2")
    drawing = begun().element("subProcess", "sub", EACH.format("") + "\n".join(part.parts))
    assert together(drawing.chain("start", "sub", "end")) == [("a", "b", "note")]


def test_a_loop_writes_outside():
    marker = '<bpmn:standardLoopCharacteristics loopMaximum="2"/>'
    drawing = begun().user("b", extensions=NOTE)
    drawing.element("userTask", "a", marker, extensions=NOTE)
    assert together(forked(drawing, "a", "b")) == [("b", "a", "note")]


def test_what_a_call_gives_back_is_written():
    called = Drawing("called", extensions='<flow:variable name="said" type="text"/>').start("cs").end("ce")
    called.user("cu").chain("cs", "cu", "ce")
    vocabulary = Vocabulary(processes={"called": compile_definition(called.bytes(), Vocabulary())})
    drawing = begun().user("b", extensions=NOTE)
    drawing.element(
        "callActivity", "call", extensions='<flow:out name="note" value="said"/>', calledElement="called"
    )
    assert together(forked(drawing, "call", "b"), vocabulary) == [("b", "call", "note")]


def test_knows_what_runs_together_like_brute_force():
    """It may never miss a pair; it may think of hardly any that cannot be."""
    counted = Counter()
    for seed in range(200):
        chance = random.Random(seed)
        plan = grown(chance, chance.randint(3, 9))
        everything = Everything(plan)
        if not everything.plays_well(everything.leaving["start1"]):
            continue
        truth = everything.together()
        root = read_xml(plan.drawing().bytes())
        scope = read_outline(root, choose_process(root, None), Findings()).root
        nodes, relation = {node.id: node for node in scope.nodes}, Concurrency(scope)
        steps = sorted(name for name in everything.ways["start1"] if plan.kinds[name] == "user")
        for first, second in combinations(steps, 2):
            found = any(True for _ in relation.pairs([nodes[first], nodes[second]]))
            counted[(first, second) in truth, found] += 1
    assert counted[True, False] == 0
    assert counted[True, True] > 100
    assert counted[False, True] * 100 <= counted[True, True]


# -- outcomes


def asked(*conditions, outcomes=("approve", "reject", "return"), default=False):
    words = "".join(f'<flow:outcome code="{code}"/>' for code in outcomes)
    drawing = Drawing().start().user("ask", extensions=words).end().chain("start", "ask", "gate")
    drawing.choice("gate", "d" if default else None)
    for number, condition in enumerate(conditions):
        drawing.user(f"u{number}").chain(f"u{number}", "end").flow("gate", f"u{number}", condition)
    if default:
        drawing.flow("gate", "end", id="d")
    return drawing


def not_handled(drawing):
    return [p.params["outcomes"] for p in problems(drawing) if p.code == "outcome_not_handled"]


APPROVE, REJECT = 'ask.outcome == "approve"', 'ask.outcome == "reject"'


@pytest.mark.parametrize(
    ("conditions", "left"),
    [
        ((APPROVE, REJECT), ["return"]),
        ((APPROVE, REJECT, 'ask.outcome == "return"'), []),
        ((APPROVE, 'ask.outcome != "approve"'), []),
        ((APPROVE, 'ask.outcome in ["reject", "return"]'), []),
        ((APPROVE, f"{REJECT} or ask.comment == null"), []),
        ((APPROVE, f"{REJECT} and ask.comment != null"), ["return"]),
        ((APPROVE, f'{REJECT} or "return" == ask.outcome'), []),
        ((APPROVE, 'ask.comment == "x"'), []),
    ],
)
def test_an_outcome_that_no_way_takes(conditions, left):
    assert not_handled(asked(*conditions)) == ([left] if left else [])


def test_a_default_takes_the_rest():
    assert not_handled(asked(APPROVE, default=True)) == []


def test_one_outcome_is_no_choice():
    assert not_handled(asked(APPROVE, 'ask.comment == "x"', outcomes=("approve",))) == []


# -- labels


def labels(zh, en):
    texts = {"zh-hans": zh, "en": en}
    return "".join(f'<flow:label lang="{lang}">{text}</flow:label>' for lang, text in texts.items() if text)


def missing(drawing):
    return [
        (p.element, p.params["name"], p.params["missing"])
        for p in problems(drawing)
        if p.code == "label_missing"
    ]


def labelled(process, step, outcome, field):
    words = f'{step}<flow:outcome code="go">{outcome}</flow:outcome>'
    words += f'<flow:form><flow:field id="f">{field}</flow:field></flow:form>'
    drawing = Drawing(extensions=process).start().user("step", extensions=words).end()
    return drawing.chain("start", "step", "end")


BOTH, CHINESE, ENGLISH = labels("甲", "A"), labels("甲", ""), labels("", "A")


def test_a_diagram_in_one_language_is_fine():
    assert missing(labelled(CHINESE, CHINESE, CHINESE, CHINESE)) == []
    assert missing(labelled("", ENGLISH, ENGLISH, "")) == []


def test_a_diagram_in_two_languages_is_so_everywhere():
    assert missing(labelled(BOTH, BOTH, BOTH, BOTH)) == []
    assert missing(labelled(CHINESE, BOTH, ENGLISH, CHINESE)) == [
        ("process", "process", "en"), ("step", "step.go", "zh-hans"), ("step", "f", "en"),
    ]  # fmt: skip


def test_the_usual_outcomes_have_their_words():
    drawing = Drawing(extensions=BOTH).start().end().chain("start", "step", "end")
    assert missing(drawing.user("step", extensions=f'{BOTH}<flow:outcome code="approve"/>')) == []
