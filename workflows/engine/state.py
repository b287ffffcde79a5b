"""The saved state of a case: a marking as plain JSON, without the specification.

docs/developers/state-format.md describes it. A state of every earlier format is read; what is written
is always the current one."""

from __future__ import annotations

from typing import Any, Final

from .errors import StateError
from .frames import EACH, PROCESS, ROUND, SCOPE, Frame
from .kernel import ERROR, READY, WAITING, Marking, Token

VERSION: Final = 2
RUNNING, COMPLETED, CANCELLED = 0, 1, 2
_LETTERS: Final = {READY: "r", WAITING: "w", ERROR: "e"}
_STATES: Final = {letter: state for state, letter in _LETTERS.items()}
_KINDS: Final = {PROCESS: "p", SCOPE: "s", EACH: "e", ROUND: "l"}
_KIND_OF: Final = {letter: kind for kind, letter in _KINDS.items()}


def dump(marking: Marking, done: int) -> dict[str, Any]:
    """The state as it is written to the row of the case."""
    state: dict[str, Any] = {
        "v": VERSION,
        "done": done,
        "next": marking.next_number,
        "vars": marking.root.local,
        "tokens": [_row(token) for token in marking.tasks.values()],
    }
    if len(marking.frames) > 1:
        state["frames"] = [_frame_row(frame) for frame in marking.frames.values() if frame.number]
    agenda = [token.id for token in marking.agenda if token.id in marking.tasks]
    if agenda:
        state["agenda"] = agenda
    return state


def _row(token: Token) -> list[Any]:
    row = [token.id, token.task_spec.name, _LETTERS[token._state], token.internal_data or 0]
    if token.frame.number:
        row.append(token.frame.number)
    return row


def _frame_row(frame: Frame) -> list[Any]:
    host = frame.host.id if frame.host is not None else 0
    return [frame.number, _KINDS[frame.kind], host, frame.local, frame.index, int(frame.done)]


def load(marking: Marking, state: dict[str, Any]) -> int:
    """Fill a marking from a saved state; says whether the case is done."""
    version = state.get("v") if isinstance(state, dict) else None
    if version not in (1, VERSION):
        raise StateError("state_version", version=str(version), expected=VERSION)
    marking.root.local.update(state["vars"])
    marking.next_number = state["next"]
    rows = [(row[0], row, False) for row in state["tokens"]]
    frames = state.get("frames")
    if frames:
        # Numbers are given in one row: whatever something stands in is older than it.
        rows.extend((row[0], row, True) for row in frames)
        rows.sort(key=lambda each: each[0])
    for _, row, is_frame in rows:
        if is_frame:
            _load_frame(marking, row)
        else:
            _load_token(marking, row)
    _load_agenda(marking, state)
    return int(state["done"])


def _load_token(marking: Marking, row: list[Any]) -> None:
    number, name, letter, internal, *in_frame = row
    frame = marking.frames[in_frame[0]] if in_frame else marking.root
    spec = frame.definition._spec.task_specs.get(name)
    if spec is None:
        raise StateError("state_element_gone", name=name)
    token = Token(marking, spec, number, _STATES[letter], frame)
    token.internal_data = internal or {}
    marking.add(token)


def _load_frame(marking: Marking, row: list[Any]) -> None:
    number, letter, host_number, local, index, done = row
    host: Token = marking.tasks[host_number]
    definition, scope = host.frame.definition, host.element.id
    if _KIND_OF[letter] == PROCESS:
        called = definition.calls.get(scope)
        if called is None:
            raise StateError("state_element_gone", name=scope)
        definition, scope = called, called.key
    elif _KIND_OF[letter] == SCOPE and scope not in definition.scopes:
        raise StateError("state_element_gone", name=scope)
    frame = Frame(number, _KIND_OF[letter], scope, definition, host, local, index)
    frame.done = bool(done)
    marking.frames[number] = frame


def _load_agenda(marking: Marking, state: dict[str, Any]) -> None:
    """Automatic steps that were left over, in their order."""
    left = state.get("agenda")
    if left is None:
        left = [
            token.id
            for token in marking.tasks.values()
            if token._state == READY and not token.task_spec.manual
        ]
    for number in left:
        marking.agenda.append(marking.tasks[number])
