"""Each mend makes its problem go away, brings no new one, and leaves the rest of the file alone."""

import random
import re

import pytest
from lxml import etree

from tests.workflows.engine.drawing import VOCABULARY, Drawing
from tests.workflows.engine.test_fuzz import SEEDS, spoil
from workflows.engine import FormSignature, Vocabulary, check_definition, compile_definition, ensure_layout
from workflows.engine.mends import RULES, ChangeError, apply_change, apply_mend, offer_mends, rank
from workflows.engine.mends.spelling import nearest

CALLED = Drawing("called", extensions='<flow:variable name="number" type="text"/>').start("cs").end("ce")
CALLED.user("cu").chain("cs", "cu", "ce")
WORDS = Vocabulary(
    operations=VOCABULARY.operations,
    work_forms={"books.sheet": FormSignature("books.sheet", {"sheet": "text"})},
    roles=VOCABULARY.roles,
    subject_types={"invoice": VOCABULARY.subject_fields},
    subject_fields=VOCABULARY.subject_fields,
    processes={"called": compile_definition(CALLED.bytes(), VOCABULARY)},
)
DMN = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:d">'
    '<decision id="discount" name="discount"><decisionTable hitPolicy="FIRST">'
    '<input id="i"><inputExpression typeRef="number"><text>amount</text></inputExpression></input>'
    '<output id="o" name="rate" typeRef="number"/>'
    '<rule id="r"><inputEntry id="e"><text>-</text></inputEntry><outputEntry id="f"><text>1</text></outputEntry></rule>'
    "</decisionTable></decision></definitions>"
)
DECISIONS = {"discount": DMN}
FINANCE = '<flow:assign role="finance"/>'
AMOUNT = '<flow:form><flow:field id="amount" type="decimal"/></flow:form>'
ESCALATION = '<bpmn:escalation id="esc" escalationCode="late"/>'
ROOTS = f'{ESCALATION}<bpmn:error id="err" errorCode="bad"/><bpmn:signal id="news" name="news"/>'


def step(words="", inner="", **attributes):
    """start -> work -> end."""
    drawing = Drawing(extensions='<flow:subject type="invoice"/>').start().end()
    words = words if "sign" in words else words + FINANCE
    return drawing.element("userTask", "work", inner, extensions=words, **attributes).chain(
        "start", "work", "end"
    )


def service(words):
    drawing = Drawing().start().element("serviceTask", "call", extensions=words).end()
    return drawing.chain("start", "call", "end")


def asked(condition, words='<flow:outcome code="approve"/><flow:outcome code="reject"/>'):
    drawing = Drawing(extensions='<flow:subject type="invoice"/>').start()
    drawing.user("work", extensions=AMOUNT + FINANCE + words).choice("g", "d").end("end", "other")
    return drawing.chain("start", "work", "g").flow("g", "end", condition, id="c").flow("g", "other", id="d")


def choosing(default=None, *, first="amount > 1", second=None):
    drawing = (
        Drawing().start().user("work", extensions=AMOUNT + FINANCE).choice("g", default).end("end", "other")
    )
    drawing.chain("start", "work", "g").flow("g", "end", first, id="a")
    return drawing.flow("g", "other", second, id="b")


def people(*names):
    drawing = Drawing().start().end()
    return drawing.user(*names, extensions=FINANCE)


def looped(inner):
    return step(
        inner=f"<bpmn:multiInstanceLoopCharacteristics>{inner}</bpmn:multiInstanceLoopCharacteristics>"
    )


def handler(**attributes):
    inner = Drawing("h").start("hs").end("he")
    inner.parts = [
        '<bpmn:startEvent id="hs"><bpmn:signalEventDefinition signalRef="news"/></bpmn:startEvent>',
        '<bpmn:endEvent id="he"/>',
    ]
    inner.flow("hs", "he")
    marker = attributes.pop("marker", "")
    return people("work").element(
        "subProcess", "handler", marker + "".join(inner.parts), triggeredByEvent="true"
    )


