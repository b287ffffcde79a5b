"""What a step costs in the engine alone: from the JSON text of a state, one step on, to JSON text.

Beside it, in turn and on the same diagrams, the trial code with which the engine was designed
(a folder that ``TRIAL_ENGINE`` names, or ``shared/design/trial/engine`` beside the checkout; without
it only our figures are shown). A ratio is the median over the rounds of ours over theirs."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.engines.cases import engine_cases
from bench.report import Figures

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 15
ROUND_SECONDS = 0.06
STAGES = ("load", "step", "dump", "json")

BUDGET: Figures = {
    **{f"{case.name}_over_trial": 1.0 for case in engine_cases()},
    "round_5000_over_round_5": 1.1,
}


def run() -> Figures:
    trial = trial_folder()
    if trial is None:
        print("  The trial code is not here: no ratios.")
    engines = {"ours": Measured("ours", None)}
    if trial is not None:
        engines["trial"] = Measured("trial", trial)
    figures: Figures = {}
    print(
        f"  {'us':<22}{'load':>7}{'step':>7}{'dump':>7}{'json':>7}{'ours':>8}{'trial':>8}{'ratio':>7}  bytes"
    )
    for case in engine_cases():
        figures.update(measure(case.name, engines))
    figures["round_5000_over_round_5"] = figures["round_5000_us"] / figures["round_5_us"]
    for engine in engines.values():
        engine.stop()
    return figures


def trial_folder() -> Path | None:
    named = os.environ.get("TRIAL_ENGINE")
    folder = Path(named) if named else ROOT.parent / "shared" / "design" / "trial" / "engine"
    return folder if (folder / "kernel.py").is_file() else None


def measure(name: str, engines: Mapping[str, Measured]) -> Figures:
    ready = {which: engine.ask(name, 0) for which, engine in engines.items()}
    after = {json.dumps(each["open"]) for each in ready.values()}
    if len(after) > 1:
        raise RuntimeError(f"{name}: the engines do not stand at the same elements after the step.")
    probe = max(engine.ask(name, 5)["total"] for engine in engines.values())
    times = max(5, int(ROUND_SECONDS * 1e6 / probe))
    rounds: dict[str, list[Any]] = {which: [] for which in engines}
    for _ in range(ROUNDS):
        for which, engine in engines.items():
            rounds[which].append(engine.ask(name, times))
    middle = {
        stage: statistics.median(each[stage] for each in rounds["ours"]) for stage in (*STAGES, "total")
    }
    figures = {f"{name}_us": middle["total"], f"{name}_bytes": float(ready["ours"]["bytes"])}
    line = (
        f"  {name:<22}" + "".join(f"{middle[stage]:>7.0f}" for stage in STAGES) + f"{middle['total']:>8.0f}"
    )
    sizes = str(ready["ours"]["bytes"])
    if "trial" in engines:
        theirs = statistics.median(each["total"] for each in rounds["trial"])
        ratio = statistics.median(
            a["total"] / b["total"] for a, b in zip(rounds["ours"], rounds["trial"], strict=True)
        )
        ratio = round(ratio, 2)  # what is all JSON differs by less than can be measured
        figures |= {
            f"{name}_trial_us": theirs,
            f"{name}_trial_bytes": float(ready["trial"]["bytes"]),
            f"{name}_over_trial": ratio,
        }
        line += f"{theirs:>8.0f}{ratio:>7.2f}"
        sizes += f" / {ready['trial']['bytes']}"
    print(f"{line}  {sizes}", flush=True)
    return figures


class Measured:
    """An engine in a process of its own, which answers one question at a time."""

    def __init__(self, which: str, trial: Path | None) -> None:
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        if trial is not None:
            environment["TRIAL_ENGINE"] = str(trial)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.engines.measure", which],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment,
        )

    def ask(self, name: str, times: int) -> Any:
        question, answers = self.process.stdin, self.process.stdout
        if question is None or answers is None:
            raise RuntimeError("The measuring process has no pipes.")
        question.write(json.dumps([name, times]) + "\n")
        question.flush()
        answer = answers.readline()
        if not answer:
            raise RuntimeError(f"The measuring process ended at {name}.")
        return json.loads(answer)

    def stop(self) -> None:
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process.wait(30)
