"""The net that the token game is played on: points where flows meet, and arcs that hold a token or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from .graph import Graph, Spot

# What a point takes and gives.
CHOICE: Final = "choice"  # one of its arcs, to one of its arcs
ALL: Final = "all"  # one of each, to each
OR_SPLIT: Final = "or split"  # one of its arcs, to any of its arcs, at least one
OR_JOIN: Final = "or join"  # from all that will get any, to its only arc

# The last points. What is given to an end is gone at once; behind a step that was taken out of the net
# it may stay for a while. Some ends take everything else in the scope with them.
END: Final = "<end>"
END_LATER: Final = "<end later>"
CLEAR: Final = "<clear>"
CLEAR_LATER: Final = "<clear later>"
ENDS: Final = (END, END_LATER, CLEAR, CLEAR_LATER)
LATER: Final = {END: END_LATER, CLEAR: CLEAR_LATER}
NEVER: Final = "<never>"  # where flows come from that no token can reach


@dataclass(slots=True)
class Point:
    """`name` is the element it stands for; the first and last points stay fixed while the net shrinks."""

    id: str
    name: str
    kind: str = CHOICE
    fixed: bool = False
    incoming: list[int] = field(default_factory=list)
    outgoing: list[int] = field(default_factory=list)


class Net:
    """Points and arcs. Each arc remembers the element that its token has passed last."""

    def __init__(self) -> None:
        self.points: dict[str, Point] = {}
        self.arcs: dict[int, tuple[str, str]] = {}
        self.passed: dict[int, str] = {}
        self.starts: list[str] = []
        self._next = 0
        for id in (*ENDS, NEVER):
            self.add(id, id, fixed=True)
        self.points[NEVER].kind = ALL

    def add(self, id: str, name: str, kind: str = CHOICE, *, fixed: bool = False) -> str:
        self.points[id] = Point(id, name, kind, fixed)
        return id

    def connect(self, source: str, target: str, passed: str, number: int | None = None) -> int:
        if number is None:
            number = self._next
            self._next += 1
        self.arcs[number] = (source, target)
        self.passed[number] = passed
        self.points[source].outgoing.append(number)
        self.points[target].incoming.append(number)
        return number

    def cut(self, number: int) -> None:
        source, target = self.arcs.pop(number)
        self.points[source].outgoing.remove(number)
        self.points[target].incoming.remove(number)

    def copy(self) -> Net:
        twin = Net.__new__(Net)
        twin.points = {
            id: Point(each.id, each.name, each.kind, each.fixed, list(each.incoming), list(each.outgoing))
            for id, each in self.points.items()
        }
        twin.arcs, twin.passed = dict(self.arcs), dict(self.passed)
        twin.starts, twin._next = list(self.starts), self._next
        return twin

    @property
    def splits(self) -> bool:
        """Whether there can be more than one token."""
        return len(self.starts) > 1 or any(
            point.kind in (ALL, OR_SPLIT) and len(point.outgoing) > 1 for point in self.points.values()
        )


# A token at an element, or at a join by one of its flows.
Standing: TypeAlias = "str | tuple[str, str]"


class NetBuilder:
    """Makes the net of what some tokens of a graph can reach: one that begins at an entry, or some that
    stand or have arrived somewhere."""

    def __init__(self, graph: Graph, *, entry: str | None = None, tokens: Sequence[Standing] = ()) -> None:
        self.graph = graph
        self.entry = entry
        self.tokens = tokens
        self.standing = {token for token in tokens if isinstance(token, str)}
        self.arrived = {token[1] for token in tokens if not isinstance(token, str)}
        self.net = Net()
        # The point at which flows enter an element, and the one at which they leave it or a token stands.
        self.enter: dict[str, str] = {}
        self.leave: dict[str, str] = {}
        self.stand: dict[str, str] = {}

    def build(self) -> Net:
        net, graph = self.net, self.graph
        begin = [self.entry] if self.entry is not None else []
        region = graph.region([*begin, *(t if isinstance(t, str) else t[0] for t in self.tokens)])
        for name in region:
            self._points(graph.spots[name])
        for name in region:
            for event in graph.outcomes(name):
                net.connect(self.leave[name], self.enter[event], event)
        for flow, (source, target) in graph.flows.items():
            if target in self.enter:
                self._arc(flow, source, target)
        if self.entry is not None:
            net.starts.append(self.leave[self.entry])
        for token in self.tokens:
            self._token(token)
        if not net.splits:
            self._end_instead_of_clearing()
        return net

    def _points(self, spot: Spot) -> None:
        id, net = spot.id, self.net
        if spot.kind == "end_event":
            self.enter[id] = self.stand[id] = CLEAR if spot.clears else END
            return
        if spot.kind == "parallel_gateway":
            self.enter[id] = self.leave[id] = net.add(id, id, ALL)
            if id in self.standing:
                self.stand[id] = self._behind(id, f"{id}/passed")
                self.leave[id] = self._behind(self.stand[id], f"{id}/out", ALL)
        elif spot.kind == "inclusive_gateway":
            self._inclusive(spot)
        else:
            self.enter[id] = self.leave[id] = net.add(id, id, fixed=id == self.entry)
        self.stand.setdefault(id, self.leave[id])

    def _behind(self, before: str, id: str, kind: str = CHOICE) -> str:
        name = self.net.points[before].name
        self.net.connect(before, self.net.add(id, name, kind), name)
        return id

    def _inclusive(self, spot: Spot) -> None:
        """A join, then a choice between the default flow and any of the others, as far as it is each."""
        id, net = spot.id, self.net
        joins = len(spot.incoming) > 1
        self.enter[id] = self.leave[id] = net.add(id, id, OR_JOIN if joins else CHOICE)
        if joins and (len(spot.outgoing) > 1 or id in self.standing):
            self.leave[id] = self._behind(id, f"{id}/out")
        others = [flow for flow in spot.outgoing if flow not in self.graph.defaults]
        if len(others) > 1:
            if len(others) == len(spot.outgoing):
                net.points[self.leave[id]].kind = OR_SPLIT
            else:
                self._behind(self.leave[id], f"{id}/any", OR_SPLIT)

    def _arc(self, flow: str, source: str, target: str) -> None:
        net, into = self.net, self.enter[target]
        if flow in self.arrived:
            into = net.add(f"<on {flow}>", target)
            net.connect(into, self.enter[target], source)
        if source in self.leave:
            spot = self.graph.spots[source]
            if not spot.kind.endswith("_gateway") or len(spot.outgoing) < 2:
                into = LATER.get(into, into)  # only a split passes a token on without ever holding it
            begin = self.leave[source]
            if f"{source}/any" in net.points and flow not in self.graph.defaults:
                begin = f"{source}/any"
            net.connect(begin, into, source)
        elif net.points[into].kind == ALL:
            net.connect(NEVER, into, source)

    def _token(self, token: Standing) -> None:
        name = token if isinstance(token, str) else token[0]
        start = self.net.add(f"<token {len(self.net.starts)}>", name, fixed=True)
        self.net.starts.append(start)
        if isinstance(token, str):
            self.net.connect(start, self.stand[name], name)
        else:
            self.net.connect(start, f"<on {token[1]}>", self.graph.flows[token[1]][0])

    def _end_instead_of_clearing(self) -> None:
        """With a single token there is nothing else to clear."""
        for clear, end in ((CLEAR, END), (CLEAR_LATER, END_LATER)):
            for number in list(self.net.points[clear].incoming):
                source = self.net.arcs[number][0]
                self.net.cut(number)
                self.net.connect(source, end, self.net.passed[number], number)