def linked(throw="on", catch="on"):
    drawing = people("work", "after")
    drawing.element("intermediateThrowEvent", "t", f'<bpmn:linkEventDefinition name="{throw}"/>')
    drawing.element("intermediateCatchEvent", "k", f'<bpmn:linkEventDefinition name="{catch}"/>')
    return drawing.chain("start", "work", "t").chain("k", "after", "end")


def raced(*ways):
    drawing = people("work").element("eventBasedGateway", "g").chain("start", "work", "g")
    for way in ways:
        drawing.element("intermediateCatchEvent", way, '<bpmn:signalEventDefinition signalRef="news"/>')
        drawing.chain("g", way, "end")
    return drawing


FIELD = "<flow:form><flow:field id='x' {}>{}</flow:field></flow:form>"
CALL = '<flow:operation name="books.enter"><flow:param name="amount" value="1"/>{}</flow:operation>'
IN = '<flow:in name="numbr" value="starter"/>'

# code -> (diagram, something that stands in the mended file)
CASES = {
    "process_not_executable": (step().bytes().replace(b'"true"', b'"false"'), 'isExecutable="true"'),
    "missing_id": (step().bytes().replace(b'<bpmn:sequenceFlow id="f2"', b"<bpmn:sequenceFlow"), 'id="sequenceFlow"'),
    "duplicate_id": (step().add('<bpmn:textAnnotation id="work"/>'), '<bpmn:textAnnotation id="work_2"'),
    "unsupported_attribute": (step(startQuantity="2"), '<bpmn:userTask id="work">'),
    "dangling_flow": (step().flow("work", "gone", id="f"), None),
    "dangling_default": (choosing("gone", second="amount &lt; 1".replace("&lt;", "<")), '<bpmn:exclusiveGateway id="g"/>'),
    "dangling_reference": (step(inner="<bpmn:incoming>gone</bpmn:incoming>"), None),
    "no_start": (Drawing().user("work", extensions=FINANCE).end().chain("work", "end"), 'sourceRef="start_work" targetRef="work"'),
    "several_starts": (step().start("other"), None),
    "start_has_incoming": (asked("amount > 1").flow("g", "start", "amount > 5", id="back"), 'id="back" sourceRef="g" targetRef="work"'),
    "no_end": (Drawing().start().user("work", extensions=FINANCE).chain("start", "work"), '<bpmn:endEvent id="end_work"/>'),
    "end_has_outgoing": (people("work").element("endEvent", "mid").chain("start", "mid", "work", "end"), '<bpmn:intermediateThrowEvent id="mid"/>'),
    "several_flows_from_task": (people("work", "b", "c").end("end2").chain("start", "work", "b", "end").chain("work", "c", "end2"), '<bpmn:parallelGateway id="fork_work"/>'),
    "conditional_flow_from_task": (people("b", "c").user("work", extensions=AMOUNT + FINANCE).flow("start", "work").flow("work", "b", "amount > 1").flow("work", "c", id="else").chain("b", "end").chain("c", "end"), '<bpmn:exclusiveGateway id="choice_work" default="else"/>'),
    "parallel_has_condition": (people("work").element("eventBasedGateway", "g").element("intermediateCatchEvent", "one", '<bpmn:signalEventDefinition signalRef="news"/>').element("intermediateCatchEvent", "two", '<bpmn:signalEventDefinition signalRef="news"/>').chain("start", "work", "g").flow("g", "one", "1 == 1").chain("g", "two", "end").flow("one", "end"), None),
    "condition_missing": (choosing(), '<bpmn:exclusiveGateway id="g" default="b"/>'),
    "condition_empty": (choosing().bytes().replace(b'targetRef="other">', b'targetRef="other"><bpmn:conditionExpression> </bpmn:conditionExpression>'), '<bpmn:exclusiveGateway id="g" default="b"/>'),
    "condition_language": (asked("amount > 1").bytes().replace(b"<bpmn:conditionExpression>", b'<bpmn:conditionExpression language="feel">'), "<bpmn:conditionExpression>amount"),
    "default_has_condition": (choosing("b", second="amount > 9"), None),
    "default_not_here": (step(default="f2"), '<bpmn:userTask id="work">'),
    "unreachable": (people("work", "island").chain("start", "work", "end").flow("island", "end"), None),
    "nothing_follows": (choosing("b").user("late", extensions=FINANCE).flow("g", "late", "amount > 5"), '<bpmn:endEvent id="end_late"/>'),
    "has_incoming": (people("work").element("boundaryEvent", "on", '<bpmn:signalEventDefinition signalRef="news"/>', attachedToRef="work").parallel("p").chain("start", "p", "work", "end").flow("p", "on").flow("on", "end"), None),
    "has_outgoing": (handler().chain("start", "work", "end").flow("handler", "end"), None),
    "always_interrupts": (people("work").element("boundaryEvent", "on", '<bpmn:errorEventDefinition errorRef="err"/>', attachedToRef="work", cancelActivity="false").chain("start", "work", "end").flow("on", "end"), 'cancelActivity="true"'),
    "event_gateway_one_way": (raced("one"), None),
    "escalation_not_caught": (people("work").element("intermediateThrowEvent", "t", '<bpmn:escalationEventDefinition escalationRef="esc"/>').chain("start", "work", "t", "end"), '<bpmn:intermediateThrowEvent id="t"/>'),
    "link_has_incoming": (linked().choice("g", "d").flow("work", "g").flow("g", "k", "1 == 1", id="in"), 'id="in" sourceRef="g" targetRef="after"'),
    "link_has_outgoing": (linked().flow("t", "after"), None),
    "link_leads_nowhere": (linked(throw="onwrad", catch="onward"), '<bpmn:linkEventDefinition name="onward"/>'),
    "marker_on_event_subprocess": (handler(marker='<bpmn:standardLoopCharacteristics loopMaximum="2"/>').chain("start", "work", "end"), None),
    "join_never_fires": (people("a", "b").choice("g", "d").parallel("j").flow("start", "g").flow("g", "a", "1 == 2").flow("g", "b", id="d").chain("a", "j", "end").flow("b", "j"), '<bpmn:exclusiveGateway id="j"/>'),
    "second_token": (people("a", "b").parallel("p").choice("m").chain("start", "p", "a", "m", "end").chain("p", "b", "m"), '<bpmn:parallelGateway id="m"/>'),
    "unknown_role": (step('<flow:assign role="finanse"/>'), 'role="finance"'),
    "unknown_lane_role": (Drawing().start().user("work").end().chain("start", "work", "end").lane("Finanse", "work"), 'name="Finance"'),
    "unknown_operation": (service('<flow:operation name="books.clsoe"/>'), 'name="books.close"'),
    "unknown_work_form": (step('<flow:workForm name="books.shet"/>'), 'name="books.sheet"'),
    "unknown_decision": (Drawing().start(extensions=AMOUNT).element("businessRuleTask", "call", extensions='<flow:decision ref="discuont" result="r"/>').end().chain("start", "call", "end"), 'ref="discount"'),
    "unknown_subject_type": (step().bytes().replace(b'"invoice"', b'"invioce"'), '<flow:subject type="invoice"/>'),
    "unknown_process": (Drawing().start().element("callActivity", "call", calledElement="caled").end().chain("start", "call", "end"), 'calledElement="called"'),
    "unknown_param": (service(CALL.format('<flow:param name="noet" value="starter"/>')), 'name="note"'),
    "unknown_in": (Drawing().start().element("callActivity", "call", extensions=IN, calledElement="called").end().chain("start", "call", "end"), '<flow:in name="number"'),
    "distinct_unknown": (people("first_look").user("work", extensions=FINANCE + '<flow:distinct from="frist_look"/>').chain("start", "first_look", "work", "end"), 'from="first_look"'),
    "distinct_empty": (step('<flow:distinct from=""/>'), None),
    "unknown_word": (step('<flow:asign role="finance"/>'), '<flow:assign role="finance"/>'),
    "unknown_attribute": (step('<flow:assign rolle="finance"/>'), '<flow:assign role="finance"/>'),
    "word_outside": (step(inner='<flow:priority value="10"/>'), None),
    "word_twice": (step('<flow:priority value="10"/><flow:priority value="20"/>'), '<flow:priority value="10"/>'),
    "word_without_use": (people("work").element("intermediateThrowEvent", "t", extensions='<flow:correlate value="starter"/>').chain("start", "work", "t", "end"), None),
    "item_without_list": (looped('<bpmn:loopCardinality>2</bpmn:loopCardinality><bpmn:inputDataItem name="one"/>'), None),
    "operation_gives_nothing": (service('<flow:operation name="books.close" result="r"/>'), '<flow:operation name="books.close"/>'),
    "form_empty": (step("<flow:form/>"), None),
    "field_twice": (step('<flow:form><flow:field id="x"/><flow:field id="x"/></flow:form>'), '<flow:form><flow:field id="x"/></flow:form>'),
    "variable_twice": (Drawing(extensions='<flow:variable name="x"/><flow:variable name="x"/>').start().user("work", extensions=FINANCE).end().chain("start", "work", "end"), '<bpmn:extensionElements><flow:variable name="x"/></bpmn:extensionElements>'),
    "outcome_twice": (step('<flow:outcome code="a"/><flow:outcome code="a"/>'), None),
    "bad_choice": (step(FIELD.format("type='choice'", '<flow:choice value="a"/><flow:choice value="a"/>')), None),
    "param_twice": (service(CALL.format('<flow:param name="amount" value="2"/>')), '<flow:param name="amount" value="1"/></flow:operation>'),
    "bad_flag": (step(FIELD.format("required='Yes'", "")), 'required="true"'),
    "bad_word_value": (step('<flow:outcome code="a" style="primry"/>'), 'style="primary"'),
    "unknown_type": (step(FIELD.format("type='string'", "")), 'type="text"'),
    "choices_need_type": (step(FIELD.format("type='text'", '<flow:choice value="a"/>')), 'type="choice"'),
    "bound_not_possible": (step(FIELD.format("type='text' min='1'", "")), '<flow:field id="x" type="text"/>'),
    "bounds_crossed": (step(FIELD.format("type='integer' min='5' max='1'", "")), 'min="1" max="5"'),
    "bad_default": (step(FIELD.format("type='date' default='tomorrow'", "")), '<flow:field id="x" type="date"/>'),
    "bad_outcome_code": (step('<flow:outcome code="Approve it"/>'), 'code="approve_it"'),
    "bad_duration": (step('<flow:due in="p1d"/>'), 'in="P1D"'),
    "id_not_readable": (Drawing().start().user("work-1", extensions=FINANCE + '<flow:outcome code="ok"/>').end().chain("start", "work-1", "end"), 'targetRef="work_1"'),
    "extension_ignored": (step('<zeebe:task xmlns:zeebe="urn:zeebe" type="x"/>'), None),
    "foreign_attribute": (step().bytes().replace(b'<bpmn:userTask id="work"', b'<bpmn:userTask xmlns:z="urn:z" z:colour="red" id="work"'), None),
    "camunda_ignored": (step(**{"camunda:formKey": "form"}), None),
    "script_language": (Drawing().start().element("scriptTask", "s", "<bpmn:script>x = 1</bpmn:script>", scriptFormat="javascript").end().chain("start", "s", "end"), '<bpmn:scriptTask id="s">'),
    "unknown_name": (asked("amout > 5"), ">amount &gt; 5<"),
    "unknown_field": (asked("subject.amuont > 5"), ">subject.amount &gt; 5<"),
    "unknown_function": (asked("rond(amount, 0) > 5"), "round(amount, 0)"),
    "not_one_of_choices": (asked("work.outcome == 'aprove'"), "== 'approve'"),
    "single_equals": (asked("amount = 5"), "amount == 5"),
    "full_width_character": (asked("work.outcome ＝＝ “approve”"), 'work.outcome == "approve"'),
}  # fmt: skip


