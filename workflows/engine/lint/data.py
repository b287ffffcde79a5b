"""Rules about data that need to know which elements can be active at the same time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

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
        for first, second in together.pairs(ids):
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
        self.outline = outline
        self.place = self._number_places()
        self.with_: list[int] = [0] * (max(self.place.values(), default=-1) + 1)
        self._steps = list(self._make_steps())
        self._spread()

    def _number_places(self) -> dict[str, int]:
        """Flows in a row, with only plain steps between them, count as one place: that keeps the
        relation small where it would be large, in wide sections with long branches."""
        place: dict[str, int] = {}
        for arrow in self.outline.arrows:
            row = [arrow]
            while row[-1].id not in place:
                source = row[-1].source
                if len(source.incoming) != 1 or len(source.outgoing) != 1:
                    place[row[-1].id] = len(place)
                    break
                row.append(source.incoming[0])
            for each in row:
                place[each.id] = place[row[-1].id]
        dense = {number: index for index, number in enumerate(dict.fromkeys(place.values()))}
        return {name: dense[number] for name, number in place.items()}

    def _make_steps(self) -> list[tuple[list[int], list[int]]]:
        """(places taken, places given) of every way an element can move."""
        steps: list[tuple[list[int], list[int]]] = []
        for node in self.outline.nodes.values():
            if len(node.incoming) == len(node.outgoing) == 1:
                continue
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
            together = sum(1 << place for place in set(given))
            for place in given:
                self.with_[place] |= together & ~(1 << place)
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

    def pairs(self, elements: list[str]) -> Iterator[tuple[str, str]]:
        """For each element, the first one before it that can be active at the same time."""
        before, at = 0, dict[int, str]()
        for element in elements:
            places = [self.place[arrow.id] for arrow in self.outline.nodes[element].incoming]
            for place in places:
                both = before & self.with_[place]
                if both:
                    yield at[(both & -both).bit_length() - 1], element
                    break
            for place in places:
                before |= 1 << place
                at.setdefault(place, element)
