"""Nothing is silently accepted: each refusal by code, with the element, a line and a way out."""

from xml.sax.saxutils import quoteattr

import pytest

from tests.workflows.engine.drawing import VOCABULARY, Drawing, approval
from workflows.engine import FormSignature, Vocabulary, check_definition, compile_definition
from workflows.engine.support import EVENTS, PLACES, REFUSED


def problems(drawing, vocabulary=VOCABULARY, extra=""):
    data = drawing.bytes(extra) if isinstance(drawing, Drawing) else drawing
    return check_definition(data, vocabulary)


def errors(drawing, vocabulary=VOCABULARY, extra=""):
    found = [p for p in problems(drawing, vocabulary, extra) if p.severity == "error"]
    for problem in found:
        for lang in ("zh-hans", "en"):
            assert problem.message(lang) not in ("", problem.code), problem
            assert "…" not in problem.message(lang), problem.message(lang)
            assert problem.hint(lang), problem
            assert "…" not in problem.hint(lang), problem.hint(lang)
    return [(problem.code, problem.element) for problem in found]


def row(*middle, **attributes):
    """start -> work -> end, with further parts given as XML."""
    drawing = Drawing().start().user("work", **attributes).end().chain("start", "work", "end")
    for part in middle:
        drawing.add(part)
    return drawing


def work(extensions):
    return row(extensions=extensions)


FLOW_ELEMENTS = [
    "complexGateway", "adHocSubProcess", "implicitThrowEvent", "subChoreography", "choreographyTask",
    "dataStoreReference", "somethingElse",
]  # fmt: skip
PARTS = [
    "ioSpecification", "dataInputAssociation", "dataOutputAssociation", "property", "potentialOwner", "rendering", "humanPerformer",
]  # fmt: skip


@pytest.mark.parametrize("tag", FLOW_ELEMENTS)
def test_refuses_an_element(tag):
    assert errors(row(f'<bpmn:{tag} id="x"/>')) == [("unsupported_element", "x")]


@pytest.mark.parametrize("tag", FLOW_ELEMENTS[:5])
def test_refuses_an_element_in_the_flow_without_follow_up_errors(tag):
    drawing = Drawing().start().element(tag, "x").end().chain("start", "x", "end")
    assert errors(drawing) == [("unsupported_element", "x")]


@pytest.mark.parametrize("tag", PARTS)
def test_refuses_a_part_of_a_step(tag):
    drawing = (
        Drawing().start().element("userTask", "work", f"<bpmn:{tag}/>").end().chain("start", "work", "end")
    )
    assert errors(drawing) == [("unsupported_element", "work")]


@pytest.mark.parametrize("tag", ["startEvent", "endEvent", "intermediateCatchEvent", "boundaryEvent"])
def test_refuses_compensation_in_an_event(tag):
    drawing = row(f'<bpmn:{tag} id="x"><bpmn:compensateEventDefinition/></bpmn:{tag}>')
    assert ("unsupported_element", "x") in errors(drawing)


PLACED_WRONGLY = [
    (tag, definition)
    for tag, kinds in PLACES.items()
    for definition, event in EVENTS.items()
    if event.kind not in kinds
]


@pytest.mark.parametrize(("tag", "definition"), PLACED_WRONGLY)
def test_refuses_an_event_where_it_cannot_stand(tag, definition):
    drawing = row(f'<bpmn:{tag} id="x"><bpmn:{definition}/></bpmn:{tag}>')
    assert ("event_not_here", "x") in errors(drawing)


def test_every_refusal_of_the_table_has_its_way_out():
    for tag, refused in REFUSED.items():
        assert refused.way_en.endswith("."), tag
        assert refused.way_zh.endswith("。"), tag


def test_refuses_compensation_and_repeated_tokens():
    assert ("unsupported_element", "work") in errors(row(isForCompensation="true"))
    assert errors(row(startQuantity="2")) == [("unsupported_attribute", "work")]


def test_refuses_a_message_flow_and_a_pool_that_does_not_exist():
    pools = '<bpmn:collaboration id="c"><bpmn:participant id="p" processRef="{}"/>{}</bpmn:collaboration>'
    flow = '<bpmn:messageFlow id="m" sourceRef="p" targetRef="p"/>'
    assert errors(row(), extra=pools.format("process", flow)) == [("unsupported_element", "m")]
    assert errors(row(), extra=pools.format("gone", "")) == [("dangling_reference", "p")]
    assert errors(row(), extra=pools.format("process", '<bpmn:participant id="q" name="Customer"/>')) == []


