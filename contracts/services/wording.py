"""Where a contract says something else than its template, and which of that is a deviation (F76).

A choice that the template leaves open (optional clauses, alternatives) is none. A locked clause that is left out, any
clause whose words are changed, and one that was added are: each has a reason and a risk, and legal reviews it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any, Final

from django.utils.translation import gettext as _

from contracts.models import AmendmentChange, ClauseChange, Contract, ContractTemplate, Risk
from contracts.services.in_force import clauses_in_force
from contracts.services.template_contents import CODE
from contracts.services.template_texts import clause_texts, open_values
from contracts.texts.assembly import ALTERNATIVE, LOCKED, OPTIONAL, Choices, ClauseText, clauses_of
from contracts.texts.checking import faults_of_clause, names_for
from contracts.texts.paragraphs import read_paragraphs
from contracts.texts.placeholders import NEEDED_TABLES
from core.errors import ApplicationError, Text

Kind = ClauseChange.Kind
MOST_CHANGES: Final = 60


@dataclass(frozen=True)
class Change:
    """What the drafter decides about one clause."""

    code: str
    kind: str
    title: str = ""
    paragraphs: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    after: str = ""
    risk: str = ""
    reason: str = ""
    title_en: str = ""


@dataclass(frozen=True)
class Deviation:
    """Where the contract yields; ``old`` and ``new`` are paragraphs as they are stored."""

    code: str
    title: str
    kind: str
    old: list[dict[str, Any]]
    new: list[dict[str, Any]]
    risk: str
    reason: str
    # Whose clause it is, where it is not one of the contract's own template: that of a main contract.
    template_code: str = ""

    def data(self) -> dict[str, Any]:
        found = {name: getattr(self, name) for name in self.__dataclass_fields__}
        if not self.template_code:
            del found["template_code"]
        return found


def choices_of(changes: Iterable[ClauseChange]) -> Choices:
    """The rows of a draft as choices about its template."""
    codes: dict[str, set[str]] = {kind: set() for kind in Kind.values}
    changed, added = {}, []
    for one in changes:
        codes[one.kind].add(one.code)
        if one.kind == Kind.CHANGED:
            changed[one.code] = _text(one)
        elif one.kind == Kind.ADDED:
            added.append((one.after, _text(one)))
    return Choices(
        left_out=frozenset(codes[Kind.LEFT_OUT]),
        taken_in=frozenset(codes[Kind.TAKEN_IN]),
        chosen=frozenset(codes[Kind.CHOSEN]),
        changed=changed,
        added=added,
    )


def _text(one: ClauseChange | Change) -> ClauseText:
    paragraphs = read_paragraphs(one.paragraphs, where=one.title or one.code)
    return ClauseText(code=one.code, title=one.title, paragraphs=paragraphs, title_en=one.title_en)


def _printed(text: ClauseText, contract: Contract) -> ClauseText:
    """What of it reaches the paper: English only where the contract is in both languages."""
    return text if contract.is_bilingual else text.in_chinese


def contract_clauses(contract: Contract) -> list[ClauseText]:
    """The clauses that stand in the contract, conditions and repeats still in them."""
    return clauses_of(clause_texts(contract.template), choices_of(contract.clause_changes.all()))


def deviations_of(contract: Contract) -> list[Deviation]:
    """Where the contract yields from its template as it stands, in the order of the clauses; then where a supplement
    changes the words of its main contract. On the customer's own paper legal says where it yields (``counterparty``)."""
    if contract.counterparty_paper_id is not None:
        return []
    template = {one.code: one for one in clause_texts(contract.template)}
    order = list(template)
    found = [
        Deviation(
            code=one.code,
            title=one.title or template[one.code].title,
            kind=one.kind,
            old=_stored(template[one.code], contract) if one.code in template else [],
            new=_stored(_text(one), contract) if one.paragraphs else [],
            risk=one.risk,
            reason=one.reason,
        )
        for one in contract.clause_changes.all()
        if is_deviation(one, template)
    ]
    found.sort(key=lambda one: order.index(one.code) if one.code in template else len(order))
    return [*found, *_of_the_main_contract(contract)]


def _stored(text: ClauseText, contract: Contract) -> list[dict[str, Any]]:
    return [part.data() for part in _printed(text, contract).paragraphs]


