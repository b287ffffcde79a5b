"""A DMN file -> its parts, strictly: what this reader does not know is refused, not skipped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from workflows.engine.expressions import Names
from workflows.engine.problems import DefinitionError, Findings
from workflows.engine.support import FLOW
from workflows.engine.xmlsafe import read_xml

from .analysis import examine
from .build import build
from .places import of_file
from .table import AGGREGATIONS, HIT_POLICIES, DecisionTable

MAX_BYTES: Final = 1_000_000
MAX_RULES: Final = 500
MAX_COLUMNS: Final = 20
LANGUAGE: Final = "zh-hans"  # of a plain name, as in diagrams

NAMESPACES: Final = {
    "http://www.omg.org/spec/DMN/20151101": "1.1",
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20151101/dmn11.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
}
_QUIET_NAMESPACES: Final = ("http://camunda.org/schema/", "http://bpmn.io/schema/")

_NOTES: Final = frozenset({"description", "extensionElements"})
# What may stand where. Below a part that is not named here nothing is read: it is a remark or a drawing.
_PARTS: Final[Mapping[str, frozenset[str]]] = {
    "definitions": _NOTES
    | {
        "decision",
        "inputData",
        "knowledgeSource",
        "itemDefinition",
        "textAnnotation",
        "association",
        "group",
        "performanceIndicator",
        "organizationUnit",
        "elementCollection",
    },
    "decision": _NOTES
    | {
        "decisionTable",
        "variable",
        "question",
        "allowedAnswers",
        "informationRequirement",
        "authorityRequirement",
        "supportedObjective",
        "impactedPerformanceIndicator",
        "decisionMaker",
        "decisionOwner",
        "usingProcess",
        "usingTask",
    },
    "informationRequirement": _NOTES | {"requiredInput"},
    "decisionTable": _NOTES | {"input", "output", "annotation", "rule"},
    "input": _NOTES | {"inputExpression", "inputValues"},
    "output": _NOTES | {"outputValues", "defaultOutputEntry"},
    "rule": _NOTES | {"inputEntry", "outputEntry", "annotationEntry"},
    **{
        name: _NOTES | {"text"}
        for name in (
            "inputExpression",
            "inputValues",
            "outputValues",
            "defaultOutputEntry",
            "inputEntry",
            "outputEntry",
        )
    },
}
_LOGIC: Final = frozenset(
    {
        "literalExpression",
        "context",
        "invocation",
        "relation",
        "list",
        "functionDefinition",
        "conditional",
        "for",
        "every",
        "some",
        "filter",
    }
)
_DRAWINGS: Final = ("DMNDI", "DI/", "/DC/")
_ONCE: Final = frozenset(
    {"text", "inputExpression", "inputValues", "outputValues", "defaultOutputEntry", "decisionTable"}
)


@dataclass(frozen=True, slots=True)
class Text:
    """What stands in a cell or a head, without the space around it."""

    text: str
    line: int | None


@dataclass(slots=True)
class InputPart:
    label: str
    labels: Mapping[str, str]
    line: int | None
    type_ref: str
    expression: Text
    values: Text | None


@dataclass(slots=True)
class OutputPart:
    name: str
    label: str
    labels: Mapping[str, str]
    line: int | None
    type_ref: str
    values: Text | None
    default: Text | None


@dataclass(slots=True)
class RulePart:
    number: int
    inputs: list[Text]
    outputs: list[Text]
    line: int | None
    description: str


@dataclass(slots=True)
class Parts:
    """A table as it is written."""

    name: str
    labels: Mapping[str, str]
    line: int | None
    hit_policy: str = "UNIQUE"
    aggregation: str | None = None
    inputs: list[InputPart] = field(default_factory=list)
    outputs: list[OutputPart] = field(default_factory=list)
    rules: list[RulePart] = field(default_factory=list)


class Trouble:
    """Reports problems of one table and remembers whether it can still become one."""

    def __init__(self, table: str, findings: Findings) -> None:
        self.table = table
        self.findings = findings
        self.failed = False

    def error(self, code: str, line: int | None, /, **params: Any) -> None:
        self.failed = True
        self.findings.error(code, None, line, table=self.table, **params)

    def warn(self, code: str, line: int | None, /, **params: Any) -> None:
        self.findings.warn(code, None, line, table=self.table, **params)


def read_decision(dmn: bytes | str, names: Names, findings: Findings, *, name: str) -> DecisionTable | None:
    """The table of a file over the names of a process, or None with the reasons in `findings`."""
    trouble = Trouble(name, findings)
    parts = read_parts(dmn, trouble)
    if parts is None or trouble.failed:
        return None
    table = build(parts, names, trouble)
    if table is not None:
        examine(table, trouble)
    return table


def read_parts(dmn: bytes | str, trouble: Trouble) -> Parts | None:
    """The table of a file as it is written, or None; also one that cannot decide yet."""
    root = _root(dmn, trouble)
    return _Reader(root, trouble).read() if root is not None else None


def _root(dmn: bytes | str, trouble: Trouble) -> Any | None:
    size = len(dmn) if isinstance(dmn, (bytes, bytearray)) else len(dmn.encode(errors="surrogatepass"))
    if size > MAX_BYTES:
        trouble.error("decision_too_large", None, size=size, maximum=MAX_BYTES)
        return None
    try:
        root = read_xml(dmn)
    except DefinitionError as error:
        trouble.failed = True
        for problem in error.problems:
            of_file(trouble.findings, trouble.table, problem)
        return None
    namespace, local = _split(root)
    if local == "definitions" and namespace in NAMESPACES:
        return root
    if local == "definitions" and namespace.rstrip("/").lower().find("omg.org/spec/dmn") >= 0:
        trouble.error("decision_version", root.sourceline, namespace=namespace[:100])
    else:
        trouble.error("not_dmn", root.sourceline, tag=local[:50])
    return None


class _Reader:
    def __init__(self, root: Any, trouble: Trouble) -> None:
        self.root = root
        self.trouble = trouble
        self.namespace = _split(root)[0]

    def read(self) -> Parts | None:
        self.language(self.root)
        decisions = [part for kind, part in self.parts(self.root) if kind == "decision"]
        if not decisions:
            self.trouble.error("no_decision", self.root.sourceline)
            return None
        if len(decisions) > 1:
            names = [(part.get("name") or part.get("id") or "")[:50] for part in decisions[:10]]
            self.trouble.error("several_decisions", decisions[1].sourceline, names=names)
            return None
        return self.decision(decisions[0])

    def decision(self, decision: Any) -> Parts | None:
        table, variable = None, None
        for kind, part in self.parts(decision):
            if kind == "decisionTable":
                table = part
            elif kind == "variable":
                variable = part
            elif kind == "informationRequirement":
                list(self.parts(part))
        if table is None:
            if not self.trouble.failed:
                self.trouble.error("decision_without_table", decision.sourceline)
            return None
        name = decision.get("name") or decision.get("id") or self.trouble.table
        parts = Parts(name, self.labels(decision, name), table.sourceline)
        self.policy(table, parts)
        self.columns(table, parts)
        if variable is not None and len(parts.outputs) == 1:
            # With one output, DMN lets the decision's variable say what it is.
            output = parts.outputs[0]
            output.name = output.name or variable.get("name") or ""
            output.type_ref = output.type_ref or variable.get("typeRef") or ""
        return parts

    def policy(self, table: Any, parts: Parts) -> None:
        policy = table.get("hitPolicy") or "UNIQUE"
        aggregation = table.get("aggregation") or None
        line = table.sourceline
        if policy not in HIT_POLICIES:
            self.trouble.error("hit_policy_refused", line, policy=policy[:30])
        elif aggregation is not None and policy != "COLLECT":
            self.trouble.error("aggregation_without_collect", line, aggregation=aggregation[:30])
        elif aggregation is not None and aggregation not in AGGREGATIONS:
            self.trouble.error(
                "aggregation_unknown", line, aggregation=aggregation[:30], known=", ".join(AGGREGATIONS)
            )
        parts.hit_policy, parts.aggregation = policy, aggregation

    def columns(self, table: Any, parts: Parts) -> None:
        rules = []
        for kind, part in self.parts(table):
            if kind == "input":
                parts.inputs.append(self.input(part))
            elif kind == "output":
                parts.outputs.append(self.output(part))
            elif kind == "rule":
                rules.append(part)
        line = table.sourceline
        for found, code in (
            (parts.inputs, "decision_without_input"),
            (parts.outputs, "decision_without_output"),
            (rules, "decision_without_rule"),
        ):
            if not found:
                self.trouble.error(code, line)
        if max(len(parts.inputs), len(parts.outputs)) > MAX_COLUMNS:
            self.trouble.error("too_many_columns", line, maximum=MAX_COLUMNS)
        elif len(rules) > MAX_RULES:
            self.trouble.error("too_many_rules", line, maximum=MAX_RULES)
        else:
            parts.rules = [self.rule(number, rule, parts) for number, rule in enumerate(rules, 1)]

    def input(self, element: Any) -> InputPart:
        expression, values, type_ref = Text("", element.sourceline), None, ""
        for kind, part in self.parts(element):
            if kind == "inputExpression":
                expression = self.text(part)
                type_ref = part.get("typeRef") or ""
            elif kind == "inputValues":
                values = self.text(part)
        label = (element.get("label") or "").strip() or expression.text or "?"
        labels = self.labels(element, label)
        return InputPart(label[:50], labels, element.sourceline, type_ref, expression, values)

    def output(self, element: Any) -> OutputPart:
        values, default = None, None
        for kind, part in self.parts(element):
            if kind == "outputValues":
                values = self.text(part)
            elif kind == "defaultOutputEntry":
                default = self.text(part)
        name = (element.get("name") or "").strip()
        label = (element.get("label") or "").strip() or name or "?"
        labels = self.labels(element, label)
        type_ref = element.get("typeRef") or ""
        return OutputPart(name, label[:50], labels, element.sourceline, type_ref, values, default)

    def rule(self, number: int, element: Any, parts: Parts) -> RulePart:
        inputs, outputs, description = [], [], ""
        for kind, part in self.parts(element):
            if kind == "inputEntry":
                inputs.append(self.text(part))
            elif kind == "outputEntry":
                outputs.append(self.text(part))
            elif kind == "description":
                description = "".join(part.itertext()).strip()[:500]
        if len(inputs) != len(parts.inputs) or len(outputs) != len(parts.outputs):
            self.trouble.error(
                "rule_width",
                element.sourceline,
                rule=number,
                inputs=len(inputs),
                outputs=len(outputs),
                columns=len(parts.inputs),
                results=len(parts.outputs),
            )
        return RulePart(number, inputs, outputs, element.sourceline, description)

    # -- XML

    def parts(self, element: Any) -> Iterator[tuple[str, Any]]:
        """The children of an element that may stand there; the others are reported."""
        place = _split(element)[1]
        allowed = _PARTS[place]
        seen: set[str] = set()
        for child in element:
            if not isinstance(child.tag, str):
                continue
            namespace, kind = _split(child)
            if namespace != self.namespace:
                if not any(mark in namespace for mark in _DRAWINGS):
                    self.foreign(kind, namespace, child)
            elif kind == "extensionElements":
                self.extensions(child)
            elif kind not in allowed:
                self.refuse(kind, place, child)
            elif kind in seen and kind in _ONCE:
                self.trouble.error("decision_part_twice", child.sourceline, part=kind, place=place)
            else:
                seen.add(kind)
                yield kind, child

    def refuse(self, kind: str, place: str, child: Any) -> None:
        code = "decision_part_refused"
        if place == "decision" and kind in _LOGIC:
            code = "decision_not_table"
        self.trouble.error(code, child.sourceline, part=kind[:50], place=place)

    def extensions(self, element: Any) -> None:
        for child in element:
            if not isinstance(child.tag, str):
                continue
            namespace, kind = _split(child)
            if namespace == FLOW and kind != "label":
                self.refuse(kind, "extensionElements", child)
            elif namespace != FLOW:
                self.foreign(kind, namespace, child)

    def foreign(self, kind: str, namespace: str, child: Any) -> None:
        if not namespace.startswith(_QUIET_NAMESPACES):
            self.trouble.warn(
                "extension_ignored", child.sourceline, name=kind[:50], namespace=namespace[:100]
            )

    def text(self, element: Any) -> Text:
        self.language(element)
        texts = [part for kind, part in self.parts(element) if kind == "text"]
        for part in texts[:1]:
            for child in part:
                if isinstance(child.tag, str):
                    self.refuse(_split(child)[1], "text", child)
            # Without the comments: what people do not see must not decide.
            whole = (part.text or "") + "".join(child.tail or "" for child in part)
            return Text(whole.strip(), part.sourceline)
        return Text("", element.sourceline)

    def language(self, element: Any) -> None:
        """FEEL, Camunda's default for results, or nothing said; scripts of other languages would run code."""
        language = element.get("expressionLanguage") or ""
        if language and "feel" not in language.lower() and language.lower() != "juel":
            self.trouble.error("decision_language", element.sourceline, language=language[:50])

    def labels(self, element: Any, name: str) -> Mapping[str, str]:
        labels = {LANGUAGE: name}
        for extensions in element.iterchildren("{" + self.namespace + "}extensionElements"):
            for label in extensions.iterchildren("{" + FLOW + "}label"):
                text = (label.text or "").strip()
                if text:
                    labels[(label.get("lang") or LANGUAGE).lower()] = text[:200]
        return MappingProxyType(labels)


def _split(element: Any) -> tuple[str, str]:
    namespace, _, local = str(element.tag).rpartition("}")
    return namespace.lstrip("{"), local