GRAPHS = {
    "no start": (Drawing().user("a").end().chain("a", "end"), [("no_start", "process")]),
    "two starts": (
        Drawing().start().start("s2").user("a").end().chain("start", "a", "end").flow("s2", "a"),
        [("several_starts", "s2")],
    ),
    "into the start": (
        Drawing().start().user("a").choice("g", "d").end().chain("start", "a", "g")
        .flow("g", "end", id="d").flow("g", "start", "true"),
        [("start_has_incoming", "start")],
    ),
    "no end": (Drawing().start().user("a").chain("start", "a"), [("no_end", "process"), ("nothing_follows", "a"), ("no_way_to_end", "start")]),
    "out of the end": (
        Drawing().start().user("a", "b").end().chain("start", "a", "end", "b", "end"),
        [("end_has_outgoing", "end")],
    ),
    "two flows out of a task": (
        Drawing().start().user("a", "b", "c").end().chain("start", "a", "b", "end").chain("a", "c", "end"),
        [("several_flows_from_task", "a")],
    ),
    "condition on the one flow out of a task": (
        Drawing().start().user("a").end().flow("start", "a").flow("a", "end", "1 == 1", id="f"),
        [("conditional_flow_from_task", "f")],
    ),
    "default on a task": (
        Drawing().start().user("a", default="d").end().flow("start", "a").flow("a", "end", id="d"),
        [("default_not_here", "a")],
    ),
    "condition behind a parallel gateway": (
        Drawing().start().parallel("p", "j").user("a", "b").end().flow("start", "p")
        .flow("p", "a", "1 == 1", id="f").chain("p", "b", "j", "end").flow("a", "j"),
        [("parallel_has_condition", "f")],
    ),
    "choice without a condition": (
        Drawing().start().choice("g").user("a").end().flow("start", "g").flow("g", "a", "1 == 1").flow("g", "end", id="f").flow("a", "end"),
        [("condition_missing", "f")],
    ),
    "condition on the default": (
        Drawing().start().choice("g", "f").user("a").end().flow("start", "g").flow("g", "a", "1 == 1")
        .flow("g", "end", "1 == 2", id="f").flow("a", "end"),
        [("default_has_condition", "f")],
    ),
    "default that is not there": (
        Drawing().start().choice("g", "gone").user("a").end().flow("start", "g").flow("g", "a", "1 == 1")
        .flow("g", "end", "1 == 2").flow("a", "end"),
        [("dangling_default", "g")],
    ),
    "unreachable": (row('<bpmn:userTask id="island"/>').flow("island", "end"), [("unreachable", "island")]),
    "unreachable ring": (
        Drawing().start().user("a", "x", "y").end().chain("start", "a", "end").chain("x", "y", "x"),
        [("unreachable", "x"), ("unreachable", "y")],
    ),
    "dead end": (
        Drawing().start().choice("g", "d").user("a").end().flow("start", "g").flow("g", "a", "1 == 1").flow("g", "end", id="d"),
        [("nothing_follows", "a")],
    ),
    "ring without a way out": (
        Drawing().start().choice("g", "d").user("a", "b").end().flow("start", "g").flow("g", "a", "1 == 1")
        .flow("g", "end", id="d").chain("a", "b", "a"),
        [("no_way_to_end", "a"), ("no_way_to_end", "b")],
    ),
    "loop that never waits": (
        Drawing().start().script("s", "n = 1").choice("g", "d").end().chain("start", "s", "g")
        .flow("g", "s", "n < 5").flow("g", "end", id="d"),
        [("loop_never_waits", "s")],
    ),
    "flow from nowhere": (row().flow("gone", "work", id="f"), [("dangling_flow", "f")]),
    "flow to nowhere": (row().flow("work", "gone", id="f"), [("dangling_flow", "f")]),
    "id used twice": (row('<bpmn:userTask id="work"/>'), [("duplicate_id", "work")]),
    "id of a flow used twice": (row('<bpmn:textAnnotation id="f1"/>'), [("duplicate_id", "f1")]),
    "no id": (row("<bpmn:userTask/>"), [("missing_id", None)]),
    "lane with a stranger": (row().lane("finance", "work", "gone"), [("dangling_reference", "lane0")]),
    "step in two lanes": (row().lane("finance", "work").lane("manager", "work"), [("two_lanes", "work")]),
    "incoming that is not there": (
        Drawing().start().element("userTask", "work", "<bpmn:incoming>gone</bpmn:incoming>").end().chain("start", "work", "end"),
        [("dangling_reference", "work")],
    ),
    "join of a choice": (
        Drawing().start().choice("g", "d").parallel("j").user("a", "b").end().flow("start", "g")
        .flow("g", "a", "1 == 1").flow("g", "b", id="d").chain("a", "j", "end").flow("b", "j"),
        [("join_never_fires", "j")],
    ),
    "parallel branches meeting in a choice": (
        Drawing().start().parallel("p").choice("m").user("a", "b", "c").end().chain("start", "p", "a", "m", "c", "end")
        .chain("p", "b", "m"),
        [("second_token", "m")],
    ),
    "parallel branches meeting in a task": (
        Drawing().start().parallel("p").user("a", "b", "c").end().chain("start", "p", "a", "c", "end").chain("p", "b", "c"),
        [("second_token", "c")],
    ),
    "a branch that leaves the section": (
        Drawing().start().parallel("p", "j").choice("g", "d").user("a", "b").end("end", "out").chain("start", "p", "a", "g")
        .flow("g", "j", id="d").flow("g", "out", "1 == 1").chain("p", "b", "j", "end"),
        [("join_never_fires", "j")],
    ),
    "a branch that goes back before the fork": (
        Drawing().start().parallel("p", "j").choice("m").choice("g", "d").user("a", "b").end()
        .chain("start", "m", "p", "a", "g").flow("g", "j", id="d").flow("g", "m", "1 == 1").chain("p", "b", "j", "end"),
        [("second_token", "p")],
    ),
    "one name set in two branches": (
        Drawing().start().parallel("p", "j").user("w1", "w2").script("a", "x = 1").script("b", "x = 2").end()
        .chain("start", "p", "w1", "a", "j", "end").chain("p", "w2", "b", "j"),
        [("parallel_write", "b")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GRAPHS)
def test_refuses_a_drawing(name):
    drawing, expected = GRAPHS[name]
    assert sorted(errors(drawing), key=str) == sorted(expected, key=str)


FORM = '<flow:form><flow:field id="x" {}/></flow:form>'
KINDS = '<flow:form><flow:field id="kind" type="choice"><flow:choice value="finance"/><flow:choice value="{}"/></flow:field></flow:form>'
WORDS = {
    "word that does not exist": ("<flow:asign role='finance'/>", "unknown_word"),
    "word in the wrong place": ('<flow:operation name="books.close"/>', "unknown_word"),
    "attribute that does not exist": ('<flow:assign rolle="finance" role="finance"/>', "unknown_attribute"),
    "form twice": ((FORM.format("") + '<flow:form><flow:field id="y"/></flow:form>'), "word_twice"),
    "empty form": ("<flow:form/>", "form_empty"),
    "unknown role": ('<flow:assign role="nobody"/>', "unknown_role"),
    "role and person": ('<flow:assign role="finance" person="starter"/>', "assign_needs_one"),
    "person by an unknown name": ('<flow:assign person="subject.boss"/>', "unknown_field"),
    "person that is a number": ('<flow:assign person="subject.amount"/>', "person_type"),
    "role and role by value": ('<flow:assign role="finance" roleFrom="subject.owner"/>', "assign_needs_one"),
    "person and role by value": ('<flow:assign person="starter" roleFrom="starter"/>', "assign_needs_one"),
    "role by an unknown name": ('<flow:assign roleFrom="subject.boss"/>', "unknown_field"),
    "role by a number": ('<flow:assign roleFrom="subject.amount"/>', "role_type"),
    "role by nothing": ('<flow:assign roleFrom="null"/>', "role_type"),
    "role by a text that is none": ("<flow:assign roleFrom='\"nobody\"'/>", "unknown_role"),
    "role by a choice of none": ('<flow:assign roleFrom="kind"/>' + KINDS.format("nobody"), "role_choices"),
    "unknown type": (FORM.format('type="money"'), "unknown_type"),
    "choice without values": (FORM.format('type="choice"'), "choice_without_values"),
    "bound of another type": (FORM.format('type="integer" min="low"'), "bad_bound"),
    "bound on a text": (FORM.format('type="text" min="1"'), "bound_not_possible"),
    "bounds crossed": (FORM.format('type="integer" min="5" max="1"'), "bounds_crossed"),
    "default that does not fit": (FORM.format('type="date" default="tomorrow"'), "bad_default"),
    "flag": (FORM.format('required="yes"'), "bad_flag"),
    "reserved name": ('<flow:form><flow:field id="subject"/></flow:form>', "bad_name"),
    "name with an underscore": ('<flow:form><flow:field id="_x"/></flow:form>', "bad_name"),
    "name of a step": ('<flow:form><flow:field id="work"/></flow:form>', "name_taken"),
    "duration": ('<flow:due in="tomorrow"/>', "bad_duration"),
    "duration in months": ('<flow:due in="P1M"/>', "bad_duration"),
    "reminder of nothing": ('<flow:due in="P1D" remind="0"/>', "bad_percentage"),
    "reminder too late": ('<flow:due in="P1D" copy="1001"/>', "bad_percentage"),
    "reminder that is no number": ('<flow:due in="P1D" handover="200%"/>', "bad_percentage"),
    "due on a number": ('<flow:due on="subject.amount"/>', "due_on_type"),
    "due on an unknown day": ('<flow:due on="subject.birthday"/>', "unknown_field"),
    "reminded before its day": ('<flow:due on="subject.due_on" remind="50"/>', "reminded_before_its_day"),
    "due on a day with a span that is none": ('<flow:due on="subject.due_on" in="soon"/>', "bad_duration"),
    "priority": ('<flow:priority value="high"/>', "bad_priority"),
    "distinct from a stranger": ('<flow:distinct from="gone"/>', "distinct_unknown"),
    "distinct from itself": ('<flow:distinct from="work"/>', "distinct_unknown"),
    "distinct from nobody": ('<flow:distinct from=""/>', "distinct_empty"),
    "outcome code": ('<flow:outcome code="OK!"/>', "bad_outcome_code"),
    "outcome twice": ('<flow:outcome code="a"/><flow:outcome code="a"/>', "outcome_twice"),
    "outcome style": ('<flow:outcome code="a" style="pink"/>', "bad_word_value"),
    "unknown work form": ('<flow:workForm name="gone"/>', "unknown_work_form"),
    "work form and form": ('<flow:workForm name="books.sheet"/>' + FORM.format(""), "form_twice"),
}  # fmt: skip


@pytest.mark.parametrize("name", WORDS)
def test_refuses_words_of_a_step(name):
    extensions, code = WORDS[name]
    vocabulary = Vocabulary(
        work_forms={"books.sheet": FormSignature("books.sheet", {"sheet": "text"})},
        roles=VOCABULARY.roles,
        subject_fields=VOCABULARY.subject_fields,
    )
    assert code in [found for found, element in errors(work(extensions), vocabulary) if element == "work"]


def test_a_value_may_name_the_role():
    for value in ("starter", '"finance"', "coalesce(starter, 'Finance')"):
        assert errors(work(f"<flow:assign roleFrom={quoteattr(value)}/>")) == []
    drawing = work('<flow:assign roleFrom="kind"/>' + KINDS.format("Finance"))
    compiled = compile_definition(drawing.bytes(), VOCABULARY)
    assert compiled.elements["work"].assign.choices == ("finance",)
    assert compiled.roles == {"finance"}


SERVICES = {
    "no operation": ("", "no_operation"),
    "delegate": ("", "camunda_refused"),
    "unknown operation": ('<flow:operation name="books.burn"/>', "unknown_operation"),
    "operation not allowed": ('<flow:operation name="books.close"/>', "operation_not_allowed"),
    "missing parameter": ('<flow:operation name="books.enter"/>', "missing_param"),
    "unknown parameter": (
        '<flow:operation name="books.enter"><flow:param name="amount" value="1"/><flow:param name="colour" value="1"/></flow:operation>',
        "unknown_param",
    ),
    "parameter of another type": ('<flow:operation name="books.enter"><flow:param name="amount" value="starter"/></flow:operation>', "param_type"),
    "parameter by an unknown name": ('<flow:operation name="books.enter"><flow:param name="amount" value="x"/></flow:operation>', "unknown_name"),
    "result of nothing": ('<flow:operation name="books.close" result="r"/>', "operation_gives_nothing"),
    "result with a bad name": ('<flow:operation name="books.count" result="_r"><flow:param name="n" value="1"/></flow:operation>', "bad_name"),
}  # fmt: skip


@pytest.mark.parametrize("name", SERVICES)
def test_refuses_a_service_task(name):
    extensions, code = SERVICES[name]
    attributes = {"camunda:class": "com.example.Delegate"} if name == "delegate" else {}
    drawing = Drawing().start().element("serviceTask", "call", extensions=extensions, **attributes).end()
    vocabulary = Vocabulary(
        operations=VOCABULARY.operations,
        allowed_operations=frozenset(
            {"books.enter", "books.count"} | ({"books.close"} if "nothing" in name else set())
        ),
    )
    assert code in [found for found, _ in errors(drawing.chain("start", "call", "end"), vocabulary)]


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("amout > 5", "unknown_name"),
        ('amount > "5"', "cannot_compare"),
        ("amount", "condition_not_boolean"),
        ("work.outcome == 'aprove'", "not_one_of_choices"),
        ("subject.price > 5", "unknown_field"),
        ("__import__('os')", "name_starts_with_underscore"),
        ("${amount = 5}", "single_equals"),
    ],
)
def test_refuses_a_condition(condition, code):
    extensions = (
        '<flow:form><flow:field id="amount" type="decimal"/></flow:form><flow:outcome code="approve"/>'
    )
    drawing = (
        Drawing().start().user("work", extensions=extensions).choice("g", "d").end("end", "other")
        .chain("start", "work", "g").flow("g", "end", condition, id="c").flow("g", "other", id="d")
    )  # fmt: skip
    assert errors(drawing) == [(code, "c")]
    message = next(p for p in problems(drawing) if p.severity == "error").message("zh-hans")
    assert code == "condition_not_boolean" or "个字符" in message


