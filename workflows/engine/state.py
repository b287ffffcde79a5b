"""The saved state of a case: a marking as plain JSON, without the specification.

Version 1: {"v": 1, "done": 0 | 1 | 2, "next": number, "vars": {...}, "tokens": [row, ...]}
with one row [number, element, "r" | "w" | "e", internal | 0] for each live token (ready, waiting
at a join, held with an error); done is 2 when the case was cancelled."""

from __future__ import annotations

from typing import Any, Final

from .errors import StateError
from .kernel import ERROR, READY, WAITING, Marking, Token

VERSION: Final = 1
RUNNING, COMPLETED, CANCELLED = 0, 1, 2
_LETTERS: Final = {READY: "r", WAITING: "w", ERROR: "e"}
_STATES: Final = {letter: state for state, letter in _LETTERS.items()}


def dump(marking: Marking, done: int) -> dict[str, Any]:
    """The state as it is written to the row of the case."""
    return {
        "v": VERSION,
        "done": done,
        "next": marking.next_number,
        "vars": marking.variables,
        "tokens": [
            [token.id, token.task_spec.name, _LETTERS[token._state], token.internal_data or 0]
            for token in marking.tasks.values()
        ],
    }


def load(marking: Marking, state: dict[str, Any]) -> int:
    """Fill a marking from a saved state; says whether the case is done."""
    if not isinstance(state, dict) or state.get("v") != VERSION:
        version = state.get("v") if isinstance(state, dict) else None
        raise StateError("state_version", version=str(version), expected=VERSION)
    specs = marking.spec.task_specs
    marking.variables = state["vars"]
    marking.next_number = state["next"]
    for number, name, letter, internal in state["tokens"]:
        spec = specs.get(name)
        if spec is None:
            raise StateError("state_element_gone", name=name)
        token = Token(marking, spec, number, _STATES[letter])
        token.internal_data = internal or {}
        marking.tasks[number] = token
        if letter == "r" and not spec.manual:
            marking.agenda.append(token)
    return int(state["done"])
