"""Every finding of the lint has a diagram that brings it about: a code without one fails here."""

import gzip

import pytest

from tests.workflows.engine.drawing import VOCABULARY, Drawing
from tests.workflows.engine.test_lint import GRAPHS, SERVICES, WORDS, row, work
from tests.workflows.engine.test_lint_data import APPROVE, BOTH, CHINESE, REJECT, asked, labelled
from tests.workflows.engine.test_mends import (
    CASES,
    DECISIONS,
    FINANCE,
    ROOTS,
    handler,
    linked,
    looped,
    people,
    raced,
)
from tests.workflows.engine.test_mends import WORDS as KNOWN
from tests.workflows.engine.test_soundness import SOUND, SPOILT, found
from workflows.engine import (
    EventSignature,
    FormSignature,
    OperationSignature,
    Vocabulary,
    check_definition,
    compile_definition,
    import_diagram,
)
from workflows.engine.lint import playing
from workflows.engine.texts import diagram, scopes, soundness

CODES = {**diagram.TEXTS, **scopes.TEXTS, **soundness.TEXTS}
# Said while a case runs, never of a diagram (test_case, test_conformance and tests/conformance bring them
# about). What moving a case says stands in `texts/moving.py`, with test_placing and test_migration.
RUNNING = frozenset(
    {
        "no_such_start", "event_not_waiting", "error_not_caught", "skip_not_here", "bad_cardinality", "too_many_elements",
        "call_does_not_fit", "value_does_not_fit",
    }
)  # fmt: skip
# Said of a file that is taken in.
IMPORTING = frozenset({"translated", "laid_out"})

HEAD = '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL">'
SHOWN = '<flow:form><flow:field id="x" shownIf="{}"/></flow:form>'
SIGNAL = '<bpmn:signalEventDefinition signalRef="news"/>'


def timer(inner, tag="intermediateCatchEvent", **more):
    drawing = people("work").element(
        tag, "t", f"<bpmn:timerEventDefinition>{inner}</bpmn:timerEventDefinition>", **more
    )
    return drawing.chain("start", "work", "t", "end")


def timer_of(text):
    return f"<bpmn:timerEventDefinition><bpmn:timeCycle>{text}</bpmn:timeCycle></bpmn:timerEventDefinition>"


def started_by(inner, words):
    drawing = Drawing(extensions=words).start().end().user("work", extensions=FINANCE)
    return drawing.element("startEvent", "daily", inner).chain("start", "work", "end").flow("daily", "work")


def event(tag, inner, words="", **more):
    return (
        people("work").element(tag, "x", inner, extensions=words, **more).chain("start", "work", "x", "end")
    )


def on_work(inner, **more):
    drawing = people("work").element("boundaryEvent", "on", inner, attachedToRef="work", **more)
    return drawing.chain("start", "work", "end").flow("on", "end")


def marked(inner, tag="multiInstanceLoopCharacteristics", **more):
    attributes = "".join(f' {name}="{value}"' for name, value in more.items())
    marker = f"<bpmn:{tag}{attributes}>{inner}</bpmn:{tag}>"
    return Drawing(extensions='<flow:variable name="people" type="list" item="text"/>').start().element(
        "userTask", "work", marker, extensions=FINANCE
    ).end().chain("start", "work", "end")  # fmt: skip


def each(words):
    return f"<bpmn:extensionElements><flow:each {words}/></bpmn:extensionElements>"


def call(key, words=""):
    drawing = Drawing().start().element("callActivity", "call", extensions=words, calledElement=key).end()
    return drawing.chain("start", "call", "end")


def nested(depth):
    inner = ""
    for number in range(depth):
        inner = f'<bpmn:subProcess id="sub{number}">{inner}</bpmn:subProcess>'
    return people("work").chain("start", "work", "end").add(inner)


