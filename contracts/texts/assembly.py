"""One contract's text from its template: which clauses stand in it, what they say, which paragraphs hold.

The result is plain data without conditions and repeats; it is frozen at submission, so that what was signed never
depends on how conditions are read later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from contracts.texts.facts import condition_of, facts_of
from contracts.texts.paragraphs import Mark, Paragraph
from core.pdf.filters import chinese_date, money, plain_number
from core.pdf.placeholders import PLACEHOLDER

LOCKED, OPTIONAL, ALTERNATIVE = "locked", "optional", "alternative"
# What becomes of a value that is empty in one row of a repeated paragraph.
NOTHING = "—"


@dataclass(frozen=True)
class ClauseText:
    """A clause of a template, or one that was written for a single contract."""

    code: str
    title: str
    paragraphs: tuple[Paragraph, ...]
    kind: str = LOCKED
    # Alternatives of one group: exactly one of them stands in a contract.
    group: str = ""
    # Optional: in unless left out. Alternative: taken unless another is chosen.
    is_default: bool = True
    part: str = "body"
    title_en: str = ""

    def data(self) -> dict[str, Any]:
        """As it is frozen."""
        found: dict[str, Any] = {
            "code": self.code,
            "title": self.title,
            "paragraphs": [one.data() for one in self.paragraphs],
        }
        if self.title_en:
            found["title_en"] = self.title_en
        if self.part != "body":
            found["part"] = self.part
        if self.group:
            found["group"] = self.group
        return found

    @property
    def in_chinese(self) -> ClauseText:
        """Without its English, which a contract in Chinese alone neither prints nor freezes."""
        return replace(
            self, title_en="", paragraphs=tuple(replace(one, text_en="") for one in self.paragraphs)
        )

    @property
    def has_english(self) -> bool:
        """Whether all of it can be printed in both languages."""
        return bool(self.title_en) and all(one.text_en for one in self.paragraphs)


@dataclass(frozen=True)
class Choices:
    """What one contract decides about the clauses of its template, by their codes."""

    left_out: frozenset[str] = frozenset()
    taken_in: frozenset[str] = frozenset()
    chosen: frozenset[str] = frozenset()
    changed: Mapping[str, ClauseText] = field(default_factory=dict)
    # (the clause after which it stands, "" for the end; the clause).
    added: Sequence[tuple[str, ClauseText]] = ()


def clauses_of(template: Sequence[ClauseText], choices: Choices) -> list[ClauseText]:
    """The clauses that stand in the contract, in their order, with what was agreed on otherwise."""
    groups = {one.group: _chosen(template, one.group, choices) for one in template if one.kind == ALTERNATIVE}
    found: list[ClauseText] = []
    for one in template:
        if _stands(one, choices, groups):
            changed = choices.changed.get(one.code)
            found.append(
                one
                if changed is None
                else replace(
                    one, title=changed.title, title_en=changed.title_en, paragraphs=changed.paragraphs
                )
            )
        found.extend(clause for after, clause in choices.added if after == one.code)
    known = {one.code for one in template}
    # Free clauses without a place stand before the last one, which says what holds of all of them.
    rest = [clause for after, clause in choices.added if after not in known]
    body = [index for index, one in enumerate(found) if one.part == "body"]
    place = body[-1] if body else len(found)
    return [*found[:place], *rest, *found[place:]]


def _stands(one: ClauseText, choices: Choices, groups: Mapping[str, str]) -> bool:
    if one.kind == ALTERNATIVE:
        return groups[one.group] == one.code
    if one.kind == OPTIONAL and not one.is_default:
        return one.code in choices.taken_in
    return one.code not in choices.left_out


def _chosen(template: Sequence[ClauseText], group: str, choices: Choices) -> str:
    those = [one for one in template if one.kind == ALTERNATIVE and one.group == group]
    wished = next((one.code for one in those if one.code in choices.chosen), None)
    return wished or next((one.code for one in those if one.is_default), those[0].code)


# What holds of this contract ----------------------------------------------------------------------


def assembled(
    clauses: Iterable[ClauseText], content: Mapping[str, Any]
) -> tuple[list[ClauseText], dict[str, str]]:
    """The clauses with the paragraphs whose condition holds, repeated for their rows, and the values of those rows.

    A clause of which no paragraph holds falls away.
    """
    facts = facts_of(content)
    values: dict[str, str] = {}
    found = []
    for clause in clauses:
        paragraphs = tuple(_holding(clause.paragraphs, facts, content, values))
        if paragraphs:
            found.append(replace(clause, paragraphs=paragraphs))
    return found, values


def _holding(
    paragraphs: Sequence[Paragraph],
    facts: Mapping[str, Any],
    content: Mapping[str, Any],
    values: dict[str, str],
) -> Iterator[Paragraph]:
    stands_above = False
    for one in paragraphs:
        holds = not one.when or condition_of(one.when).holds(facts)
        # What stands under a paragraph goes with it.
        if one.level == 1:
            stands_above = holds
        if not holds or not stands_above:
            continue
        plain = replace(one, when="", each="")
        if not one.each:
            yield plain
            continue
        for number, row in enumerate(content.get(one.each, ()), start=1):
            item = _ROWS[one.each](number, row)
            values.update(item)
            yield _of_row(plain, {re.sub(r"_\d+_", "_", name, count=1): name for name in item})
            yield from _below(f"{one.each}_{number}", row, values)


def _of_row(paragraph: Paragraph, names: Mapping[str, str]) -> Paragraph:
    """The paragraph with the placeholders of one row; its marks move along."""
    moves: list[tuple[int, int]] = []
    shift = 0

    def put(match: re.Match[str]) -> str:
        nonlocal shift
        name = names.get(match[1], match[1])
        shift += len(name) - len(match[1])
        moves.append((match.end(), shift))
        return f"{{{name}}}"

    text = PLACEHOLDER.sub(put, paragraph.text)
    text_en = PLACEHOLDER.sub(lambda match: f"{{{names.get(match[1], match[1])}}}", paragraph.text_en)

    def moved(place: int) -> int:
        return place + max((by for end, by in moves if end <= place), default=0)

    marks = tuple(Mark(moved(one.start), moved(one.end), one.kind) for one in paragraph.marks)
    return replace(paragraph, text=text, text_en=text_en, marks=marks)


def _below(name: str, row: Mapping[str, Any], values: dict[str, str]) -> Iterator[Paragraph]:
    """The paragraphs that a row brings along, typed by people: as values, so that braces in them stay braces."""
    english = row.get("texts_en", ())
    for number, text in enumerate(row.get("texts", ()), start=1):
        values[f"{name}_{number}"] = text
        called = f"{{{name}_{number}}}"
        yield Paragraph(text=called, level=2, text_en=called if number <= len(english) else "")


def _line(number: int, row: Mapping[str, Any]) -> dict[str, str]:
    return {
        f"line_{number}_no": str(number),
        f"line_{number}_name": row["name"],
        f"line_{number}_description": row["description"] or NOTHING,
        f"line_{number}_quantity": plain_number(Decimal(row["quantity"])),
        f"line_{number}_unit": row["unit"],
        f"line_{number}_price": money(Decimal(row["price"])),
        f"line_{number}_amount": money(Decimal(row["amount"])),
    }


def _instalment(number: int, row: Mapping[str, Any]) -> dict[str, str]:
    return {
        f"instalment_{number}_no": str(number),
        f"instalment_{number}_due_on": chinese_date(date.fromisoformat(row["due_on"])),
        f"instalment_{number}_amount": money(Decimal(row["amount"])),
        f"instalment_{number}_note": row["note"] or NOTHING,
    }


def _change(number: int, row: Mapping[str, Any]) -> dict[str, str]:
    return {f"change_{number}_no": str(number), f"change_{number}_text": row["words"]}


_ROWS = {"lines": _line, "plan": _instalment, "changes": _change}
