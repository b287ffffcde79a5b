"""What it costs to judge a diagram of 300 elements, sound or spoilt, by the token game alone and in full.

The middle and the slowest of many random ones. A reader waits for this while drawing."""

from __future__ import annotations

import random
import statistics
import time
from typing import Any

from bench.report import Figures

BUDGET: Figures = {"sound_ms_max": 500, "spoilt_ms_max": 500, "undecided_percent": 2}
DIAGRAMS = 60
ELEMENTS = 300


def run() -> Figures:
    sound = [judged(seed, 0) for seed in range(DIAGRAMS)]
    spoilt = [judged(seed, 1 + seed % 3) for seed in range(DIAGRAMS)]
    figures: Figures = {}
    for name, results in (("sound", sound), ("spoilt", spoilt)):
        times = [milliseconds for milliseconds, _ in results]
        figures[f"{name}_ms_median"] = statistics.median(times)
        figures[f"{name}_ms_max"] = max(times)
    undecided = sum(1 for _, verdict in (*sound, *spoilt) if verdict.undecided)
    figures["undecided_percent"] = 100 * undecided / (2 * DIAGRAMS)
    figures["full_check_ms_median"] = statistics.median(full_check(seed) for seed in range(10))
    return figures


def diagram(seed: int, times: int) -> Any:
    """A random plan of about so many elements, spoilt so many times."""
    from tests.workflows.engine.tokens import grown, spoil

    chance = random.Random(seed)
    plan = grown(chance, 40)
    while len(plan.kinds) < ELEMENTS * 0.9 or len(plan.kinds) > ELEMENTS * 1.1:
        plan = grown(chance, chance.randint(100, 400))
    return spoil(plan, chance, times).drawing()


def judged(seed: int, times: int) -> tuple[float, Any]:
    from workflows.engine.lint.soundness import judge
    from workflows.engine.outline import choose_process, read_outline
    from workflows.engine.problems import Findings
    from workflows.engine.xmlsafe import read_xml

    root = read_xml(diagram(seed, times).bytes())
    outline = read_outline(root, choose_process(root, None), Findings())
    began = time.perf_counter()
    verdict = judge(outline)
    return (time.perf_counter() - began) * 1000, verdict


def full_check(seed: int) -> float:
    from workflows.engine import Vocabulary, check_definition

    data = diagram(seed, 0).bytes()
    began = time.perf_counter()
    check_definition(data, Vocabulary())
    return (time.perf_counter() - began) * 1000