def _of_the_main_contract(contract: Contract) -> list[Deviation]:
    if not contract.is_supplement or contract.parent is None:
        return []
    code = contract.parent.template.code
    rows = [one for one in contract.amendments.all() if one.is_wording]
    now: dict[str, tuple[str, str]] = {}
    if contract.is_draft and rows:
        # What it replaces is written down when it is submitted.
        now = {one.code: (one.text, one.text_en) for one in clauses_in_force(contract.parent)}
    return [
        Deviation(
            code=one.code,
            title=one.title,
            kind=Kind.ADDED if one.kind == AmendmentChange.Kind.ADDED else Kind.CHANGED,
            old=paired(*now.get(one.code, (one.old_text, one.old_text_en)), contract),
            new=paired(one.text, one.text_en, contract),
            risk=one.risk,
            reason=one.reason,
            template_code=code,
        )
        for one in rows
    ]


def paired(text: str, text_en: str, contract: Contract) -> list[dict[str, Any]]:
    """Paragraph by paragraph, each with its English where the supplement is printed in both languages."""
    english = text_en.splitlines() if contract.is_bilingual else []
    return [
        {"text": line, **({"text_en": said} if said else {})}
        for line, said in zip_longest(text.splitlines(), english, fillvalue="")
        if line
    ]


def is_deviation(one: ClauseChange | Change, template: Mapping[str, ClauseText]) -> bool:
    if one.kind in (Kind.CHANGED, Kind.ADDED):
        return True
    return one.kind == Kind.LEFT_OUT and one.code in template and template[one.code].kind == LOCKED


def replace_changes(contract: Contract, changes: Sequence[Change]) -> None:
    """Write what the drafter decided; what comes to nothing falls away. One refusal names all that is wrong."""
    template = {one.code: one for one in clause_texts(contract.template)}
    risks = dict(contract.template.clauses.values_list("code", "risk"))
    errors: dict[str, list[Text]] = {}
    if len(changes) > MOST_CHANGES:
        errors["clauses"] = [_("At most %(most)s clauses can be decided about.") % {"most": MOST_CHANGES}]
    rows, seen = [], set()
    for one in changes[:MOST_CHANGES]:
        where = f"clauses.{one.code[:40]}"
        if one.code in seen:
            errors[where] = [_("Something is decided about this clause twice.")]
            continue
        seen.add(one.code)
        try:
            problem = _problem(one, template, contract.template)
            if not problem and _says_something(contract, one, template):
                rows.append(_row(contract, one, template, risks))
        except ApplicationError as refusal:
            problem = str(refusal.message)
        if problem:
            errors[where] = [problem]
    if errors:
        raise ApplicationError(_("Please correct the marked clauses."), code="invalid", errors=errors)
    contract.clause_changes.all().delete()
    ClauseChange.objects.bulk_create(rows)


def _problem(one: Change, template: Mapping[str, ClauseText], whole: ContractTemplate) -> str:
    if one.kind not in Kind.values:
        return _("This cannot be decided about a clause.")
    if one.risk not in ("", *Risk.values):
        return _("Choose the risk.")
    if len(one.title_en) > 120:
        return _("The English title has at most 120 characters.")
    if len(one.reason) > 300 or len(one.title) > 80:
        return _("The title has at most 80 characters, the reason 300.")
    clause = template.get(one.code)
    if one.kind == Kind.ADDED:
        if clause is not None or not CODE.fullmatch(one.code):
            return _("A clause of one's own has a code of its own.")
        if not one.title.strip():
            return _("It has no title.")
        if one.after and one.after not in template:
            return _("The clause after which it stands is not in the template.")
        return _unfilled(_text(one), whole, template)
    if clause is None:
        return _("The template has no such clause any more: load the page again.")
    if one.kind == Kind.CHANGED:
        return _changed_problem(one, clause, whole, template)
    return _choice_problem(one, clause)


def _choice_problem(one: Change, clause: ClauseText) -> str:
    if one.kind == Kind.LEFT_OUT:
        if clause.kind == ALTERNATIVE:
            return _("One of the alternatives stands in every contract: choose another one instead.")
        if any(part.table in NEEDED_TABLES for part in clause.paragraphs):
            return _("It holds the products or the instalments and cannot be left out.")
    if one.kind == Kind.TAKEN_IN and (clause.kind != OPTIONAL or clause.is_default):
        return _("It stands in the contract anyway.")
    if one.kind == Kind.CHOSEN and clause.kind != ALTERNATIVE:
        return _("It has no alternatives.")
    return ""


