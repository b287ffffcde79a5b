"""Place tokens: take some tokens away and put others at named elements, in one step.

Return, withdraw, skip, move and migration are all made of this. The result must be sound (`standing`):
no token stands twice at one element, no join starves, an end can be reached. What a move does not touch
is left as it is: tokens keep their ids, frames their variables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from .definition import Element
from .errors import EngineError, Failure, NotWaiting
from .frames import EACH, ROUND, Frame
from .kernel import ERROR, WAITING, Marking, Token
from .lint.graph import graph_of
from .performing import path_of
from .specs import BoundaryEvent, EventSubprocess, Join, TriggerEvent
from .standing import fault, handler_of, handlers, is_armed, settle_triggers, standing


@dataclass(frozen=True, slots=True)
class Place:
    """Where to put a token: at an element, or as the arrival of one flow at a join.

    The element of a called process is named as `call activity/element`. Where there are several of an
    inside, `beside` names a token in the element of the multi-instance, or in the event subprocess, that is meant."""

    element: str
    flow: str | None = None
    beside: str | None = None

    def __str__(self) -> str:
        return f"{self.element} by {self.flow}" if self.flow else self.element


# A token by its id, or what has arrived at a join by one of its flows.
Taken: TypeAlias = "str | tuple[str, str]"


def place_tokens(marking: Marking, cancel: Sequence[Taken], at: Sequence[str | Place]) -> None:
    """Move tokens. Raises EngineError; the marking is then half moved and must be thrown away."""
    before = {number: _sorted(frame) for number, frame in marking.frames.items()}
    move_tokens(marking, cancel, at)
    for frame in list(marking.frames.values()):
        if _sorted(frame) != before.get(frame.number):
            wrong = fault(frame)
            if wrong is not None:
                raise wrong


def _sorted(frame: Frame) -> list[str]:
    stands = [*standing(frame), *handlers(frame)]
    return sorted(map(str, stands))


def move_tokens(marking: Marking, cancel: Sequence[Taken], at: Sequence[str | Place]) -> None:
    """The same without asking whether the result is sound."""
    places = [each if isinstance(each, Place) else Place(each) for each in at]
    around = {each.beside: _frames_around(token_of(marking, each.beside)) for each in places if each.beside}
    interrupted = {frame.number for frame in marking.frames.values() if handler_of(frame)}
    take_away(marking, cancel)
    for each in places:
        _put(marking, each, around.get(each.beside or "", frozenset()))
    _drop_empty(marking)
    for frame in list(marking.frames.values()):
        settle_triggers(marking, frame, interrupted_before=frame.number in interrupted)
    if not any(token.keeps_open for token in marking.tasks.values()):
        raise EngineError("place_nothing_left")


def token_of(marking: Marking, token_id: str) -> Token:
    token = marking.tasks.get(int(token_id)) if str(token_id).isdigit() else None
    if token is None:
        raise NotWaiting("step_not_open", token=str(token_id)[:20])
    return token  # type: ignore[no-any-return]


def describe_move(marking: Marking, cancel: Sequence[Taken], at: Sequence[str | Place]) -> dict[str, Any]:
    """A move as history keeps it."""
    taken = []
    for given in cancel:
        token_id, flow = given if isinstance(given, tuple) else (given, None)
        token = token_of(marking, token_id)
        taken.append({"element": path_of(token), "token": token_id, **({"flow": flow} if flow else {})})
    places = (each if isinstance(each, Place) else Place(each) for each in at)
    put = [{"element": each.element, **({"flow": each.flow} if each.flow else {})} for each in places]
    return {"cancel": taken, "at": put}


def _frames_around(token: Token) -> frozenset[int]:
    found: set[int] = set()
    frame: Frame | None = token.frame
    while frame is not None:
        found.add(frame.number)
        frame = frame.host.frame if frame.host is not None else None
    return frozenset(found)


# -- taking away


def take_away(marking: Marking, cancel: Sequence[Taken]) -> None:
    """Take tokens away, each with what belongs to it: its inside, its events, what it races with."""
    tokens = [
        (token_of(marking, given[0]), given[1])
        if isinstance(given, tuple)
        else (token_of(marking, given), None)
        for given in cancel
    ]
    for token, flow in tokens:
        _require_its_own(token)
        if flow is None or _take_arrival(token, flow):
            _cancel(marking, token)


def _require_its_own(token: Token) -> None:
    if is_armed(token):
        raise EngineError("place_belongs_to_other", name=_label(token.element))
    if token.frame.kind in (EACH, ROUND):
        raise EngineError("place_multi_element", name=_label(token.element))


def _take_arrival(token: Token, flow: str) -> bool:
    """Take back one arrival; says whether the join has none left."""
    arrivals = token.internal_data.get("arrivals", {})
    if flow not in arrivals:
        raise NotWaiting("place_not_arrived", name=_label(token.element), flow=str(flow)[:80])
    arrivals[flow] -= 1
    if not arrivals[flow]:
        del arrivals[flow]
    return not arrivals


def _cancel(marking: Marking, token: Token) -> None:
    race = token.internal_data.get("race")
    for each in list(token.frame.tokens.values()):
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
            if host is None or frame.number not in marking.frames:
                continue
            if frame.kind in (EACH, ROUND):
                raise EngineError("place_multi_element", name=_label(host.element))
            marking.cancel_token(host)
    marking._left.clear()


# -- putting


def _put(marking: Marking, place: Place, around: frozenset[int]) -> None:
    *calls, name = place.element.split("/")
    frame = marking.root
    for call in calls:
        if call not in frame.definition.calls:
            raise EngineError("place_no_such_element", name=place.element[:80])
        frame = _inside(marking, _scope_of(marking, frame, call, around), call, around)
    frame = _scope_of(marking, frame, name, around)
    specs = frame.definition._spec.task_specs
    spec = specs[_whole_race(frame, name)]
    if isinstance(spec, (BoundaryEvent, TriggerEvent, EventSubprocess)):
        raise EngineError("place_not_here", name=_label(spec.element))
    if place.flow is not None:
        _put_arrival(marking, spec, frame, place.flow)
    elif isinstance(spec, Join):
        marking.put(spec, frame, passed=True)
    else:
        marking.put(spec, frame)


def _put_arrival(marking: Marking, spec: Any, frame: Frame, flow: str) -> None:
    known = frame.definition.flows.get(flow)
    if known is None or known.target != spec.name:
        raise EngineError("place_no_such_flow", name=_label(spec.element), flow=flow[:80])
    if not isinstance(spec, Join) or len(spec.arriving) < 2:
        raise EngineError("place_flow_not_joined", name=_label(spec.element))
    marking.put(spec, frame, flow)


def _whole_race(frame: Frame, name: str) -> str:
    """An event that races with others waits together with them: its event gateway stands for all."""
    graph = graph_of(frame.definition, frame.scope)
    spot = graph.spots.get(name)
    if spot is not None and len(spot.incoming) == 1:
        source = graph.flows[spot.incoming[0]][0]
        if graph.spots[source].kind == "event_gateway":
            return source
    return name


def _scope_of(marking: Marking, frame: Frame, name: str, around: frozenset[int]) -> Frame:
    """The frame, within that of a process, in which an element stands; opened where it does not run."""
    elements = frame.definition.elements
    if name not in elements:
        raise EngineError("place_no_such_element", name=name[:80])
    way: list[str] = []
    scope = elements[name].scope
    while scope != frame.scope:
        way.append(scope)
        scope = elements[scope].scope
    for each in reversed(way):
        frame = _inside(marking, frame, each, around)
    return frame


def _inside(marking: Marking, frame: Frame, name: str, around: frozenset[int]) -> Frame:
    """The running inside of an activity: the one that `around` leads to, or the only one. Opened, with
    nothing in it but what waits to start its event subprocesses, where there is none."""
    spec = frame.definition._spec.task_specs[name]
    hosts = _waiting_at(spec, frame)
    if not hosts:
        if spec.element.loop is not None:
            raise EngineError("place_marker_not_running", name=_label(spec.element))
        hosts = [_open(marking, spec, frame)]
    frames = [inside for host in hosts for inside in _insides(marking, host)]
    meant = [each for each in frames if each.number in around] or frames
    if len(meant) != 1:
        raise EngineError("place_name_the_element", name=_label(spec.element))
    return meant[0]


def _open(marking: Marking, spec: Any, frame: Frame) -> Token:
    host = marking.put(spec, frame, placed=True)
    if host._state == ERROR:
        failure = Failure(**host.internal_data["failure"])
        raise EngineError("place_cannot_open", name=_label(spec.element), reason=failure)
    return host


def _insides(marking: Marking, host: Token) -> Iterator[Frame]:
    """The frames in which elements stand; those of a marker are around the activity itself."""
    for frame in marking.frames_of(host):
        if not hasattr(host.task_spec, "body"):
            yield frame
            continue
        for body in _waiting_at(host.task_spec.body, frame):
            yield from marking.frames_of(body)


def _waiting_at(spec: Any, frame: Frame) -> list[Token]:
    return [token for token in frame.tokens.values() if token.task_spec is spec and token._state == WAITING]


def _label(element: Element) -> str:
    return element.name or element.id
