"""``make bench``: run all benchmarks, or those named: ``make bench ARGS="steps inbox"``.

They use databases of their own in an embedded server below ``.data/bench``, with fsync on as in life.
"""

import importlib
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BENCHMARKS = [
    "engine",
    "steps",
    "inbox",
    "expressions",
    "lint",
    "lists",
    "timers",
    "statistics",
    "console",
    "purge",
    "contracts",
]


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}.")
        return 2
    os.environ.setdefault("DATA_DIR", str(ROOT / ".data" / "bench"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from bench.report import report

    missed = False
    for name in names or BENCHMARKS:
        print(f"\n{name} ...", flush=True)
        benchmark = importlib.import_module(f"bench.{name}")
        missed |= not report(name, benchmark.run(), benchmark.BUDGET, getattr(benchmark, "AT_LEAST", {}))
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
