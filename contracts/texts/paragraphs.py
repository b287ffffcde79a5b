"""Paragraphs as they are stored: read strictly, since templates and clauses are what somebody typed or sent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from django.utils.translation import gettext as _

from contracts.texts.facts import condition_of
from contracts.texts.placeholders import ITEMS, TABLES
from core.errors import ApplicationError
from core.pdf.placeholders import PLACEHOLDER

LONGEST: Final = 4000
# English takes about three letters where Chinese takes one.
LONGEST_ENGLISH: Final = 12_000
MOST: Final = 60
MARKS: Final = ("strong", "underline")
DEEPEST: Final = 2
_KEYS: Final = frozenset({"text", "bold", "table", "when", "only_with", "each", "level", "marks", "text_en"})
# What no keyboard types and no font draws: also the signs that turn the direction of what follows.
_UNPRINTABLE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)


@dataclass(frozen=True, order=True)
class Mark:
    """Letters ``start`` to ``end`` of a paragraph stand out; placeholders count as they are written."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Paragraph:
    """``bold`` flags what limits our duties or the other side's rights (Civil Code, article 496)."""

    text: str
    bold: bool = False
    table: str = ""
    when: str = ""
    each: str = ""
    level: int = 1
    marks: tuple[Mark, ...] = ()
    # The same in English, for contracts on paper in both languages; empty: nobody has written it. Marks are places in
    # the Chinese text.
    text_en: str = ""

    def data(self) -> dict[str, Any]:
        """As it is stored: what says nothing is left out."""
        found: dict[str, Any] = {"text": self.text}
        if self.bold:
            found["bold"] = True
        for name in ("text_en", "table", "when", "each"):
            if getattr(self, name):
                found[name] = getattr(self, name)
        if self.level != 1:
            found["level"] = self.level
        if self.marks:
            found["marks"] = [[one.start, one.end, one.kind] for one in self.marks]
        return found

    @property
    def names(self) -> set[str]:
        """The placeholders that it asks for, in either language."""
        return set(PLACEHOLDER.findall(self.text)) | set(PLACEHOLDER.findall(self.text_en))


class _WrongError(Exception):
    """What is wrong with one paragraph, in words."""


def read_paragraphs(data: Any, *, where: str) -> tuple[Paragraph, ...]:
    """Paragraphs from what was stored or sent. Raises ApplicationError that names ``where`` and the paragraph."""
    if not isinstance(data, Sequence) or isinstance(data, str | bytes) or not data:
        raise _refused(where, None, _("It has no text: write at least one paragraph."))
    if len(data) > MOST:
        raise _refused(where, None, _("It has more than %(most)s paragraphs: split it.") % {"most": MOST})
    found = []
    for number, one in enumerate(data, start=1):
        try:
            found.append(_read(one))
        except _WrongError as error:
            raise _refused(where, number, str(error)) from None
    if found[0].level != 1:
        raise _refused(where, 1, _("The first paragraph stands under no other: take its indent away."))
    return tuple(found)


def _read(data: Any) -> Paragraph:
    if not isinstance(data, Mapping) or not isinstance(data.get("text"), str):
        raise _WrongError(_("It is not a paragraph."))
    if unknown := sorted(str(key)[:40] for key in data.keys() - _KEYS):
        raise _WrongError(
            _("It has something that paragraphs do not have: %(names)s.") % {"names": ", ".join(unknown)}
        )
    text = data["text"]
    when = data.get("when", data.get("only_with", ""))
    paragraph = Paragraph(
        text=text,
        bold=_one_of(data, "bold", (False, True), default=False),
        table=_one_of(data, "table", ("", *TABLES), default=""),
        when=when if isinstance(when, str) else "?",
        each=_one_of(data, "each", ("", *ITEMS), default=""),
        level=_one_of(data, "level", range(1, DEEPEST + 1), default=1),
        marks=_marks(text, data.get("marks", [])),
        text_en=_english(data.get("text_en", "")),
    )
    return _checked(paragraph)


def _checked(paragraph: Paragraph) -> Paragraph:
    text = paragraph.text
    if not text.strip():
        raise _WrongError(_("It is empty: write something, or remove it."))
    if len(text) > LONGEST:
        raise _WrongError(_("It has more than %(most)s characters: split it.") % {"most": LONGEST})
    _require_printable(text)
    if paragraph.when:
        try:
            condition_of(paragraph.when)
        except ApplicationError as error:
            raise _WrongError(_("Its condition: %(why)s") % {"why": error.message}) from error
    if paragraph.each and paragraph.table:
        raise _WrongError(_("It is repeated, so it cannot hold a table."))
    return paragraph


def _english(text: Any) -> str:
    if not isinstance(text, str):
        raise _WrongError(_("Its English is not a text."))
    if len(text) > LONGEST_ENGLISH:
        raise _WrongError(
            _("Its English has more than %(most)s characters: split it.") % {"most": LONGEST_ENGLISH}
        )
    _require_printable(text)
    return text.strip()


def _require_printable(text: str) -> None:
    if sign := _UNPRINTABLE.search(text):
        raise _WrongError(
            _("It holds a sign that cannot be printed (U+%(code)04X): remove it.") % {"code": ord(sign[0])}
        )


def _one_of(data: Mapping[str, Any], name: str, allowed: Sequence[Any], *, default: Any) -> Any:
    value = data.get(name, default)
    # 1 and True are equal, but not the same thing here.
    if not any(type(one) is type(value) and one == value for one in allowed):
        raise _WrongError(
            _("“%(value)s” cannot stand as its “%(name)s”.") % {"value": str(value)[:40], "name": name}
        )
    return value


def _marks(text: str, data: Any) -> tuple[Mark, ...]:
    """Sorted, within the text, not twice over one letter, and never in the middle of a placeholder."""
    if not isinstance(data, Sequence) or isinstance(data, str | bytes):
        raise _WrongError(_("Its marks cannot be read."))
    found = []
    names = [match.span() for match in PLACEHOLDER.finditer(text)]
    for one in data:
        if not isinstance(one, Sequence) or len(one) != 3 or one[2] not in MARKS:
            raise _WrongError(_("Its marks cannot be read."))
        start, end, kind = one
        if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(text):
            raise _WrongError(_("Its marks cannot be read."))
        if any(low < start < high or low < end < high for low, high in names):
            raise _WrongError(_("A mark ends in the middle of a placeholder."))
        found.append(Mark(start, end, kind))
    found.sort(key=lambda mark: (mark.kind, mark.start))
    for before, after in pairwise(found):
        if before.kind == after.kind and after.start < before.end:
            raise _WrongError(_("Two marks of one kind lie over each other."))
    return tuple(sorted(found))


def _refused(where: str, number: int | None, why: str) -> ApplicationError:
    place = (
        where if number is None else _("%(where)s, paragraph %(number)s") % {"where": where, "number": number}
    )
    return ApplicationError(f"{place}: {why}", code="bad_text")
