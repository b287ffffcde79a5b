"""How the tokens of a frame stand, and whether the scope can go on from there.

A frame is looked at by itself: an activity is one step of what is around it, as in the lint. Gateways
are taken to choose freely, data is ignored; that is strict, so that nothing a diagram can do
afterwards gets stuck."""

from __future__ import annotations

from collections.abc import Iterable

from .definition import Definition
from .errors import EngineError
from .frames import EACH, ROUND, Frame
from .kernel import Marking, Token
from .lint.net import Standing as Standing
from .lint.soundness import Verdict, graph_of, judge_from


def standing(frame: Frame) -> list[Standing]:
    """The tokens of a frame: one for all branches of a race, each arrival at a join by itself."""
    return [stand for token in places(frame) for stand in stands_of(token)]


def places(frame: Frame) -> list[Token]:
    """The tokens that make a frame stand where it stands, one of each race."""
    found: list[Token] = []
    races: set[int] = set()
    for token in frame.tokens.values():
        if is_armed(token) or is_handler(token):
            continue
        race = token.internal_data.get("race")
        if race is None:
            found.append(token)
        elif race not in races:
            found.append(token)
            races.add(race)
    return found


def stands_of(token: Token) -> list[Standing]:
    name, arrivals = token.element.id, token.internal_data.get("arrivals")
    if arrivals is None:
        return [name]
    return [(name, flow) for flow, count in arrivals.items() for _ in range(count)]


def is_armed(token: Token) -> bool:
    """Whether it is an event that waits at the edge of an activity, or to start an event subprocess."""
    return "on" in token.internal_data or not token.keeps_open


def is_handler(token: Token) -> bool:
    """Whether it is an event subprocess, or its start that has just fired: they run beside the flow."""
    return token.task_spec.is_trigger or token.element.kind == "event_subprocess"


# -- event subprocesses


def handlers(frame: Frame) -> list[str]:
    """The event subprocesses that run in a frame."""
    return [token.task_spec.name for token in frame.tokens.values() if token.keeps_open and is_handler(token)]


def handler_of(frame: Frame) -> Token | None:
    """The running event subprocess that has interrupted everything else in a frame."""
    specs = frame.definition._spec.task_specs
    triggers = (specs[name] for name in _triggers(frame))
    interrupting = {
        name for spec in triggers if spec.element.interrupting for name in (spec.name, spec.starts.name)
    }
    for token in frame.tokens.values() if interrupting else ():
        if token.task_spec.name in interrupting and token.keeps_open:
            return token
    return None


def others_than(handler: Token) -> list[Token]:
    """What stands beside an interrupting event subprocess: there should be nothing."""
    return [token for token in handler.frame.tokens.values() if token is not handler and not is_armed(token)]


def settle_triggers(marking: Marking, frame: Frame, *, interrupted_before: bool) -> None:
    """While an interrupting event subprocess runs, nothing else waits to start one; when it is taken
    away, all of them wait again."""
    if handler_of(frame) is not None:
        for token in list(frame.tokens.values()):
            if token.task_spec.is_trigger and not token.keeps_open:
                marking.cancel_token(token)
    elif interrupted_before:
        specs = frame.definition._spec.task_specs
        waiting = {token.task_spec.name for token in frame.tokens.values()}
        for name in _triggers(frame):
            if name not in waiting:
                marking.put(specs[name], frame)


def _triggers(frame: Frame) -> tuple[str, ...]:
    if frame.kind in (EACH, ROUND):
        return ()
    return frame.definition.scopes[frame.scope].triggers


# -- is it sound?


def fault(frame: Frame) -> EngineError | None:
    """Why a frame cannot go on from where it stands."""
    if frame.kind in (EACH, ROUND):
        return None
    handler = handler_of(frame)
    if handler is not None and others_than(handler):
        return EngineError("place_interrupted", name=label(frame.definition, handler.element.id))
    verdict = judge_frame(frame, standing(frame))
    if verdict.sound:
        return None
    names = [label(frame.definition, each) for each in (*verdict.second, *verdict.stuck)]
    if verdict.second:
        return EngineError("place_twice", names=names)
    if verdict.stuck:
        return EngineError("place_stuck", names=names)
    return EngineError("place_cannot_end" if verdict.cannot_end else "place_undecided")


def judge_frame(frame: Frame, tokens: Iterable[Standing]) -> Verdict:
    return judge_from(graph_of(frame.definition, frame.scope), tokens)


def is_sound(frame: Frame, tokens: Iterable[Standing]) -> bool:
    return judge_frame(frame, tokens).sound


def label(definition: Definition, element: str) -> str:
    known = definition.elements.get(element)
    return (known.name or known.id) if known is not None else element
