"""Diagrams for tests, written as one thinks of them: elements first, then flows."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from workflows.engine import OperationSignature, Param, Vocabulary

NAMESPACES = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:flow="urn:xiaoliu:bpmn:flow:1" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
)


class Drawing:
    def __init__(self, key="process", *, name="", extensions=""):
        self.key, self.name = key, name
        self.parts = [f"<bpmn:extensionElements>{extensions}</bpmn:extensionElements>"] if extensions else []
        self.lanes = []
        self.flows = 0
        self.prefix = "" if key == "process" else f"{key}_"

    def add(self, xml):
        self.parts.append(xml)
        return self

    def element(self, tag, id, inner="", *, extensions="", name="", **attributes):
        more = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
        if extensions:
            inner = f"<bpmn:extensionElements>{extensions}</bpmn:extensionElements>{inner}"
        label = f" name={quoteattr(name)}" if name else ""
        return self.add(f'<bpmn:{tag} id="{id}"{label}{more}>{inner}</bpmn:{tag}>')

    def start(self, id="start", extensions=""):
        return self.element("startEvent", id, extensions=extensions)

    def end(self, *ids):
        for id in ids or ("end",):
            self.element("endEvent", id)
        return self

    def user(self, *ids, extensions="", **attributes):
        for id in ids:
            self.element("userTask", id, extensions=extensions, **attributes)
        return self

    def script(self, id, *lines):
        return self.element("scriptTask", id, f"<bpmn:script>{escape(chr(10).join(lines))}</bpmn:script>")

    def service(self, id, operation, *, result="", **params):
        inner = "".join(f"<flow:param name={quoteattr(k)} value={quoteattr(v)}/>" for k, v in params.items())
        given = f' result="{result}"' if result else ""
        return self.element(
            "serviceTask",
            id,
            extensions=f'<flow:operation name="{operation}"{given}>{inner}</flow:operation>',
        )

    def choice(self, id, default=None):
        return self.element("exclusiveGateway", id, **({"default": default} if default else {}))

    def parallel(self, *ids):
        for id in ids:
            self.element("parallelGateway", id)
        return self

    def flow(self, source, target, condition=None, *, id=None):
        self.flows += 1
        inner = (
            f"<bpmn:conditionExpression>{escape(condition)}</bpmn:conditionExpression>" if condition else ""
        )
        return self.element(
            "sequenceFlow", id or f"{self.prefix}f{self.flows}", inner, sourceRef=source, targetRef=target
        )

    def chain(self, *ids):
        for source, target in pairwise(ids):
            self.flow(source, target)
        return self

    def lane(self, name, *ids):
        refs = "".join(f"<bpmn:flowNodeRef>{id}</bpmn:flowNodeRef>" for id in ids)
        self.lanes.append(f'<bpmn:lane id="lane{len(self.lanes)}" name={quoteattr(name)}>{refs}</bpmn:lane>')
        return self

    def process(self):
        lanes = (
            f'<bpmn:laneSet id="{self.key}_lanes">{"".join(self.lanes)}</bpmn:laneSet>' if self.lanes else ""
        )
        name = f" name={quoteattr(self.name)}" if self.name else ""
        # Lines apart, so that a finding's line says something.
        body = "\n".join([lanes, *self.parts])
        return f'<bpmn:process id="{self.key}" isExecutable="true"{name}>{body}</bpmn:process>'

    def bytes(self, extra=""):
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<bpmn:definitions {NAMESPACES} id="definitions" '
            f'targetNamespace="urn:test">{extra}{self.process()}</bpmn:definitions>'
        ).encode()


def approval(steps=5):
    """A chain of user tasks, each with approve or reject."""
    drawing = Drawing("approval", name="Approval").start().end("done", "rejected")
    outcomes = '<flow:outcome code="approve"/><flow:outcome code="reject" comment="required"/>'
    before = "start"
    for number in range(1, steps + 1):
        step, gate = f"step{number}", f"gate{number}"
        drawing.user(step, extensions=outcomes, name=f"Step {number}").choice(gate, default=f"go{number}")
        drawing.flow(before, step, id=f"go{number - 1}" if number > 1 else None)
        drawing.flow(step, gate).flow(gate, "rejected", f'{step}.outcome == "reject"')
        before = gate
    return drawing.flow(before, "done", id=f"go{steps}")


class Refused(Exception):  # noqa: N818
    """A business refusal of the test host."""


class FakeHost:
    """A host in memory. `operations` maps a name to a function of the parameters; a guard that is
    left by an exception takes back what `log` received inside."""

    refusals = (Refused,)

    def __init__(self, subject=None, **operations):
        self.values = dict(subject or {})
        self.operations = operations
        self.log = []
        self.asked = []
        self.at = datetime(2026, 12, 20, 17, 30, tzinfo=UTC)

    def call(self, operation, params, *, element, token, path):
        self.log.append((operation, params))
        return self.operations[operation.replace(".", "_")](**params)

    def subject(self, path):
        self.asked.append(path)
        return self.values[path]

    @contextmanager
    def guard(self):
        before = list(self.log)
        try:
            yield
        except Exception:
            self.log = before
            raise

    def now(self):
        return self.at


VOCABULARY = Vocabulary(
    operations={
        "books.enter": OperationSignature(
            "books.enter", {"amount": "decimal", "note": Param("text", False)}, {"number": "text"}
        ),
        "books.close": OperationSignature("books.close"),
        "books.count": OperationSignature(
            "books.count", {"n": "integer", "on": Param("date", False)}, {"total": "integer"}
        ),
    },
    roles={
        "finance": "finance",
        "财务": "finance",
        "Finance": "finance",
        "manager": "manager",
        "经理": "manager",
    },
    subject_fields={
        "amount": "decimal",
        "owner": "text",
        "due_on": "date",
        "status": "choice",
        "customer.name": "text",
    },
)
