"""Every row of docs/bpmn-support.md and every trap: straight, saved at every step, in any order."""

import threading

import pytest

from tests.conformance.rows import all_rows, shown_by
from tests.conformance.runs import compile_sketch, definition_of, play
from tests.conformance.scenarios import ALL, REFUSALS
from tests.conformance.scenarios.traps import TRAPS
from tests.conformance.schedules import under_schedules
from tests.conformance.sketch import Sketch
from workflows.engine import DefinitionError
from workflows.engine.support import REFUSED

SCENARIOS = [pytest.param(each, id=name) for name, each in ALL.items()]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_runs_as_written(scenario):
    straight = play(scenario, sleeps=False)
    saved = play(scenario, sleeps=True)
    assert saved.seen == straight.seen
    assert saved.completed == straight.completed
    missing = set(scenario.shows) - shown_by(straight)
    assert not missing, f"says it shows {missing}, and does not"


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_holds_in_some_orders(scenario):
    under_schedules(scenario, 8)


@pytest.mark.long
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_holds_in_many_orders(scenario):
    under_schedules(scenario, 200)


@pytest.mark.parametrize("refusal", [pytest.param(each, id=name) for name, each in REFUSALS.items()])
def test_is_refused_at_its_line(refusal):
    with pytest.raises(DefinitionError) as refused:
        compile_sketch(refusal.drawn, {})
    errors = [problem for problem in refused.value.problems if problem.severity == "error"]
    found = [each for each in errors if (each.code, each.element or "") == (refusal.code, refusal.element)]
    assert found, [(each.code, each.element) for each in errors]
    drawn = refusal.drawn.bytes() if isinstance(refusal.drawn, Sketch) else refusal.drawn
    assert refusal.element in drawn.decode().splitlines()[found[0].line - 1]
    for lang in ("en", "zh"):
        assert found[0].message(lang)
        assert found[0].hint(lang) or refusal.code != "unsupported_element", "a refusal names a way out"


def test_every_row_has_a_scenario():
    shown = {row for each in (*ALL.values(), *REFUSALS.values()) for row in each.shows}
    rows = all_rows()
    assert not rows - shown, "rows of docs/bpmn-support.md that no scenario shows"
    unknown = {row for row in shown - rows if not row.startswith("refused/")}
    assert not unknown, "scenarios that show what is no row"
    assert {row.removeprefix("refused/") for row in shown if row.startswith("refused/")} == set(REFUSED)


def test_every_trap_has_one_answer():
    names = [trap.seen for trap in TRAPS]
    assert len(set(names)) == len(names)
    assert len(names) >= 45


def test_one_definition_serves_threads_at_the_same_time():
    """The library was seen to change its specifications while cases ran on them."""
    chosen = [each for each in ALL.values() if any("eventSubprocess" in row for row in each.shows)]
    for each in chosen:
        definition_of(each)
    failures = []

    def run():
        try:
            for each in chosen:
                play(each, sleeps=True)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
