"""A decision table as it is compared: columns, and rules with a cell for each of them. Read leniently."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from workflows.engine.definition import DEFAULT_LANGUAGE
from workflows.engine.problems import DefinitionError
from workflows.engine.support import FLOW
from workflows.engine.xmlsafe import read_xml

from .parts import Element, Part
from .rest import Rest
from .words import say_expression

_DRAWINGS: Final = ("DMNDI", "DI/", "/DC/")


@dataclass(slots=True)
class Row:
    """A column or a rule: what it is called, how it is found again, and for a rule its cells."""

    part: Part
    id: str
    content: tuple[str, ...]
    cells: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Table:
    element: Element
    inputs: list[Row] = field(default_factory=list)
    outputs: list[Row] = field(default_factory=list)
    rules: list[Row] = field(default_factory=list)


def read_table(name: str, dmn: str) -> Table:
    """The one table of a file; a file that holds none is compared as it is written."""
    table = Table(Element("table", name, tag="table"))
    try:
        root = read_xml(dmn)
    except DefinitionError:
        table.element.left.append(dmn)
        return table
    _Reader(root.tag.rpartition("}")[0].lstrip("{"), table).read(root)
    return table


class _Reader:
    def __init__(self, namespace: str, table: Table) -> None:
        self.namespace = namespace
        self.table = table

    def read(self, root: Any) -> None:
        rest = Rest(root, inside=lambda child: not any(mark in child.tag for mark in _DRAWINGS))
        for attribute in ("name", "namespace", "exporter", "exporterVersion", "targetNamespace"):
            rest.take(attribute)
        for decision in self.take(rest, "decision"):
            self.read_decision(Rest(decision))
        self.keep(self.table.element, rest)

    def read_decision(self, rest: Rest) -> None:
        element = self.table.element
        name = rest.take("name")
        if name:
            element.labels[DEFAULT_LANGUAGE] = name
            element.say("name", name)
        self.labels(element, rest)
        for table in self.take(rest, "decisionTable"):
            inner = Rest(table)
            policy = " ".join(filter(None, (inner.take("hitPolicy") or "UNIQUE", inner.take("aggregation"))))
            element.say("policy", policy, "policy")
            self.table.inputs = [self.column(one, "input") for one in self.take(inner, "input")]
            self.table.outputs = [self.column(one, "output") for one in self.take(inner, "output")]
            for number, rule in enumerate(self.take(inner, "rule"), 1):
                self.table.rules.append(self.rule(number, rule))
            self.keep(element, inner)
        self.keep(element, rest)

    def column(self, xml: Any, kind: str) -> Row:
        rest = Rest(xml)
        name, label = rest.take("name"), rest.take("label")
        part = Part(kind, name or "")
        type_ref = rest.take("typeRef")
        for one in self.take(rest, "inputExpression"):
            inner = Rest(one)
            type_ref = inner.take("typeRef") or type_ref
            say_expression(part, "asks", self.text(inner))
            self.keep(part, inner)
        if label or name:
            part.labels[DEFAULT_LANGUAGE] = label or name or ""
        elif "asks" in part.facts:
            part.labels[DEFAULT_LANGUAGE] = str(part.facts["asks"].said)
        part.say("name", label)
        part.say("result", name if kind == "output" else None, "word")
        part.say("type", type_ref, "type")
        for tag, fact in (
            ("inputValues", "values"),
            ("outputValues", "values"),
            ("defaultOutputEntry", "otherwise"),
        ):
            for one in self.take(rest, tag):
                inner = Rest(one)
                part.say(fact, self.text(inner), "cell")
                self.keep(part, inner)
        self.labels(part, rest)
        self.keep(part, rest)
        content = tuple(f"{name}={fact.said}" for name, fact in part.facts.items())
        return Row(part, xml.get("id") or "", content)

    def rule(self, number: int, xml: Any) -> Row:
        rest = Rest(xml)
        part = Part("rule", str(number))
        description = [" ".join("".join(one.itertext()).split()) for one in self.take(rest, "description")]
        part.say("description", " ".join(description))
        cells = []
        for tag in ("inputEntry", "outputEntry"):
            for entry in self.take(rest, tag):
                inner = Rest(entry)
                cells.append(self.text(inner))
                self.keep(part, inner)
        self.keep(part, rest)
        return Row(part, xml.get("id") or "", (*cells, *description), cells)

    # -- XML

    def take(self, rest: Rest, tag: str) -> list[Any]:
        return rest.children(tag, self.namespace)

    def text(self, rest: Rest) -> str:
        return "\n".join("".join(one.itertext()).strip() for one in self.take(rest, "text"))

    def labels(self, part: Part, rest: Rest) -> None:
        for extensions in self.take(rest, "extensionElements"):
            inner = Rest(extensions)
            for label in inner.children("label", FLOW):
                language = (label.get("lang") or DEFAULT_LANGUAGE).lower()
                text = "".join(label.itertext()).strip()
                if part.labels.get(language) != text:
                    part.labels[language] = text
                    part.say("name_en" if language == "en" else "name_other", text)
            self.keep(part, inner)

    def keep(self, part: Part, rest: Rest) -> None:
        if left := rest.left():
            part.left.append(left)


def rows_of(table: Table) -> Iterator[Row]:
    """All columns, in the order of the cells."""
    yield from table.inputs
    yield from table.outputs
