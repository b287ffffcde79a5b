"""What a contract on paper in both languages still lacks in English.

Chinese prevails, so the English may say nothing of its own: an answer, a wording or a clause of which nobody has written
the English is named before the contract is submitted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from contracts.models import ClauseChange, Contract
from contracts.seed.membership_contract import ALTERNATIVES
from contracts.services.english_words import WORDINGS_OF
from contracts.services.template_texts import answers, clause_texts
from contracts.services.wording import contract_clauses
from contracts.texts.assembly import ClauseText
from contracts.texts.paragraphs import read_paragraphs
from contracts.texts.placeholders import VALUES
from core.errors import ApplicationError
from core.pdf.placeholders import names_in

# The program says these itself in both languages; from when interest runs is the template's word without days of grace.
_COMPUTED = VALUES.keys() - {"late_from"}
_CHINESE = re.compile("[\u3400-\u9fff]")


def require_english(contract: Contract) -> None:
    """Both languages are chosen where both are written. Raises ApplicationError that names what is missing."""
    if contract.is_bilingual and contract.counterparty_paper_id is not None:
        text = _(
            "The contract is written on the customer's own paper, which has its own language: use our template again to"
            " print it in both."
        )
        raise ApplicationError(text, code="invalid", errors={"paper_language": [text]})
    if texts := [text for _field, text in lacks_of_english(contract)]:
        raise ApplicationError(
            _("Please correct the marked fields."), code="invalid", errors={"paper_language": texts}
        )


def lacks_of_english(contract: Contract) -> list[tuple[str, str]]:
    """(field, what is missing) before a contract in both languages can be submitted."""
    if not contract.is_bilingual or contract.counterparty_paper_id is not None:
        return []
    clauses = contract_clauses(contract)
    found = []
    missing = [one.title for one in clauses if not one.has_english]
    missing += _around(contract)
    if missing:
        text = _("No English is written yet for: %(names)s. Write it there, or print in Chinese alone.")
        found.append(text % {"names": ", ".join(dict.fromkeys(missing))})
    if stale := _stale(contract):
        text = _("Changed for this customer, but the English is still the template's: %(names)s.")
        found.append(text % {"names": ", ".join(stale)})
    if contract.special_terms.strip():
        found.append(
            _(
                "Special terms have no English: enter them as clauses of this contract's own, or print in Chinese."
            )
        )
    found += _answers(contract, clauses)
    return [("paper_language", text) for text in found]


def _around(contract: Contract) -> Iterator[str]:
    """Title, preamble and wordings of the template that have no English."""
    texts = contract.template.texts
    if not texts.get("title_en"):
        yield _("Title on the paper")
    if texts.get("preamble") and not texts.get("preamble_en"):
        yield _("Preamble")
    for name, where in WORDINGS_OF.items():
        if texts.get(where, ALTERNATIVES[name]) != ALTERNATIVES[name] and not texts.get(f"{where}_en"):
            yield _field_label(name)


def _field_label(name: str) -> str:
    field: Any = Contract._meta.get_field(name)
    return str(field.verbose_name)


def _answers(contract: Contract, clauses: list[ClauseText]) -> Iterator[str]:
    """Values that the English names and that are in Chinese alone."""
    texts = contract.template.texts
    asked = {name for one in clauses for part in one.paragraphs for name in names_in(part.text_en)}
    usual, in_english = texts.get("values", {}), texts.get("values_en", {})
    for name, text in answers(texts, contract.variables).items():
        is_answered = bool(in_english.get(name)) and text == usual.get(name)
        if name in asked - _COMPUTED and _CHINESE.search(text) and not is_answered:
            label = texts.get("variables", {}).get(name, {}).get("label") or name
            yield _("“%(value)s” has no English: choose its usual answer, or one without words.") % {
                "value": label
            }


def _stale(contract: Contract) -> list[str]:
    """Changed clauses with a paragraph whose Chinese is new and whose English is the template's."""
    template = {one.code: one for one in clause_texts(contract.template)}
    found = []
    for change in contract.clause_changes.filter(kind=ClauseChange.Kind.CHANGED):
        old = template[change.code].paragraphs if change.code in template else ()
        texts, english_texts = {one.text for one in old}, {one.text_en for one in old}
        new = read_paragraphs(change.paragraphs, where=change.title)
        if any(one.text not in texts and one.text_en and one.text_en in english_texts for one in new):
            found.append(change.title)
    return found
