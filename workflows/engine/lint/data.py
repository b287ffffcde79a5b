"""Rules about data that need to know which elements can be active at the same time."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

from workflows.engine.definition import Element
from workflows.engine.outline import Outline
from workflows.engine.problems import Findings


def check_data(outline: Outline, elements: Mapping[str, Element], findings: Findings) -> None:
    """Refuse two parallel branches that write one name: which value stays would be chance."""
    writers: dict[str, list[str]] = {}
    for element in elements.values():
        for name in writes(element):
            writers.setdefault(name, []).append(element.id)
    shared = {name: ids for name, ids in writers.items() if len(ids) > 1}
    if not shared or not outline.of_kind("parallel_gateway"):
        return
    together = Concurrency(outline)
    for name, ids in shared.items():
        for first, second in combinations(ids, 2):
            if together.active(first, second):
                node = outline.nodes[second]
                findings.error("parallel_write", second, node.line, name=name, first=first, second=second)


def writes(element: Element) -> set[str]:
    """The variables an element sets."""
    names = set(element.data_types)
    if element.script is not None:
        names |= element.script.writes
    if element.result is not None:
        names.add(element.result)
    return names


class Concurrency:
    """Which sequence flows can hold tokens at the same time, in a sound drawing.

    For nets like ours (choices depend on one place only) this is the smallest relation with: what
    one step puts out together is together; and what is together with everything a step takes in is
    together with everything it puts out."""

    def __init__(self, outline: Outline) -> None:
        self.place = {arrow.id: index for index, arrow in enumerate(outline.arrows)}
        self.outline = outline
        self.with_: list[int] = [0] * len(self.place)
        self._steps = list(self._make_steps())
        self._spread()

    def _make_steps(self) -> list[tuple[list[int], list[int]]]:
        """(places taken, places given) of every way an element can move."""
        steps: list[tuple[list[int], list[int]]] = []
        for node in self.outline.nodes.values():
            arriving = [self.place[arrow.id] for arrow in node.incoming]
            leaving = [self.place[arrow.id] for arrow in node.outgoing]
            if node.kind == "parallel_gateway":
                steps.append((arriving, leaving))
            else:
                steps.extend(([place], [target]) for place in arriving for target in leaving)
        return steps

    def _spread(self) -> None:
        changed = True
        for _, given in self._steps:
            for first, second in combinations(given, 2):
                self._join(first, 1 << second)
        while changed:
            changed = False
            for taken, given in self._steps:
                if not taken:
                    continue
                shared = self.with_[taken[0]]
                for place in taken[1:]:
                    shared &= self.with_[place]
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

    def active(self, first: str, second: str) -> bool:
        """Can both elements be active at one time?"""
        a = [self.place[arrow.id] for arrow in self.outline.nodes[first].incoming]
        b = [self.place[arrow.id] for arrow in self.outline.nodes[second].incoming]
        return any(self.with_[one] >> other & 1 for one in a for other in b)
