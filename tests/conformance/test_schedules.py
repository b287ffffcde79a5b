"""Cases of one definition side by side: each goes as if it were alone, and leaves nothing in what they share.

A definition is compiled once for all cases of a process, in all threads of a server."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from threading import Barrier
from types import FunctionType, MethodType, ModuleType
from typing import Any

import pytest

from tests.conformance.growing import grow
from tests.conformance.playing import Compiled, compile_all
from tests.workflows.engine.drawing import FakeHost
from workflows.engine import Case, Waiting

SEEDS = range(5_000, 5_024)
THREADS = 8
STEPS = 40


@pytest.fixture(scope="module")
def compiled() -> list[Compiled]:
    return [found for seed in SEEDS if not (found := compile_all(grow(seed))).refusals]


def steps_of(compiled: Compiled, schedule: str) -> Iterator[str]:
    """One case under a random schedule, saved and loaded in between: all there is to know after each step."""
    chance = random.Random(schedule)
    host = FakeHost()
    case = Case.start(compiled.definition, host, dict(compiled.process.lists), by=schedule)
    for number in range(STEPS):
        told = [(each.kind, each.path, each.token, each.flow, each.reads) for each in case.events]
        said = [(each.kind, each.name, each.payload) for each in case.outbox]
        state = json.dumps(case.state())
        yield json.dumps([json.loads(state), told, said], default=str)
        case = Case.load(compiled.definition, json.loads(state), host)
        possible = [
            each for each in case.waiting() if each.kind in ("work_item", "timer", "message", "signal")
        ]
        if not possible:
            return
        move(case, chance.choice(possible), chance, number)


def move(case: Case, waiting: Waiting, chance: random.Random, number: int) -> None:
    values = {field.id: chance.choice([0, 1, 2]) for field in waiting.element.form}
    if waiting.kind == "work_item":
        case.complete(waiting.token, values)
    else:
        due = {"moment": str(number), "anchor": "0", "round": 1} if waiting.timer is not None else None
        case.fire(waiting.token, values or None, due=due)


def alone(compiled: list[Compiled], schedules: range) -> dict[tuple[int, str], list[str]]:
    return {
        (which, str(schedule)): list(steps_of(each, str(schedule)))
        for which, each in enumerate(compiled)
        for schedule in schedules
    }


@contextmanager
def hasty_threads() -> Iterator[None]:
    """Threads take turns after a few bytecodes instead of some thousands."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def test_cases_in_turn_go_as_if_alone(compiled):
    expected = alone(compiled, range(4))
    running = {key: steps_of(compiled[key[0]], key[1]) for key in expected}
    seen: dict[tuple[int, str], list[str]] = {key: [] for key in expected}
    chance = random.Random(3)
    while running:
        key = chance.choice(list(running))
        step = next(running[key], None)
        if step is None:
            del running[key]
        else:
            seen[key].append(step)
    assert seen == expected


def test_cases_in_threads_go_as_if_alone(compiled):
    """Every thread runs the same definitions at the same time, each its own cases."""
    expected = [alone(compiled, range(at, at + 1)) for at in range(THREADS)]
    together = Barrier(THREADS)

    def run(at: int) -> dict[tuple[int, str], list[str]]:
        found: dict[tuple[int, str], list[str]] = {}
        for which, each in enumerate(compiled):
            together.wait(60)
            found[which, str(at)] = list(steps_of(each, str(at)))
        return found

    with hasty_threads(), ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(run, range(THREADS))) == expected


def test_threads_compile_the_same_side_by_side():
    processes = [grow(seed) for seed in SEEDS[:THREADS]]
    expected = [contents(compile_all(process).definition) for process in processes]
    with hasty_threads(), ThreadPoolExecutor(THREADS) as pool:
        found = pool.map(lambda process: contents(compile_all(process).definition), processes)
        assert list(found) == expected


def test_running_changes_nothing_in_a_definition(compiled):
    before = [contents(each.definition) for each in compiled]
    alone(compiled, range(4))
    assert [contents(each.definition) for each in compiled] == before
    # The comparison sees what would be left behind deep inside.
    spec = next(iter(compiled[0].definition._spec.task_specs.values()))
    spec.left_behind = 1
    assert contents(compiled[0].definition) != before[0]
    del spec.left_behind


PLAIN = (str, bytes, int, float, bool, type(None), type, FunctionType, MethodType, ModuleType)


def contents(thing: Any) -> list[Any]:
    """Everything that can be reached from an object, in an order of its own; what was seen is named by number."""
    numbers: dict[int, int] = {}
    kept: list[Any] = []  # or an id could be given out twice
    found: list[Any] = []
    pending = [thing]
    while pending:
        each = pending.pop()
        if isinstance(each, PLAIN):
            found.append(each if isinstance(each, PLAIN[:6]) else getattr(each, "__name__", ""))
            continue
        if id(each) in numbers:
            found.append(("seen", numbers[id(each)]))
            continue
        numbers[id(each)] = len(numbers)
        kept.append(each)
        inner = parts_of(each)
        found.append((type(each).__name__, len(inner)))
        pending.extend(reversed(inner))
    return found


def parts_of(thing: Any) -> list[Any]:
    if isinstance(thing, (set, frozenset)):
        return sorted(thing, key=repr)
    if hasattr(thing, "keys"):
        return [part for key in thing for part in (key, thing[key])]
    if isinstance(thing, (list, tuple)):
        return list(thing)
    names = [each.name for each in fields(thing)] if is_dataclass(thing) else []
    names += [
        name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ()) if name not in names
    ]
    names += [name for name in getattr(thing, "__dict__", {}) if name not in names]
    return [part for name in names if hasattr(thing, name) for part in (name, getattr(thing, name))]
