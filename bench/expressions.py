"""The heaviest expressions one can write: how long, and how much memory, the worst of them takes.

Every one is compiled and evaluated with the longest texts and lists a case may hold. What is measured
is the time of the process, the best of a few runs; tests assert the bounds that keep it low."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from bench.report import Figures
from tests.workflows.engine.attacks import ATTACKS, HEAVY, HEAVY_SCRIPTS, HEAVY_TYPES, HEAVY_VALUES
from workflows.engine.expressions import ExpressionError, Names, compile_expression
from workflows.engine.expressions.scripts import Assignment, Script, compile_line, read_lines
from workflows.engine.vocabulary import Type, as_type

BUDGET: Figures = {
    "worst_ms_compile": 50,
    "worst_ms_evaluate": 50,
    "worst_ms_script": 50,
    "worst_mb_compile": 50,
    "worst_mb_evaluate": 50,
    "worst_mb_script": 50,
}
TURNS = 5
NAMES = Names({name: as_type(kind) for name, kind in HEAVY_TYPES.items()}, {})
SCRIPT_NAMES = Names(
    {**NAMES.variables, **{f"x{n}": Type("list") for n in range(100)}, "x": Type("list")}, {}
)


class Context:
    """A case with the largest values it may have."""

    variables = HEAVY_VALUES

    def __init__(self) -> None:
        self.reads: dict[str, Any] = {}

    def subject(self, path: str) -> Any:
        raise LookupError(path)

    def now(self) -> datetime:
        return datetime(2026, 12, 20, tzinfo=UTC)


def run() -> Figures:
    worst: dict[str, tuple[float, str]] = {}
    for kind, text, work in works():
        milliseconds, megabytes = measured(work)
        for unit, value in (("ms", milliseconds), ("mb", megabytes)):
            key = f"worst_{unit}_{kind}"
            if value > worst.get(key, (-1.0, ""))[0]:
                worst[key] = (value, text)
    for key, (_, text) in worst.items():
        print(f"  {key}: {text[:70]!r}")
    return {**{key: value for key, (value, _) in worst.items()}, "us_per_condition": condition()}


def works() -> list[tuple[str, str, Callable[[], Any]]]:
    """What is measured: (compile, evaluate or script), a text to show, and the work itself."""
    found: list[tuple[str, str, Callable[[], Any]]] = []
    for text in (*ATTACKS, *HEAVY):
        found.append(("compile", text, lambda text=text: compile_expression(text, NAMES)))
        with suppress(ExpressionError):
            expression = compile_expression(text, NAMES)
            found.append(("evaluate", text, lambda expression=expression: expression.evaluate(Context())))
    for text in HEAVY_SCRIPTS:
        found.append(("compile", text, lambda text=text: script(text)))
        with suppress(ExpressionError):
            whole = script(text)
            found.append(("script", text, lambda whole=whole: whole.execute(Context())))
    return found


def script(text: str) -> Script:
    assignments = []
    for line in read_lines(text):
        value = compile_line(line, SCRIPT_NAMES)
        assignments.append(Assignment(line.target, value, value.type))
    return Script(tuple(assignments))


def measured(work: Callable[[], Any]) -> tuple[float, float]:
    """Milliseconds of the process, the best of a few turns, and megabytes at the peak of one."""
    times = []
    for _ in range(TURNS):
        began = time.process_time()
        with suppress(ExpressionError):
            work()
        times.append(time.process_time() - began)
    tracemalloc.start()
    with suppress(ExpressionError):
        work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return min(times) * 1_000, peak / 1_000_000


def condition() -> float:
    """Microseconds of an ordinary condition, for comparison."""
    names = Names({"outcome": Type("text"), "amount": Type("decimal")}, {})
    expression = compile_expression('outcome == "approve" and amount > 50000', names)
    context = Context()
    context.variables = {"outcome": "approve", "amount": "128400.00"}
    began = time.process_time()
    for _ in range(20_000):
        expression.evaluate(context)
    return (time.process_time() - began) / 20_000 * 1_000_000
