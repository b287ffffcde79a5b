"""The English of what a supplement changes, for one that is printed in both languages: days and amounts in the program's
words, new texts in their drafter's, paragraph by paragraph."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from contracts.models import AmendmentChange, Contract
from contracts.services.in_force import ClauseInForce
from contracts.texts.paragraphs import MOST, read_paragraphs
from core.errors import ApplicationError
from core.pdf.english import english_date
from core.pdf.filters import money

Kind = AmendmentChange.Kind
LONGEST_TITLE: Final = 120
LONGEST_TEXT: Final = 18_000


def clean_english(title: str, text: str, *, where: str) -> tuple[str, str]:
    """Title and text, a paragraph a line; both may be missing while the draft is written. Raises ApplicationError
    (invalid, bad_text)."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(title) > LONGEST_TITLE:
        raise ApplicationError(_("The English title has at most 120 characters."), code="invalid")
    if len(text) > LONGEST_TEXT or len(lines) > MOST:
        raise ApplicationError(
            _("Its English has at most %(lines)s paragraphs and %(letters)s characters.")
            % {"lines": MOST, "letters": LONGEST_TEXT},
            code="invalid",
        )
    if lines:
        read_paragraphs([{"text": "—", "text_en": line} for line in lines], where=where)
    return title.strip(), "\n".join(lines)


def english_problem(one: AmendmentChange, clause: ClauseInForce | None) -> str:
    """What new words lack before they can be printed in both languages; ``clause`` is what they replace."""
    if not one.title_en and (clause is None or clause.title != one.title):
        return _("Write its title in English, or print in Chinese alone.")
    chinese, english = len(one.text.splitlines()), len(one.text_en.splitlines())
    if chinese != english:
        return _(
            "In Chinese it has %(chinese)s paragraphs, in English %(english)s: write the English of each, or print in"
            " Chinese alone."
        ) % {"chinese": chinese, "english": english}
    if clause is not None and one.text != clause.text and one.text_en == clause.text_en:
        return _("The Chinese is new, but the English is still the old one.")
    return ""


def change_in_english(
    one: AmendmentChange, main: Contract, clauses: Mapping[str, ClauseInForce]
) -> dict[str, Any]:
    """The sentence that the Chinese says, and the paragraphs below it."""
    if one.kind == Kind.TERM:
        moved = _from_to(main.in_force_until, one.new_day)
        return {"words_en": f"The last day of the service term under the Main Contract is changed {moved}."}
    if one.kind == Kind.INSTALMENT and one.plan_line is not None:
        line = one.plan_line
        what = f"The due date of instalment {line.seq} ({money(line.amount)}) under the Main Contract"
        return {"words_en": f"{what} is changed {_from_to(line.due_on, one.new_day)}."}
    title = one.title_en or one.title
    if one.kind == Kind.ADDED:
        place = clauses.get(one.after)
        where = f" after {_name(place)}" if place else ""
        words = f"An article “{title}” is added to the Main Contract{where}:"
    else:
        clause = clauses.get(one.code)
        renamed = f"renamed “{title}” and " if clause and one.title != clause.title else ""
        called = _name(clause) if clause else f"the article “{title}”"
        words = f"{called[:1].upper()}{called[1:]} of the Main Contract is {renamed}amended to read:"
    return {"words_en": words, "title_en": one.title_en, "texts_en": one.text_en.splitlines()}


def _name(clause: ClauseInForce) -> str:
    """Article 3 “Price and Payment”; its Chinese title where the main contract has no English."""
    title = f"“{clause.title_en or clause.title}”"
    if clause.index:
        return f"Article {clause.index} {title}" + (" of Annex 1" if clause.part == "annex" else "")
    if clause.source is not None:
        return f"the article {title} (added by Supplementary Agreement {clause.source.no})"
    # A text of theirs without articles is cut into its pages.
    return clause.code.replace("_", " ") if clause.code.startswith("page_") else f"the article {title}"


def _from_to(old: date | None, new: date | None) -> str:
    """from 31 December 2026 to 31 March 2027; where nothing was agreed on before: to 31 March 2027"""
    days = [f"{word} {english_date(day)}" for word, day in (("from", old), ("to", new)) if day]
    return " ".join(days)
