"""A compiled process: what the rest of the application knows of a diagram.

Everything here is immutable and shared between threads. The specification that SpiffWorkflow runs
hangs on it privately; nothing outside this package sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from .expressions import Expression
from .expressions.scripts import Script
from .vocabulary import Param, Type

DEFAULT_LANGUAGE: Final = "zh-hans"
_NO_LABELS: Final[Mapping[str, str]] = MappingProxyType({})


def _no_labels() -> Mapping[str, str]:
    return _NO_LABELS


def pick_label(labels: Mapping[str, str], lang: str, fallback: str) -> str:
    """The text in a language, else in the default language, else any, else the fallback."""
    short = lang.lower()
    return (
        labels.get(short)
        or labels.get(short.split("-")[0])
        or labels.get(DEFAULT_LANGUAGE)
        or next(iter(labels.values()), "")
        or fallback
    )


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form drawn in the diagram."""

    id: str
    type: str
    labels: Mapping[str, str] = field(default_factory=_no_labels)
    required: bool = False
    choices: tuple[tuple[str, Mapping[str, str]], ...] = ()
    minimum: str | None = None
    maximum: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    default: Any = None
    multiline: bool = False
    readonly: bool = False
    declared: Type | None = None  # the full type of a variable that is no plain value

    def label(self, lang: str) -> str:
        return pick_label(self.labels, lang, self.id)

    @property
    def variable_type(self) -> Type:
        if self.declared is not None:
            return self.declared
        choices = tuple(value for value, _ in self.choices) or None
        return Type(self.type, choices=choices if self.type == "choice" else None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way to finish a user task: a button."""

    code: str
    labels: Mapping[str, str] = field(default_factory=_no_labels)
    comment_required: bool = False
    style: str = "quiet"

    def label(self, lang: str) -> str:
        return pick_label(self.labels, lang, self.code)


@dataclass(frozen=True, slots=True)
class Assign:
    """Who does a user task: everybody with a role, or a person by expression."""

    role: str | None = None
    person: Expression | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow. `condition` is set on flows out of an exclusive gateway only."""

    id: str
    source: str
    target: str
    name: str = ""
    labels: Mapping[str, str] = field(default_factory=_no_labels)
    condition: Expression | None = None
    is_default: bool = False
    line: int | None = None

    def label(self, lang: str) -> str:
        return pick_label(self.labels, lang, self.name)


@dataclass(frozen=True, slots=True)
class Element:
    """A step, gateway or event of the diagram."""

    id: str
    kind: str
    name: str = ""
    labels: Mapping[str, str] = field(default_factory=_no_labels)
    lane: str | None = None
    role: str | None = None
    assign: Assign | None = None
    form: tuple[Field, ...] = ()
    work_form: str | None = None
    outcomes: tuple[Outcome, ...] = ()
    operation: str | None = None
    due: str | None = None
    priority: int = 50
    distinct_from: tuple[str, ...] = ()
    line: int | None = None
    documentation: str = ""
    # What the engine itself needs to run the element.
    params: tuple[tuple[str, Expression, Param], ...] = ()
    result: str | None = None
    result_type: Type | None = None
    script: Script | None = None
    data_types: Mapping[str, Type] = field(default_factory=dict)
    record_type: Type | None = None

    def label(self, lang: str) -> str:
        return pick_label(self.labels, lang, self.name or self.id)

    @property
    def is_manual(self) -> bool:
        return self.kind == "user_task"


@dataclass(frozen=True, slots=True)
class Definition:
    """One executable process. `steps` are its elements in the order in which people meet them."""

    key: str
    name: str
    labels: Mapping[str, str]
    elements: Mapping[str, Element]
    flows: Mapping[str, Flow]
    variables: Mapping[str, Type]
    start: str
    steps: tuple[str, ...]
    subject_type: str | None
    start_fields: tuple[Field, ...]
    lanes: tuple[tuple[str, Mapping[str, str]], ...]
    warnings: tuple[Any, ...]
    _spec: Any = field(repr=False, compare=False)

    def label(self, lang: str) -> str:
        return pick_label(self.labels, lang, self.name or self.key)

    @property
    def starts(self) -> tuple[str, ...]:
        return (self.start,)

    @property
    def user_tasks(self) -> tuple[Element, ...]:
        """The steps people do, in order."""
        return tuple(self.elements[id] for id in self.steps if self.elements[id].is_manual)

    @property
    def operations(self) -> frozenset[str]:
        """Every operation the diagram calls: what its allow-list must grant."""
        return frozenset(e.operation for e in self.elements.values() if e.operation is not None)

    @property
    def work_forms(self) -> frozenset[str]:
        return frozenset(e.work_form for e in self.elements.values() if e.work_form is not None)

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(e.role for e in self.elements.values() if e.role is not None and e.is_manual)

    def outgoing(self, element: str) -> tuple[Flow, ...]:
        return tuple(flow for flow in self.flows.values() if flow.source == element)

    def __hash__(self) -> int:
        return id(self)
