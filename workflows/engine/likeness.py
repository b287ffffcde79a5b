"""What two versions of a process have in common, seen from where a case stands."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from typing import Any

from .definition import Definition, Element
from .frames import EACH, PROCESS, ROUND, SCOPE, Frame
from .kernel import Token
from .lint.graph import graph_of
from .vocabulary import Type


def knows(definition: Definition, path: str) -> bool:
    *calls, name = path.split("/")
    for call in calls:
        if call not in definition.calls:
            return False
        definition = definition.calls[call]
    return name in definition.elements or name in definition.flows


def waits_in(definition: Definition, element: Element) -> str:
    """The scope in which a token stands at an element: the start of an event subprocess waits around it."""
    around = definition.elements.get(element.scope)
    if element.kind == "start_event" and around is not None and around.kind == "event_subprocess":
        return around.scope
    return element.scope


def is_like(one: Element, other: Element) -> bool:
    """Whether a token at one can go on at the other: the same kind, and an event of the same kind."""
    if one.is_manual and other.is_manual:
        return True
    return one.kind == other.kind and _event_of(one) == _event_of(other)


def _event_of(element: Element) -> tuple[Any, ...]:
    event = element.event
    if event is None:
        return ()
    form = event.form if event.kind == "timer" else ""
    return event.kind, form, event.correlate is None


def marker_of(element: Element) -> tuple[Any, ...]:
    return (element.loop.kind, element.loop.item) if element.loop is not None else ()


def calls_to(frame: Frame) -> str:
    """The call activities that lead to the process of a frame."""
    calls: list[str] = []
    while frame.host is not None:
        if frame.kind == PROCESS:
            calls.append(frame.host.element.id)
        frame = frame.host.frame
    return "/".join(reversed(calls))


def gateway_of(token: Token) -> str | None:
    """The event gateway behind which an event waits."""
    frame = token.frame
    if frame.kind in (EACH, ROUND):
        return None
    graph = graph_of(frame.definition, frame.scope)
    spot = graph.spots.get(token.element.id)
    if spot is None or len(spot.incoming) != 1:
        return None
    source = graph.flows[spot.incoming[0]][0]
    return source if graph.spots[source].kind == "event_gateway" else None


def own_names(frame: Frame) -> dict[str, Any]:
    """What is declared on the scope of a frame, with its defaults."""
    if frame.kind == SCOPE:
        return dict(frame.definition.scopes[frame.scope].local)
    if frame.kind == PROCESS:
        fields = frame.definition.start_fields
        return {
            each.id: each.default for each in fields if each.default is not None and each.shown_if is None
        }
    return {}


def types_of(frame: Frame) -> Mapping[str, Type]:
    """The declared names that are seen in a frame."""
    definition, scope = frame.definition, frame.scope
    found: list[Mapping[str, Type]] = []
    if frame.kind in (EACH, ROUND):
        scope = definition.elements[scope].scope
    while scope != definition.key:
        found.append(definition.scopes[scope].types)
        scope = definition.elements[scope].scope
    return ChainMap(*found, definition.variables)  # type: ignore[arg-type]


def still_fits(value: Any, before: Type | None, now: Type | None) -> bool:
    """Whether a stored value means the same under another type."""
    if value is None or before is None or now is None or "any" in (before.kind, now.kind):
        return True
    if before.kind != now.kind:
        return False
    if now.kind == "choice":
        return now.choices is None or value in now.choices
    if now.kind == "list" and isinstance(value, list):
        return all(still_fits(item, before.item, now.item) for item in value)
    if now.kind == "record" and isinstance(value, dict):
        was, is_ = before.fields or {}, now.fields or {}
        return all(still_fits(each, was.get(name), is_.get(name)) for name, each in value.items())
    return True


def label_of(element: Element) -> str:
    return element.name or element.id
