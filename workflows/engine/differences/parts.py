"""What a diagram or a table says, as a tree that can be compared: parts with facts, and parts in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Labels: TypeAlias = Mapping[str, str]  # language -> text


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is said. `shown` is the way it is put into words, `same` what is compared where two
    ways to write it mean the same. What is `usual` holds unless something else is said."""

    said: Any
    shown: str = "text"
    same: Any = None
    usual: bool = False

    @property
    def meaning(self) -> Any:
        return self.said if self.same is None else self.same


@dataclass(slots=True)
class Part:
    """Something with facts: an element of the diagram, a button, a field, a rule. `kind` names it in the texts;
    by its `key` it is found again among its neighbours."""

    kind: str
    key: str
    labels: dict[str, str] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)  # what no reader knows, as it is written

    def say(self, name: str, said: Any, shown: str = "text", same: Any = None, *, usual: Any = None) -> None:
        """Add a fact; nothing said is no fact."""
        if said is None or said == "":
            said = usual
        if said is not None and said != "":
            self.facts[name] = Fact(said, shown, same, said == usual)

    def add(self, part: Part) -> None:
        """Add a part; a second one of the same key, which publishing refuses, is still told apart."""
        key, number = f"{part.kind}:{part.key}", 2
        while key in self.parts:
            key, number = f"{part.kind}:{part.key}#{number}", number + 1
        self.parts[key] = part


@dataclass(slots=True)
class Element(Part):
    """A part that is drawn by itself and has an id: a step, gateway, event, flow, lane, the process."""

    tag: str = ""
    event: str = ""  # what it waits for or tells of
    source: str = ""
    target: str = ""
    host: str = ""
    scope: str = ""
    names: dict[str, Labels] = field(default_factory=dict)  # of its variables and fields
    choices: dict[tuple[str, str], Labels] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)  # of the conditions that are tried one after the other

    @property
    def is_flow(self) -> bool:
        return self.tag == "sequenceFlow"


@dataclass(slots=True)
class Sheet:
    """A diagram as it is compared."""

    elements: dict[str, Element] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)  # messages, signals, errors, escalations by id
    drawing: str = ""
    subject: str = ""

    def flows(self) -> list[Element]:
        return [one for one in self.elements.values() if one.is_flow]


@dataclass(frozen=True, slots=True)
class Glossary:
    """What people call that which stands outside a diagram; an unknown name is said as it is written.

    `roles` knows every way to write a role. `fields` gives the fields of each subject type."""

    roles: Mapping[str, Labels] = field(default_factory=dict)
    operations: Mapping[str, Labels] = field(default_factory=dict)
    work_forms: Mapping[str, Labels] = field(default_factory=dict)
    processes: Mapping[str, Labels] = field(default_factory=dict)
    subjects: Mapping[str, Labels] = field(default_factory=dict)
    fields: Mapping[str, Mapping[str, Labels]] = field(default_factory=dict)
