"""States saved by every earlier release load and finish. A file here is never changed, only added."""

import json
from pathlib import Path

import pytest

from tests.workflows.engine.drawing import VOCABULARY, Drawing, FakeHost
from workflows.engine import Case, compile_definition

STATES = sorted((Path(__file__).resolve().parents[2] / "snapshots").glob("*.json"))

OUTCOMES = '<flow:outcome code="approve"/><flow:outcome code="reject" comment="required"/>'
FORM = '<flow:form><flow:field id="amount" type="decimal"/><flow:field id="on" type="date"/></flow:form>'


def diagram():
    """Something of everything: form, join half reached, a held failure, work left over."""
    return (
        Drawing("everything").start().user("ask", extensions=FORM).parallel("p", "j").user("a", "b", extensions=OUTCOMES)
        .service("enter", "books.enter", result="entry", amount="amount").script("sum", "total = amount + 1", "late = on + 30")
        .choice("g", "on_to_end").user("again").choice("m").end()
        .chain("start", "ask", "m", "p", "a", "enter", "j", "sum", "g").chain("p", "b", "j")
        .flow("g", "again", 'b.outcome == "reject"').flow("g", "end", id="on_to_end").flow("again", "m")
    )  # fmt: skip


@pytest.mark.parametrize("path", STATES, ids=lambda path: path.stem)
def test_an_old_state_loads_and_finishes(path):
    saved = json.loads(path.read_text())
    definition = compile_definition(diagram().bytes(), VOCABULARY)
    case = Case.load(definition, saved["state"], FakeHost(books_enter=lambda amount: {"number": str(amount)}))
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


def test_there_is_a_state_of_the_current_format():
    versions = {json.loads(path.read_text())["state"]["v"] for path in STATES}
    state = Case.start(compile_definition(diagram().bytes(), VOCABULARY), FakeHost()).state()
    assert state["v"] in versions
    assert set(state) == {"v", "done", "next", "vars", "tokens"}
