"""Plays one random process on the engine and in the game, and compares after every step."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.conformance.blocks import Process
from tests.conformance.drawing import called, draw
from tests.conformance.game import Game, Wait, choose
from tests.workflows.engine.drawing import FakeHost
from workflows.engine import Case, DefinitionError, Vocabulary, compile_definition

OUTSIDE = ("work_item", "timer", "message", "signal")
OF_THE_CASE = ("join", "inside", "catcher")


@dataclass
class Compiled:
    """A process and all it calls, ready to run; or why it was refused."""

    process: Process
    definition: Any = None
    refusals: list[tuple[str, str, str]] = field(default_factory=list)


def compile_all(process: Process) -> Compiled:
    compiled = Compiled(process)
    known: dict[str, Any] = {}
    for each in [*called(process), process]:
        try:
            known[each.key] = compile_definition(draw(each), Vocabulary(processes=dict(known)))
        except DefinitionError as refused:
            compiled.refusals += [
                (problem.code, str(problem.element), str(problem))
                for problem in refused.problems
                if problem.severity == "error"
            ]
            return compiled
    compiled.definition = known[process.key]
    return compiled


def path_of(waiting: Any) -> tuple[Any, ...]:
    """Which element of each multi-instance around it, the outermost first."""
    return tuple(waiting.indices)


def path_in_game(wait: Wait) -> tuple[Any, ...]:
    return tuple(index for _, index in wait.path if index is not None)


class Duel:
    """The engine's case and the game, moved together."""

    def __init__(self, compiled: Compiled, *, sleeps: bool = True) -> None:
        self.sleeps = sleeps
        self.definition = compiled.definition
        self.host = FakeHost()
        self.steps: list[tuple[Any, dict[str, int]]] = []
        process = compiled.process
        self.game = Game(process)
        self.case = Case.start(self.definition, self.host, dict(process.lists))
        self.after()

    def after(self) -> None:
        case = self.case
        while any(waiting.kind == "continuation" for waiting in case.waiting()):
            case.continue_()
        thrown = [(each.kind, each.name) for each in case.outbox]
        if self.sleeps:
            state = json.dumps(case.state())
            case = Case.load(self.definition, json.loads(state), self.host)
            assert json.dumps(case.state()) == state, "loading and saving changes the state"
        self.case = case
        self.compare(thrown)

    def compare(self, thrown: list[tuple[str, str]]) -> None:
        waiting = [each for each in self.case.waiting() if each.kind not in OF_THE_CASE]
        mine = Counter(self.key_in_game(wait) for wait in self.game.waits)
        theirs = Counter((each.kind, each.element.id, path_of(each)) for each in waiting)
        assert theirs == mine, f"only engine: {theirs - mine}, only game: {mine - theirs}"
        over = self.case.is_completed
        assert over == self.game.is_over, f"over: engine {over}, game {self.game.is_over}"
        said = Counter(self.game.thrown)
        assert Counter(thrown) == said, f"thrown: engine {thrown}, game {self.game.thrown}"
        elements = self.definition.elements
        shown = {
            name: value
            for name, value in self.case.variables.items()
            if value is not None and name not in elements and name != "starter"
        }
        known = self.game.names.own
        apart = {name for name in {*shown, *known} if shown.get(name) != known.get(name)}
        assert not apart, f"variables (engine, game): { {n: (shown.get(n), known.get(n)) for n in apart} }"

    @staticmethod
    def key_in_game(wait: Wait) -> tuple[Any, ...]:
        return wait.kind, wait.element, path_in_game(wait)

    def step(self, wait: Wait, values: dict[str, int]) -> None:
        """One that waits goes on, on both sides. Of several that look the same, the n-th is the n-th."""
        key = self.key_in_game(wait)
        self.steps.append((key, values))
        alike = sorted(
            (each for each in self.game.waits if self.key_in_game(each) == key), key=lambda w: w.number
        )
        tokens = [
            each.token for each in self.case.waiting() if (each.kind, each.element.id, path_of(each)) == key
        ]
        token = tokens[alike.index(wait)]
        self.game.happen(wait, values)
        self.case.outbox.clear()
        if wait.kind == "work_item":
            self.case.complete(token, values)
        else:
            self.case.fire(token, values or None)
        self.after()


def duel(compiled: Compiled, chance: random.Random, most: int = 80, *, sleeps: bool = True) -> Duel:
    it = Duel(compiled, sleeps=sleeps)
    for number in range(most):
        if it.game.is_over:
            break
        it.step(*choose(it.game.waits, chance, hurry=number > most // 2))
    return it
