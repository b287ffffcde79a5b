"""Measuring one engine in a process of its own: ``python -m bench.engines.measure ours`` (or ``trial``).

It reads lines of JSON, each a case and a number of times, and answers each with the medians of one
round, in microseconds of its own CPU time. Who asks lets two such processes answer in turn."""

from __future__ import annotations

import gc
import importlib
import json
import statistics
import sys
import time
from typing import Any, Protocol

import orjson

from bench.engines.cases import Act, EngineCase, engine_cases

STAGES = ("json", "load", "step", "dump", "json")


class Engine(Protocol):
    """One way to run a diagram. A running case is whatever it likes; its state is plain JSON."""

    def start(self, data: dict[str, Any]) -> Any: ...

    def load(self, state: Any) -> Any: ...

    def dump(self, running: Any) -> Any: ...

    def find(self, running: Any, act: Act) -> Any: ...

    def complete(self, running: Any, item: Any, act: Act) -> None: ...

    def open(self, running: Any) -> list[str]: ...


class Bench:
    """A case brought to where it is measured."""

    def __init__(self, engine: Engine, case: EngineCase) -> None:
        self.engine, self.case = engine, case
        running = engine.start(dict(case.data))
        for act in case.way:
            engine.complete(running, engine.find(running, act), act)
            running = engine.load(orjson.loads(orjson.dumps(engine.dump(running))))
        state = engine.dump(running)
        state["vars"].update(case.more)
        self.raw = orjson.dumps(state)
        # The application knows which item was completed; finding it is no part of the step.
        self.item = engine.find(engine.load(orjson.loads(self.raw)), case.step)

    def outcome(self) -> list[str]:
        """The elements that are open after the step."""
        running = self.engine.load(orjson.loads(self.raw))
        self.engine.complete(running, self.item, self.case.step)
        return sorted(self.engine.open(running))

    def round(self, times: int) -> dict[str, float]:
        clock, engine = time.thread_time, self.engine
        spent: dict[str, list[float]] = {"total": [], **{stage: [] for stage in STAGES}}
        gc.collect()
        gc.freeze()  # what each process has loaded besides is no part of the step
        for _ in range(times):
            a = clock()
            parsed = orjson.loads(self.raw)
            b = clock()
            running = engine.load(parsed)
            c = clock()
            engine.complete(running, self.item, self.case.step)
            d = clock()
            state = engine.dump(running)
            e = clock()
            orjson.dumps(state)
            f = clock()
            for stage, taken in (("load", c - b), ("step", d - c), ("dump", e - d), ("json", b - a + f - e)):
                spent[stage].append(taken)
            spent["total"].append(f - a)
            parsed = running = state = None
            gc.collect()  # each step meets the same memory, whatever the one before has left
        return {stage: statistics.median(taken) * 1e6 for stage, taken in spent.items()}


def main(which: str) -> None:
    open_engine = importlib.import_module(f"bench.engines.{which}").open_engine
    cases = {case.name: case for case in engine_cases()}
    benches: dict[str, Bench] = {}
    for line in sys.stdin:
        name, times = json.loads(line)
        if name not in benches:
            benches[name] = Bench(open_engine(cases[name]), cases[name])
            answer: Any = {"bytes": len(benches[name].raw), "open": benches[name].outcome()}
            benches[name].round(3)
        else:
            answer = benches[name].round(times)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