def inside(tag="subProcess", *, end="", words="", at_border=""):
    """A subprocess or transaction with a step in it."""
    part = (
        Drawing("sub")
        .start("s")
        .user("a", extensions=FINANCE)
        .element("endEvent", "e", end)
        .chain("s", "a", "e")
    )
    drawing = Drawing().start().end().element(tag, "sub", "\n".join(part.parts), extensions=words)
    if at_border:
        drawing.element("boundaryEvent", "on", at_border, attachedToRef="sub").flow("on", "end")
    return drawing.chain("start", "sub", "end")


def calling():
    """Processes to call: each calls the one before; one uses an operation, one is about something else."""
    found, key = {}, ""
    for number in range(4):
        inner = call(key) if key else people("work").chain("start", "work", "end")
        key = f"level{number}"
        inner.key = key
        found[key] = compile_definition(inner.bytes(), Vocabulary(processes=found, roles=VOCABULARY.roles))
    uses = Drawing("uses").start().service("close", "books.close").end().chain("start", "close", "end")
    other = Drawing("other", extensions='<flow:subject type="order"/>').start().end().chain("start", "end")
    awaits = Drawing("awaits").element("startEvent", "start", SIGNAL).end().chain("start", "end")
    needs = (
        Drawing("needs", extensions='<flow:variable name="number" type="text" required="true"/>')
        .start()
        .end()
    )
    for drawing in (uses, other, awaits, needs.chain("start", "end")):
        types = {"order": {"price": "decimal"}}
        words = Vocabulary(operations=VOCABULARY.operations, roles=VOCABULARY.roles, subject_types=types)
        found[drawing.key] = compile_definition(drawing.bytes(ROOTS), words)
    return Vocabulary(processes=found, roles=VOCABULARY.roles, allowed_operations=frozenset())


DECLARED = Vocabulary(
    roles=VOCABULARY.roles,
    events={
        "paid": EventSignature("paid", payload={"amount": "decimal"}),
        "news": EventSignature("news"),
    },
)


SERVICES_OUTSIDE = Vocabulary(
    operations={
        "post.send": OperationSignature("post.send", {"service": "text"}, outside=True, target="service")
    },
    allowed_operations=frozenset({"post.send:letters"}),
)


def sending(service):
    """A diagram that calls an operation with a target."""
    drawing = Drawing(extensions='<flow:variable name="who" type="text" required="true"/>')
    return drawing.start().service("call", "post.send", service=service).end().chain("start", "call", "end")


def told(tag, words=""):
    """A diagram with a message that the program tells."""
    drawing = event(tag, '<bpmn:messageEventDefinition messageRef="m"/>', words)
    return drawing.bytes(ROOTS + '<bpmn:message id="m" name="paid"/>')


