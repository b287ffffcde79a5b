"""The token game itself: every marking that can be reached, within a bound."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

from .net import ALL, CLEAR, CLEAR_LATER, END, NEVER, OR_JOIN, OR_SPLIT, Net, Point

MAX_MARKINGS: Final = 20_000
# How often an element may be asked whether it can move; and how long to look for more findings.
MAX_TRIES: Final = 1_000_000
MORE_MARKINGS: Final = 200
# How many ways out of an inclusive gateway are tried in all combinations.
MAX_WAYS: Final = 8
# Given instead of arcs: everything in the scope is gone.
CLEARED: Final = -1


@dataclass(slots=True)
class Verdict:
    """What playing found: elements with a second token, joins that starve, or neither.

    `tokens` says of each such element what tokens have passed last, when it was found; `never` are
    elements that nothing ever reaches; `why` an undecided one is that: too many markings, or
    inclusive gateways."""

    second: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    cannot_end: bool = False
    undecided: bool = False
    why: str = ""
    tokens: dict[str, tuple[str, ...]] = field(default_factory=dict)
    never: list[str] = field(default_factory=list)
    returns: dict[str, str] = field(default_factory=dict)  # element -> the event whose path comes back there

    @property
    def sound(self) -> bool:
        return not (self.second or self.stuck or self.cannot_end or self.undecided)

    @property
    def found(self) -> bool:
        return bool(self.second or self.stuck)

    def add(self, other: Verdict) -> None:
        """Take over what was found elsewhere."""
        self.second.extend(name for name in other.second if name not in self.second)
        self.stuck.extend(name for name in other.stuck if name not in self.stuck)
        self.never.extend(name for name in other.never if name not in self.never)
        self.cannot_end |= other.cannot_end
        self.undecided |= other.undecided
        self.why = self.why or other.why
        for name, tokens in other.tokens.items():
            self.tokens.setdefault(name, tokens)
        for name, event in other.returns.items():
            self.returns.setdefault(name, event)


@dataclass(slots=True)
class Move:
    """A way for a point to move: what it takes, and each that it can give."""

    point: Point
    take: int
    gives: tuple[int, ...]


@dataclass(slots=True)
class Join:
    """An inclusive join: its flows, and which of them a token on each other arc can still reach."""

    move: Move
    arriving: int
    reach: list[tuple[int, int]]  # (arcs, the flows into the join that a token on any of them reaches)

    def takes(self, marking: int) -> int:
        """What it takes in a marking, 0 while it waits."""
        full = marking & self.arriving
        empty = self.arriving & ~full
        if not full or not empty:
            return full
        for arcs, reached in self.reach:
            if marking & arcs and reached & empty and not reached & full:
                return 0
        return full


class Game:
    """A net as bit masks: an arc is a bit, a marking a number."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self.arcs = list(net.arcs)
        self.bit = {arc: 1 << index for index, arc in enumerate(self.arcs)}
        self.too_wide = False
        # By arc: the moves to try when it holds a token. A join is tried by its first arc only.
        self.moves: list[list[Move]] = [[] for _ in self.arcs]
        self.joins: list[Join] = []
        for point in net.points.values():
            self._add_moves(point)

    def _mask(self, arcs: list[int]) -> int:
        return sum(self.bit[arc] for arc in arcs)

    def _add_moves(self, point: Point) -> None:
        if not point.incoming or point.id == NEVER:
            return
        gives = self._gives(point)
        if point.kind == OR_JOIN and len(point.incoming) > 1:
            arriving = self._mask(point.incoming)
            self.joins.append(Join(Move(point, 0, gives), arriving, self._reach(point)))
            return
        takes = [point.incoming] if point.kind == ALL else [[arc] for arc in point.incoming]
        for taken in takes:
            index = self.bit[taken[0]].bit_length() - 1
            self.moves[index].append(Move(point, self._mask(taken), gives))

    def _gives(self, point: Point) -> tuple[int, ...]:
        if point.id in (CLEAR, CLEAR_LATER):
            return (CLEARED,)
        arcs = point.outgoing
        if point.kind == ALL or not arcs:
            return (self._given(arcs),)
        sizes = range(1, 2)
        if point.kind == OR_SPLIT:
            self.too_wide |= len(arcs) > MAX_WAYS
            sizes = sizes if self.too_wide else range(1, len(arcs) + 1)
        chosen = (self._given(some) for size in sizes for some in combinations(arcs, size))
        return tuple(dict.fromkeys(chosen))

    def _given(self, arcs: Iterable[int]) -> int:
        """What is given to an end does not stay there."""
        targets = {arc: self.net.arcs[arc][1] for arc in arcs}
        if CLEAR in targets.values():
            return CLEARED
        return self._mask([arc for arc, target in targets.items() if target != END])

    def _reach(self, join: Point) -> list[tuple[int, int]]:
        """Arcs elsewhere by the flows into a join that can be reached from them without passing it."""
        points, arcs = self.net.points, self.net.arcs
        reached: dict[str, int] = {}
        for arc in join.incoming:
            pending = [arcs[arc][0]]
            seen = {join.id}
            while pending:
                name = pending.pop()
                if name not in seen:
                    seen.add(name)
                    reached[name] = reached.get(name, 0) | self.bit[arc]
                    pending.extend(arcs[each][0] for each in points[name].incoming)
        by_flows: dict[int, int] = {}
        for arc, (_, target) in arcs.items():
            flows = reached.get(target, 0)
            if flows:
                by_flows[flows] = by_flows.get(flows, 0) | self.bit[arc]
        return [(arcs_, flows) for flows, arcs_ in by_flows.items()]

    def first(self) -> int:
        return self._mask([arc for start in self.net.starts for arc in self.net.points[start].outgoing])

    def possible(self, marking: int) -> list[Move]:
        """The moves whose tokens are there."""
        found: list[Move] = []
        rest = marking
        while rest:
            lowest = rest & -rest
            rest ^= lowest
            for move in self.moves[lowest.bit_length() - 1]:
                if marking & move.take == move.take:
                    found.append(move)
        for join in self.joins:
            taken = join.takes(marking)
            if taken:
                found.append(Move(join.move.point, taken, join.move.gives))
        return found

    def standing(self, marking: int) -> tuple[str, ...]:
        """What the tokens of a marking have passed last."""
        names = (self.net.passed[arc] for arc in self.arcs if marking & self.bit[arc])
        return tuple(dict.fromkeys(names))

    def waiting_joins(self, marking: int) -> dict[str, tuple[str, ...]]:
        """The joins at which some, but not all, tokens have arrived, with what has arrived."""
        found: dict[str, tuple[str, ...]] = {}
        for arc in self.arcs:
            if marking & self.bit[arc]:
                point = self.net.points[self.net.arcs[arc][1]]
                found.setdefault(point.name, self.standing(marking & self._mask(point.incoming)))
        return found


