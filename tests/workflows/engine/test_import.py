"""Diagrams of other tools: translated, drawn, reported."""

from pathlib import Path

import pytest
from lxml import etree

from tests.workflows.engine.drawing import NAMESPACES, VOCABULARY, Drawing, FakeHost
from tests.workflows.engine.picture import Picture
from workflows.engine import Case, compile_definition, import_diagram

FILES = Path(__file__).parent / "imports"
FLOW = "{urn:xiaoliu:bpmn:flow:1}"

EXPENSE = f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions {NAMESPACES} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="http://bpmn.io/schema/bpmn"
  xmlns:modeler="http://camunda.org/schema/modeler/1.0" modeler:executionPlatform="Camunda Platform" exporter="Camunda Modeler">
  <bpmn:process id="expense" name="费用报销" isExecutable="true" camunda:historyTimeToLive="180" camunda:versionTag="1">
    <bpmn:startEvent id="start" name="申请" camunda:initiator="initiator">
      <bpmn:extensionElements><camunda:formData>
        <camunda:formField id="amount" label="金额" type="double"><camunda:validation>
          <camunda:constraint name="required"/><camunda:constraint name="min" config="0.01"/></camunda:validation></camunda:formField>
        <camunda:formField id="reason" label="事由" type="string"/>
        <camunda:formField id="days" label="天数" type="long" defaultValue="1"/>
        <camunda:formField id="kind" label="类别" type="enum" defaultValue="travel">
          <camunda:value id="travel" name="差旅"/><camunda:value id="meal" name="餐饮"/></camunda:formField>
        <camunda:formField id="spent_on" label="日期" type="date" defaultValue="20/12/2026"/>
      </camunda:formData></bpmn:extensionElements>
      <bpmn:outgoing>f1</bpmn:outgoing>
    </bpmn:startEvent>
    <bpmn:userTask id="review" name="经理审批" camunda:candidateGroups="manager" camunda:dueDate="P2D" camunda:priority="70" camunda:asyncBefore="true">
      <bpmn:extensionElements><camunda:formData>
        <camunda:formField id="approved" label="是否同意" type="boolean"/></camunda:formData>
        <camunda:properties><camunda:property name="a" value="b"/></camunda:properties></bpmn:extensionElements>
      <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:exclusiveGateway id="gate" name="同意？" default="no"><bpmn:incoming>f2</bpmn:incoming></bpmn:exclusiveGateway>
    <bpmn:serviceTask id="book" name="入账" camunda:type="external" camunda:topic="books.enter">
      <bpmn:extensionElements><camunda:inputOutput>
        <camunda:inputParameter name="amount">${{amount}}</camunda:inputParameter>
        <camunda:inputParameter name="note">报销</camunda:inputParameter></camunda:inputOutput></bpmn:extensionElements>
    </bpmn:serviceTask>
    <bpmn:userTask id="inform" name="通知" camunda:assignee="${{starter}}"/>
    <bpmn:userTask id="file" name="归档" camunda:assignee="clerk"/>
    <bpmn:endEvent id="end"/>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="review"/>
    <bpmn:sequenceFlow id="f2" sourceRef="review" targetRef="gate"/>
    <bpmn:sequenceFlow id="yes" name="同意" sourceRef="gate" targetRef="book">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${{approved &amp;&amp; amount gt 100}}</bpmn:conditionExpression></bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="no" name="不同意" sourceRef="gate" targetRef="inform"/>
    <bpmn:sequenceFlow id="f5" sourceRef="book" targetRef="file"/>
    <bpmn:sequenceFlow id="f6" sourceRef="file" targetRef="end"/>
    <bpmn:sequenceFlow id="f7" sourceRef="inform" targetRef="end"/>
  </bpmn:process>
