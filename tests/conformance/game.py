"""Plays a tree of blocks. It knows nothing of the engine, of BPMN as a file, or of tokens on flows.

Each block is told what to do when it is done (`then`), and its `Place` says what to do when its
way ends inside it. Whatever has to wait leaves a `Wait` with the function that goes on; breaking
something off means forgetting the waits within it."""

from __future__ import annotations

import operator
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from tests.conformance.blocks import (
    Activity,
    Block,
    Boundary,
    Call,
    Catch,
    Choice,
    End,
    Handler,
    Inclusive,
    Loop,
    Multi,
    Parallel,
    Process,
    Race,
    Rounds,
    Row,
    Script,
    Sub,
    Throw,
    User,
)

Then = Callable[[], None]
OUTSIDE = ("timer", "message", "signal")
OPERATORS = {
    "+": operator.add,
    "-": operator.sub,
    "%": operator.mod,
    "//": operator.floordiv,
    "==": operator.eq,
    ">=": operator.ge,
    "<=": operator.le,
    "sum": sum,
    "list": lambda value: [value],
    "empty": list,
    "in turn": lambda before, more: (before * 2 + more) % 1000,
}


def brought(name: str | None) -> dict[str, tuple[int, ...]]:
    """What a message may bring along."""
    return {name: (0, 1, 2)} if name else {}


class Names:
    """One store of variables. Without `keeps_all`, what is not its own is written further up."""

    def __init__(self, own: dict[str, Any], up: Names | None = None, *, keeps_all: bool = False) -> None:
        self.own, self.up, self.keeps_all = own, up, keeps_all

    def __getitem__(self, name: str) -> Any:
        return self.own[name] if name in self.own or self.up is None else self.up[name]

    def __setitem__(self, name: str, value: Any) -> None:
        if self.keeps_all or name in self.own or self.up is None:
            self.own[name] = value
        else:
            self.up[name] = value

    def value(self, expr: Any) -> Any:
        if isinstance(expr, str):
            return self[expr]
        if isinstance(expr, tuple):
            return OPERATORS[expr[0]](*map(self.value, expr[1:]))
        return expr


class Region:
    """What is broken off together."""

    def __init__(self, around: Region | None = None) -> None:
        self.around = around
        self.broken_off = False

    @property
    def over(self) -> bool:
        return self.broken_off or (self.around is not None and self.around.over)

    def lies_in(self, other: Region) -> bool:
        return self is other or (self.around is not None and self.around.lies_in(other))


