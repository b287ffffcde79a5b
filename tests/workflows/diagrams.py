"""Small diagrams for tests, and the operations, form and business row they talk about.

The business row is a department: it stands below workflows, so that these tests need no domain app.
"""

from typing import Any

from django import forms

from core.actors import Actor
from core.errors import ApplicationError
from core.models import Department
from workflows.registry import (
    BpmnError,
    FormContext,
    OperationContext,
    SubjectType,
    operation,
    subject_type,
    work_form,
)

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:flow="urn:xiaoliu:bpmn:flow:1" id="definitions" targetNamespace="urn:tests">'
)


@subject_type("core.department")
class DepartmentSubject(SubjectType[Department]):
    label = ("部门", "Department")
    model = Department
    fields = {
        "name": ("text", "name"),
        "code": ("text", "code"),
        "leader": ("text", lambda row: row.name_en),
        "broken": ("text", lambda row: row.no_such_attribute),
    }

    def title(self, row: Department) -> str:
        return row.name

    def department_path(self, row: Department) -> str:
        return row.path

    def on_cancel(self, row: Department, definition_key: str, *, actor: Actor, reason: str) -> None:
        Department.objects.filter(pk=row.pk).update(name=f"{row.name} cancelled")


@operation(
    name="tests.rename",
    label=("改名", "Rename"),
    params={"name": "text"},
    result={"old": "text"},
)
def rename(context: OperationContext, *, name: str) -> dict[str, str]:
    """Write the business row; the names "refuse" and "fail" do so after writing."""
    old = context.subject.name
    Department.objects.filter(pk=context.subject.pk).update(name=name)
    if name == "refuse":
        raise ApplicationError("The name is refused.", code="name_refused")
    if name == "fail" or (name == "fail once" and old != "mended"):
        raise ZeroDivisionError("the operation is broken")
    return {"old": old}


@operation(
    name="tests.charge",
    label=("扣款", "Charge"),
    params={"account": "text"},
    result={"balance": "decimal"},
)
def charge(context: OperationContext, *, account: str) -> dict[str, str]:
    """Write the business row, then end as the account says: with an error the diagram knows, or broken."""
    if context.subject is not None:
        Department.objects.filter(pk=context.subject.pk).update(name=f"charged {account}")
    if account in ("declined", "expired"):
        raise BpmnError(account)
    if account == "broken" and (context.subject is None or context.subject.name != "mended"):
        raise ZeroDivisionError("the operation is broken")
    if account == "refuse":
        raise ApplicationError("The account is refused.", code="account_refused")
    return {"balance": "12.50"}


@work_form("tests.rename_form", label=("改名表", "Rename form"), result={"new_name": "text"})
class RenameForm:
    def fields(self, context: FormContext) -> type[forms.Form]:
        class Fields(forms.Form):
            name = forms.CharField(max_length=20)

        return Fields

    def apply(self, context: FormContext, cleaned: dict[str, Any]) -> dict[str, Any]:
        Department.objects.filter(pk=context.subject.pk).update(name=cleaned["name"])
        return {"new_name": cleaned["name"]}


def document(key: str, body: str, *, subject: bool = False, words: str = "") -> str:
    about = '<flow:subject type="core.department"/>' if subject else ""
    return (
        f'{HEAD}<bpmn:process id="{key}" name="测试流程" isExecutable="true">'
        f'<bpmn:extensionElements><flow:label lang="en">Test process</flow:label>{about}{words}'
        f"</bpmn:extensionElements>{body}</bpmn:process></bpmn:definitions>"
    )


def flow(number: int, source: str, target: str, condition: str = "") -> str:
    inner = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
    return f'<bpmn:sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}">{inner}</bpmn:sequenceFlow>'


def user_task(element: str, name: str, english: str, *, role: str = "", extras: str = "") -> str:
    assign = f'<flow:assign role="{role}"/>' if role else ""
    return (
        f'<bpmn:userTask id="{element}" name="{name}"><bpmn:extensionElements>'
        f'<flow:label lang="en">{english}</flow:label>{assign}{extras}'
        f"</bpmn:extensionElements></bpmn:userTask>"
    )