# code -> what brings it about, where test_lint and test_mends have no diagram for it
MORE = {
    # the file
    "xml_too_large": b" " * 2_000_001,
    "xml_is_packed": gzip.compress(b"<a/>"),
    "xml_not_text": b"<a>\0</a>",
    "xml_empty": b"  ",
    "not_utf8": HEAD.encode("utf-16"),
    "xml_has_doctype": b"<!DOCTYPE a><a/>",
    "not_xml": b"<a>",
    "xml_too_deep": b"<a>" * 120 + b"</a>" * 120,
    "xml_too_many_elements": b"<a>" + b"<b/>" * 60_001 + b"</a>",
    "xml_too_many_attributes": ("<a " + " ".join(f'b{n}=""' for n in range(201)) + "/>").encode(),
    "not_bpmn": b"<html/>",
    "no_process": f"{HEAD}</bpmn:definitions>".encode(),
    "several_processes": f'{HEAD}<bpmn:process id="a"/><bpmn:process id="b"/></bpmn:definitions>'.encode(),
    "too_many_steps": Drawing().user(*(f"u{number}" for number in range(3_001))),
    # parts and words
    "target_not_fixed": (sending("who"), SERVICES_OUTSIDE),
    "unsupported_element": row('<bpmn:complexGateway id="x"/>'),
    "id_too_long": people("x" * 201),
    "condition_not_boolean": event("intermediateCatchEvent", "<bpmn:conditionalEventDefinition><bpmn:condition>1</bpmn:condition></bpmn:conditionalEventDefinition>"),
    "no_default": GRAPHS["choice without a condition"][0],
    "nobody_assigned": row(),
    "lane_names_person": row().add('<bpmn:laneSet id="lanes"><bpmn:lane id="l"><bpmn:extensionElements><flow:assign person="starter"/></bpmn:extensionElements><bpmn:flowNodeRef>work</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>'),
    "several_groups": row(**{"camunda:candidateGroups": "a,b"}),
    "several_people": row(**{"camunda:candidateUsers": "a,b"}),
    "camunda_field_type": work('<camunda:formData><camunda:formField id="x" type="colour"/></camunda:formData>'),
    "camunda_constraint": work('<camunda:formData><camunda:formField id="x" type="string"><camunda:validation><camunda:constraint name="odd"/></camunda:validation></camunda:formField></camunda:formData>'),
    "condition_without_person": event("intermediateCatchEvent", SIGNAL, SHOWN.format("starter == null")),
    "condition_at_start": Drawing().start(extensions=SHOWN.format("starter == null")).end().chain("start", "end"),
    "field_condition_not_boolean": work(SHOWN.format("1 + 1")),
    "condition_of_itself": work(SHOWN.format("x == null")),
    "condition_of_own_decision": work(SHOWN.format("work.outcome == null")),
    "conditions_in_circle": work(SHOWN.format("y == null").replace("</flow:form>", '<flow:field id="y" shownIf="x == null"/></flow:form>')),
    # subprocesses
    "too_deep_subprocess": nested(12),
    "flow_crosses_border": inside().flow("start", "a"),
    "name_shadows": Drawing(extensions='<flow:variable name="n"/>').start().end().element("subProcess", "sub", '<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/><bpmn:sequenceFlow id="sf" sourceRef="s" targetRef="e"/>', extensions='<flow:variable name="n"/>').chain("start", "sub", "end"),
    "data_object_for_people": row('<bpmn:dataObject id="paper"/>'),
    # events
    "event_not_here": event("intermediateThrowEvent", "<bpmn:timerEventDefinition/>"),
    "several_events": event("intermediateCatchEvent", SIGNAL + "<bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>"),
    "event_by_reference": event("intermediateCatchEvent", SIGNAL + "<bpmn:eventDefinitionRef>x</bpmn:eventDefinitionRef>"),
    "event_without_name": event("intermediateCatchEvent", "<bpmn:messageEventDefinition/>"),
    "name_missing": event("intermediateCatchEvent", '<bpmn:signalEventDefinition signalRef="nameless"/>').bytes(ROOTS + '<bpmn:signal id="nameless"/>'),
    "boundary_not_here": people("work").element("boundaryEvent", "on", SIGNAL, attachedToRef="start").chain("start", "work", "end").flow("on", "end"),
    "not_an_event": raced("one").flow("g", "end"),
    "event_two_ways": raced("one", "two").parallel("p").flow("p", "one"),
    "event_is_reserved": (told("intermediateThrowEvent"), DECLARED),
    "event_is_other_kind": (event("intermediateCatchEvent", SIGNAL), DECLARED),
    "event_has_no_field": (told("intermediateCatchEvent", '<flow:form><flow:field id="payer" type="text"/></flow:form>'), DECLARED),
    "event_field_type": (told("intermediateCatchEvent", '<flow:form><flow:field id="amount" type="boolean"/></flow:form>'), DECLARED),
    "cancel_outside": people("work").element("endEvent", "c", "<bpmn:cancelEventDefinition/>").chain("start", "work", "c"),
    "cancel_not_on_transaction": inside(at_border="<bpmn:cancelEventDefinition/>"),
    "cancel_not_caught": inside("transaction", end="<bpmn:cancelEventDefinition/>"),
    "throw_not_caught": people("work").element("endEvent", "bad", '<bpmn:errorEventDefinition errorRef="err"/>').chain("start", "work", "bad"),
    "caught_twice": on_work("<bpmn:errorEventDefinition/>").element("boundaryEvent", "again", "<bpmn:errorEventDefinition/>", attachedToRef="work").flow("again", "end"),
    "nothing_fires_it": (event("intermediateCatchEvent", SIGNAL), Vocabulary(roles=VOCABULARY.roles, fires=frozenset())),
    "correlate_type": event("intermediateCatchEvent", '<bpmn:messageEventDefinition messageRef="m"/>', '<flow:correlate value="1.5"/>').bytes(ROOTS + '<bpmn:message id="m" name="m"/>'),
    "timer_needs_one": timer(""),
    "timer_type": timer("<bpmn:timeDuration>1 == 1</bpmn:timeDuration>"),
    "cycle_not_here": timer("<bpmn:timeCycle>R3/PT1H</bpmn:timeCycle>"),
    "start_timer_literal": people("work").element("startEvent", "daily", '<bpmn:timerEventDefinition><bpmn:timeDuration>"PT1H"</bpmn:timeDuration></bpmn:timerEventDefinition>').chain("start", "work", "end").flow("daily", "work"),
    "start_without_subject": started_by(timer_of("R/P1D"), '<flow:subject type="invoice"/>'),
    "start_without_data": started_by(timer_of("R/P1D"), '<flow:variable name="number" type="text" required="true"/>'),
    "condition_looks_outside": event("intermediateCatchEvent", "<bpmn:conditionalEventDefinition><bpmn:condition>subject.amount > 5</bpmn:condition></bpmn:conditionalEventDefinition>".replace(" > ", " &gt; ")),
    "link_without_name": linked(throw="", catch="on"),
    "link_twice": linked().element("intermediateCatchEvent", "k2", '<bpmn:linkEventDefinition name="on"/>').flow("k2", "end"),
    "link_never_thrown": linked(throw="elsewhere", catch="on"),
    # markers
    "two_markers": row().element("userTask", "twice", '<bpmn:standardLoopCharacteristics loopMaximum="2"/><bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>'),
    "marker_needs_one": looped(""),
    "value_and_into": marked(each('in="people" as="one" value="one"')),
    "marker_type": marked("<bpmn:loopCardinality>1 == 1</bpmn:loopCardinality>"),
    "bad_loop_maximum": marked("", "standardLoopCharacteristics", loopMaximum="many"),
    "loop_without_condition": marked("", "standardLoopCharacteristics"),
    # decisions and calls
    "no_decision_table": Drawing().start().element("businessRuleTask", "call").end().chain("start", "call", "end"),
    "decision_without_result": Drawing().start().element("businessRuleTask", "call", extensions='<flow:decision ref="discount"/>').end().chain("start", "call", "end"),
    "calls_nothing": call(""),
    "calls_itself": call("process"),
    "calls_too_deep": (call("level3"), calling),
    "call_not_allowed": (call("uses"), calling),
    "called_about_other": (call("other"), calling),
    "called_without_start": (call("awaits"), calling),
    "missing_in": (call("needs"), calling),
    # tokens, outcomes, labels
    "side_path_returns": people("work", "after", "side").element("boundaryEvent", "on", SIGNAL, attachedToRef="work", cancelActivity="false").chain("start", "work", "after", "end").chain("on", "side", "after"),
    "outcome_not_handled": asked(APPROVE, REJECT),
    "label_missing": labelled(BOTH, BOTH, CHINESE, CHINESE),
}  # fmt: skip
# What the graph alone finds first, so that a whole diagram never shows it: asked of the token game.
PLAYED = {
    "cannot_end": SPOILT["no way to end"][0],
    "never_reached": SPOILT["join that terminate always forestalls"][0],
    "too_complex": SOUND["terminate as the only way out of a loop"],
    "too_complex_inclusive": SOUND["inclusive join of what may have ended"],
}  # fmt: skip


