"""Rules that make a net smaller and keep whether it is sound.

A drawing whose splits and joins are nested properly shrinks to a single arc, however large it is.

An inclusive join looks at what other tokens can reach. Where such a join is left in a loop, rules hold
back that would take away a place where a token can rest and reach more than from any place behind it."""

from __future__ import annotations

from collections import OrderedDict

from .net import (
    ALL,
    CHOICE,
    CLEAR,
    CLEAR_LATER,
    END,
    END_LATER,
    ENDS,
    LATER,
    NEVER,
    OR_JOIN,
    OR_SPLIT,
    Net,
    Point,
)


def shrink(net: Net, *, without_clearing: bool = False) -> bool:
    """Apply the rules until none fits; says whether only ways from starts to ends are left.

    `without_clearing` leaves out a way that clears the scope where there is another way to go: while
    that other way is looked at, all else in the scope does the same. Only a net that then cannot end
    has to be looked at again with it."""
    _Shrinking(net, without_clearing).run()
    return all(target in ENDS for _, target in net.arcs.values())


class _Shrinking:
    def __init__(self, net: Net, without_clearing: bool) -> None:
        self.net, self.points, self.arcs = net, net.points, net.arcs
        self.without_clearing = without_clearing

    def run(self) -> None:
        joins = self._count_joins() + 1
        while self._count_joins() < joins:  # with fewer of them, more rules fit
            joins = self._count_joins()
            self._run()
            if not joins:
                break

    def _count_joins(self) -> int:
        return sum(1 for point in self.points.values() if point.kind == OR_JOIN)

    def _run(self) -> None:
        # First in, first out, each once: a wide fork is looked at again after its branches, not
        # after each of them.
        pending = OrderedDict.fromkeys(self.points)
        while pending:
            name, _ = pending.popitem(last=False)
            point = self.points.get(name)
            if point is not None and name not in ENDS:
                pending.update(dict.fromkeys(self._shrink_at(point)))

    def _shrink_at(self, point: Point) -> list[str]:
        around = self._around(point)
        if point.fixed:
            return around if point.id == NEVER and self._drop_double(point) else []
        self._settle_kind(point)
        if (
            self._drop_self_loop(point)
            or self._drop_double(point)
            or self._drop_ending_branch(point)
            or self._pass_through(point)
            or self._merge_with_next(point)
            or self._drop_clearing(point)
        ):
            return [*around, *self._around(point)]
        return []

    def _around(self, point: Point) -> list[str]:
        return [end for arc in (*point.incoming, *point.outgoing) for end in self.arcs[arc]]

    def _settle_kind(self, point: Point) -> None:
        """With one flow to wait for there is no join, with one to give there is no split. And where
        tokens meet, one more must be seen, so not all that leads on may be gone at once."""
        flows = {OR_JOIN: point.incoming, OR_SPLIT: point.outgoing}.get(point.kind, ())
        if len(flows) == 1:
            point.kind = CHOICE
        if point.kind == ALL or len(point.incoming) < 2:
            return
        if all(self.arcs[arc][1] in LATER for arc in point.outgoing):
            for arc in list(point.outgoing):
                target, passed = self.arcs[arc][1], self.net.passed[arc]
                self.net.cut(arc)
                self.net.connect(point.id, LATER[target], passed, arc)

    def _drop_self_loop(self, point: Point) -> bool:
        """A choice to come back at once changes nothing, as long as there is another way."""
        loops = [arc for arc in point.outgoing if self.arcs[arc] == (point.id, point.id)]
        if point.kind != CHOICE or not loops or len(loops) == len(point.outgoing):
            return False
        for arc in loops:
            self.net.cut(arc)
        return True

    def _drop_double(self, point: Point) -> bool:
        """Two arcs between the same points that say the same as one."""
        seen: set[str] = set()
        for arc in point.outgoing:
            target = self.arcs[arc][1]
            if target in seen and self._says_the_same(point, self.points[target]):
                self.net.cut(arc)
                return True
            seen.add(target)
        return False

    @staticmethod
    def _says_the_same(point: Point, target: Point) -> bool:
        if target.kind == OR_JOIN:
            return True  # it waits for both, if both come
        if point.kind in (CHOICE, ALL):
            same = target.kind == point.kind or (target.kind == OR_SPLIT and point.kind == CHOICE)
            return same or target.id in (CLEAR, CLEAR_LATER)
        return point.kind == OR_SPLIT and target.fixed

    def _drop_ending_branch(self, point: Point) -> bool:
        """A branch beside others that only ends takes no part in anything, unless it may be gone again
        before that: in a loop, or when another token comes behind."""
        if point.kind not in (ALL, OR_SPLIT) or len(point.outgoing) < 2:
            return False
        ending = self._arc_to(point, END)
        if ending is None:
            ending = self._arc_to(point, END_LATER)
            if ending is None or self._may_come_again(point):
                return False
        if point.kind == ALL:
            self.net.cut(ending)
            return True
        if len(point.outgoing) == 2:
            point.kind = CHOICE
            return True
        # The end alone, or any of the others.
        inner = self.net.add(f"{point.id}/more", point.name, OR_SPLIT)
        for arc in list(point.outgoing):
            if arc != ending:
                target, passed = self.arcs[arc][1], self.net.passed[arc]
                self.net.cut(arc)
                self.net.connect(inner, target, passed, arc)
        point.kind = CHOICE
        self.net.connect(point.id, inner, point.name)
        return True

    def _arc_to(self, point: Point, target: str) -> int | None:
        return next((arc for arc in point.outgoing if self.arcs[arc][1] == target), None)

    def _may_come_again(self, point: Point) -> bool:
        return len(self.net.starts) > 1 or self._leads_back(point.id, point.id)

    def _leads_back(self, begin: str, wanted: str) -> bool:
        seen: set[str] = set()
        pending = [begin]
        while pending:
            for arc in self.points[pending.pop()].outgoing:
                target = self.arcs[arc][1]
                if target == wanted:
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
        if source in (point.id, NEVER):
            return False
        passed = self.net.passed[leaving]
        self.net.cut(leaving)
        self.net.cut(arriving)
        del self.points[point.id]
        self.net.connect(source, LATER.get(target, target), passed, arriving)
        return True

    def _merge_with_next(self, point: Point) -> bool:
        """Two splits, or two joins, of one kind in a row are one."""
        for arc in point.outgoing:
            target = self.points[self.arcs[arc][1]]
            if target.fixed or target is point or target.kind != point.kind:
                continue
            if self._are_one(point, target):
                self._merge(point, target, arc)
                return True
        return False

    def _are_one(self, point: Point, target: Point) -> bool:
        if point.kind == OR_JOIN:
            return len(point.outgoing) == 1 and not self._leads_back(target.id, point.id)
        if len(point.outgoing) == 1 and point.kind != OR_SPLIT:
            return True
        if len(target.incoming) != 1:
            return False
        return point.kind == CHOICE or not self._count_joins() or not self._may_come_again(point)

    def _merge(self, point: Point, target: Point, arc: int) -> None:
        net = self.net
        net.cut(arc)
        for other in list(target.outgoing):
            end = self.arcs[other][1]
            net.cut(other)
            net.connect(point.id, point.id if end == target.id else end, net.passed[other], other)
        for other in list(target.incoming):
            start = self.arcs[other][0]
            net.cut(other)
            net.connect(start, point.id, net.passed[other], other)
        del self.points[target.id]

    def _drop_clearing(self, point: Point) -> bool:
        if not self.without_clearing or point.kind not in (CHOICE, OR_SPLIT):
            return False
        clearing = [arc for arc in point.outgoing if self.arcs[arc][1] in (CLEAR, CLEAR_LATER)]
        if not clearing or len(clearing) == len(point.outgoing):
            return False
        # An inclusive join does not wait for what is about to clear the scope.
        later = self._arc_to(point, CLEAR_LATER) is not None
        if later and (point.kind == OR_SPLIT or self._count_joins()) and self._may_come_again(point):
            return False
        for arc in clearing:
            self.net.cut(arc)
        return True
