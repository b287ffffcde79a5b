"""States saved by every earlier release load and finish. A file is never changed, only added."""

import json
import re
from pathlib import Path

import pytest

from tests.conformance.runs import Run
from tests.conformance.scenario import Scenario, read_deed
from tests.snapshots.taking import SHOTS, take
from tests.workflows.engine.drawing import VOCABULARY, FakeHost
from workflows.engine import Case, Vocabulary, compile_definition
from workflows.engine.errors import StateError
from workflows.engine.state import VERSION

ROOT = Path(__file__).resolve().parents[3]
HERE = ROOT / "tests" / "snapshots"
SNAPSHOTS = {path.stem: json.loads(path.read_text()) for path in sorted(HERE.glob("*.json"))}
# The first ones were of one diagram, with no word of what is done next.
FIRST = {name: each for name, each in SNAPSHOTS.items() if "then" not in each}
FULL = {name: each for name, each in SNAPSHOTS.items() if "then" in each}


def definition_of(name):
    """A diagram and what it calls, as they were when the state was taken."""
    processes = {}
    called = sorted((HERE / "diagrams").glob(f"{name}.[0-9]*.bpmn"), reverse=True)
    for path in called:
        each = compile_definition(path.read_bytes(), Vocabulary(processes=dict(processes)))
        processes[each.key] = each
    vocabulary = Vocabulary(operations=VOCABULARY.operations, roles=VOCABULARY.roles, processes=processes)
    return compile_definition((HERE / "diagrams" / f"{name}.bpmn").read_bytes(), vocabulary)


@pytest.mark.parametrize("name", FIRST)
def test_a_state_of_the_first_diagram_loads_and_finishes(name):
    saved = FIRST[name]
    host = FakeHost(books_enter=lambda amount: {"number": str(amount)})
    case = Case.load(definition_of("everything"), saved["state"], host)
    assert [[w.token, w.element.id, w.kind] for w in case.waiting()] == saved["waiting"]
    for _ in range(20):
        if case.is_completed:
            break
        waiting = next(w for w in case.waiting() if w.kind != "join")
        if waiting.kind == "incident":
            case.retry(waiting.token)
        elif waiting.kind == "continuation":
            case.continue_()
        else:
            outcome = "approve" if waiting.element.outcomes else None
            case.complete(waiting.token, {}, outcome=outcome)
    assert case.is_completed
    assert case.variables == saved["variables_at_the_end"]


@pytest.mark.parametrize("name", FULL)
def test_a_state_loads_and_finishes(name):
    saved = FULL[name]
    scenario = Scenario(name, None, (), host=lambda: FakeHost(books_close=dict))
    run = Run(scenario, sleeps=True, definition=definition_of(saved["diagram"]))
    run.case = Case.load(run.definition, json.loads(json.dumps(saved["state"])), run.host)
    assert [[w.token, w.path, w.kind] for w in run.case.waiting()] == saved["waiting"]
    while any(w.kind == "continuation" for w in run.case.waiting()):
        run.case.continue_()
    for deed, waiting in saved["then"]:
        assert list(run.do(read_deed(deed)).waiting) == waiting, f"after `{deed}`"
    assert run.is_over
    assert run.case.variables == saved["variables_at_the_end"]


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_what_is_written_today_is_what_the_snapshots_of_this_format_say(shot):
    """If this fails, the format has changed: give it a new number and read the old one."""
    assert take(shot)["state"] == SNAPSHOTS[f"v{VERSION}-{shot.name}"]["state"]


def test_the_snapshots_of_this_format_hold_everything_that_can_be_in_a_state():
    states = [each["state"] for each in SNAPSHOTS.values() if each["state"]["v"] == VERSION]
    tops = {name for state in states for name in state}
    assert tops == {"v", "done", "next", "vars", "tokens", "frames", "agenda"}
    assert {state["done"] for state in states} == {0, 1, 2}
    assert {row[2] for state in states for row in state["tokens"]} == {"r", "w", "e"}
    assert {row[1] for state in states for row in state.get("frames", ())} == {"p", "s", "e", "l"}
    internal = {name for state in states for row in state["tokens"] for name in row[3] or ()}
    assert internal == {
        "after", "arrivals", "enter", "failure", "in", "items", "key", "left", "loop", "on", "race", "round", "timer", "was",
    }  # fmt: skip


def test_the_page_shows_a_real_state_and_explains_every_field():
    page = (ROOT / "docs" / "developers" / "state-format.md").read_text()
    example = json.loads(re.search(r"```json\n(.*?)```", page, re.DOTALL).group(1))
    assert example == SNAPSHOTS[f"v{VERSION}-parallel-elements-half-way"]["state"]
    states = [each["state"] for each in SNAPSHOTS.values() if each["state"]["v"] == VERSION]
    fields = {
        name
        for state in states
        for name in (*state, *(each for row in state["tokens"] for each in row[3] or ()))
    }
    assert not [name for name in fields if f"`{name}`" not in page]


@pytest.mark.parametrize("version", [None, 0, VERSION + 1, "2"])
def test_a_state_of_an_unknown_format_is_refused(version):
    state = dict(SNAPSHOTS[f"v{VERSION}-over"]["state"], v=version)
    with pytest.raises(StateError) as refused:
        Case.load(definition_of("over"), state, FakeHost())
    assert refused.value.code == "state_version"


def test_a_state_whose_element_is_gone_is_refused():
    with pytest.raises(StateError) as refused:
        Case.load(definition_of("over"), SNAPSHOTS[f"v{VERSION}-borders-armed"]["state"], FakeHost())
    assert refused.value.code == "state_element_gone"
