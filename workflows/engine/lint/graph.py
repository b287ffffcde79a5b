"""One scope as a bare graph: all that the token game needs to know of a diagram.

It can be made of a diagram that is being checked, and of a compiled definition when tokens are to be
placed in a running case. A subprocess, a call or a marked activity is one step here; its inside is a
graph of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from workflows.engine.definition import Definition
from workflows.engine.outline import Scope

# Ends that leave nothing in the scope. An escalation may be heard outside, but does not end anything here.
CLEARING: Final = ("terminate", "error", "cancel")


@dataclass(slots=True)
class Spot:
    """An element of the scope; `incoming` and `outgoing` are ids of flows."""

    id: str
    kind: str
    event_kind: str = ""
    interrupting: bool = True
    host: str | None = None
    incoming: list[str] = field(default_factory=list)
    outgoing: list[str] = field(default_factory=list)

    @property
    def clears(self) -> bool:
        return self.kind == "end_event" and self.event_kind in CLEARING

    @property
    def begins_beside(self) -> bool:
        """Whether what it starts runs beside the activity instead of instead of it."""
        return self.kind == "boundary_event" and not self.interrupting


class Graph:
    """The elements and flows of one scope, in the order of the file."""

    def __init__(self, id: str) -> None:
        self.id = id
        self.spots: dict[str, Spot] = {}
        self.flows: dict[str, tuple[str, str]] = {}
        self.defaults: set[str] = set()
        self.attached: dict[str, list[str]] = {}

    @classmethod
    def of_scope(cls, scope: Scope) -> Graph:
        graph = cls(scope.id)
        for node in scope.nodes:
            host = node.host.id if node.host is not None else None
            graph._add(Spot(node.id, node.kind, node.event_kind, node.interrupting, host))
        for arrow in scope.arrows:
            graph._connect(arrow.id, arrow.source.id, arrow.target.id, is_default=arrow.is_default)
        return graph

    @classmethod
    def of_definition(cls, definition: Definition, scope: str) -> Graph:
        graph = cls(scope)
        for each in definition.elements.values():
            if each.scope == scope:
                graph._add(Spot(each.id, each.kind, each.event_kind, each.interrupting, each.host))
        for flow in definition.flows.values():
            if flow.source in graph.spots:
                graph._connect(flow.id, flow.source, flow.target, is_default=flow.is_default)
        return graph

    def _add(self, spot: Spot) -> None:
        if spot.kind == "event_subprocess":
            return  # its start waits beside everything, and no flow leads there
        self.spots[spot.id] = spot
        if spot.host is not None:
            self.attached.setdefault(spot.host, []).append(spot.id)

    def _connect(self, id: str, source: str, target: str, *, is_default: bool) -> None:
        if source not in self.spots or target not in self.spots:
            return  # reported by the rules about structure
        self.flows[id] = (source, target)
        self.spots[source].outgoing.append(id)
        self.spots[target].incoming.append(id)
        if is_default:
            self.defaults.add(id)

    @property
    def starts(self) -> list[str]:
        return [spot.id for spot in self.spots.values() if spot.kind == "start_event"]

    @property
    def beside(self) -> list[str]:
        """The non-interrupting boundary events."""
        return [spot.id for spot in self.spots.values() if spot.begins_beside]

    def outcomes(self, spot: str) -> Iterator[str]:
        """The interrupting events at the edge of an activity: other ways for it to be over."""
        return (each for each in self.attached.get(spot, ()) if not self.spots[each].begins_beside)

    def region(self, begin: Iterable[str]) -> dict[str, None]:
        """What a token that starts at some elements can reach, without what is started beside it."""
        seen: dict[str, None] = {}
        pending = list(begin)
        while pending:
            name = pending.pop()
            if name not in seen:
                seen[name] = None
                pending.extend(self.flows[flow][1] for flow in self.spots[name].outgoing)
                pending.extend(self.outcomes(name))
        return seen


@lru_cache(maxsize=512)
def graph_of(definition: Definition, scope: str) -> Graph:
    """The graph of a scope of a compiled process. Definitions never change, so it is made once."""
    return Graph.of_definition(definition, scope)
