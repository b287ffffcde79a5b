"""The token game of the lint: can this drawing get stuck, or run a part of itself twice?

Sequence flows are the places of a net. A drawing whose splits and joins are nested properly
shrinks to nothing by a few rules; what is left is played through, marking by marking, within a
bound. A drawing that can be decided neither way is refused."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from workflows.engine.outline import Outline
from workflows.engine.problems import Findings

MAX_MARKINGS: Final = 5_000
# How often an element may be asked whether it can move; and how long to look for more findings.
MAX_TRIES: Final = 2_000_000
MORE_MARKINGS: Final = 200


@dataclass(slots=True)
class Point:
    """A place where flows meet. `parallel`: takes one token from each and gives one to each."""

    id: str
    parallel: bool
    fixed: bool = False  # the start and the common end stay to the last
    incoming: list[int] = field(default_factory=list)
    outgoing: list[int] = field(default_factory=list)


class Net:
    """A graph of points and arcs that keeps its soundness while it shrinks."""

    END: Final = "<end>"

    def __init__(self, outline: Outline) -> None:
        self.points: dict[str, Point] = {self.END: Point(self.END, parallel=False, fixed=True)}
        self.arcs: dict[int, tuple[str, str]] = {}
        for node in outline.nodes.values():
            if node.kind != "end_event":
                fixed = node.kind == "start_event"
                self.points[node.id] = Point(node.id, node.kind == "parallel_gateway", fixed)
        for number, arrow in enumerate(outline.arrows):
            target = self.END if arrow.target.kind == "end_event" else arrow.target.id
            self._connect(number, arrow.source.id, target)

    def _connect(self, number: int, source: str, target: str) -> None:
        self.arcs[number] = (source, target)
        self.points[source].outgoing.append(number)
        self.points[target].incoming.append(number)

    def _cut(self, number: int) -> None:
        source, target = self.arcs.pop(number)
        self.points[source].outgoing.remove(number)
        self.points[target].incoming.remove(number)

    # -- shrinking

    def shrink(self) -> None:
        """Apply the rules until none fits. Each keeps whether the drawing is sound."""
        # First in, first out, each once: a wide fork is looked at again after its branches, not
        # after each of them.
        pending = OrderedDict.fromkeys(self.points)
        while pending:
            name, _ = pending.popitem(last=False)
            point = self.points.get(name)
            if point is not None and not point.fixed:
                pending.update(dict.fromkeys(self._shrink_at(point)))

    def _shrink_at(self, point: Point) -> list[str]:
        around = dict.fromkeys(end for arc in (*point.incoming, *point.outgoing) for end in self.arcs[arc])
        if (
            self._drop_self_loop(point)
            or self._drop_double(point)
            or self._drop_ending_branch(point)
            or self._pass_through(point)
            or self._merge_with_next(point)
        ):
            return list(around)
        return []

    def _drop_self_loop(self, point: Point) -> bool:
        """A choice to come back at once changes nothing, as long as there is another way."""
        loops = [arc for arc in point.outgoing if self.arcs[arc] == (point.id, point.id)]
        if point.parallel or not loops or len(loops) == len(point.outgoing):
            return False
        for arc in loops:
            self._cut(arc)
        return True

    def _drop_double(self, point: Point) -> bool:
        """Two arcs between the same points of one kind say the same as one."""
        seen: set[str] = set()
        for arc in point.outgoing:
            target = self.arcs[arc][1]
            if target in seen and self.points[target].parallel == point.parallel:
                self._cut(arc)
                return True
            seen.add(target)
        return False

    def _drop_ending_branch(self, point: Point) -> bool:
        """A parallel branch that only ends takes no part in anything, unless a loop starts it again."""
        if not point.parallel or len(point.outgoing) < 2:
            return False
        ending = next((arc for arc in point.outgoing if self.arcs[arc][1] == self.END), None)
        if ending is None or self._comes_back(point):
            return False
        self._cut(ending)
        return True

    def _comes_back(self, point: Point) -> bool:
        seen: set[str] = set()
        pending = [point.id]
        while pending:
            for arc in self.points[pending.pop()].outgoing:
                target = self.arcs[arc][1]
                if target == point.id:
                    return True
                if target not in seen:
                    seen.add(target)
                    pending.append(target)
        return False

    def _pass_through(self, point: Point) -> bool:
        if len(point.incoming) != 1 or len(point.outgoing) != 1:
            return False
        arriving, leaving = point.incoming[0], point.outgoing[0]
        source, target = self.arcs[arriving][0], self.arcs[leaving][1]
        if source == point.id:
            return False
        self._cut(leaving)
        self._cut(arriving)
        del self.points[point.id]
        self._connect(arriving, source, target)
        return True

    def _merge_with_next(self, point: Point) -> bool:
        """Two splits, or two joins, of one kind in a row are one."""
        for arc in point.outgoing:
            target = self.points[self.arcs[arc][1]]
            if target.fixed or target is point or target.parallel != point.parallel:
                continue
            if len(target.incoming) == 1 or len(point.outgoing) == 1:
                self._cut(arc)
                for other in list(target.outgoing):
                    end = self.arcs[other][1]
                    self._cut(other)
                    self._connect(other, point.id, point.id if end == target.id else end)
                for other in list(target.incoming):
                    start = self.arcs[other][0]
                    self._cut(other)
                    self._connect(other, start, point.id)
                del self.points[target.id]
                return True
        return False

    @property
    def is_trivial(self) -> bool:
        """Only the way from the start to the end is left."""
        return len(self.points) == 2 and len(self.arcs) == 1

    # -- playing

    def moves(self) -> list[tuple[str, int, tuple[int, ...]]]:
        """(point, arcs it takes as bits, the sets of arcs it can give)."""
        made: list[tuple[str, int, tuple[int, ...]]] = []
        bit = {arc: 1 << index for index, arc in enumerate(self.arcs)}
        for point in self.points.values():
            arriving = [bit[arc] for arc in point.incoming]
            leaving = [bit[arc] for arc in point.outgoing]
            gives = (sum(leaving),) if point.parallel or not leaving else tuple(leaving)
            takes = [sum(arriving)] if point.parallel else arriving
            made.extend((point.id, take, gives) for take in takes if take)
        return made

    def initial(self) -> int:
        marking = 0
        for index, (source, _) in enumerate(self.arcs.values()):
            if self.points[source].fixed:
                marking |= 1 << index
        return marking

    def joins_at(self, marking: int) -> list[str]:
        """The parallel joins at which some, but not all, tokens have arrived."""
        targets = [target for index, (_, target) in enumerate(self.arcs.values()) if marking >> index & 1]
        return sorted({target for target in targets if self.points[target].parallel})


@dataclass(slots=True)
class Verdict:
    """What playing found: elements with a second token, joins that starve, or neither."""

    second: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    cannot_end: bool = False
    undecided: bool = False

    @property
    def sound(self) -> bool:
        return not (self.second or self.stuck or self.cannot_end or self.undecided)


def play(net: Net, bound: int = MAX_MARKINGS) -> Verdict:
    """Visit every marking that can be reached."""
    verdict = Verdict()
    moves, first = net.moves(), net.initial()
    seen, pending, before, tries = {first}, [first], dict[int, list[int]](), 0
    while pending:
        marking = pending.pop()
        moved = False
        tries += len(moves)
        if tries > MAX_TRIES:
            break
        for point, take, gives in moves:
            if marking & take != take:
                continue
            rest = marking & ~take
            for give in gives:
                moved = True
                if rest & give:
                    _once(verdict.second, point)
                    continue
                after = rest | give
                before.setdefault(after, []).append(marking)
                if after not in seen:
                    seen.add(after)
                    pending.append(after)
        if not moved and marking:
            for join in net.joins_at(marking):
                _once(verdict.stuck, join)
        found = bool(verdict.second or verdict.stuck)
        if len(seen) > (MORE_MARKINGS if found else bound):
            break
    if pending or tries > MAX_TRIES:
        verdict.undecided = not (verdict.second or verdict.stuck)
        return verdict
    if not verdict.second and not verdict.stuck:
        verdict.cannot_end = _some_cannot_end(seen, before)
    return verdict


def _once(names: list[str], name: str) -> None:
    if name not in names:
        names.append(name)


def _some_cannot_end(seen: set[int], before: dict[int, list[int]]) -> bool:
    ending, pending = {0} & seen, [0]
    while pending:
        for marking in before.get(pending.pop(), ()):
            if marking not in ending:
                ending.add(marking)
                pending.append(marking)
    return len(ending) < len(seen)


def judge(outline: Outline) -> Verdict:
    """Shrink the drawing, and play what is left of it."""
    net = Net(outline)
    net.shrink()
    return Verdict() if net.is_trivial else play(net)


def check_flow(outline: Outline, findings: Findings) -> None:
    """Report joins that can wait for ever and parts that would run twice."""
    verdict = judge(outline)
    for code, names in (("join_never_fires", verdict.stuck), ("second_token", verdict.second)):
        for name in names:
            node = outline.nodes[name]
            findings.error(code, node.id, node.line, name=node.name or node.id)
    if verdict.cannot_end:
        findings.error("cannot_end", outline.id, outline.line)
    if verdict.undecided:
        findings.error("too_complex", outline.id, outline.line)
