"""Processes as trees of blocks, sound by the way they are put together.

A tree is drawn as BPMN by `drawing.py` and played by `game.py`; neither knows of the other.

Expressions are trees too: a whole number, a name, `record.field`, or (operator, operand, ...)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

Expr = Any

FORMS = {
    "sum": "sum({})",
    "list": "[{}]",
    "empty": "[]",
    "both": "({} and {})",
    "in turn": "({} * 2 + {}) % 1000",  # depends on what was before, and on the order
}


def text(expr: Expr) -> str:
    """An expression as it is written in the diagram."""
    if not isinstance(expr, tuple):
        return str(expr)
    operator, *operands = expr
    words = [text(operand) for operand in operands]
    return FORMS[operator].format(*words) if operator in FORMS else f"({words[0]} {operator} {words[1]})"


@dataclass
class User:
    """A person's step; a field may be given one of so many values."""

    id: str
    fields: dict[str, tuple[int, ...]]
    tag: str = "userTask"


@dataclass
class Script:
    id: str
    name: str
    value: Expr


@dataclass
class Catch:
    """Waits for an event; a message may bring a value along and may be meant for one key only.
    `tag` is how it is drawn."""

    id: str
    kind: str  # timer, message, signal, condition
    field: str | None = None
    tag: str = "intermediateCatchEvent"
    key: Expr | None = None
    when: Expr | None = None


@dataclass
class Throw:
    """Says something on the way: a message or a signal to the outside, an escalation to the scopes around."""

    id: str
    kind: str
    code: str
    value: Expr | None = None  # told along


@dataclass
class Link:
    """A way that is drawn interrupted: thrown here, caught there."""

    id: str


# A cell of a decision table: ("-",), ("<", 3), (">=", 3), ("in", 1, 4), ("of", 1, 3), ("not", 1, 3).
Cell = tuple[Any, ...]


@dataclass
class Table:
    """A decision table. `policy` may have an aggregation behind it: COLLECT SUM."""

    name: str
    policy: str
    inputs: list[Expr]
    outputs: list[str]
    rules: list[tuple[list[Cell], list[Expr]]]
    default: int | None = None  # of every output, when no rule matches


@dataclass
class Decide:
    id: str
    table: Table
    result: str


@dataclass
class End:
    """A way that does not come back: none, terminate, error, escalation, cancel, message, signal."""

    id: str
    kind: str = "none"
    code: str | None = None


@dataclass
class Row:
    parts: list[Block]


@dataclass
class Choice:
    """One way, by what the person before said: the first condition that holds, else the way with None."""

    id: str
    asked: User
    branches: list[tuple[Expr | None, Block]]


@dataclass
class Inclusive:
    """Every way whose condition holds; the way with None if there is none."""

    id: str
    asked: User
    branches: list[tuple[Expr | None, Block]]


@dataclass
class Parallel:
    id: str
    branches: list[Block]


@dataclass
class Loop:
    """A loop of flows. The person is asked before the body or behind it; `again` says whether it goes on."""

    id: str
    asked: User
    again: Expr
    body: Block
    asks_first: bool


@dataclass
class Race:
    """An event gateway: the first event decides."""

    id: str
    branches: list[tuple[Catch, Block]]


@dataclass
class Multi:
    """A multi-instance marker: over a list, or so many times."""

    sequential: bool
    over: str | None
    count: Expr | None
    item: str | None
    value: Expr | None
    into: str | None
    until: Expr | None


@dataclass
class Rounds:
    """A standard loop marker."""

    condition: Expr | None
    maximum: int | None
    test_before: bool


@dataclass
class Boundary:
    """An event at the edge of an activity, and the way it leads: back behind the activity if it
    interrupts, else to an end of its own. `code` None catches every error or escalation."""

    id: str
    kind: str  # timer, message, signal, error, escalation, cancel
    interrupting: bool
    side: Block
    code: str | None = None
    field: str | None = None
    key: Expr | None = None
    when: Expr | None = None
    rounds: int | None = None  # of a timer: None for one moment, 0 for rounds without end


@dataclass
class Handler:
    """An event subprocess; `id` is that of its start event. The rest is as for a boundary event."""

    id: str
    kind: str
    interrupting: bool
    body: Block
    code: str | None = None
    field: str | None = None
    key: Expr | None = None
    when: Expr | None = None
    rounds: int | None = None


@dataclass
class Sub:
    """An embedded subprocess with the names that are its own; those that are `drawn` are data objects."""

    id: str
    body: Block
    locals: dict[str, int]
    handlers: list[Handler]
    tag: str = "subProcess"
    drawn: tuple[str, ...] = ()


@dataclass
class Call:
    id: str
    process: Process
    ins: list[tuple[str, Expr]]
    outs: list[tuple[str, Expr]]


@dataclass
class Activity:
    """A user task, subprocess or call, perhaps with a marker and with events at its edge."""

    inner: User | Sub | Call
    repeat: Multi | Rounds | None = None
    boundaries: list[Boundary] = field(default_factory=list)


@dataclass
class Process:
    """`numbers` begin with their value; `lists` are given by whoever starts it."""

    key: str
    body: Block
    numbers: dict[str, int]
    lists: dict[str, list[int]]
    handlers: list[Handler]
    drawn: tuple[str, ...] = ()


Block = (
    Script
    | Catch
    | Throw
    | Link
    | Decide
    | End
    | Row
    | Choice
    | Inclusive
    | Parallel
    | Loop
    | Race
    | Activity
)


def parts(thing: object) -> Iterator[object]:
    """Everything a tree is made of, the inner things first; not what is inside called processes."""
    if isinstance(thing, (list, tuple)):
        for each in thing:
            yield from parts(each)
    elif is_dataclass(thing):
        for each in fields(thing):
            if not (isinstance(thing, Call) and each.name == "process"):
                yield from parts(getattr(thing, each.name))
        yield thing


def called(process: Process) -> list[Process]:
    """The processes it calls, those first that call nothing further."""
    found: dict[str, Process] = {}

    def look(inside: Process) -> None:
        for each in parts(inside):
            if isinstance(each, Call) and each.process.key not in found:
                look(each.process)
                found[each.process.key] = each.process

    look(process)
    return list(found.values())


def tables(process: Process) -> list[Table]:
    return [each.table for each in parts(process) if isinstance(each, Decide)]
