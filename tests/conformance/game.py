"""Plays a tree of blocks. It knows nothing of the engine, of BPMN as a file, or of tokens on flows.

Each block is told what to do when it is done (`then`), and its `Place` says what to do when its
way ends inside it. Whatever has to wait leaves a `Wait` with the function that goes on; breaking
something off means forgetting the waits within it. What waits for a condition is looked at when
nothing else moves: it goes on where its condition has become true, those that wait longest first."""

from __future__ import annotations

import operator
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from tests.conformance.blocks import (
    Activity,
    Block,
    Boundary,
    Call,
    Catch,
    Cell,
    Choice,
    Decide,
    End,
    Handler,
    Inclusive,
    Link,
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
    called,
)

Then = Callable[[], None]
EVENTS = ("timer", "message", "signal", "condition")  # what an event may wait for by itself
OPERATORS = {
    "+": operator.add,
    "-": operator.sub,
    "%": operator.mod,
    "//": operator.floordiv,
    "==": operator.eq,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "sum": sum,
    "list": lambda value: [value],
    "empty": list,
    "both": lambda one, other: one and other,
    "in turn": lambda before, more: (before * 2 + more) % 1000,
}


def matches(cell: Cell, value: int) -> bool:
    """Whether a cell of a decision table says yes to a value."""
    kind, *operands = cell
    if kind == "in":
        return bool(operands[0] <= value <= operands[1])
    if kind in ("<", ">="):
        return bool(OPERATORS[kind](value, operands[0]))
    return kind == "-" or (value in operands) == (kind == "of")


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
            name, _, field = expr.partition(".")
            return self[name][field] if field else self[name]
        if isinstance(expr, tuple):
            return OPERATORS[expr[0]](*map(self.value, expr[1:]))
        return expr

    def all(self) -> dict[str, Any]:
        return {**(self.up.all() if self.up else {}), **self.own}


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
    """A person's step or an event that is waited for."""

    kind: str
    element: str
    place: Place
    region: Region
    go_on: Callable[[dict[str, Any]], None]
    fields: dict[str, tuple[int, ...]] = field(default_factory=dict)
    key: Any = None  # for whom a message must be
    when: Any = None
    was: bool = False  # whether the condition held before
    rounds: int | None = None  # still to come, of a timer that does so; 0 for no end
    round: int = 0
    due: Any = None  # when the round before was


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
    calls: tuple[str, ...]  # through which calls one gets there
    indices: tuple[int, ...]  # in which element of each multi-instance around
    end: Then


