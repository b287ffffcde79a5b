"""BPMN texts for the tests of the API, written as another tool would: ``camunda:`` words, no drawing."""

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"\n'
    '    xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:flow="urn:xiaoliu:bpmn:flow:1"\n'
    '    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="defs" targetNamespace="urn:tests">\n'
)


def document(
    body: str, *, key: str = "travel", name: str = "出差", attributes: str = 'isExecutable="true"'
) -> str:
    return f'{HEAD}<bpmn:process id="{key}" name={quoteattr(name)} {attributes}>\n{body}\n</bpmn:process></bpmn:definitions>'


def node(kind: str, id: str, extensions: str = "", inner: str = "", **attributes: str) -> str:
    words = "".join(f" {name.replace('__', ':')}={quoteattr(value)}" for name, value in attributes.items())
    inside = f"<bpmn:extensionElements>{extensions}</bpmn:extensionElements>" if extensions else ""
    return f'<bpmn:{kind} id="{id}"{words}>{inside}{inner}</bpmn:{kind}>\n'


def user(id: str, *, group: str = "rep", fields: Iterable[str] = (), **attributes: str) -> str:
    """A user task of a role, with camunda's form."""
    form = "".join(fields)
    form = f"<camunda:formData>{form}</camunda:formData>" if form else ""
    groups = {"camunda__candidateGroups": group} if group else {}
    return node("userTask", id, form, name=id, **groups, **attributes)


def form_field(id: str, type: str = "string", *, values: Iterable[str] = (), **constraints: object) -> str:
    choices = "".join(f'<camunda:value id="{value}" name="{value}"/>' for value in values)
    rules = "".join(
        f'<camunda:constraint name="{name}"' + ("/>" if config is True else f' config="{config}"/>')
        for name, config in constraints.items()
    )
    rules = f"<camunda:validation>{rules}</camunda:validation>" if rules else ""
    return f'<camunda:formField id="{id}" label="{id}" type="{type}">{choices}{rules}</camunda:formField>'


def flow(source: str, target: str, condition: str | None = None, id: str = "") -> str:
    inner = ""
    if condition is not None:
        inner = f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{escape(condition)}</bpmn:conditionExpression>'
    name = id or f"{source}_{target}"
    return f'<bpmn:sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{inner}</bpmn:sequenceFlow>\n'


def travel(
    *,
    condition: str = "amount > 1000",
    script: str = "doubled = amount * 2",
    name: str = "出差",
    more: str = "",
    group: str = "rep",
    ask: str = "",
) -> str:
    """A small process that runs: ask for an amount, calculate, choose between a check and the end."""
    ask = ask or user("ask", group=group, fields=[form_field("amount", "long", required=True)])
    body = [
        node("startEvent", "begin"),
        ask,
        node("scriptTask", "calculate", inner=f"<bpmn:script>{escape(script)}</bpmn:script>"),
        node("exclusiveGateway", "large", default="large_done"),
        user("check", group="manager"),
        node("endEvent", "done"),
        flow("begin", "ask"),
        flow("ask", "calculate"),
        flow("calculate", "large"),
        flow("large", "check", condition),
        flow("large", "done"),
        flow("check", "done"),
        more,
    ]
    return document("".join(body), name=name)
