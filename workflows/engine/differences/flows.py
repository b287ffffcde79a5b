"""Sequence flows of two diagrams: which one goes on as which, and which come and go with a step."""

from __future__ import annotations

from dataclasses import dataclass, field

from .parts import Element, Sheet


@dataclass(slots=True)
class FlowMatch:
    """`pairs` leads from a flow of the old diagram to what it has become. `absorbed` flows came or went with
    a step that was put in or taken out, and need no word of their own."""

    pairs: dict[str, str] = field(default_factory=dict)
    absorbed: set[str] = field(default_factory=set)
    _back: dict[str, str] = field(default_factory=dict)

    def back(self) -> dict[str, str]:
        """From a flow of the new diagram to what it was."""
        if len(self._back) != len(self.pairs):
            self._back = {is_now: was for was, is_now in self.pairs.items()}
        return self._back

    def becomes(self, flow: str | None) -> str | None:
        return self.pairs.get(flow, flow) if flow is not None else None


def match_flows(before: Sheet, after: Sheet) -> FlowMatch:
    """A step put into a flow cuts it in two: the first half goes on as the old flow, and the other way round."""
    match = FlowMatch()
    old, new = _ids(before), _ids(after)
    match.pairs = {one: one for one in old.keys() & new.keys()}
    for flow in old.values():
        if flow.key not in new and (first := _way(flow, after, before, new, old)) is not None:
            match.pairs[flow.key] = first
    taken = set(match.pairs.values())
    for flow in new.values():
        if flow.key not in old and flow.key not in taken:
            first = _way(flow, before, after, old, new)
            if first is not None and match.pairs.get(first, first) == first and first not in new:
                match.pairs[first] = flow.key
                taken.add(flow.key)
    gone, come = (
        before.elements.keys() - after.elements.keys(),
        after.elements.keys() - before.elements.keys(),
    )
    for flow in old.values():
        if flow.key not in match.pairs and {flow.source, flow.target} & gone:
            match.absorbed.add(flow.key)
    for flow in new.values():
        if flow.key not in taken and {flow.source, flow.target} & come:
            match.absorbed.add(flow.key)
    return match


def end_follows(was: str, is_now: str, before: Sheet, after: Sheet) -> bool:
    """Whether an end of a flow changed only because a step was put in or taken out there."""
    return was not in after.elements or is_now not in before.elements


def _ids(sheet: Sheet) -> dict[str, Element]:
    return {one.key: one for one in sheet.flows()}


def _way(
    flow: Element, sheet: Sheet, other: Sheet, here: dict[str, Element], there: dict[str, Element]
) -> str | None:
    """The first flow of a way from one end to the other over steps that only this sheet has, itself new."""
    for first in here.values():
        if first.source != flow.source or first.key in there:
            continue
        seen, at = set(), first
        while at.target != flow.target:
            inner = at.target
            if inner in other.elements or inner in seen:
                break
            seen.add(inner)
            onward = [one for one in here.values() if one.source == inner]
            if not onward:
                break
            at = next((one for one in onward if one.target == flow.target), onward[0])
        else:
            if seen:
                return first.key
    return None
