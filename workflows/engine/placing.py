"""Place tokens: take some tokens away and put others at named elements, in one step.

Return, withdraw, skip, move and migration are all made of this. The result must be sound: no token
stands twice at one element, no join starves, an end can be reached. Gateways are taken to choose
freely, data is ignored; that is strict, so that nothing a diagram can do afterwards gets stuck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .errors import EngineError, NotWaiting
from .frames import EACH, ROUND, Frame
from .kernel import WAITING, Marking, Token
from .lint.soundness import graph_of, judge_from
from .specs import BoundaryEvent, Container, Join, TriggerEvent

if TYPE_CHECKING:
    from .definition import Definition


@dataclass(frozen=True, slots=True)
class Place:
    """Where to put a token: at an element, or as the arrival of one flow at a join.

    `beside` names a token in whose multi-instance element or subprocess it shall stand, where there
    are several. The element of a called process is named as `call activity/element`."""

    element: str
    flow: str | None = None
    beside: str | None = None

    def __str__(self) -> str:
        return f"{self.element} by {self.flow}" if self.flow else self.element


def place_tokens(
    marking: Marking, cancel: Sequence[str | tuple[str, str]], at: Sequence[str | Place]
) -> None:
    """Move tokens. Raises EngineError; the marking is then half moved and must be thrown away."""
    beside = {each.beside: _token(marking, each.beside).frame for each in map(_as_place, at) if each.beside}
    for token in cancel:
        _take_away(marking, token)
    for each in map(_as_place, at):
        _put(marking, each, beside.get(each.beside or ""))
    _drop_empty(marking)
    if not any(token.keeps_open for token in marking.tasks.values()):
        raise EngineError("place_nothing_left")
    for frame in list(marking.frames.values()):
        _require_sound(marking, frame)


def _as_place(given: str | Place) -> Place:
    return given if isinstance(given, Place) else Place(given)


def _token(marking: Marking, token_id: str) -> Token:
    token = marking.tasks.get(int(token_id)) if str(token_id).isdigit() else None
    if token is None:
        raise NotWaiting("step_not_open", token=str(token_id)[:20])
    return token  # type: ignore[no-any-return]


# -- taking away


def _take_away(marking: Marking, given: str | tuple[str, str]) -> None:
    token_id, flow = given if isinstance(given, tuple) else (given, None)
    token = _token(marking, token_id)
    spec = token.task_spec
    if isinstance(spec, TriggerEvent) or (isinstance(spec, BoundaryEvent) and "on" in token.internal_data):
        raise EngineError("place_belongs_to_other", name=token.element.name or token.element.id)
    if token.frame.kind in (EACH, ROUND):
        raise EngineError("place_multi_element", name=token.element.name or token.element.id)
    if flow is not None:
        arrivals = token.internal_data.get("arrivals", {})
        if flow not in arrivals:
            raise NotWaiting("step_not_open", token=token_id)
        arrivals[flow] -= 1
        if not arrivals[flow]:
            del arrivals[flow]
        if arrivals:
            return
    race = token.internal_data.get("race")
    for each in list(marking.tasks.values()):
        if each is token or (race is not None and each.internal_data.get("race") == race):
            marking.cancel_token(each)


def _drop_empty(marking: Marking) -> None:
    """An activity in which nothing is left goes with its last token: it is not done."""
    while True:
        empty = [
            frame for frame in marking.frames.values() if frame.host and not frame.open and not frame.done
        ]
        if not empty:
            break
        for frame in empty:
            host = frame.host
            if host is not None and frame.number in marking.frames:
                if frame.kind in (EACH, ROUND):
                    raise EngineError("place_multi_element", name=host.element.name or host.element.id)
                marking.cancel_token(host)
    marking._left.clear()


# -- putting


def _put(marking: Marking, place: Place, beside: Frame | None) -> None:
    *calls, name = place.element.split("/")
    frame = beside if beside is not None else _called(marking, calls)
    frame = _inside(marking, frame, name)
    spec = frame.definition._spec.task_specs[name]
    if isinstance(spec, (BoundaryEvent, TriggerEvent)):
        raise EngineError("place_not_here", name=name)
    internal: dict[str, Any] = {}
    flow = None
    if isinstance(spec, Join) and len(spec.arriving) > 1:
        if place.flow is None:
            internal["passed"] = True
        elif place.flow in spec.arriving:
            flow = place.flow
        else:
            raise EngineError("place_no_such_flow", name=name, flow=place.flow[:80])
    elif place.flow is not None:
        raise EngineError("place_no_such_flow", name=name, flow=place.flow[:80])
    marking.put(spec, frame, flow, **internal)


def _called(marking: Marking, calls: list[str]) -> Frame:
    """The frame of the called process that a path leads to; opened where it does not run."""
    frame = marking.root
    for call in calls:
        frame = _inside(marking, frame, call)
        frame = _only_frame(marking, frame, call)
    return frame


def _inside(marking: Marking, frame: Frame, name: str) -> Frame:
    """The frame of the scope in which an element stands, seen from a frame at or around it."""
    definition = frame.definition
    element = definition.elements.get(name)
    if element is None:
        raise EngineError("place_no_such_element", name=name[:80])
    way: list[str] = []
    scope = element.scope
    while scope != definition.key and scope not in _scopes_around(frame):
        way.append(scope)
        scope = definition.elements[scope].scope
    while frame.scope != scope or frame.kind in (EACH, ROUND):
        if frame.host is None or frame.host.frame.definition is not definition:
            break
        frame = frame.host.frame
    for each in reversed(way):
        frame = _only_frame(marking, frame, each)
    return frame


def _scopes_around(frame: Frame) -> set[str]:
    found = {frame.scope}
    while frame.host is not None and frame.host.frame.definition is frame.definition:
        frame = frame.host.frame
        found.add(frame.scope)
    return found


def _only_frame(marking: Marking, frame: Frame, host_name: str) -> Frame:
    """The one running inside of an activity; opened, with nothing in it, where there is none."""
    spec = frame.definition._spec.task_specs[host_name]
    if spec.element.loop is not None:
        raise EngineError("place_name_the_element", name=spec.element.name or host_name)
    hosts = [
        token
        for token in marking.tasks.values()
        if token.task_spec is spec and token.frame is frame and token._state == WAITING
    ]
    if len(hosts) > 1:
        raise EngineError("place_name_the_element", name=spec.element.name or host_name)
    if not hosts:
        if not isinstance(spec, Container):
            raise EngineError("place_no_such_element", name=host_name)
        hosts = [marking.put(spec, frame, placed=True)]
    frames = marking.frames_of(hosts[0])
    if not frames:
        raise EngineError("place_not_here", name=host_name)
    return frames[0]


# -- is it sound?


def _require_sound(marking: Marking, frame: Frame) -> None:
    if frame.kind in (EACH, ROUND):
        return
    graph = graph_of(frame.definition, frame.scope)  # type: ignore[no-untyped-call]
    verdict = judge_from(graph, _standing(marking, frame))  # type: ignore[no-untyped-call]
    if verdict.sound:
        return
    names = [*verdict.second, *verdict.stuck]
    code = "place_twice" if verdict.second else "place_stuck" if verdict.stuck else "place_undecided"
    if verdict.cannot_end:
        code = "place_cannot_end"
    raise EngineError(code, names=[_name(frame.definition, each) for each in names])


def _standing(marking: Marking, frame: Frame) -> list[str | tuple[str, str]]:
    """The tokens of a frame: one for all branches of a race, each arrival at a join by itself."""
    found: list[str | tuple[str, str]] = []
    races: set[int] = set()
    for token in marking.tasks.values():
        if token.frame is not frame or "on" in token.internal_data or not token.keeps_open:
            continue
        if token.element.kind == "event_subprocess":
            continue  # beside the flow; its own scope is looked at
        race = token.internal_data.get("race")
        if race is not None:
            if race in races:
                continue
            races.add(race)
        arrivals = token.internal_data.get("arrivals")
        if arrivals is None:
            found.append(token.element.id)
        else:
            found.extend((token.element.id, flow) for flow, count in arrivals.items() for _ in range(count))
    return found


def _name(definition: Definition, element: str) -> str:
    known = definition.elements.get(element)
    return (known.name or known.id) if known is not None else element