def test_refuses_a_condition_in_another_language():
    drawing = (
        Drawing()
        .start()
        .choice("g", "d")
        .user("a")
        .end()
        .flow("start", "g")
        .flow("g", "end", id="d")
        .flow("a", "end")
    )
    drawing.element(
        "sequenceFlow",
        "c",
        '<bpmn:conditionExpression language="groovy">x</bpmn:conditionExpression>',
        sourceRef="g",
        targetRef="a",
    )
    assert ("condition_language", "c") in errors(drawing)


SCRIPTS = [
    ("import os", "not_an_assignment"),
    ("x = open('/etc/passwd')", "unknown_function"),
    ("x = y + 1", "unknown_name"),
    ('x = 1\nx = "a"', "assignment_type"),
    ("starter = 1", "cannot_assign"),
    ('work = "a"', "cannot_assign"),
    ('work.outcome = "a"', "cannot_assign"),
    ("x = null", "type_not_known"),
    ("", "script_empty"),
]


@pytest.mark.parametrize(("script", "code"), SCRIPTS)
def test_refuses_a_script(script, code):
    drawing = Drawing().start().user("work").script("s", script).end().chain("start", "work", "s", "end")
    assert code in [found for found, element in errors(drawing) if element == "s"]


def test_an_outcome_needs_a_readable_id():
    drawing = (
        Drawing()
        .start()
        .user("work-1", extensions='<flow:outcome code="ok"/>')
        .end()
        .chain("start", "work-1", "end")
    )
    assert errors(drawing) == [("id_not_readable", "work-1")]