@dataclass(eq=False)
class Wait:
    """A person's step or an event that is waited for. `once`: gone when it has happened."""

    kind: str
    element: str
    path: tuple[tuple[str, int | None], ...]
    region: Region
    go_on: Callable[[dict[str, Any]], None]
    number: int
    once: bool = True
    fields: dict[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def key(self) -> tuple[Any, ...]:
        return self.kind, self.element, self.path


@dataclass
class Scope:
    """Something running that is over when none of its ways goes on."""

    region: Region
    up: Scope | None
    host: Host | None
    finish: Then
    ways: int = 1
    handlers: list[tuple[Handler, Place]] = field(default_factory=list)

    def way_is_over(self) -> None:
        self.ways -= 1
        if self.ways == 0:
            self.finish()


@dataclass
class Host:
    """A running activity with the events at its edge."""

    region: Region
    boundaries: list[Boundary]
    happens: Callable[[Boundary, dict[str, Any]], None]


@dataclass(frozen=True)
class Place:
    """Where a block is played: its names, its scope, and what to do when its way ends there."""

    names: Names
    scope: Scope
    path: tuple[tuple[str, int | None], ...]
    end: Then


class Game:
    def __init__(self, process: Process) -> None:
        self.waits: list[Wait] = []
        self.numbers = count()
        self.thrown: list[tuple[str, str]] = []
        self.is_over = False
        self.seen: set[str] = set()  # kinds of what was played
        self.names = Names({**process.numbers, **process.lists})
        self.scope(process.body, process.handlers, self.names, None, None, Region(), (), self.finish)

    def finish(self) -> None:
        self.is_over = True

    # -- what the driver does

    def happen(self, wait: Wait, values: dict[str, Any]) -> None:
        """A person completes a step, or an event comes with what it brings."""
        if wait.once:
            self.waits.remove(wait)
        self.thrown.clear()
        wait.go_on(values)

    # -- waiting and breaking off

    def wait(self, kind: str, element: str, place: Place, region: Region, go_on: Any, **more: Any) -> None:
        self.waits.append(Wait(kind, element, place.path, region, go_on, next(self.numbers), **more))

    def break_off(self, region: Region) -> None:
        region.broken_off = True
        self.waits = [wait for wait in self.waits if not wait.region.lies_in(region)]

    # -- scopes

    def scope(
        self,
        body: Block,
        handlers: list[Handler],
        names: Names,
        up: Scope | None,
        host: Host | None,
        around: Region,
        path: tuple[tuple[str, int | None], ...],
        then: Then,
    ) -> None:
        """Play a body as something of its own: a process, a subprocess, an event subprocess."""

        def finish() -> None:
            self.break_off(scope.region)
            then()

        scope = Scope(Region(around), up, host, finish)
        place = Place(names, scope, path, scope.way_is_over)
        scope.handlers = [(handler, place) for handler in handlers]
        for handler in handlers:
            if handler.kind in OUTSIDE:
                self.wait(
                    handler.kind,
                    handler.id,
                    place,
                    scope.region,
                    lambda values, handler=handler: self.handle(handler, place, values),
                    once=handler.interrupting or handler.kind == "timer",
                    fields=brought(handler.field),
                )
        self.play(body, place, scope.way_is_over)

    def handle(self, handler: Handler, place: Place, values: dict[str, Any]) -> None:
        """Start an event subprocess."""
        self.seen.add("Handler")
        scope = place.scope
        if handler.interrupting:
            self.break_off(scope.region)
            scope.region = Region(scope.region.around)
            scope.handlers = []
            scope.ways = 0
        scope.ways += 1
        self.write(place.names, values)
        names = Names({}, place.names)
        path = (*place.path, (handler.id, None))
        self.scope(handler.body, [], names, scope, None, scope.region, path, scope.way_is_over)

    def throw(self, kind: str, code: str | None, scope: Scope) -> None:
        """Error, escalation, cancel: the scope's own handlers, then the edge of its activity, then
        further out; the one that names the code before the one that takes all."""

        def catches(event: Handler | Boundary) -> bool:
            return event.kind == kind and event.code in (None, code)

        def named_first(event: Handler | Boundary) -> bool:
            return event.code is None

        at: Scope | None = scope
        while at is not None:
            found = [pair for pair in at.handlers if catches(pair[0])]
            if found:
                return self.handle(*min(found, key=lambda pair: named_first(pair[0])), {})
            edge = [each for each in at.host.boundaries if catches(each)] if at.host else []
            if edge:
                return at.host.happens(min(edge, key=named_first), {})
            at = at.up
        assert kind == "escalation", f"nobody catches {kind} {code}"
        return None

    @staticmethod
    def write(names: Names, values: dict[str, Any]) -> None:
        for name, value in values.items():
            names[name] = value

    # -- blocks

    def play(self, block: Block, place: Place, then: Then) -> None:
        self.seen.add(f"End {block.kind}" if isinstance(block, End) else type(block).__name__)
        getattr(self, f"play_{type(block).__name__.lower()}")(block, place, then)

    def play_row(self, row: Row, place: Place, then: Then) -> None:
        if not row.parts:
            return then()
        first, *rest = row.parts
        return self.play(first, place, lambda: self.play_row(Row(rest), place, then))

    def play_script(self, script: Script, place: Place, then: Then) -> None:
        place.names[script.name] = place.names.value(script.value)
        then()

    def play_user(self, user: User, place: Place, then: Then, region: Region | None = None) -> None:
        def go_on(values: dict[str, Any]) -> None:
            self.write(place.names, values)
            then()

        self.wait("work_item", user.id, place, region or place.scope.region, go_on, fields=user.fields)

    def play_catch(self, catch: Catch, place: Place, then: Then, race: Region | None = None) -> None:
        def go_on(values: dict[str, Any]) -> None:
            if race is not None:
                self.break_off(race)
            self.write(place.names, values)
            then()

        region = race or place.scope.region
        self.wait(catch.kind, catch.id, place, region, go_on, fields=brought(catch.field))

    def play_race(self, race: Race, place: Place, then: Then) -> None:
        region = Region(place.scope.region)
        for catch, branch in race.branches:
            self.play_catch(catch, place, lambda branch=branch: self.play(branch, place, then), region)

    def play_throw(self, throw: Throw, place: Place, then: Then) -> None:
        region = place.scope.region
        if throw.kind == "escalation":
            self.throw("escalation", throw.code, place.scope)
        else:
            self.thrown.append((throw.kind, throw.code))
        if not region.over:
            then()

    def play_end(self, end: End, place: Place, then: Then) -> None:
        region = place.scope.region
        if end.kind == "terminate":
            place.scope.finish()
        elif end.kind in ("error", "escalation", "cancel"):
            self.throw(end.kind, end.code, place.scope)
        elif end.kind != "none":
            self.thrown.append((end.kind, end.code))
        if not region.over:
            place.end()

    def play_choice(self, choice: Choice, place: Place, then: Then) -> None:
        def go_on() -> None:
            others = [branch for when, branch in choice.branches if when is None]
            holding = [
                branch for when, branch in choice.branches if when is not None and self.holds(when, place)
            ]
            self.play((holding + others)[0], place, then)

        self.play_user(choice.asked, place, go_on)

    def holds(self, condition: Any, place: Place) -> bool:
        return bool(place.names.value(condition))

    def play_parallel(self, parallel: Parallel, place: Place, then: Then) -> None:
        self.together(parallel.branches, place, then)

    def play_inclusive(self, inclusive: Inclusive, place: Place, then: Then) -> None:
        def go_on() -> None:
            others = [branch for when, branch in inclusive.branches if when is None]
            holding = [
                branch for when, branch in inclusive.branches if when is not None and self.holds(when, place)
            ]
            self.together(holding or others, place, then)

        self.play_user(inclusive.asked, place, go_on)

    def together(self, branches: list[Block], place: Place, then: Then) -> None:
        """Branches side by side. Those that end on their way are not waited for."""
        under_way, arrived = len(branches), 0

        def over(*, arrives: bool) -> None:
            nonlocal under_way, arrived
            under_way -= 1
            arrived += arrives
            if under_way == 0:
                (then if arrived else place.end)()

        inside = replace(place, end=lambda: over(arrives=False))
        for branch in branches:
            self.play(branch, inside, lambda: over(arrives=True))

    def play_loop(self, loop: Loop, place: Place, then: Then) -> None:
        def ask() -> None:
            self.play_user(loop.asked, place, answer)

        def answer() -> None:
            if not self.holds(loop.again, place):
                then()
            elif loop.asks_first:
                self.play(loop.body, place, ask)
            else:
                self.play_loop(loop, place, then)

        if loop.asks_first:
            ask()
        else:
            self.play(loop.body, place, ask)

    # -- activities

    def play_activity(self, activity: Activity, place: Place, then: Then) -> None:
        """Arm the events at the edge, then run what is inside."""
        region = Region(place.scope.region)

        def happens(boundary: Boundary, values: dict[str, Any]) -> None:
            self.seen.add(f"Boundary {boundary.kind}")
            if boundary.interrupting:
                self.break_off(region)
                self.write(place.names, values)
                self.play(boundary.side, place, then)
            else:
                self.write(place.names, values)
                place.scope.ways += 1
                over = place.scope.way_is_over
                self.play(boundary.side, replace(place, end=over), over)

        def done() -> None:
            self.break_off(region)
            then()

        self.seen |= {type(activity.inner).__name__, type(activity.repeat).__name__}
        host = Host(region, activity.boundaries, happens)
        for boundary in activity.boundaries:
            if boundary.kind in OUTSIDE:
                self.wait(
                    boundary.kind,
                    boundary.id,
                    place,
                    region,
                    lambda values, boundary=boundary: happens(boundary, values),
                    once=boundary.interrupting or boundary.kind == "timer",
                    fields=brought(boundary.field),
                )
        if isinstance(activity.repeat, Multi):
            self.multi(activity, activity.repeat, place, host, done)
        elif isinstance(activity.repeat, Rounds):
            self.rounds(activity, activity.repeat, place, host, done)
        else:
            self.inner(activity.inner, place, host, region, done)

    def inner(self, inner: Any, place: Place, host: Host, region: Region, then: Then) -> None:
        path = (*place.path, (inner.id, None))
        if isinstance(inner, User):
            self.play_user(inner, place, then, region)
        elif isinstance(inner, Sub):
            names = Names(dict(inner.locals), place.names)
            self.scope(inner.body, inner.handlers, names, place.scope, host, region, path, then)
        else:
            self.call(inner, place, host, region, path, then)

    def call(self, call: Call, place: Place, host: Host, region: Region, path: Any, then: Then) -> None:
        process = call.process
        given = {name: place.names.value(expr) for name, expr in call.ins}
        names = Names({**process.numbers, **process.lists, **given})

        def give_back() -> None:
            for name, expr in call.outs:
                place.names[name] = names.value(expr)
            then()

        self.scope(process.body, process.handlers, names, place.scope, host, region, path, give_back)

    def multi(self, activity: Activity, multi: Multi, place: Place, host: Host, then: Then) -> None:
        outer = place.names
        items = outer[multi.over] if multi.over else [None] * outer.value(multi.count)
        results: dict[int, Any] = {}
        completed = 0

        def finish() -> None:
            if multi.into:
                outer[multi.into] = [results[index] for index in sorted(results)]
            then()

        def start(index: int) -> None:
            names = Names({"loopCounter": index}, outer, keeps_all=True)
            if multi.item:
                names[multi.item] = items[index]
            path = (*place.path, (activity.inner.id, index))
            element = Region(host.region)
            inside = replace(place, names=names, path=path)
            self.inner(activity.inner, inside, host, element, lambda: done(index, names))

        def done(index: int, names: Names) -> None:
            nonlocal completed
            completed += 1
            if multi.value is not None:
                results[index] = names.value(multi.value)
            counts = Names({"nrOfInstances": len(items), "nrOfCompletedInstances": completed}, outer)
            if completed == len(items) or (multi.until is not None and counts.value(multi.until)):
                self.break_off(host.region)
                finish()
            elif multi.sequential:
                start(completed)

        if not items:
            finish()
        for index in range(min(len(items), 1) if multi.sequential else len(items)):
            start(index)

    def rounds(self, activity: Activity, rounds: Rounds, place: Place, host: Host, then: Then) -> None:
        def goes_on(number: int) -> bool:
            if rounds.maximum is not None and number >= rounds.maximum:
                return False
            names = Names({"loopCounter": number}, place.names)
            return rounds.condition is None or bool(names.value(rounds.condition))

        def start(number: int) -> None:
            names = Names({"loopCounter": number}, place.names)
            self.inner(
                activity.inner, replace(place, names=names), host, host.region, lambda: done(number + 1)
            )

        def done(number: int) -> None:
            if goes_on(number):
                start(number)
            else:
                then()

        if rounds.test_before:
            done(0)
        else:
            start(0)


def choose(waits: list[Wait], chance: random.Random, *, hurry: bool) -> tuple[Wait, dict[str, int]]:
    """What happens next, and what is said then. In a hurry, events at the edge are left alone and
    loops are left."""
    ordered = sorted(waits, key=lambda wait: wait.number)
    people = [wait for wait in ordered if wait.kind == "work_item"]
    wait = chance.choice(people if people and (hurry or chance.random() < 0.7) else ordered)
    return wait, {name: values[0] if hurry else chance.choice(values) for name, values in wait.fields.items()}


def play_alone(process: Process, chance: random.Random, most: int = 200) -> Game:
    game = Game(process)
    for number in range(most):
        if game.is_over:
            break
        game.happen(*choose(game.waits, chance, hurry=number > most // 2))
    return game
