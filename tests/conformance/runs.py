"""Runs a scenario: straight, with save and load at every step, and in any order of what may happen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.conformance.scenario import Deed, Scenario, Step
from tests.conformance.sketch import Sketch
from tests.workflows.engine.drawing import VOCABULARY
from workflows.engine import Case, Vocabulary, compile_definition
from workflows.engine.case import Waiting
from workflows.engine.definition import Definition

OUTSIDE = ("work_item", "incident", "timer", "message", "signal")
KINDS = (*OUTSIDE, "continuation", "condition", "join", "inside", "catcher")
MOST_STEPS = 40


def compile_sketch(
    drawn: Sketch | bytes, decisions: Mapping[str, str], known: dict[str, Definition] | None = None
) -> Definition:
    """A drawing, and before it what it calls."""
    known = {} if known is None else known
    if isinstance(drawn, bytes):
        return compile_definition(drawn, VOCABULARY, decisions=dict(decisions))
    for called in drawn.called:
        if called.key not in known:
            known[called.key] = compile_sketch(called, decisions, known)
    vocabulary = Vocabulary(
        operations=VOCABULARY.operations,
        roles=VOCABULARY.roles,
        subject_fields=VOCABULARY.subject_fields,
        processes=dict(known),
    )
    return compile_definition(drawn.bytes(), vocabulary, decisions=dict(decisions))


@cache
def definition_of(scenario: Scenario) -> Definition:
    """Compiled once: cases share what they run on, so nothing of one case may be left in it."""
    return compile_sketch(scenario.sketch, scenario.decisions)


def key_of(waiting: Waiting) -> str:
    prefix = "" if waiting.kind == "work_item" else f"{waiting.kind}:"
    indices = "#" + ".".join(map(str, waiting.indices)) if waiting.indices else ""
    return f"{prefix}{waiting.path}{indices}"


@dataclass
class Seen:
    """What one step of a case has shown."""

    waiting: tuple[str, ...]
    trace: tuple[str, ...]
    sent: tuple[str, ...]
    variables: Mapping[str, Any]


class Run:
    """One case of a scenario."""

    def __init__(
        self, scenario: Scenario, *, sleeps: bool = False, definition: Definition | None = None
    ) -> None:
        self.scenario, self.sleeps = scenario, sleeps
        self.definition = definition or definition_of(scenario)
        self.host = scenario.host()
        self.case: Case | None = None
        self.trace: list[str] = []
        self.completed: list[str] = []
        self.sent: list[str] = []
        self.seen: list[Seen] = []

    # -- moving it

    def do(self, deed: Deed) -> Seen:
        before = self._items()
        acted = None
        if deed.verb == "start":
            values = dict(deed.values)
            at = values.pop("at", None)
            self.case = Case.start(self.definition, self.host, values, by="rep1", start=at)
        elif deed.verb == "cancel":
            self.running.cancel()
        elif deed.verb == "place":
            self._place(deed)
        else:
            acted = self.find(deed.key)
            assert acted is not None, f"{deed.key} does not wait: {self.waiting}"
            self._act(acted, deed)
        told = list(self.running.events)
        # What was left over goes on at once.
        while any(waiting.kind == "continuation" for waiting in self.running.waiting()):
            self.running.continue_()
            told = list(self.running.events)
        return self._after(told, before, acted)

    def _act(self, waiting: Waiting, deed: Deed) -> None:
        case, values = self.running, dict(deed.values)
        if deed.verb == "retry":
            case.retry(waiting.token)
        elif deed.verb == "skip":
            case.skip(waiting.token)
        elif deed.verb == "fail":
            case.fail(waiting.token, deed.words[0])
        elif waiting.kind == "work_item":
            decision = {name: values.pop(name) for name in ("outcome", "comment", "by") if name in values}
            case.complete(waiting.token, values, **decision)
        else:
            assert waiting.kind in ("timer", "message", "signal"), f"{deed} cannot happen from outside"
            due = values.pop("due", None)
            case.fire(waiting.token, values or None, due=due)

    def _place(self, deed: Deed) -> None:
        """`place a b -> c`: take the tokens at a and b away, put one at c."""
        words = [deed.key, *deed.words]
        arrow = words.index("->")
        standing = {key_of(each).rpartition(":")[2]: each.token for each in self.running.waiting()}
        tokens = [standing[key] for key in words[:arrow]]
        self.running.place(cancel=tokens, at=words[arrow + 1 :])

    def _after(self, told: list[Any], before: Mapping[str, str], acted: Waiting | None) -> Seen:
        case = self.running
        done = [event for event in told if event.kind == "completed"]
        sent = [_said(thrown) for thrown in case.outbox]
        state = json.dumps(case.state())
        loaded = Case.load(self.definition, json.loads(state), self.host)
        assert json.dumps(loaded.state()) == state, "a state changes by loading and saving it"
        assert [key_of(each) for each in loaded.waiting()] == [key_of(each) for each in case.waiting()]
        gone = {event.token for event in told if event.kind in ("completed", "cancelled")}
        if case.is_cancelled or any(event.kind == "placed" for event in told):
            gone |= before.keys()
        if self.sleeps:
            self.case = loaded
        else:
            case.events.clear()
            case.outbox.clear()
        self._check(before, gone, acted)
        trace = tuple(event.path for event in done if not _is_nameless(event.element.id))
        self.trace += trace
        self.completed += [event.path for event in done]
        self.sent += sent
        self.seen.append(Seen(self.waiting, trace, tuple(sent), self.variables))
        return self.seen[-1]

    # -- what must be true of every case after every step

    def _check(self, before: Mapping[str, str], gone: set[str | None], acted: Waiting | None) -> None:
        case = self.running
        waiting = case.waiting()
        tokens = [each.token for each in waiting]
        assert len(set(tokens)) == len(tokens), "a token stands twice"
        assert all(each.kind in KINDS for each in waiting)
        if case.is_completed:
            assert not waiting, f"the case is over and {self.waiting} waits"
            assert "frames" not in case.state()
        else:
            outside = [each for each in waiting if each.kind in (*OUTSIDE, "condition")]
            assert outside, f"nothing outside can move the case: {self.waiting}"
        inner = {row[2] for row in case.state().get("frames", ())}
        hosts = {int(each.token) for each in waiting if each.kind == "inside"}
        assert hosts == inner, "an activity runs without an inside, or an inside without its activity"
        lost = {token: key for token, key in before.items() if token not in tokens and token not in gone}
        assert not lost, f"lost without a word: {sorted(lost.values())}"

    def _items(self) -> dict[str, str]:
        if self.case is None:
            return {}
        return {each.token: key_of(each) for each in self.case.waiting() if each.kind in OUTSIDE}

    # -- looking at it

    @property
    def running(self) -> Case:
        assert self.case is not None, "not started"
        return self.case

    @property
    def is_over(self) -> bool:
        return self.running.is_completed

    @property
    def waiting(self) -> tuple[str, ...]:
        return tuple(sorted(key_of(each) for each in self.running.waiting() if each.kind != "inside"))

    @property
    def variables(self) -> dict[str, Any]:
        """The variables of the process without the records of its steps."""
        steps = self.definition.elements
        return {
            name: value
            for name, value in self.running.variables.items()
            if value is not None and name != "starter" and name not in steps
        }

    def find(self, key: str) -> Waiting | None:
        """What waits under a name; of several in a multi-instance the first."""
        alike = [
            each
            for each in self.running.waiting()
            if each.kind not in ("inside", "join") and key in (key_of(each).rpartition(":")[2], each.path)
        ]
        outside = [each for each in alike if each.kind in OUTSIDE]
        return (outside or alike or [None])[0]

    def open(self) -> list[Waiting]:
        return [each for each in self.running.waiting() if each.kind in OUTSIDE]


def _said(thrown: Any) -> str:
    key = f" [{thrown.correlation}]" if thrown.correlation is not None else ""
    payload = "".join(f" {name}={value}" for name, value in thrown.payload.items())
    return f"{thrown.kind} {thrown.name}{key}{payload}"


def _is_nameless(id: str) -> bool:
    return id.endswith(("_start", "_end"))


# -- three ways


def play(scenario: Scenario, *, sleeps: bool, check: bool = True) -> Run:
    """Do what the scenario says, and compare after each step."""
    run = Run(scenario, sleeps=sleeps)
    for step in scenario.steps:
        seen = run.do(step.deed)
        if check:
            compare(step, seen)
    if check:
        assert run.is_over == (scenario.steps[-1].waiting == ())
        assert scenario.ends is None or run.variables == dict(scenario.ends)
        assert tuple(run.sent) == scenario.sent
    return run


def compare(step: Step, seen: Seen) -> None:
    assert seen.waiting == step.waiting, f"after `{step.deed}`"
    if step.trace is not None:
        done = seen.trace
        path = step.deed.key.partition("#")[0]
        if step.deed.verb == "do" and done and done[0] == path:
            done = done[1:]  # said already
        assert done == step.trace, f"after `{step.deed}`"


def reorder(scenario: Scenario, choices: Iterable[int]) -> Run:
    """The deeds of a scenario in another order: each as soon as it is possible and chosen. What is done
    several times to one element keeps its own order."""
    run = Run(scenario, sleeps=True)
    run.do(scenario.steps[0].deed)
    left = [step.deed for step in scenario.steps[1:]]
    for choice in choices:
        possible: dict[str, Deed] = {}
        for deed in left:
            if deed.key not in possible and run.find(deed.key) is not None:
                possible[deed.key] = deed
        if run.is_over or not possible:
            break
        deed = list(possible.values())[choice % len(possible)]
        left.remove(deed)
        run.do(deed)
    return run


def wander(scenario: Scenario, choices: Sequence[int]) -> Run:
    """Whatever is open may happen next, with the data the scenario knows for it or with any other."""
    run = Run(scenario, sleeps=True)
    run.do(scenario.steps[0].deed)
    known: dict[str, list[Mapping[str, Any]]] = {}
    for step in scenario.steps[1:]:
        known.setdefault(step.deed.key.partition("#")[0], []).append(step.deed.values)
    for number, choice in enumerate(choices[:MOST_STEPS]):
        possible = run.open()
        if run.is_over or not possible:
            break
        waiting = possible[choice % len(possible)]
        verb = "retry" if waiting.kind == "incident" else "do"
        values = known.get(waiting.path, [])
        chosen = dict(values[(choice + number) % len(values)]) if values else {}
        deed = Deed(verb, key_of(waiting).rpartition(":")[2], (), _fitting(waiting, chosen, choice))
        run.do(deed)
    return run


def _fitting(waiting: Waiting, values: dict[str, Any], choice: int) -> dict[str, Any]:
    """What an element's form takes; what the scenario does not say is any small value."""
    made = {field.id: choice % 4 for field in waiting.element.form if field.type == "integer"}
    taken = {name: value for name, value in values.items() if name in made or name == "outcome"}
    if waiting.element.outcomes and "outcome" not in taken:
        codes = [outcome.code for outcome in waiting.element.outcomes]
        taken["outcome"] = codes[choice % len(codes)]
    return {**made, **taken} if waiting.kind != "incident" else {}
