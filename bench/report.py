"""Print figures as a table and keep them as JSON."""

import json
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results"
Figures = dict[str, float]


def report(name: str, figures: Figures, budget: Figures, at_least: Figures) -> bool:
    """Show the figures beside what they must not pass or must reach, write ``results/<name>.json``.

    True if every budget is kept."""
    RESULTS.mkdir(exist_ok=True)
    record = {
        "name": name,
        "commit": _commit(),
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.processor() or platform.machine()}, Python {platform.python_version()}",
        "figures": figures,
    }
    (RESULTS / f"{name}.json").write_text(json.dumps(record, indent=1) + "\n")
    kept = True
    for key, value in figures.items():
        limit = budget.get(key)
        verdict = "" if limit is None else f"<= {limit:g}  {'ok' if value <= limit else 'MISSED'}"
        kept &= limit is None or value <= limit
        least = at_least.get(key)
        if least is not None:
            verdict = f">= {least:g}  {'ok' if value >= least else 'MISSED'}"
            kept &= value >= least
        print(f"  {key:<28}{value:>14,.2f}  {verdict}", flush=True)
    return kept


def _commit() -> str:
    result = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return result.stdout.strip() or "unknown"