def _changed_problem(
    one: Change, clause: ClauseText, whole: ContractTemplate, template: Mapping[str, ClauseText]
) -> str:
    text = _text(one)
    needed = {(part.table, part.when) for part in clause.paragraphs if part.table in NEEDED_TABLES}
    kept = [(part.table, part.when) for part in text.paragraphs if part.table in NEEDED_TABLES]
    if sorted(kept) != sorted(needed):
        return _("Its table of products or instalments must stay in it, once.")
    return _unfilled(text, whole, template)


def _unfilled(text: ClauseText, whole: ContractTemplate, template: Mapping[str, ClauseText]) -> str:
    known = names_for(whole.texts.get("values", {}), list(template.values()))
    return " ".join(fault.text for fault in faults_of_clause(text, known))


def _says_something(contract: Contract, one: Change, template: Mapping[str, ClauseText]) -> bool:
    """A choice that is the template's own anyway, and a change that changes nothing, leave no row."""
    clause = template.get(one.code)
    if clause is None:
        return True
    if one.kind == Kind.CHANGED:
        text = replace(
            _text(one),
            title=one.title.strip() or clause.title,
            title_en=one.title_en.strip() or clause.title_en,
        )
        new, old = (_printed(part, contract) for part in (text, clause))
        return (new.title, new.title_en, new.paragraphs) != (old.title, old.title_en, old.paragraphs)
    if one.kind == Kind.CHOSEN:
        return not clause.is_default
    if one.kind == Kind.LEFT_OUT:
        return clause.kind == LOCKED or clause.is_default
    return True


def _row(
    contract: Contract, one: Change, template: Mapping[str, ClauseText], risks: Mapping[str, str]
) -> ClauseChange:
    has_text = one.kind in (Kind.CHANGED, Kind.ADDED)
    yields = is_deviation(one, template)
    return ClauseChange(
        contract=contract,
        code=one.code,
        kind=one.kind,
        after=one.after if one.kind == Kind.ADDED else "",
        title=(one.title.strip() or template[one.code].title) if has_text else "",
        title_en=_title_en(one, template) if has_text else "",
        paragraphs=[part.data() for part in _text(one).paragraphs] if has_text else [],
        risk=(one.risk or risks.get(one.code, Risk.MIDDLE)) if yields else "",
        reason=one.reason.strip() if yields else "",
    )


def _title_en(one: Change, template: Mapping[str, ClauseText]) -> str:
    return one.title_en.strip() or (template[one.code].title_en if one.code in template else "")


def lacks_of_wording(contract: Contract) -> list[tuple[str, str]]:
    """(field, what is missing) before the draft can be submitted."""
    if contract.counterparty_paper_id is not None:
        return _lacks_of_their_paper(contract)
    found = [
        (f"clauses.{one.code}", _("Say why “%(clause)s” deviates from the template.") % {"clause": one.title})
        for one in deviations_of(contract)
        # What a supplement lacks is said beside its changes.
        if not one.reason and not one.template_code
    ]
    asked = {name for one in contract_clauses(contract) for part in one.paragraphs for name in part.names}
    found += [
        (f"variables.{name}", _("Enter “%(value)s”: the text asks for it.") % {"value": about["label"]})
        for name, about in open_values(contract.template).items()
        if name in asked and not about["value"] and not contract.variables.get(name)
    ]
    return found


def _lacks_of_their_paper(contract: Contract) -> list[tuple[str, str]]:
    if not contract.special_terms.strip():
        return []
    text = _(
        "Special terms stand on our own text alone: have the customer's paper say them, then empty this field."
    )
    return [("special_terms", text)]


def forget_wording(contract: Contract) -> None:
    """Another template was chosen: what was decided about the clauses of the old one is void, except added clauses."""
    codes = set(contract.template.clauses.values_list("code", flat=True))
    contract.clause_changes.exclude(kind=Kind.ADDED).exclude(code__in=codes).delete()
    contract.clause_changes.filter(kind=Kind.ADDED).exclude(after__in=codes).update(after="")
    offered = open_values(contract.template)
    contract.variables = {name: text for name, text in contract.variables.items() if name in offered}