def play(net: Net, bound: int = MAX_MARKINGS) -> Verdict:
    """Visit every marking that can be reached."""
    verdict, game = Verdict(), Game(net)
    first = game.first()
    seen, pending, before, tries = {first}, [first], dict[int, list[int]](), 0
    moved: set[str] = set()
    while pending:
        marking = pending.pop()
        moves = game.possible(marking)
        for move in moves:
            moved.add(move.point.id)
            rest = marking & ~move.take
            tries += len(move.gives)
            for give in move.gives:
                if give != CLEARED and rest & give:
                    _note(verdict, verdict.second, move.point.name, game.standing(rest))
                    continue
                after = rest | give if give != CLEARED else 0
                before.setdefault(after, []).append(marking)
                if after not in seen:
                    seen.add(after)
                    pending.append(after)
        if not moves and marking:
            for join, arrived in game.waiting_joins(marking).items():
                _note(verdict, verdict.stuck, join, arrived)
        tries += marking.bit_count()
        if tries > MAX_TRIES or len(seen) > (MORE_MARKINGS if verdict.found else bound):
            break
    if verdict.found:
        return verdict
    if pending or game.too_wide:
        verdict.undecided = True
        verdict.why = "inclusive" if game.joins or game.too_wide else "markings"
        return verdict
    verdict.cannot_end = _some_cannot_end(seen, before)
    if not verdict.cannot_end:
        verdict.never = _never_reached(net, moved)
    return verdict


def _note(verdict: Verdict, names: list[str], name: str, tokens: tuple[str, ...]) -> None:
    if name not in names:
        names.append(name)
        verdict.tokens.setdefault(name, tokens)


def _some_cannot_end(seen: set[int], before: dict[int, list[int]]) -> bool:
    ending, pending = {0} & seen, [0]
    while pending:
        for marking in before.get(pending.pop(), ()):
            if marking not in ending:
                ending.add(marking)
                pending.append(marking)
    return len(ending) < len(seen)


def _never_reached(net: Net, moved: set[str]) -> list[str]:
    points = (point for point in net.points.values() if not point.fixed and point.id not in moved)
    return list(dict.fromkeys(point.name for point in points))