def listed():
    """Every diagram that stands somewhere in a table, as (code, diagram, vocabulary)."""
    for drawing, expected in GRAPHS.values():
        yield from ((code, drawing, VOCABULARY) for code, _ in expected)
    sheet = {"books.sheet": FormSignature("books.sheet", {"sheet": "text"})}
    for extensions, code in WORDS.values():
        yield (
            code,
            work(extensions),
            Vocabulary(work_forms=sheet, roles=VOCABULARY.roles, subject_fields=VOCABULARY.subject_fields),
        )
    some = Vocabulary(
        operations=VOCABULARY.operations, allowed_operations=frozenset({"books.enter", "books.count"})
    )
    for name, (extensions, code) in SERVICES.items():
        attributes = {"camunda:class": "com.example.Delegate"} if name == "delegate" else {}
        drawing = Drawing().start().element("serviceTask", "call", extensions=extensions, **attributes).end()
        yield code, drawing.chain("start", "call", "end"), VOCABULARY if "nothing" in name else some
    yield "manager_before_reminder", work('<flow:due in="P1D" copy="50"/>'), VOCABULARY
    for code, (drawing, _) in CASES.items():
        yield code, drawing, KNOWN
    for code, given in MORE.items():
        drawing, vocabulary = given if isinstance(given, tuple) else (given, KNOWN)
        yield code, drawing, vocabulary


