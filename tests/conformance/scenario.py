"""A diagram with what is done to it, line by line, and what must be seen after each.

    start n=1:    script | a  timer:late
    a approve=1:  which  | -

Before the colon stands what happens: `start`, the name of what waits (a step is completed, an event
fires), or `retry`, `skip`, `fail`, `cancel`, `place` with what they need. Behind it what was completed
by that, in order, and after the bar what waits then: steps by their name, all else as `kind:name`. What
waits inside a called process is `call/name`, in an element of a multi-instance `name#0`. A dash means
that the case is over. Starts and ends without a name of their own are not written down; nor are
activities whose inside runs: where something in it waits, they do."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.conformance.sketch import Sketch
from tests.workflows.engine.drawing import FakeHost

VERBS = ("start", "retry", "skip", "fail", "cancel", "place")
_WORD = re.compile(r"""(?:[^\s"'\[{]|"[^"]*"|'[^']*'|\[[^\]]*\]|\{[^}]*\})+""")


@dataclass(frozen=True)
class Deed:
    """Something that happens to a case."""

    verb: str
    key: str = ""
    words: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        values = [f"{name}={value!r}" for name, value in self.values.items()]
        return " ".join([self.verb, self.key, *self.words, *values]).strip()


@dataclass(frozen=True)
class Step:
    deed: Deed
    waiting: tuple[str, ...]
    trace: tuple[str, ...] | None = None


def read_deed(text: str) -> Deed:
    words = _WORD.findall(text)
    plain = [word for word in words if not re.match(r"\w+=", word)]
    values = dict(word.split("=", 1) for word in words if re.match(r"\w+=", word))
    verb = plain[0] if plain[0] in VERBS else "do"
    rest = plain[1:] if verb != "do" else plain
    key = rest[0] if rest else ""
    return Deed(verb, key, tuple(rest[1:]), {name: value_of(value) for name, value in values.items()})


def value_of(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return text


def read_play(text: str) -> tuple[Step, ...]:
    steps = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        deed, _, seen = line.partition(": ")
        assert seen, f"{line!r} does not say what waits"
        trace, bar, waiting = seen.rpartition("|")
        keys = () if waiting.strip() == "-" else tuple(sorted(waiting.split()))
        steps.append(Step(read_deed(deed), keys, tuple(trace.split()) if bar else None))
    return tuple(steps)


def read_values(text: str) -> dict[str, Any]:
    return {name: value_of(value) for name, _, value in (word.partition("=") for word in _WORD.findall(text))}


@dataclass(frozen=True, eq=False)
class Scenario:
    """`shows` names the rows of docs/bpmn-support.md that it proves; `ends` the variables at the end
    (None: it is not about them).

    `any_order`: whatever the order in which its deeds are done, it ends with the same variables."""

    name: str
    sketch: Sketch
    steps: tuple[Step, ...]
    shows: tuple[str, ...] = ()
    ends: Mapping[str, Any] | None = field(default_factory=dict)
    sent: tuple[str, ...] = ()
    any_order: bool = False
    host: Callable[[], FakeHost] = FakeHost
    decisions: Mapping[str, str] = field(default_factory=dict)


def scenario(
    name: str,
    drawn: Sketch,
    play: str,
    *,
    shows: str = "",
    ends: str = "",
    sent: str = "",
    any_order: bool = False,
    host: Callable[[], FakeHost] = FakeHost,
    decisions: Mapping[str, str] | None = None,
) -> Scenario:
    said = tuple(line.strip() for line in sent.splitlines() if line.strip())
    return Scenario(
        name,
        drawn,
        read_play(play),
        tuple(shows.split()),
        read_values(ends),
        said,
        any_order,
        host,
        decisions or {},
    )


@dataclass(frozen=True)
class Refusal:
    """A diagram that must not be published: the code and the element it names, in whose line it is."""

    name: str
    drawn: Sketch | bytes
    code: str
    element: str
    shows: tuple[str, ...] = ()


def refusal(
    name: str,
    drawn: Sketch | bytes,
    code: str,
    element: str,
    *,
    shows: str = "",
) -> Refusal:
    return Refusal(name, drawn, code, element, tuple(shows.split()))