def offered(data, vocabulary=WORDS, decisions=DECISIONS):
    return offer_mends(
        data, check_definition(data, vocabulary, decisions=decisions), vocabulary, decisions=decisions
    )


def file_of(drawing):
    return drawing if isinstance(drawing, bytes) else drawing.bytes(ROOTS)


def test_every_rule_has_its_case():
    assert set(RULES) == set(CASES)


@pytest.mark.parametrize("code", CASES)
def test_a_mend_makes_its_problem_go_away(code):
    drawing, written = CASES[code]
    data = file_of(drawing)
    problem = next((each for each in offered(data) if each.code == code), None)
    assert problem is not None, [(p.code, p.element) for p in check_definition(data, WORDS)]
    assert problem.mend is not None
    for lang in ("en", "zh-hans"):
        assert problem.mend.label(lang) not in ("", problem.mend.code)
        assert "…" not in problem.mend.label(lang)
    mended = apply_mend(data, problem)
    after = check_definition(mended, WORDS, decisions=DECISIONS)
    assert code not in {each.code for each in after}
    before = {(each.code, each.element) for each in offered(data) if each.severity == "error"}
    assert {(each.code, each.element) for each in after if each.severity == "error"} <= before
    if written is not None:
        assert written in mended.decode()
    assert mended.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<bpmn:definitions')


