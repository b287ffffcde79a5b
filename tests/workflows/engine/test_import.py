"""Diagrams of other tools: translated, drawn, reported."""

import pytest

from tests.workflows.engine.drawing import NAMESPACES, VOCABULARY, Drawing, FakeHost
from tests.workflows.engine.test_layout import Picture
from workflows.engine import Case, compile_definition, import_diagram

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
