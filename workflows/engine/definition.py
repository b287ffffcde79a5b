"""A compiled process: what the rest of the application knows of a diagram.

Everything here is immutable and shared between threads. The specification that SpiffWorkflow runs
hangs on it privately; nothing outside this package sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from .expressions import Expression, Names
from .expressions.scripts import Script
from .vocabulary import Param, Type

if TYPE_CHECKING:
    from .decisions import DecisionTable

TimerForm: TypeAlias = Literal["date", "duration", "cycle"]
Missed: TypeAlias = Literal["once", "each"]
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
    """One field of a form drawn in the diagram. It is shown only while `shown_if` holds (see `showing`)."""

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
    shown_if: Expression | None = None
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
    """Who does a user task: everybody with a role, a person by expression, or everybody with the role that an
    expression names. `names` are then the ways to write a role on the day of publishing, and their codes."""

    role: str | None = None
    person: Expression | None = None
    role_from: Expression | None = None
    names: Mapping[str, str] = field(default_factory=_no_labels, compare=False, repr=False)

    @property
    def choices(self) -> tuple[str, ...]:
        """The roles that the expression can name, where its type tells them."""
        if self.role_from is None:
            return ()
        known = (self.names.get(name) for name in self.role_from.type.choices or ())
        return tuple(dict.fromkeys(code for code in known if code is not None))


@dataclass(frozen=True, slots=True)
class Deadline:
    """How long a step may take in working time, and at what percentage of it its people are reminded, their
    manager is told, and the manager may give it to somebody else. None: never. Of a step that is due on a day, what
    exceeds 100 percent is counted from that day on."""

    duration: str
    remind: int | None = 100
    copy: int | None = 150
    handover: int | None = 200


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
class Event:
    """What an event waits for or tells of.

    `ref` is the name of a message or signal, the code of an error or escalation (None catches all).
    A timer is a `form` (date, duration, cycle) with a `text`, or with a `value` that gives the text;
    for a conditional event `value` is the condition. `payload` is what a thrown message carries.
    With `working_time` a timer counts working hours; `missed` says whether the rounds of a cycle that
    went by unseen come once or each."""

    kind: str
    ref: str | None = None
    form: TimerForm = "duration"
    text: str = ""
    value: Expression | None = None
    correlate: Expression | None = None
    payload: tuple[tuple[str, Expression], ...] = ()
    working_time: bool = False
    missed: Missed = "once"


@dataclass(frozen=True, slots=True)
class Loop:
    """A marker: "parallel" or "sequential" multi-instance, or "loop".

    `condition` ends a multi-instance early, and keeps a loop going. `value`, evaluated in each
    element, is gathered into the list `into`."""

    kind: str
    collection: Expression | None = None
    cardinality: Expression | None = None
    item: str | None = None
    condition: Expression | None = None
    value: Expression | None = None
    into: str | None = None
    into_type: Type | None = None
    maximum: int | None = None
    test_before: bool = False

    @property
    def is_multi(self) -> bool:
        return self.kind != "loop"


@dataclass(frozen=True, slots=True)
class Element:
    """A step, gateway or event of the diagram. `scope` is the process or subprocess it stands in."""

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
    grant: str | None = None  # what must be granted to call it: the operation, with its target if it has one
    deadline: Deadline | None = None
    # The day or moment at which a step is due, if a value says it and not the time that it may take.
    due_on: Expression | None = None
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
    scope: str = ""
    event: Event | None = None
    interrupting: bool = True
    host: str | None = None
    loop: Loop | None = None
    called: str | None = None
    ins: tuple[tuple[str, Expression, Type], ...] = ()
    outs: tuple[tuple[str, Expression, Type], ...] = ()
    decision: DecisionTable | None = None
    outside: bool = False  # its operation has an effect outside: the step waits for the answer

    def label(self, lang: str) -> str:
        return pick_label(self.labels, lang, self.name or self.id)

    @property
    def due(self) -> str | None:
        """How long the step may take."""
        return self.deadline.duration if self.deadline is not None else None

    @property
    def is_manual(self) -> bool:
        """Whether a person does it."""
        return self.kind in ("user_task", "manual_task", "task")

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles whose people may have to do it: those that its expression can name, and its own or its
        lane's, to which it falls back."""
        named = self.assign.choices if self.assign is not None else ()
        return tuple(dict.fromkeys((*named, *([self.role] if self.role is not None else []))))

    @property
    def event_kind(self) -> str:
        return self.event.kind if self.event is not None else ""


@dataclass(frozen=True, slots=True)
class Scope:
    """The inside of a process or subprocess: where it begins, what can start its event subprocesses,
    and which variables are its own."""

    id: str
    start: str | None
    triggers: tuple[str, ...] = ()
    local: tuple[tuple[str, Any], ...] = ()
    types: Mapping[str, Type] = field(default_factory=dict)  # of its own variables


@dataclass(frozen=True, slots=True)
class Definition:
    """One executable process. `steps` are its elements in the order in which people meet them,
    `scopes` the process itself and its subprocesses, `calls` what its call activities run."""

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
    starts: tuple[str, ...]
    scopes: Mapping[str, Scope]
    calls: Mapping[str, Definition]
    _names: Names = field(repr=False, compare=False)
    _spec: Any = field(repr=False, compare=False)

    def label(self, lang: str) -> str:
        return pick_label(self.labels, lang, self.name or self.key)

    @property
    def plain_start(self) -> str | None:
        """Where a person starts it; None for a process that only timers, messages or signals start."""
        return self.start if self.elements[self.start].event is None else None

    def element(self, path: str) -> Element:
        """The element at a path: its id, or for one of a called process `call activity/element`.

        Raises KeyError."""
        call, _, inner = path.partition("/")
        return self.calls[call].element(inner) if inner else self.elements[path]

    def find(self, path: str) -> Element | None:
        """The element at a path, or None."""
        try:
            return self.element(path)
        except KeyError:
            return None

    @property
    def call_depth(self) -> int:
        """How many processes deep its call activities lead."""
        return 1 + max((called.call_depth for called in self.calls.values()), default=0)

    @property
    def user_tasks(self) -> tuple[Element, ...]:
        """The steps people do, in order."""
        return tuple(self.elements[id] for id in self.steps if self.elements[id].is_manual)

    @property
    def operations(self) -> frozenset[str]:
        """Every operation the diagram calls: what its allow-list must grant."""
        own = frozenset(e.grant for e in self.elements.values() if e.grant is not None)
        return own.union(*(called.operations for called in self.calls.values()))

    @property
    def work_forms(self) -> frozenset[str]:
        return frozenset(e.work_form for e in self.elements.values() if e.work_form is not None)

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(role for e in self.elements.values() if e.is_manual for role in e.roles)

    def outgoing(self, element: str) -> tuple[Flow, ...]:
        return tuple(flow for flow in self.flows.values() if flow.source == element)

    def __hash__(self) -> int:
        return id(self)