@pytest.mark.parametrize("code", CASES)
def test_a_mend_keeps_the_drawing_in_step(code):
    """With a picture: nothing that is drawn is gone, nothing new is without a place."""
    data = ensure_layout(file_of(CASES[code][0]))
    for problem in offered(data):
        mended = etree.fromstring(apply_mend(data, problem))
        drawn = {each.get("bpmnElement") for each in mended.iter("{*}BPMNShape", "{*}BPMNEdge")}
        ids = {each.get("id") for each in mended.iter("{http://www.omg.org/spec/BPMN/20100524/MODEL}*")}
        if problem.mend is not None:
            old = etree.fromstring(data)
            were = {each.get("bpmnElement") for each in old.iter("{*}BPMNShape", "{*}BPMNEdge")}
            were_ids = {each.get("id") for each in old.iter("{http://www.omg.org/spec/BPMN/20100524/MODEL}*")}
            assert drawn - ids <= were - were_ids
            new = [
                each.get("id")
                for step in problem.mend.change
                for each in [step]
                if step["do"] in ("add", "insert")
            ]
            assert set(new) <= drawn


def test_only_what_is_mended_changes():
    data = ensure_layout(file_of(CASES["unknown_role"][0]))
    [problem] = [each for each in offered(data) if each.code == "unknown_role"]
    assert apply_mend(data, problem).split(b"\n") == data.replace(b"finanse", b"finance").split(b"\n")


