"""Two trees of parts -> what is different, each difference once and nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from .flows import FlowMatch, end_follows, match_flows
from .parts import Element, Fact, Part, Sheet

Sign = Literal["+", "-", "~"]
# Said by the other facts of the same change, or by what surrounds it.
_ENDS: Final = ("source", "target")
_NAMED: Final = ("message", "signal", "error", "escalation")
# A list whose order people see or that decides.
_ORDERED: Final = ("outcome", "field", "choice", "rule", "input", "output")


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference, not yet in words: at which element, in which part of it, which fact.

    A whole element or part that came or went has no fact."""

    sign: Sign
    before: Element | None
    after: Element | None
    path: tuple[Part, ...] = ()
    fact: str = ""
    was: Fact | None = None
    is_now: Fact | None = None
    order: tuple[tuple[Part, ...], tuple[Part, ...]] | None = None

    @property
    def element(self) -> Element:
        found = self.after or self.before
        if found is None:
            raise ValueError("a difference is at an element")
        return found


@dataclass(slots=True)
class Comparison:
    """Two diagrams, what differs, and which flows of one are those of the other."""

    before: Sheet
    after: Sheet
    flows: FlowMatch = field(default_factory=FlowMatch)
    found: list[Difference] = field(default_factory=list)


def compare_sheets(before: Sheet, after: Sheet) -> Comparison:
    """Everything that differs but the drawing, in the order of the new diagram; what went stands at the end."""
    made = Comparison(before, after, match_flows(before, after))
    for element in after.elements.values():
        old = _old_of(element, made)
        if old is not None:
            made.found += _changes(old, element, made)
        elif element.tag not in _NAMED and element.key not in made.flows.absorbed:
            made.found.append(Difference("+", None, element))
    for element in before.elements.values():
        stays = element.key in (made.flows.pairs if element.is_flow else after.elements)
        if not stays and element.tag not in _NAMED and element.key not in made.flows.absorbed:
            made.found.append(Difference("-", element, None))
    return made


def _old_of(element: Element, made: Comparison) -> Element | None:
    if not element.is_flow:
        return made.before.elements.get(element.key)
    old = made.flows.back().get(element.key)
    return made.before.elements.get(old) if old is not None else None


def _changes(old: Element, new: Element, made: Comparison) -> Iterator[Difference]:
    """What differs in an element that both diagrams have."""
    blank = Difference("~", old, new)
    for one in compare_parts(old, new, blank):
        if one.fact and not one.path:
            kept = _fact_of_element(one, made)
            if kept is not None:
                yield kept
        else:
            yield one
    yield from _order_of_conditions(old, new, made)


def _fact_of_element(one: Difference, made: Comparison) -> Difference | None:
    """A fact that refers to another element may say the same although the reference is another."""
    was, is_now = one.was, one.is_now
    shown = (was or is_now or Fact("")).shown
    if one.fact in _ENDS:
        ends = (was.said if was else "", is_now.said if is_now else "")
        return None if end_follows(*ends, made.before, made.after) else one
    if shown == "named" and was is not None and is_now is not None:
        names = made.before.named.get(was.said), made.after.named.get(is_now.said)
        return None if was.said == is_now.said or names[0] == names[1] else one
    if one.fact == "default":
        before, after = (fact.said if fact is not None else None for fact in (was, is_now))
        if made.flows.becomes(before) == after:
            return None
        if after is None and before not in made.flows.pairs:
            return None  # the way itself is gone, which is said
        if before is None and after not in made.flows.pairs.values():
            return None  # the way is new, and says that it is the default
        return one
    return one


def _order_of_conditions(old: Element, new: Element, made: Comparison) -> Iterator[Difference]:
    was = [made.flows.becomes(key) for key in old.order]
    common = set(was) & set(new.order)
    before = [key for key in was if key in common]
    after = [key for key in new.order if key in common]
    if before != after:
        back = made.flows.back()
        yield Difference(
            "~",
            old,
            new,
            fact="conditions",
            order=(
                tuple(made.before.elements[back[key or ""]] for key in before),
                tuple(made.after.elements[key or ""] for key in after),
            ),
        )


def compare_parts(
    old: Part,
    new: Part,
    blank: Difference,
    match: Callable[[Part, Part], Mapping[str, str]] | None = None,
) -> Iterator[Difference]:
    """The facts, then the parts in them. `match` pairs parts whose key says nothing: old key -> new key."""
    for name in dict.fromkeys([*old.facts, *new.facts]):
        was, is_now = old.facts.get(name), new.facts.get(name)
        if (was.meaning if was else None) != (is_now.meaning if is_now else None):
            yield replace(blank, sign="~", fact=name, was=was, is_now=is_now)
    if sorted(one for one in old.left if one) != sorted(one for one in new.left if one):
        yield replace(blank, sign="~", fact="other")
    pairs = match(old, new) if match is not None else {key: key for key in old.parts if key in new.parts}
    back = {is_: was for was, is_ in pairs.items()}
    for key, part in new.parts.items():
        path = (*blank.path, part)
        if key not in back:
            yield replace(blank, sign="+", path=path, fact="")
        else:
            yield from compare_parts(old.parts[back[key]], part, replace(blank, path=path))
    for key, part in old.parts.items():
        if key not in pairs:
            yield replace(blank, sign="-", path=(*blank.path, part), fact="")
    yield from _orders(old, new, pairs, blank)


def _orders(old: Part, new: Part, pairs: Mapping[str, str], blank: Difference) -> Iterator[Difference]:
    for kind in _ORDERED:
        was = [pairs[key] for key, part in old.parts.items() if part.kind == kind and key in pairs]
        is_now = _common(new, kind, was)
        if was != is_now:
            parts = tuple(new.parts[key] for key in was), tuple(new.parts[key] for key in is_now)
            yield replace(blank, sign="~", fact=f"order_{kind}", order=parts)


def _common(part: Part, kind: str, keys: Sequence[str]) -> list[str]:
    known = set(keys)
    return [key for key, one in part.parts.items() if one.kind == kind and key in known]