def test_a_lane_that_names_no_role_is_refused_where_a_person_is_needed():
    assert errors(row().lane("Accounting", "work")) == [("unknown_lane_role", "work")]
    assert errors(row().lane("System", "start", "end")) == []


def test_a_step_for_nobody_is_a_warning():
    assert [(p.severity, p.code, p.element) for p in problems(row())] == [
        ("warning", "nobody_assigned", "work")
    ]


def test_a_choice_without_a_default_is_a_warning():
    drawing = (
        Drawing().start().user("w", extensions='<flow:assign role="finance"/>').choice("g").end("a", "b")
        .chain("start", "w", "g").flow("g", "a", "1 == 1").flow("g", "b", "1 == 2")
    )  # fmt: skip
    assert [(p.severity, p.code, p.element) for p in problems(drawing)] == [("warning", "no_default", "g")]


def test_ids_of_the_library_are_no_trap():
    drawing = (
        Drawing("End").start("Start").user("Root").end("End.EndJoin").chain("Start", "Root", "End.EndJoin")
    )
    assert errors(drawing) == []


def test_a_field_may_have_the_id_of_a_gateway():
    form = '<flow:form><flow:field id="agreed" type="boolean"/></flow:form>'
    drawing = (
        Drawing()
        .start()
        .user("work", extensions=form)
        .choice("agreed", "no")
        .end("end", "other")
        .chain("start", "work", "agreed")
    )
    drawing.flow("agreed", "end", "agreed").flow("agreed", "other", id="no")
    assert compile_definition(drawing.bytes(), VOCABULARY).variables["agreed"].kind == "boolean"


