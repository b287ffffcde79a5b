"""The short storm: two web servers, two workers and two beats as real processes, hurt in every way once or twice.

``make test`` has the shortest, ``make test-long`` a longer one, the long one is ``make chaos``; what that measured
stands in docs/reliability.md.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.storm.lifecycles import AT_THE_PLATFORM, EACH

pytestmark = pytest.mark.chaos

# (cases, deals, seconds, shortest pause between two blows).
STORMS = [(40, 1, 25, 0.6), pytest.param(80, 3, 45, 1, marks=pytest.mark.long)]
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


@pytest.mark.parametrize(("cases", "deals", "seconds", "calm"), STORMS)
def test_cases_come_through_a_storm(tmp_path, cases, deals, seconds, calm):
    """Each case ends right, each effect is there once, nothing lies around, the audit is clean.

    The deals go through the shipped processes meanwhile, to the end of the membership.
    """
    result = run_storm(tmp_path, cases=cases, deals=deals, storm=seconds, calm=calm, seed=20261125)
    assert result["faults"] == []
    assert set(result["weather"]) >= KINDS
    assert result["figures"]["cases"] == cases + cases // 4
    assert result["figures"]["cases of shipped processes"] == EACH * deals
    # Each membership was opened, moved to its new end and ended, once.
    assert result["calls and effects at the member platform"][1] == AT_THE_PLATFORM * deals
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