DIAGRAMS = {code: (drawing, vocabulary) for code, drawing, vocabulary in listed() if code in CODES}


def test_every_code_has_its_diagram():
    assert set(CODES) - set(DIAGRAMS) - set(PLAYED) - RUNNING - IMPORTING - {"process_not_found"} == set()


def test_no_code_is_excused_that_has_one():
    assert (RUNNING | IMPORTING | set(PLAYED)) & set(DIAGRAMS) == set()
    assert (RUNNING | IMPORTING) - set(CODES) == set()


@pytest.mark.parametrize("code", DIAGRAMS)
def test_the_lint_finds(code):
    drawing, vocabulary = DIAGRAMS[code]
    data = drawing if isinstance(drawing, bytes) else drawing.bytes(ROOTS)
    words = vocabulary() if callable(vocabulary) else vocabulary
    problems = check_definition(data, words, decisions=DECISIONS)
    assert code in {each.code for each in problems}, [(p.code, p.element) for p in problems]
    for problem in problems:
        if problem.code == code:
            said(problem)


def said(problem):
    """A finding says what, where and the way out, in both languages."""
    for lang in ("en", "zh-hans"):
        assert problem.message(lang) not in ("", problem.code)
        assert problem.hint(lang)
        # A dot-dot-dot stands in for a parameter that was not given.
        written = "".join(CODES[problem.code][lang != "en" :: 2])
        assert (problem.message(lang) + problem.hint(lang)).count("…") == written.count("…")


@pytest.mark.parametrize("code", PLAYED)
def test_the_token_game_finds(code, monkeypatch):
    if code.startswith("too_complex"):
        monkeypatch.setattr(playing, "MAX_TRIES", 1)
    assert code in {name for name, _ in found(PLAYED[code])}


def test_a_process_that_is_not_there():
    [problem] = check_definition(row().bytes(), VOCABULARY, process_id="gone")
    assert problem.code == "process_not_found"
    said(problem)


def test_what_is_done_on_the_way_in_is_said():
    report = import_diagram(row(**{"camunda:candidateGroups": "finance"}).bytes(), VOCABULARY)
    assert {each.code for each in report.translated} == IMPORTING


def test_a_handler_is_fine():
    """The diagrams above have the one mistake they are there for."""
    drawing = handler().chain("start", "work", "end")
    assert [p.code for p in check_definition(drawing.bytes(ROOTS), KNOWN) if p.severity == "error"] == []
