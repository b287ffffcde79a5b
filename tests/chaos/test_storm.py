"""The short storm: two web servers, two workers and two beats as real processes, hurt in every way once or twice.

The long one is ``make chaos``; what it measured stands in docs/reliability.md.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.chaos

CASES, DEALS, SECONDS = 80, 3, 45
KINDS = {
    "web killed",
    "worker killed",
    "beat killed",
    "everything killed",
    "PostgreSQL crashed",
    "Redis stopped",
    "Redis flushed",
    "clock jumped an hour",
}


def test_eighty_cases_come_through_a_storm(tmp_path):
    """Each case ends right, each effect is there once, nothing lies around, the audit is clean.

    Three deals go through all six shipped processes meanwhile, to the end of the membership.
    """
    result = run_storm(tmp_path, cases=CASES, deals=DEALS, storm=SECONDS, calm=1, seed=20261125)
    assert result["faults"] == []
    assert set(result["weather"]) >= KINDS
    assert result["figures"]["cases"] == CASES + CASES // 4
    assert result["figures"]["cases of shipped processes"] == 6 * DEALS
    # Each membership was opened and ended, once.
    assert result["calls and effects at the member platform"][1] == 2 * DEALS
    assert result["deaths"] > 5


def run_storm(folder: Path, **given: float) -> dict:
    """Run it in a process of its own: it brings its own servers and database."""
    result = folder / "storm.json"
    options = [word for name, value in given.items() for word in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "tests.chaos.storm", *options]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(
        [*command, "--result", str(result), "--logs", str(folder / "logs")],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert result.exists(), done.stderr[-3000:]
    found: dict = json.loads(result.read_text())
    return found
