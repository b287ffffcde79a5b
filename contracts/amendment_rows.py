"""What a supplement changes, as pages and tasks show it: what held before, what holds from then on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from contracts.models import AmendmentChange, Contract, Risk
from contracts.services.amendments import name_of
from contracts.services.in_force import ClauseInForce, clauses_in_force
from contracts.services.wording import paired
from contracts.texts.differences import ClauseDifference, differences

Kind = AmendmentChange.Kind


@dataclass(frozen=True)
class ShownChange:
    """A day that moves, or words that change."""

    name: str
    kind: str
    kind_name: str
    old_day: date | None
    new_day: date | None
    redline: list[ClauseDifference]
    risk: str
    risk_name: str
    reason: str


def shown_changes(contract: Contract) -> list[ShownChange]:
    """The changes of a supplement: those of a draft against what holds now, else as they were submitted."""
    rows = list(contract.amendments.select_related("plan_line"))
    risks = dict(Risk.choices)
    texts: dict[str, tuple[str, str, str]] = {}
    main = contract.parent
    if contract.is_draft and main is not None and any(one.is_wording for one in rows):
        texts = {one.code: (one.title, one.text, one.text_en) for one in clauses_in_force(main)}
    return [
        ShownChange(
            name=name_of(one),
            kind=one.kind,
            kind_name=str(one.get_kind_display()),
            old_day=_held(contract, one) if contract.is_draft else one.old_day,
            new_day=one.new_day,
            redline=_redline(
                contract, one, *texts.get(one.code, (one.old_title, one.old_text, one.old_text_en))
            ),
            risk=one.risk,
            risk_name=str(risks.get(one.risk, "")),
            reason=one.reason,
        )
        for one in rows
    ]


def _held(contract: Contract, one: AmendmentChange) -> date | None:
    if one.kind == Kind.TERM and contract.parent is not None:
        return contract.parent.in_force_until
    return one.plan_line.due_on if one.plan_line is not None else None


def _redline(
    contract: Contract, one: AmendmentChange, old_title: str, old_text: str, old_text_en: str
) -> list[ClauseDifference]:
    if not one.is_wording:
        return []
    old = paired(old_text, old_text_en, contract)
    new = paired(one.text, one.text_en, contract)
    return differences(
        [{"code": one.code, "title": old_title, "paragraphs": old}] if old else [],
        [{"code": one.code, "title": one.title, "paragraphs": new}],
    )


def clause_redline(clause: ClauseInForce) -> list[ClauseDifference]:
    """A clause in force against what it said before; nothing where nothing was replaced."""
    if not clause.old_text:
        return []
    old = {"code": clause.code, "title": clause.old_title, "paragraphs": _paragraphs(clause.old_text)}
    new = {"code": clause.code, "title": clause.title, "paragraphs": _paragraphs(clause.text)}
    return differences([old], [new])


def _paragraphs(text: str) -> list[dict[str, str]]:
    return [{"text": line} for line in text.splitlines()]
