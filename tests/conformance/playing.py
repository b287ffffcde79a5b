"""Plays one random process on the engine and in the game, and compares after every step."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.conformance.blocks import Process, called, tables
from tests.conformance.drawing import draw, draw_table
from tests.conformance.game import Game, Names, Wait, choose
from tests.workflows.engine.drawing import FakeHost
from workflows.engine import Case, DefinitionError, Vocabulary, Waiting, compile_definition

OF_THE_CASE = ("join", "inside", "catcher")


@dataclass
class Compiled:
    """A process and all it calls, ready to run; or why it was refused."""

    process: Process
    definition: Any = None
    known: dict[str, Any] = field(default_factory=dict)
    refusals: list[tuple[str, str, str]] = field(default_factory=list)


def compile_all(process: Process) -> Compiled:
    compiled = Compiled(process)
    known = compiled.known
    for each in [*called(process), process]:
        try:
            decisions = {table.name: draw_table(table) for table in tables(each)}
            known[each.key] = compile_definition(
                draw(each), Vocabulary(processes=dict(known)), decisions=decisions
            )
        except DefinitionError as refused:
            compiled.refusals += [
                (problem.code, str(problem.element), str(problem))
                for problem in refused.problems
                if problem.severity == "error"
            ]
            return compiled
    compiled.definition = known[process.key]
    return compiled


class Duel:
    """The engine's case and the game, moved together.

    What waits is known by its identity: a token of the engine stands for one wait of the game from the
    step in which both appeared until the one in which both are gone. New ones that look the same are
    paired in the order in which they came."""

    def __init__(self, compiled: Compiled, *, sleeps: bool = True) -> None:
        self.sleeps = sleeps
        self.definition = compiled.definition
        self.host = FakeHost()
        self.steps: list[tuple[Any, dict[str, int]]] = []
        self.tokens: dict[Wait, str] = {}
        process = compiled.process
        # Records of what people decided are not in the game.
        self.records = {id for each in compiled.known.values() for id in each.elements} | {"starter"}
        self.game = Game(process)
        self.case = Case.start(self.definition, self.host, dict(process.lists))
        self.after()

    def after(self) -> None:
        case = self.case
        while any(waiting.kind == "continuation" for waiting in case.waiting()):
            case.continue_()
        thrown = [(each.kind, each.name, each.payload.get("value")) for each in case.outbox]
        if self.sleeps:
            state = json.dumps(case.state())
            case = Case.load(self.definition, json.loads(state), self.host)
            assert json.dumps(case.state()) == state, "loading and saving changes the state"
        self.case = case
        self.compare(thrown)

    def compare(self, thrown: list[tuple[str, str, Any]]) -> None:
        waiting = {each.token: each for each in self.case.waiting() if each.kind not in OF_THE_CASE}
        mine = Counter(map(key_in_game, self.game.waits))
        theirs = Counter(map(key_of, waiting.values()))
        assert theirs == mine, f"only engine: {theirs - mine}, only game: {mine - theirs}"
        over = self.case.is_completed
        assert over == self.game.is_over, f"over: engine {over}, game {self.game.is_over}"
        said = Counter(self.game.thrown)
        assert Counter(thrown) == said, f"thrown: engine {thrown}, game {self.game.thrown}"
        self.pair(waiting)
        self.compare_names("process", self.case.variables, self.game.names)
        for wait, token in self.tokens.items():
            self.compare_wait(wait, waiting[token])

    def pair(self, waiting: dict[str, Waiting]) -> None:
        """Find out which token is which wait."""
        still = {wait: self.tokens[wait] for wait in self.game.waits if wait in self.tokens}
        gone = [wait.element for wait, token in still.items() if token not in waiting]
        assert not gone, f"gone in the engine, not in the game: {gone}"
        new = [each for token, each in waiting.items() if token not in still.values()]
        kept = [each.element.id for each in new if each.token in self.tokens.values()]
        assert not kept, f"gone in the game, not in the engine: {kept}"
        new.sort(key=lambda each: int(each.token))
        for wait in self.game.waits:
            if wait not in still:
                found = next(each for each in new if key_of(each) == key_in_game(wait))
                new.remove(found)
                still[wait] = found.token
        self.tokens = still

    def compare_wait(self, wait: Wait, waiting: Waiting) -> None:
        self.compare_names(wait.element, self.case.variables_at(waiting.token), wait.place.names)
        assert waiting.key == wait.key, f"key of {wait.element}: engine {waiting.key}, game {wait.key}"
        if waiting.timer is not None:
            theirs, mine = (waiting.timer.round, waiting.timer.after), (wait.round, wait.due)
            assert theirs == mine, f"rounds of {wait.element}: engine {theirs}, game {mine}"

    def compare_names(self, where: str, engine: Mapping[str, Any], game: Names) -> None:
        shown = {
            name: value for name, value in engine.items() if value is not None and name not in self.records
        }
        known = {name: value for name, value in game.all().items() if value is not None}
        apart = {name for name in {*shown, *known} if shown.get(name) != known.get(name)}
        assert not apart, (
            f"variables at {where} (engine, game): { {n: (shown.get(n), known.get(n)) for n in apart} }"
        )

    def step(self, wait: Wait, values: dict[str, int]) -> None:
        """One that waits goes on, on both sides."""
        self.steps.append((key_in_game(wait), values))
        token = self.tokens[wait]
        due = None
        if wait.rounds is not None:
            due = {"moment": f"moment {len(self.steps)}", "anchor": "anchor", "round": wait.round + 1}
        self.game.happen(wait, values, due)
        self.case.outbox.clear()
        if wait.kind == "work_item":
            self.case.complete(token, values)
        else:
            self.case.fire(token, values or None, due=due)
        self.after()


def key_in_game(wait: Wait) -> tuple[Any, ...]:
    place = wait.place
    return wait.kind, "/".join([*place.calls, wait.element]), place.indices


def key_of(waiting: Waiting) -> tuple[Any, ...]:
    return waiting.kind, waiting.path, waiting.indices


def duel(compiled: Compiled, chance: random.Random, most: int = 80, *, sleeps: bool = True) -> Duel:
    it = Duel(compiled, sleeps=sleeps)
    for number in range(most):
        if it.game.is_stuck:
            break
        it.step(*choose(it.game.waits, chance, hurry=number > most // 2))
    return it
