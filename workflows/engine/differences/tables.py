"""Decision tables and forms of two versions compared: columns, and rules by their number."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

from .comparing import Comparison, Difference, compare_parts
from .dmn import Row, Table, read_table, rows_of
from .parts import Element, Fact, Glossary, Part
from .saying import Change, put_into_words


def compare_tables(
    made: Comparison,
    glossary: Glossary,
    decisions: tuple[Mapping[str, str], Mapping[str, str]],
    forms: tuple[Mapping[str, Any], Mapping[str, Any]],
) -> tuple[Change, ...]:
    """What differs beside the diagram, in words; expressions are said with the names of the diagram."""
    found = [*_tables(*decisions), *_forms(*forms)]
    beside = Comparison(made.before, made.after, made.flows, found)
    return tuple(
        replace(one, element=None, group=f"{difference.element.tag}:{difference.element.key}")
        for one, difference in zip(put_into_words(beside, glossary), found, strict=True)
    )


def _tables(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Difference]:
    for name in dict.fromkeys([*after, *before]):
        old = read_table(name, before[name]) if name in before else None
        new = read_table(name, after[name]) if name in after else None
        if old is not None and new is not None:
            yield from _table(old, new)
        elif new is not None:
            yield Difference("+", None, new.element)
        elif old is not None:
            yield Difference("-", old.element, None)


def _table(old: Table, new: Table) -> Iterator[Difference]:
    blank = Difference("~", old.element, new.element)
    yield from compare_parts(old.element, new.element, blank)
    columns: dict[int, int] = {}
    for before, after, from_old, from_new in (
        (old.inputs, new.inputs, 0, 0),
        (old.outputs, new.outputs, len(old.inputs), len(new.inputs)),
    ):
        pairs = _paired(before, after)
        columns.update({from_old + was: from_new + is_now for was, is_now in pairs.items()})
        yield from _rows(before, after, pairs, blank)
    rules = _paired(old.rules, new.rules)
    heads = [row.part for row in rows_of(new)]
    for row in new.rules:
        _fill(row, heads)
    for row in old.rules:
        _fill(row, [one.part for one in rows_of(old)])
    yield from _rows(old.rules, new.rules, rules, blank)
    for was, is_now in sorted(rules.items(), key=lambda pair: pair[1]):
        yield from _cells(old.rules[was], new.rules[is_now], columns, heads, blank)


def _rows(
    before: Sequence[Row], after: Sequence[Row], pairs: Mapping[int, int], blank: Difference
) -> Iterator[Difference]:
    """Columns or rules: what differs in them, which came, which went, and their order."""
    back = {is_now: was for was, is_now in pairs.items()}
    for number, row in enumerate(after):
        if number in back:
            old = _bare(before[back[number]].part)
            yield from compare_parts(old, _bare(row.part), replace(blank, path=(row.part,)))
        else:
            yield replace(blank, sign="+", path=(row.part,))
    for number, row in enumerate(before):
        if number not in pairs:
            yield replace(blank, sign="-", path=(row.part,))
    order = sorted(pairs, key=lambda number: pairs[number])
    if order != sorted(order):
        yield replace(blank, fact=f"order_{after[0].part.kind}", order=_moved(before, order))


def _moved(rows: Sequence[Row], order: Sequence[int]) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """The rows between the first and the last that stand elsewhere now, as they stood and as they stand."""
    was = sorted(order)
    places = [place for place, number in enumerate(order) if was[place] != number]
    part = slice(places[0], places[-1] + 1)
    return tuple(rows[one].part for one in was[part]), tuple(rows[one].part for one in order[part])


def _bare(part: Part) -> Part:
    """A rule without its cells, which are compared by their columns."""
    return Part(part.kind, part.key, part.labels, part.facts, {}, part.left)


def _cells(
    old: Row, new: Row, columns: Mapping[int, int], heads: Sequence[Part], blank: Difference
) -> Iterator[Difference]:
    for was, is_now in sorted(columns.items(), key=lambda pair: pair[1]):
        before = old.cells[was] if was < len(old.cells) else ""
        after = new.cells[is_now] if is_now < len(new.cells) else ""
        if _same(before) != _same(after):
            cell = Part("cell", heads[is_now].key, heads[is_now].labels)
            yield replace(
                blank,
                path=(new.part, cell),
                fact="cell",
                was=Fact(before, "cell"),
                is_now=Fact(after, "cell"),
            )


def _fill(row: Row, heads: Sequence[Part]) -> None:
    """Its cells as parts, for what is said of a rule that came or went."""
    for head, text in zip(heads, row.cells, strict=False):
        if _same(text):
            cell = Part("cell", head.key, head.labels)
            cell.say("cell", text, "cell")
            row.part.add(cell)


def _same(cell: str) -> str:
    text = " ".join(cell.split())
    return "" if text == "-" else text


def _paired(before: Sequence[Row], after: Sequence[Row]) -> dict[int, int]:
    """Which row has become which: by their ids, else by what stands in them."""
    ids = [row.id for row in before], [row.id for row in after]
    if all(all(side) and len(set(side)) == len(side) for side in ids):
        place = {id: number for number, id in enumerate(ids[1])}
        return {number: place[id] for number, id in enumerate(ids[0]) if id in place}
    contents = [row.content for row in before], [row.content for row in after]
    pairs: dict[int, int] = {}
    for how, a, b, c, d in SequenceMatcher(None, *contents, autojunk=False).get_opcodes():
        if how in ("equal", "replace"):
            pairs.update(zip(range(a, b), range(c, d), strict=False))
    free = [number for number in range(len(after)) if number not in pairs.values()]
    for number, row in enumerate(before):  # moved as it is
        if number not in pairs:
            moved = next((one for one in free if after[one].content == row.content), None)
            if moved is not None:
                pairs[number] = moved
                free.remove(moved)
    return pairs


def _forms(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for name in dict.fromkeys([*after, *before]):
        old = _form(name, before[name]) if name in before else None
        new = _form(name, after[name]) if name in after else None
        if old is not None and new is not None:
            yield from compare_parts(old, new, Difference("~", old, new))
        elif new is not None:
            yield Difference("+", None, new)
        elif old is not None:
            yield Difference("-", old, None)


def _form(name: str, held: Any) -> Element:
    element = Element("form", name, tag="form")
    element.left.append(json.dumps(held, sort_keys=True, ensure_ascii=False))
    return element