START, END = '<bpmn:startEvent id="start"/>', '<bpmn:endEvent id="end"/>'
DECISIONS = (
    '<flow:outcome code="approve" style="primary"><flow:label lang="zh-hans">同意</flow:label>'
    '<flow:label lang="en">Approve</flow:label></flow:outcome>'
    '<flow:outcome code="reject" style="danger" comment="required"><flow:label lang="zh-hans">驳回</flow:label>'
    '<flow:label lang="en">Reject</flow:label></flow:outcome>'
)
AMOUNT_FORM = (
    '<flow:form><flow:field id="amount" type="decimal" required="true" min="0">'
    '<flow:label lang="zh-hans">金额</flow:label><flow:label lang="en">Amount</flow:label></flow:field></flow:form>'
)
RENAME = (
    '<bpmn:serviceTask id="rename" name="改名"><bpmn:extensionElements>'
    '<flow:operation name="tests.rename" result="renamed"><flow:param name="name" value="{value}"/></flow:operation>'
    "</bpmn:extensionElements></bpmn:serviceTask>"
)

# rep drafts (a form) -> manager decides -> renamed or back to the rep.
APPROVAL = document(
    "approval",
    START
    + user_task("draft", "起草", "Draft", role="rep", extras=AMOUNT_FORM + '<flow:due in="P1D"/>')
    + user_task(
        "review", "审批", "Review", role="manager", extras=DECISIONS + '<flow:distinct from="draft"/>'
    )
    + '<bpmn:exclusiveGateway id="decide" default="f3"/>'
    + RENAME.format(value="'approved'")
    + END
    + flow(0, "start", "draft")
    + flow(1, "draft", "review")
    + flow(2, "review", "decide")
    + flow(3, "decide", "draft")
    + flow(4, "decide", "rename", 'review.outcome == "approve"')
    + flow(5, "rename", "end"),
    subject=True,
)

# One step whose answer becomes the department's name by an operation.
NAME_FORM = '<flow:form><flow:field id="name" type="text" required="true"/></flow:form>'
RENAMING = document(
    "renaming",
    START
    + user_task("ask", "取名", "Name it", role="rep", extras=NAME_FORM)
    + RENAME.format(value="name")
    + user_task("check", "核对", "Check", role="rep")
    + END
    + flow(0, "start", "ask")
    + flow(1, "ask", "rename")
    + flow(2, "rename", "check")
    + flow(3, "check", "end"),
    subject=True,
)

# Two steps at once, about nothing.
PARALLEL = document(
    "parallel",
    START
    + '<bpmn:parallelGateway id="fork"/><bpmn:parallelGateway id="join"/>'
    + user_task("left", "左", "Left", role="rep")
    + user_task("right", "右", "Right", role="finance")
    + user_task("last", "收尾", "Last", role="rep")
    + END
    + flow(0, "start", "fork")
    + flow(1, "fork", "left")
    + flow(2, "fork", "right")
    + flow(3, "left", "join")
    + flow(4, "right", "join")
    + flow(5, "join", "last")
    + flow(6, "last", "end"),
)

# A person by expression, in the lane of finance.
PERSONAL = document(
    "personal",
    '<bpmn:laneSet id="lanes"><bpmn:lane id="lane" name="财务"><bpmn:flowNodeRef>do</bpmn:flowNodeRef>'
    "</bpmn:lane></bpmn:laneSet>"
    + START
    + user_task("do", "办理", "Do", extras='<flow:assign person="subject.leader"/>')
    + END
    + flow(0, "start", "do")
    + flow(1, "do", "end"),
    subject=True,
)

# A step with a form written in Python, and a way that depends on what the form has made of the subject.
FORMED = document(
    "formed",
    START
    + user_task("fill", "填写", "Fill in", role="rep", extras='<flow:workForm name="tests.rename_form"/>')
    + '<bpmn:exclusiveGateway id="is_long" default="f3"/>'
    + user_task("shorten", "改短", "Shorten", role="rep")
    + END
    + flow(0, "start", "fill")
    + flow(1, "fill", "is_long")
    + flow(2, "is_long", "shorten", 'subject.name == "very long"')
    + flow(3, "is_long", "end")
    + flow(4, "shorten", "end"),
    subject=True,
)

# More automatic steps in a row than one transaction may hold.
LONG_RUN_STEPS = 320
LONG_RUN = document(
    "long_run",
    START
    + user_task("go", "开始", "Go", role="rep")
    + '<bpmn:scriptTask id="s0"><bpmn:script>count = 1</bpmn:script></bpmn:scriptTask>'
    + "".join(
        f'<bpmn:scriptTask id="s{number}"><bpmn:script>count = count + 1</bpmn:script></bpmn:scriptTask>'
        for number in range(1, LONG_RUN_STEPS)
    )
    + user_task("rest", "休息", "Rest", role="rep")
    + END
    + flow(1000, "start", "go")
    + flow(1001, "go", "s0")
    + "".join(flow(number, f"s{number - 1}", f"s{number}") for number in range(1, LONG_RUN_STEPS))
    + flow(1002, f"s{LONG_RUN_STEPS - 1}", "rest")
    + flow(1003, "rest", "end"),
)