def test_a_file_keeps_its_beginning_and_its_end():
    data = file_of(CASES["unknown_role"][0])
    for head, kept in (
        (b'<?xml version="1.0" encoding="UTF-8"?>\n<!-- by hand -->', True),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n\n", True),
        (b'<?xml version="1.0" encoding="us-ascii"?>', False),
    ):
        written = head + data.partition(b"?>\n")[2] + b"\n"
        [problem] = [each for each in offered(written) if each.code == "unknown_role"]
        mended = apply_mend(written, problem)
        assert mended.startswith(head if kept else b'<?xml version="1.0" encoding="UTF-8"?>\n')
        assert mended.endswith(b"</bpmn:definitions>\n")


def test_what_is_removed_leaves_nothing_behind():
    data = ensure_layout(
        file_of(
            people("work", "island")
            .lane("finance", "work", "island")
            .chain("start", "work", "end")
            .flow("island", "end", id="gone")
        )
    )
    [problem] = [each for each in offered(data) if each.code == "unreachable"]
    mended = apply_mend(data, problem).decode()
    assert "island" in data.decode()
    assert "gone" not in mended
    assert "island" not in mended


def test_a_new_gateway_does_not_cover_anything():
    data = ensure_layout(file_of(CASES["several_flows_from_task"][0]))
    [problem] = [each for each in offered(data) if each.code == "several_flows_from_task"]
    root = etree.fromstring(apply_mend(data, problem))
    boxes = []
    for shape in root.iter("{*}BPMNShape"):
        bounds = shape.find("{*}Bounds")
        boxes.append([float(bounds.get(name)) for name in ("x", "y", "width", "height")])
    for index, (x, y, width, height) in enumerate(boxes):
        for a, b, c, d in boxes[index + 1 :]:
            assert not (x < a + c and a < x + width and y < b + d and b < y + height)
    fork = next(each for each in root.iter("{*}BPMNShape") if each.get("bpmnElement") == "fork_work")
    right = float(fork.find("{*}Bounds").get("x")) + 50
    for flow in root.iter("{*}sequenceFlow"):
        if flow.get("sourceRef") == "fork_work":
            edge = next(
                each for each in root.iter("{*}BPMNEdge") if each.get("bpmnElement") == flow.get("id")
            )
            points = [float(point.get("x")) for point in edge.iterchildren("{*}waypoint")]
            assert all(x >= right - 50 for x in points)