class Game:
    def __init__(self, process: Process) -> None:
        self.waits: list[Wait] = []
        self.thrown: list[tuple[str, str, Any]] = []
        self.is_over = False
        self.seen: set[str] = set()  # kinds of what was played
        self.processes = {each.key: each for each in called(process)}
        self.names = Names({**process.numbers, **process.lists})
        self.scope(process.body, process.handlers, self.names, None, None, Region(), self.finish)
        self.look_round()

    def finish(self) -> None:
        self.is_over = True

    @property
    def is_stuck(self) -> bool:
        """Whether nothing from outside can move it any more; so it is when it is over."""
        return all(wait.kind == "condition" for wait in self.waits)

    # -- what the driver does

    def happen(self, wait: Wait, values: dict[str, Any], due: Any = None) -> None:
        """A person completes a step, or an event comes with what it brings."""
        self.thrown.clear()
        wait.due = due
        self.go_on(wait, values)
        self.look_round()

    def go_on(self, wait: Wait, values: dict[str, Any]) -> None:
        self.waits.remove(wait)
        wait.go_on(values)

    def look_round(self) -> None:
        """Let go on whose condition has become true."""

        def is_awake(wait: Wait) -> bool:
            before, wait.was = wait.was, bool(wait.place.names.value(wait.when))
            return wait.was and not before

        while True:
            awake = next((wait for wait in self.waits if wait.kind == "condition" and is_awake(wait)), None)
            if awake is None:
                return
            self.seen.add("condition")
            self.go_on(awake, {})

    # -- waiting and breaking off

    def wait(self, kind: str, element: str, place: Place, region: Region, go_on: Any, **more: Any) -> Wait:
        self.waits.append(Wait(kind, element, place, region, go_on, **more))
        return self.waits[-1]

    def wait_for(
        self, event: Catch | Boundary | Handler, place: Place, region: Region, go_on: Any, **more: Any
    ) -> Wait:
        key = None if event.key is None else place.names.value(event.key)
        return self.wait(
            event.kind,
            event.id,
            place,
            region,
            go_on,
            fields=brought(event.field),
            key=key,
            when=event.when,
            **more,
        )

    def arm(
        self,
        event: Boundary | Handler,
        place: Place,
        region: Region,
        happens: Callable[..., None],
        before: Wait | None = None,
    ) -> None:
        """Let an event at an edge or of a scope wait; again, where it has happened before."""
        if event.kind not in EVENTS:
            return
        more: dict[str, Any] = {"rounds": event.rounds}
        if before is not None:
            if event.kind == "timer":
                if before.rounds in (None, 1):
                    return
                left = before.rounds - 1 if before.rounds else 0
                more = {"rounds": left, "round": before.round + 1, "due": before.due}
            more["was"] = True
        wait = self.wait_for(event, place, region, lambda values: happens(values, wait), **more)

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
        then: Then,
        calls: tuple[str, ...] = (),
        indices: tuple[int, ...] = (),
    ) -> None:
        """Play a body as something of its own: a process, a subprocess, an event subprocess."""

        def finish() -> None:
            self.break_off(scope.region)
            then()

        scope = Scope(Region(around), up, host, finish)
        place = Place(names, scope, calls, indices, scope.way_is_over)
        scope.handlers = [(handler, place) for handler in handlers]
        for handler in handlers:
            self.arm(handler, place, scope.region, partial(self.handle, handler, place))
        self.play(body, place, scope.way_is_over)

    def handle(
        self, handler: Handler, place: Place, values: dict[str, Any], waited: Wait | None = None
    ) -> None:
        """Start an event subprocess."""
        self.seen.add(f"Handler {handler.kind}")
        scope = place.scope
        if handler.interrupting:
            self.break_off(scope.region)
            scope.region = Region(scope.region.around)
            scope.handlers = []
            scope.ways = 0
        scope.ways += 1
        self.write(place.names, values)
        if waited is not None and not handler.interrupting:
            self.arm(handler, place, scope.region, partial(self.handle, handler, place), waited)
        names = Names({}, place.names)
        self.scope(
            handler.body,
            [],
            names,
            scope,
            None,
            scope.region,
            scope.way_is_over,
            place.calls,
            place.indices,
        )

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

        self.wait_for(catch, place, race or place.scope.region, go_on)

    def play_link(self, link: Link, place: Place, then: Then) -> None:
        then()

    def play_decide(self, decide: Decide, place: Place, then: Then) -> None:
        table, names = decide.table, place.names
        values = [names.value(each) for each in table.inputs]
        found = [
            dict(zip(table.outputs, map(names.value, results), strict=True))
            for cells, results in table.rules
            if all(map(matches, cells, values))
        ]
        policy, _, aggregation = table.policy.partition(" ")
        self.seen.add(f"Decide {policy}")
        answer: Any = found
        if aggregation == "COUNT":
            answer = len(found)
        elif aggregation:
            numbers = [number for each in found for number in each.values()]
            answer = {"SUM": sum, "MIN": min, "MAX": max}[aggregation](numbers) if numbers else None
        elif policy != "COLLECT":
            answer = found[0] if found else dict.fromkeys(table.outputs, table.default)
        names[decide.result] = answer
        then()

    def play_race(self, race: Race, place: Place, then: Then) -> None:
        region = Region(place.scope.region)
        for catch, branch in race.branches:
            self.play_catch(catch, place, lambda branch=branch: self.play(branch, place, then), region)

    def play_throw(self, throw: Throw, place: Place, then: Then) -> None:
        region = place.scope.region
        if throw.kind == "escalation":
            self.throw("escalation", throw.code, place.scope)
        else:
            value = None if throw.value is None else place.names.value(throw.value)
            self.thrown.append((throw.kind, throw.code, value))
        if not region.over:
            then()

    def play_end(self, end: End, place: Place, then: Then) -> None:
        region = place.scope.region
        if end.kind == "terminate":
            place.scope.finish()
        elif end.kind in ("error", "escalation", "cancel"):
            self.throw(end.kind, end.code, place.scope)
        elif end.kind != "none":
            self.thrown.append((end.kind, end.code, None))
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
        self.together(parallel.branches, place, then, all_must=True)

    def play_inclusive(self, inclusive: Inclusive, place: Place, then: Then) -> None:
        def go_on() -> None:
            others = [branch for when, branch in inclusive.branches if when is None]
            holding = [
                branch for when, branch in inclusive.branches if when is not None and self.holds(when, place)
            ]
            self.together(holding or others, place, then)

        self.play_user(inclusive.asked, place, go_on)

    def together(self, branches: list[Block], place: Place, then: Then, *, all_must: bool = False) -> None:
        """Branches side by side. Those that end on their way are not waited for, unless all must
        arrive: then the others wait for ever."""
        under_way, arrived = len(branches), 0

        def over(*, arrives: bool) -> None:
            nonlocal under_way, arrived
            under_way -= 1
            arrived += arrives
            if under_way == 0 and not arrived:
                place.end()
            elif under_way == 0 and (arrived == len(branches) or not all_must):
                then()

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

        def happens(boundary: Boundary, values: dict[str, Any], waited: Wait | None = None) -> None:
            self.seen.add(f"Boundary {boundary.kind}")
            if boundary.interrupting:
                self.break_off(region)
                self.write(place.names, values)
                self.play(boundary.side, place, then)
            else:
                self.write(place.names, values)
                if waited is not None:
                    self.arm(boundary, place, region, partial(happens, boundary), waited)
                place.scope.ways += 1
                over = place.scope.way_is_over
                self.play(boundary.side, replace(place, end=over), over)

        def done() -> None:
            self.break_off(region)
            then()

        self.seen |= {type(activity.inner).__name__, type(activity.repeat).__name__}
        self.seen.add(activity.inner.tag if isinstance(activity.inner, User | Sub) else "callActivity")
        host = Host(region, activity.boundaries, happens)
        for boundary in activity.boundaries:
            self.arm(boundary, place, region, partial(happens, boundary))
        if isinstance(activity.repeat, Multi):
            self.multi(activity, activity.repeat, place, host, done)
        elif isinstance(activity.repeat, Rounds):
            self.rounds(activity, activity.repeat, place, host, done)
        else:
            self.inner(activity.inner, place, host, region, done)

    def inner(self, inner: Any, place: Place, host: Host, region: Region, then: Then) -> None:
        if isinstance(inner, User):
            self.play_user(inner, place, then, region)
        elif isinstance(inner, Sub):
            names = Names(dict(inner.locals), place.names)
            self.scope(
                inner.body,
                inner.handlers,
                names,
                place.scope,
                host,
                region,
                then,
                place.calls,
                place.indices,
            )
        else:
            self.call(inner, place, host, region, then)

    def call(self, call: Call, place: Place, host: Host, region: Region, then: Then) -> None:
        process = self.processes[call.process.key]
        given = {name: place.names.value(expr) for name, expr in call.ins}
        names = Names({**process.numbers, **process.lists, **given})

        def give_back() -> None:
            for name, expr in call.outs:
                place.names[name] = names.value(expr)
            then()

        self.scope(
            process.body,
            process.handlers,
            names,
            place.scope,
            host,
            region,
            give_back,
            (*place.calls, call.id),
            place.indices,
        )

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
            element = Region(host.region)
            inside = replace(place, names=names, indices=(*place.indices, index))
            self.inner(activity.inner, inside, host, element, lambda: done(index, names))

        def done(index: int, names: Names) -> None:
            nonlocal completed
            completed += 1
            if multi.value is not None:
                results[index] = names.value(multi.value)
            left = len(items) - completed
            counters = {
                "nrOfInstances": len(items),
                "nrOfCompletedInstances": completed,
                "nrOfActiveInstances": min(left, 1) if multi.sequential else left,
            }
            counts = Names(counters, outer)
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
    possible = [wait for wait in waits if wait.kind != "condition"]
    people = [wait for wait in possible if wait.kind == "work_item"]
    wait = chance.choice(people if people and (hurry or chance.random() < 0.7) else possible)
    return wait, {name: values[0] if hurry else chance.choice(values) for name, values in wait.fields.items()}


def play_alone(process: Process, chance: random.Random, most: int = 200) -> Game:
    game = Game(process)
    for number in range(most):
        if game.is_stuck:
            break
        game.happen(*choose(game.waits, chance, hurry=number > most // 2))
    return game
