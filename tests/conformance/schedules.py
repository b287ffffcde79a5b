"""Random schedules for what has a script: the same in every run, more of them in the long one."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.conformance.runs import MOST_STEPS, Run, play, reorder, wander
from tests.conformance.scenario import Scenario

CHOICES = st.lists(st.integers(0, 119), min_size=MOST_STEPS, max_size=MOST_STEPS)


def under_schedules(scenario: Scenario, examples: int) -> None:
    """Serve what is open in any order. Invariants are looked at after every step (see `Run`); what does
    not depend on the order ends the same."""
    expected = play(scenario, sleeps=False, check=False) if scenario.any_order else None

    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=True,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(CHOICES)
    def run(choices: list[int]) -> None:
        wander(scenario, choices)
        if expected is not None:
            _same_end(expected, reorder(scenario, choices))

    run()


def _same_end(expected: Run, other: Run) -> None:
    assert other.is_over == expected.is_over
    assert other.variables == expected.variables
    assert sorted(other.sent) == sorted(expected.sent)
    assert sorted(other.completed) == sorted(expected.completed)