def test_what_would_be_passed_over_is_refused():
    assert errors(row('<flow:assign role="finance"/>')) == [("word_outside", "process")]
    inside = (
        Drawing()
        .start()
        .element("userTask", "work", '<flow:assign role="finance"/>')
        .end()
        .chain("start", "work", "end")
    )
    assert errors(inside) == [("word_outside", "work")]
    for tag in ("script", "sequenceFlow", "conditionExpression", "laneSet", "somethingElse"):
        misplaced = (
            Drawing()
            .start()
            .element("userTask", "work", f"<bpmn:{tag}/>")
            .end()
            .chain("start", "work", "end")
        )
        assert errors(misplaced) == [("unsupported_element", "work")]
    twice = (
        Drawing()
        .start()
        .element("scriptTask", "s", "<bpmn:script>a = 1</bpmn:script>" * 2)
        .end()
        .chain("start", "s", "end")
    )
    assert errors(twice) == [("word_twice", "s")]


def test_a_script_in_a_file_elsewhere_is_refused():
    drawing = (
        Drawing()
        .start()
        .choice("g", "d")
        .user("a")
        .end()
        .flow("start", "g")
        .flow("g", "end", id="d")
        .flow("a", "end")
    )
    inner = '<bpmn:conditionExpression camunda:resource="deployment://x.groovy">a</bpmn:conditionExpression>'
    drawing.element("sequenceFlow", "c", inner, sourceRef="g", targetRef="a")
    assert ("camunda_refused", "c") in errors(drawing)


