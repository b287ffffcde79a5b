"""Which elements of a scope can be active at the same time, in a sound drawing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workflows.engine.outline import Node, Scope


class Concurrency:
    """The relation between the places of a scope: rows of sequence flows that can hold tokens together.

    For nets like ours (choices depend on one place only) this is the smallest relation with: what
    one step puts out together is together; and what is together with everything a step takes in is
    together with everything it puts out. An inclusive join takes in what comes; it waits for whatever
    can still get there, so that is not together with what it puts out.

    An event at the edge of an activity has a place of its own: instead of the activity's if it
    interrupts, else together with it. An event subprocess that does not interrupt runs together with
    everything else in the scope."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.place = self._number_places()
        self.with_: list[int] = [0] * (max(self.place.values(), default=-1) + 1)
        self._steps = list(self._make_steps())
        self._waits_for = self._upstream_of_joins()
        self._spread()
        self._add_event_subprocesses()

    def _number_places(self) -> dict[str, int]:
        """Flows in a row, with only plain steps between them, count as one place: that keeps the
        relation small where it would be large, in wide sections with long branches."""
        place: dict[str, int] = {}
        for arrow in self.scope.arrows:
            row = [arrow]
            while row[-1].id not in place:
                source = row[-1].source
                if len(source.incoming) != 1 or len(source.outgoing) != 1 or source.attached:
                    place[row[-1].id] = len(place)
                    break
                row.append(source.incoming[0])
            for each in row:
                place[each.id] = place[row[-1].id]
        dense = {number: index for index, number in enumerate(dict.fromkeys(place.values()))}
        numbered = {name: dense[number] for name, number in place.items()}
        for node in self.scope.nodes:
            if node.kind in ("event_subprocess", "boundary_event"):
                numbered[f"@{node.id}"] = len(dense)
                dense[-len(dense) - 1] = len(dense)
        return numbered

    def places(self, node: Node) -> list[int]:
        """Where a token is while it is at an element."""
        own = self.place.get(f"@{node.id}")
        if own is not None:
            return [own]
        return [self.place[arrow.id] for arrow in node.incoming]

    def _make_steps(self) -> Iterator[tuple[Node, list[int], list[int]]]:
        """(element, places taken, places given) of every way an element can move."""
        for node in self.scope.nodes:
            arriving = self.places(node)
            leaving = [self.place[arrow.id] for arrow in node.outgoing]
            for event in node.attached:
                [own] = self.places(event)
                for place in arriving:
                    yield node, [place], [own] if event.interrupting else [place, own]
            if len(node.incoming) == len(node.outgoing) == 1 and not node.attached:
                continue
            if node.kind == "parallel_gateway":
                yield node, arriving, leaving
            elif node.kind == "inclusive_gateway":
                default = [self.place[arrow.id] for arrow in node.outgoing if arrow.is_default]
                others = [self.place[arrow.id] for arrow in node.outgoing if not arrow.is_default]
                yield from ((node, [place], given) for place in arriving for given in (others, default))
            else:
                yield from ((node, [place], [target]) for place in arriving for target in leaving)

    def _upstream_of_joins(self) -> dict[str, int]:
        """inclusive join -> the places from which it can be reached without passing it."""
        found: dict[str, int] = {}
        for join in self.scope.nodes:
            if join.kind != "inclusive_gateway" or len(join.incoming) < 2:
                continue
            seen, pending, places = {join.id}, [arrow.source for arrow in join.incoming], 0
            for arrow in join.incoming:
                places |= 1 << self.place[arrow.id]
            while pending:
                node = pending.pop()
                if node.id in seen:
                    continue
                seen.add(node.id)
                for place in self.places(node):
                    places |= 1 << place
                pending.extend(arrow.source for arrow in node.incoming)
                if node.host is not None:
                    pending.append(node.host)
            found[join.id] = places
        return found

    def _spread(self) -> None:
        changed = True
        for _, _, given in self._steps:
            together = sum(1 << place for place in set(given))
            for place in given:
                self.with_[place] |= together & ~(1 << place)
        while changed:
            changed = False
            for node, taken, given in self._steps:
                if not taken:
                    continue
                shared = self.with_[taken[0]]
                for place in taken[1:]:
                    shared &= self.with_[place]
                shared &= ~self._waits_for.get(node.id, 0)
                for place in given:
                    changed |= self._join(place, shared)

    def _join(self, place: int, others: int) -> bool:
        new = others & ~self.with_[place] & ~(1 << place)
        if not new:
            return False
        self.with_[place] |= new
        while new:
            lowest = new & -new
            self.with_[lowest.bit_length() - 1] |= 1 << place
            new ^= lowest
        return True

    def _add_event_subprocesses(self) -> None:
        inside = self.scope.event_subprocesses
        alone = [node for node in inside if self._interrupts(node)]
        beside = [node for node in inside if not self._interrupts(node)]
        others = (1 << len(self.with_)) - 1
        for node in alone:
            others &= ~(1 << self.places(node)[0])
        for node in beside:
            self._join(self.places(node)[0], others)

    @staticmethod
    def _interrupts(node: Node) -> bool:
        return node.inner is None or all(start.interrupting for start in node.inner.starts)

    def pairs(self, nodes: Sequence[Node]) -> Iterator[tuple[Node, Node]]:
        """For each element, the first one before it that can be active at the same time."""
        before, at = 0, dict[int, Node]()
        for node in nodes:
            places = self.places(node)
            for place in places:
                both = before & self.with_[place]
                if both:
                    yield at[(both & -both).bit_length() - 1], node
                    break
            for place in places:
                before |= 1 << place
                at.setdefault(place, node)
