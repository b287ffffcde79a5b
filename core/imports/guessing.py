"""Which column is which field: by its headings of before, by names in both languages, by pinyin, by a piece."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache

from pypinyin import Style, lazy_pinyin

from core.imports.cells import Row
from core.imports.parsing import plain
from core.imports.reading import HEADING_WITHIN
from core.imports.registry import ImportField, Kind

# A heading is not longer than this; what is, is a note above the table.
LONGEST_HEADING = 60
SURE, SAME_SOUND, PIECE, AT_THE_END = 100, 60, 40, 15
LEFT_OUT = ""

Mapping = dict[str, str]


def fingerprint(headings: Sequence[str]) -> str:
    """The same for the same headings in the same order."""
    return hashlib.sha256("\x1f".join(plain(one) for one in headings).encode()).hexdigest()


def guess(kind: Kind, headings: Sequence[str]) -> Mapping:
    """Place of the column -> name of the field, each field once; the surest match first."""
    matches = sorted(
        (
            (-_likeness(heading, field), place, number, field.name)
            for place, heading in enumerate(headings)
            if heading
            for number, field in enumerate(kind.fields)
        ),
    )
    mapping: Mapping = {str(place): LEFT_OUT for place in range(len(headings))}
    taken: set[str] = set()
    for unlikeness, place, _number, name in matches:
        if unlikeness < 0 and name not in taken and mapping[str(place)] == LEFT_OUT:
            mapping[str(place)] = name
            taken.add(name)
    return mapping


def guess_heading_row(kind: Kind, rows: Sequence[Row]) -> int:
    """The number of the row with the most columns that are known for sure; else the first with several texts."""
    best, most = 0, 0.0
    for row in rows[:HEADING_WITHIN]:
        sure = sum(1.0 for name in guess(kind, row.cells).values() if name)
        required = sum(one.required and one.name in guess(kind, row.cells).values() for one in kind.fields)
        if sure + required > most:
            best, most = row.number, sure + required
    if best:
        return best
    several = next((row for row in rows if sum(bool(cell) for cell in row.cells) > 1), None)
    return (several or rows[0]).number if rows else 1


def usable(kind: Kind, mapping: Mapping, columns: int) -> bool:
    """Whether a remembered mapping still says something: fields may have gone since."""
    names = {one.name for one in kind.fields}
    return all(name == LEFT_OUT or name in names for name in mapping.values()) and len(mapping) == columns


def _likeness(heading: str, field: ImportField) -> int:
    wanted = plain(heading)
    if not wanted or len(heading) > LONGEST_HEADING:
        return 0
    best = 0
    for name in field.names:
        known = plain(name)
        if wanted == known:
            return SURE
        if len(wanted) >= 4 and wanted in _sounds(known):
            best = max(best, SAME_SOUND)
        shorter, longer = sorted((wanted, known), key=len)
        # What a word is about stands at its end: 联系人手机 is a 手机.
        at_the_end = longer.endswith(shorter)
        part = 3 if at_the_end else 2
        if len(shorter) >= 2 and shorter in longer and len(shorter) * part >= len(longer):
            best = max(best, PIECE * len(shorter) // len(longer) + (AT_THE_END if at_the_end else 0))
    return best


@cache
def _sounds(text: str) -> frozenset[str]:
    """kehumingcheng and khmc for 客户名称; nothing for a name without Chinese."""
    if text.isascii():
        return frozenset()
    whole = "".join(lazy_pinyin(text)).lower()
    initials = "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)).lower()
    return frozenset({whole, initials})