WITHOUT = {
    "too far from any role": step('<flow:assign role="astronaut"/>'),
    "two roles as close": step('<flow:assign role="x"/>'),
    "two ways without a condition": choosing(first=None),
    "a subprocess nobody reaches": people("work").chain("start", "work", "end").element("subProcess", "sub", '<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/><bpmn:sequenceFlow id="sf" sourceRef="s" targetRef="e"/>').flow("sub", "end"),
    "one flow with a condition out of a task": people("work").flow("start", "work").flow("work", "end", "1 == 1"),
}  # fmt: skip


@pytest.mark.parametrize("name", WITHOUT)
def test_what_only_a_person_can_decide_has_no_mend(name):
    found = offered(file_of(WITHOUT[name]))
    assert found
    assert [each.mend for each in found if each.severity == "error"] == [None] * len(
        [e for e in found if e.severity == "error"]
    )


def test_a_change_that_does_not_fit_is_refused():
    data = step().bytes()
    for change in (
        [{"do": "remove", "element": "gone"}],
        [{"do": "dance"}],
        [{"do": "bypass", "element": "end"}],
    ):
        with pytest.raises(ChangeError):
            apply_change(data, change)


@pytest.mark.parametrize(
    ("word", "known", "expected"),
    [
        ("finanse", ["finance", "manager"], "finance"),
        ("manger", ["finance", "manager"], "manager"),
        ("Finance", ["finance"], "finance"),
        ("amout", ["amount", "amoutn"], None),
        ("ab", ["ac"], None),
        ("审批人", ["审核人", "采购"], "审核人"),
        ("审", ["批"], None),
        ("", ["a"], None),
        ("something", ["else"], None),
    ],
)
def test_the_nearest_word(word, known, expected):
    assert nearest(word, known) == expected


def spoilt(seed):
    chance = random.Random(seed)
    root = etree.fromstring(chance.choice(SEEDS))
    for _ in range(chance.randint(1, 4)):
        spoil(root, chance)
    return etree.tostring(root)


def mend_all(seed):
    """Apply every mend one after the other; says how many there were."""
    data = spoilt(seed)
    problems = offered(data, VOCABULARY, {})
    for count in range(60):
        problem = next((each for each in problems if each.mend is not None), None)
        if problem is None:
            return count
        for lang in ("en", "zh-hans"):
            assert problem.mend.label(lang) != problem.mend.code
        data = apply_mend(data, problem)
        before, problems = problems, offered(data, VOCABULARY, {})
        # The mistakes of a stage hide those of later ones; they are never more in any that was looked at.
        assert rank(problems) <= rank(before), (seed, problem, problem.mend)
        assert problem not in problems
    pytest.fail(f"The mends of {seed} do not come to an end.")


@pytest.mark.parametrize("block", range(6))
def test_mending_spoilt_diagrams_comes_to_an_end(block):
    assert sum(mend_all(seed) for seed in range(block * 15, block * 15 + 15)) > 0


@pytest.mark.long
@pytest.mark.parametrize("block", range(6, 120))
def test_mending_many_spoilt_diagrams(block):
    for seed in range(block * 15, block * 15 + 15):
        mend_all(seed)


def test_a_label_names_what_is_changed():
    [problem] = [each for each in offered(file_of(CASES["unknown_role"][0])) if each.mend]
    assert problem.mend.label("en") == "Write “finance” instead of “finanse”"
    assert re.fullmatch("将“finanse”改为“finance”", problem.mend.label("zh-hans"))
