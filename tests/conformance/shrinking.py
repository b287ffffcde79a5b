"""Makes a random process on which engine and game differ as small as it gets.

python -m tests.conformance.shrinking SEED"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import fields, is_dataclass
from typing import Any

from tests.conformance.blocks import (
    Activity,
    Choice,
    Decide,
    Inclusive,
    Link,
    Loop,
    Parallel,
    Process,
    Race,
    Row,
    Script,
    Sub,
    User,
    called,
    tables,
)
from tests.conformance.drawing import draw, draw_table
from tests.conformance.game import choose
from tests.conformance.growing import grow
from tests.conformance.playing import Duel, compile_all

EMPTY = Row([])


def simpler(block: Any) -> Iterator[Any]:
    """Smaller things that may stand in its place."""
    if isinstance(block, Row):
        if len(block.parts) == 1:
            yield block.parts[0]
        yield from (Row(block.parts[:at] + block.parts[at + 1 :]) for at in range(len(block.parts)))
    elif isinstance(block, (Choice, Inclusive)):
        yield from (way for _, way in block.branches)
        yield Activity(block.asked)
        yield from (type(block)(block.id, block.asked, branches) for branches in fewer(block.branches))
    elif isinstance(block, Parallel):
        yield from block.branches
        yield from (Parallel(block.id, branches) for branches in fewer(block.branches))
    elif isinstance(block, Loop):
        yield block.body
    elif isinstance(block, Race):
        yield from (Row([catch, way]) for catch, way in block.branches)
        yield from (Race(block.id, branches) for branches in fewer(block.branches))
    elif isinstance(block, Activity):
        yield from simpler_activity(block)
    if isinstance(block, (Script, Decide, Link, Activity, Loop, Parallel, Inclusive, Choice, Race)):
        yield EMPTY


def simpler_activity(activity: Activity) -> Iterator[Any]:
    inner, repeat, boundaries = activity.inner, activity.repeat, activity.boundaries
    if repeat is not None:
        yield Activity(inner, None, boundaries)
    for at in range(len(boundaries)):
        yield Activity(inner, repeat, boundaries[:at] + boundaries[at + 1 :])
    if isinstance(inner, Sub):
        yield inner.body
        for at in range(len(inner.handlers)):
            handlers = inner.handlers[:at] + inner.handlers[at + 1 :]
            yield Activity(Sub(inner.id, inner.body, inner.locals, handlers, inner.tag), repeat, boundaries)
        if inner.tag == "transaction":
            yield Activity(Sub(inner.id, inner.body, inner.locals, inner.handlers), repeat, boundaries)
    if isinstance(inner, User) and (repeat or boundaries):
        yield Activity(User(inner.id, inner.fields))


def fewer(branches: list[Any]) -> Iterator[list[Any]]:
    if len(branches) > 2:
        yield from (branches[:at] + branches[at + 1 :] for at in range(len(branches)))


def smaller(thing: Any) -> Iterator[Any]:
    """Every process with one thing in it made simpler; the outermost first."""
    yield from simpler(thing)
    if isinstance(thing, (list, tuple)):
        for at, each in enumerate(thing):
            for other in smaller(each):
                yield type(thing)([*thing[:at], other, *thing[at + 1 :]])
    elif is_dataclass(thing):
        if isinstance(thing, Process):
            for at in range(len(thing.handlers)):
                handlers = thing.handlers[:at] + thing.handlers[at + 1 :]
                yield Process(thing.key, thing.body, thing.numbers, thing.lists, handlers)
        for each in fields(thing):
            if each.name in (
                "parts",
                "branches",
                "body",
                "side",
                "boundaries",
                "handlers",
                "inner",
                "process",
            ):
                for other in smaller(getattr(thing, each.name)):
                    copy = deepcopy(thing)
                    setattr(copy, each.name, other)
                    yield copy


def difference(process: Process, schedules: int) -> tuple[str, str, list[Any]] | None:
    """(what kind, what, the steps that lead there) of the first difference that shows."""
    try:
        compiled = compile_all(process)
    except Exception as error:
        return "compiling " + type(error).__name__, str(error), []
    if compiled.refusals:
        return "refused " + compiled.refusals[0][0], compiled.refusals[0][2], []
    for schedule in range(schedules):
        chance = random.Random(schedule)
        it: Duel | None = None
        try:
            it = Duel(compiled)
            while not it.game.is_stuck and len(it.steps) < 60:
                it.step(*choose(it.game.waits, chance, hurry=len(it.steps) > 30))
        except Exception as error:
            kind = type(error).__name__ + str(error)[:12]
            return kind, str(error), it.steps if it else []
    return None


def shrink(process: Process, schedules: int = 30) -> tuple[Process, tuple[str, str, list[Any]] | None]:
    found = difference(process, schedules)
    while found is not None:
        for other in smaller(process):
            again = difference(other, schedules)
            if again is not None and again[0] == found[0]:
                process, found = other, again
                break
        else:
            break
    return process, found


def tell(seed: int) -> None:
    process, found = shrink(grow(seed))
    for each in [*called(process), process]:
        print(draw(each).decode(), *map(draw_table, tables(each)), "\n", sep="\n")
    print("given", process.lists)
    if found is not None:
        for key, values in found[2]:
            print("step", *key, values)
        print(found[1])


if __name__ == "__main__":
    tell(int(sys.argv[1]))