</bpmn:definitions>""".encode()


def test_takes_over_a_camunda_process():
    report = import_diagram(EXPENSE, VOCABULARY)
    assert report.processes == [("expense", "费用报销")]
    assert report.is_runnable, [str(problem) for problem in report.problems]
    assert [p.code for p in report.problems] == []
    said = {(note.element, note.params.get("before", "")) for note in report.translated}
    assert ("review", "camunda:candidateGroups manager") in said
    assert ("review", "camunda:dueDate P2D") in said
    assert ("start", "camunda:formData") in said
    assert ("book", "camunda:topic books.enter") in said
    assert report.translated[-1].code == "laid_out"
    assert b"camunda:" not in report.bpmn.replace(b"xmlns:camunda", b"")
    Picture(report.bpmn).check()
    for note in report.translated:
        assert note.message("zh-hans")
        assert note.message("en")


def test_what_was_taken_over_runs():
    definition = compile_definition(import_diagram(EXPENSE, VOCABULARY).bpmn, VOCABULARY)
    review, amount = definition.elements["review"], definition.start_fields[0]
    assert (review.role, review.due, review.priority) == ("manager", "P2D", 70)
    assert (amount.type, amount.required, amount.minimum, amount.label("zh-hans")) == (
        "decimal",
        True,
        "0.01",
        "金额",
    )
    assert [choice for choice, _ in definition.start_fields[3].choices] == ["travel", "meal"]
    host = FakeHost(books_enter=lambda amount, note: {"number": f"{amount} {note}"})
    case = Case.start(definition, host, {"amount": "250.00", "kind": "meal"}, by="rep1")
    assert case.variables["days"] == 1
    assert case.variables["spent_on"] == "2026-12-20"
    case.complete(case.waiting()[0].token, {"approved": True})
    assert [waiting.element.id for waiting in case.waiting()] == ["file"]
    assert case.evaluate(case.waiting()[0].element.assign.person) == "clerk"
    assert str(host.log[0][1]["amount"]) == "250.00"


def test_the_file_as_it_came_compiles_to_the_same():
    """Translation is no special case of the importer."""
    first = compile_definition(EXPENSE, VOCABULARY)
    second = compile_definition(import_diagram(EXPENSE, VOCABULARY).bpmn, VOCABULARY)
    assert first.variables == second.variables
    assert {name: e.role for name, e in first.elements.items()} == {
        name: e.role for name, e in second.elements.items()
    }


@pytest.mark.parametrize(
    ("namespace", "word"),
    [
        ("http://camunda.org/schema/1.0/bpmn", 'x:candidateGroups="${starter}"'),
        ("http://flowable.org/bpmn", 'x:candidateGroups="#{starter}"'),
        ("http://camunda.org/schema/zeebe/1.0", "=starter"),
        ("http://camunda.org/schema/zeebe/1.0", "=[starter]"),
    ],
)
def test_a_group_by_an_expression_is_a_role_that_a_value_names(namespace, word):
    inner, attributes = "", word
    if word.startswith("="):
        inner, attributes = f'<x:assignmentDefinition candidateGroups="{word}"/>', ""
    task = (
        f'<bpmn:userTask id="work" xmlns:x="{namespace}" {attributes}><bpmn:extensionElements>{inner}'
        "</bpmn:extensionElements></bpmn:userTask>"
    )
    report = import_diagram(
        Drawing().start().add(task).end().chain("start", "work", "end").bytes(), VOCABULARY
    )
    (found,) = words(report, "work")
    assert (found[0], list(found[1]), found[1]["roleFrom"].strip("$#{}")) == (
        "assign",
        ["roleFrom"],
        "starter",
    )
    assert report.is_runnable


def test_importing_twice_changes_nothing_more():
    once = import_diagram(EXPENSE, VOCABULARY)
    again = import_diagram(once.bpmn, VOCABULARY)
    assert again.translated == []
    assert again.bpmn == once.bpmn


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ('camunda:candidateGroups="manager,finance"', "several_groups"),
        ('camunda:candidateUsers="a,b"', "several_people"),
        ('camunda:candidateGroups="nobody"', "unknown_role"),
        ('camunda:dueDate="${dateTime().plusDays(2)}"', "bad_duration"),
        ('camunda:dueDate="2026-12-20"', "bad_duration"),
        ("camunda:assignee=\"${execution.getVariable('x')}\"", "method_call"),
        ('camunda:assignee="${boss}"', "unknown_name"),
        ('camunda:taskListener="x"', "camunda_refused"),
        ('flow:assign="finance"', "unknown_attribute"),
    ],
)
def test_reports_what_cannot_be_taken_over(change, code):
    key, _, value = change.partition("=")
    drawing = Drawing().start().user("work", **{key: value[1:-1]}).end().chain("start", "work", "end")
    report = import_diagram(drawing.bytes(), VOCABULARY)
    assert not report.is_runnable
    assert code in [problem.code for problem in report.problems if problem.element == "work"]


@pytest.mark.parametrize(
    ("extension", "code"),
    [
        ('<camunda:executionListener class="x" event="start"/>', "camunda_refused"),
        ('<camunda:taskListener expression="${x}" event="create"/>', "camunda_refused"),
        ('<camunda:inputOutput><camunda:inputParameter name="x">1</camunda:inputParameter></camunda:inputOutput>', "camunda_refused"),
        ('<camunda:formData><camunda:formField id="x" type="money"/></camunda:formData>', "camunda_field_type"),
        ('<camunda:formData><camunda:formField id="x" type="string"><camunda:validation><camunda:constraint name="regex" config="a"/>'
         "</camunda:validation></camunda:formField></camunda:formData>", "camunda_constraint"),
    ],
)  # fmt: skip
def test_refuses_what_would_run_code_or_be_lost(extension, code):
    drawing = Drawing().start().user("work", extensions=extension).end().chain("start", "work", "end")
    report = import_diagram(drawing.bytes(), VOCABULARY)
    assert code in [problem.code for problem in report.problems if problem.severity == "error"]


@pytest.mark.parametrize("attribute", ["class", "delegateExpression", "expression"])
def test_refuses_a_delegate(attribute):
    drawing = (
        Drawing()
        .start()
        .element("serviceTask", "call", **{f"camunda:{attribute}": "x"})
        .end()
        .chain("start", "call", "end")
    )
    codes = [problem.code for problem in import_diagram(drawing.bytes(), VOCABULARY).problems]
    assert codes[:2] == ["camunda_refused", "no_operation"]


def test_a_diagram_that_needs_nothing_stays_as_it_is():
    drawing = (
        Drawing()
        .start()
        .user("work", extensions='<flow:assign role="finance"/>')
        .end()
        .chain("start", "work", "end")
    )
    drawn = import_diagram(drawing.bytes(), VOCABULARY).bpmn
    assert import_diagram(drawn, VOCABULARY).bpmn is drawn


# -- files as each tool writes them


def taken(name):
    return import_diagram((FILES / f"{name}.bpmn").read_bytes(), VOCABULARY)


def words(report, id):
    """The `flow:` words of an element, as (word, attributes)."""
    element = etree.fromstring(report.bpmn).find(f".//*[@id='{id}']")
    found = element.iterfind("{*}extensionElements//*")
    return [(each.tag.removeprefix(FLOW), dict(each.attrib)) for each in found if each.tag.startswith(FLOW)]


def said(report, severity):
    return {(problem.code, problem.element) for problem in report.problems if problem.severity == severity}


def text_of(report, tag):
    return [element.text for element in etree.fromstring(report.bpmn).iter(f"{{*}}{tag}")]


def test_takes_over_camunda_7():
    report = taken("camunda7")
    assert report.tool == "Camunda Modeler 5.20.0"
    assert report.processes == [("onboarding", "Onboarding")]
    assert words(report, "rate") == [("decision", {"ref": "customer_rating", "result": "rating"})]
    assert words(report, "contract") == [
        ("in", {"name": "risk", "value": "rating"}),
        ("in", {"name": "limit", "value": "amount * 2"}),
        ("out", {"name": "contract_number", "value": "number"}),
    ]
    assert words(report, "welcome") == [
        ("param", {"name": "number", "value": "${contract_number}"}),
        ("param", {"name": "tone", "value": '"warm"'}),
    ]
    assert words(report, "collect") == [("assign", {"role": "manager"})]
    assert ("assign", {"person": '"clerk"'}) in words(report, "gift")
    assert ("due", {"in": "P2D"}) in words(report, "gift")
    assert ("field", {"id": "weight", "type": "decimal"}) in words(report, "gift")
    assert text_of(report, "timeDuration") == ["patience"]
    root = etree.fromstring(report.bpmn)
    loop = root.find(".//{*}multiInstanceLoopCharacteristics")
    assert dict(loop.find(f"{{*}}extensionElements/{FLOW}each").attrib) == {"in": "papers", "as": "paper"}
    messages = {message.get("id"): message.get("name") for message in root.iterfind("{*}message")}
    sent = {
        root.find(".//*[@id='welcome']").get("messageRef"),
        root.find(".//*[@id='told_message']").get("messageRef"),
    }
    assert {messages[name] for name in sent} == {"welcome_letter", "tell_supervisor"}
    assert b"camunda:" not in report.bpmn


def test_says_what_of_camunda_7_has_no_effect_or_is_refused():
    report = taken("camunda7")
    assert ("camunda_refused", "gift") in said(report, "error")  # the listener
    assert {
        ("version_ignored", "rate"),
        ("version_ignored", "contract"),
        ("decision_result_shape", "rate"),
        ("call_business_key", "contract"),
        ("call_all_variables", "contract"),
    } <= said(report, "warning")
    assert not report.is_runnable
    assert all(problem.severity == "error" for problem in report.refused)


def test_half_a_drawing_is_laid_out_anew_and_said():
    report = taken("camunda7")
    assert report.is_laid_out
    assert report.translated[-1].code == "laid_out_anew"
    picture = Picture(report.bpmn)
    picture.check()
    assert set(picture.open) == {"papers"}


def test_takes_over_camunda_8():
    report = taken("camunda8")
    assert words(report, "check") == [("assign", {"role": "finance"}), ("priority", {"value": "70"})]
    assert words(report, "discount") == [("decision", {"ref": "discount", "result": "percent"})]
    assert words(report, "book") == [
        ("operation", {"name": "books.enter"}),
        ("param", {"name": "amount", "value": "amount * 2"}),
        ("param", {"name": "note", "value": '"order"'}),
    ]
    root = etree.fromstring(report.bpmn)
    each = root.find(f".//{{*}}multiInstanceLoopCharacteristics//{FLOW}each")
    assert dict(each.attrib) == {"in": "positions", "as": "position", "value": "number", "into": "numbers"}
    assert root.find(".//*[@id='ship']").get("calledElement") == "shipping"
    assert words(report, "ship") == [
        ("in", {"name": "number", "value": "order_number"}),
        ("out", {"name": "parcel", "value": "parcel"}),
    ]
    assert words(report, "paid") == [("correlate", {"value": "order_number"})]
    assert text_of(report, "script") == ["total = amount + 1"]
    assert text_of(report, "timeDuration") == ["patience"]
    assert text_of(report, "conditionExpression") == ["total > 1000"]
    assert text_of(report, "completionCondition") == ["nrOfCompletedInstances >= 3"]
    assert ("foreign_refused", "thanks") in said(report, "error")  # the listener
    assert {
        ("foreign_ignored", "check"),
        ("foreign_ignored", "book"),
        ("call_all_variables", "ship"),
        ("version_ignored", "ship"),
    } <= said(report, "warning")
    Picture(report.bpmn).check()


def test_takes_over_flowable():
    report = taken("flowable")
    assert report.tool == "Flowable"
    assert words(report, "start")[:2] == [
        ("form", {}),
        ("field", {"id": "days", "type": "integer", "default": "1", "required": "true"}),
    ]
    assert ("choice", {"value": "sick"}) in words(report, "start")
    assert ("assign", {"role": "manager"}) in words(report, "approve")
    assert ("field", {"id": "approved", "type": "boolean"}) in words(report, "approve")
    assert words(report, "book") == [("operation", {"name": "books.close"})]
    assert said(report, "error") == {
        ("foreign_refused", "tell"),
        ("no_operation", "tell"),
    }  # sends mail by itself
    assert ("foreign_ignored", "approve") in said(report, "warning")
    assert report.understood == {
        "sequenceFlow": 6,
        "serviceTask": 2,
        "endEvent": 1,
        "exclusiveGateway": 1,
        "startEvent": 1,
        "userTask": 1,
    }
    assert list(report.understood) == sorted(
        report.understood, key=lambda tag: (-report.understood[tag], tag)
    )


@pytest.mark.parametrize("name", ["camunda7", "camunda8", "flowable"])
def test_taking_over_twice_changes_nothing_more(name):
    once = taken(name)
    again = import_diagram(once.bpmn, VOCABULARY)
    assert again.translated == []
    assert again.bpmn is once.bpmn
    assert not again.is_laid_out


@pytest.mark.parametrize("name", ["camunda7", "camunda8", "flowable"])
def test_a_report_is_readable_in_both_languages(name):
    for problem in [*taken(name).translated, *taken(name).problems]:
        for language in ("en", "zh-hans"):
            assert "…" not in problem.message(language)
            assert problem.message(language) != problem.code


@pytest.mark.parametrize(
    ("namespace", "element"),
    [
        ("http://flowable.org/bpmn", '<bpmn:serviceTask id="work" x:class="org.example.Delegate"/>'),
        ("http://flowable.org/bpmn", '<bpmn:serviceTask id="work" x:type="shell"/>'),
        ("http://activiti.org/bpmn", '<bpmn:serviceTask id="work" x:delegateExpression="${bean}"/>'),
        ("http://flowable.org/bpmn", '<bpmn:userTask id="work" x:skipExpression="${true}"/>'),
        ("http://flowable.org/bpmn", '<bpmn:callActivity id="work" calledElement="a"><bpmn:extensionElements><x:in target="a"/></bpmn:extensionElements></bpmn:callActivity>'),
        ("http://camunda.org/schema/zeebe/1.0", '<bpmn:businessRuleTask id="work"><bpmn:extensionElements><x:taskDefinition type="a"/></bpmn:extensionElements></bpmn:businessRuleTask>'),
        ("http://camunda.org/schema/zeebe/1.0", '<bpmn:userTask id="work"><bpmn:extensionElements><x:ioMapping><x:input source="=a" target="b"/></x:ioMapping></bpmn:extensionElements></bpmn:userTask>'),
        ("http://camunda.org/schema/zeebe/1.0", '<bpmn:userTask id="work" x:never="heard"/>'),
    ],
)  # fmt: skip
def test_refuses_what_would_run_code_in_other_tools(namespace, element):
    declared = element.replace(' id="work"', f' id="work" xmlns:x="{namespace}"', 1)
    drawing = Drawing().start().add(declared).end().chain("start", "work", "end")
    assert ("foreign_refused", "work") in said(import_diagram(drawing.bytes(), VOCABULARY), "error")


def test_what_each_engine_calls_the_same_is_one_word():
    """Flowable and Activiti grew from the root Camunda grew from."""
    for namespace in (
        "http://camunda.org/schema/1.0/bpmn",
        "http://flowable.org/bpmn",
        "http://activiti.org/bpmn",
    ):
        inner = f'<bpmn:userTask id="work" xmlns:x="{namespace}" x:assignee="${{starter}}" x:priority="70"/>'
        drawing = Drawing().start().add(inner).end().chain("start", "work", "end")
        report = import_diagram(drawing.bytes(), VOCABULARY)
        assert words(report, "work") == [("assign", {"person": "${starter}"}), ("priority", {"value": "70"})]
        assert report.is_runnable