def test_words_of_other_tools_are_named():
    extensions = '<other:word xmlns:other="http://example.org/other" type="x"/>'
    found = problems(work(extensions + '<flow:assign role="finance"/>'))
    assert [(p.severity, p.code) for p in found] == [("warning", "extension_ignored")]


def nested(*, noted):
    """A ring around a parallel section with a section in it, and a choice in one of its branches."""
    drawing = (
        Drawing().start().choice("again").parallel("p", "q", "qj", "j").choice("x", "x2").choice("xm").choice("back", "on")
        .user("a", "b", "c", "d", "e").end()
        .chain("start", "again", "p", "a", "x").flow("x", "b", "1 == 2").flow("x", "xm", id="x2").chain("b", "xm", "j")
        .chain("p", "q", "c", "qj", "j").chain("q", "d", "qj")
        .chain("j", "e", "back").flow("back", "again", "1 == 2").flow("back", "end", id="on")
    )  # fmt: skip
    return drawing.user("note").end("noted").chain("p", "note", "noted") if noted else drawing


def test_sound_drawings_are_not_suspected():
    assert errors(nested(noted=False)) == []
    drawing = Drawing().start().parallel("p", "j").user("a", "b", "c").end("end", "apart")
    assert (
        errors(drawing.chain("start", "p", "a", "j", "end").chain("p", "b", "j").chain("p", "c", "apart"))
        == []
    )


def test_a_branch_that_may_still_be_open_in_the_next_round_is_found():
    assert errors(nested(noted=True)) == [("second_token", "p")]


def test_wide_parallel_sections_are_decided():
    drawing = Drawing().start().end().parallel("p", "j").flow("start", "p").flow("j", "end")
    for branch in range(12):
        names = [f"b{branch}_{step}" for step in range(6)]
        drawing.user(*names).chain("p", *names, "j")
    assert errors(drawing) == []


def test_one_name_in_branches_of_a_choice_or_one_after_the_other_is_fine():
    form = '<flow:form><flow:field id="note"/></flow:form>'
    drawing = (
        Drawing().start().choice("g", "d").user("a", "b", extensions=form).choice("m").end()
        .flow("start", "g").flow("g", "a", "1 == 2").flow("g", "b", id="d").chain("a", "m", "end").flow("b", "m")
    )  # fmt: skip
    assert errors(drawing) == []


def test_the_order_of_steps_is_that_of_a_reader():
    assert compile_definition(approval(3).bytes(), VOCABULARY).steps == (
        "start", "step1", "gate1", "step2", "gate2", "step3", "gate3", "rejected", "done",
    )  # fmt: skip
