"""What a supplement changes about its main contract: entered as a draft, frozen with the old values at submission.

Two supplements under way never change the same thing: the second one is refused when it is submitted. What was agreed
on is looked at again at each approval and when the supplement takes effect; nothing is overwritten silently.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from contracts.models import AmendmentChange, Contract, PaymentPlanLine, Risk
from contracts.services.amendment_english import clean_english, english_problem
from contracts.services.in_force import ClauseInForce, clauses_in_force
from contracts.texts.paragraphs import MOST, read_paragraphs
from core import clock
from core.errors import ApplicationError, Conflict, Text

Kind = AmendmentChange.Kind
State = Contract.State
MOST_CHANGES: Final = 60
LONGEST_TEXT: Final = 6000
# From the submission on until it takes effect or is given up.
UNDER_WAY: Final = (State.REVIEWING, State.APPRAISING, State.APPROVED, State.SIGNING, State.SIGNED)


@dataclass(frozen=True)
class Amendment:
    """One change as the drafter enters it. ``instalment`` is its number in the main contract; ``text`` holds a
    paragraph a line, and ``text_en`` the English of each; ``code`` names the clause that is replaced, and is left out
    for one that is added."""

    kind: str
    new_day: date | None = None
    instalment: int | None = None
    code: str = ""
    after: str = ""
    title: str = ""
    text: str = ""
    risk: str = ""
    reason: str = ""
    title_en: str = ""
    text_en: str = ""


def replace_amendments(contract: Contract, changes: Sequence[Amendment]) -> None:
    """Write what a draft changes; what changes nothing falls away. One refusal names all that is wrong.

    Raises ApplicationError (invalid) with ``changes.term``, ``changes.instalment.<number>`` and
    ``changes.clause.<code>``.
    """
    if not contract.is_supplement:
        if changes:
            text = _("Only a supplement changes another contract.")
            raise ApplicationError(text, code="no_supplement", errors={"changes": [text]})
        return
    main = main_contract(contract)
    clauses = {one.code: one for one in clauses_in_force(main)}
    lines = {one.seq: one for one in main.plan_lines.all()}
    errors: dict[str, list[Text]] = {}
    rows: list[AmendmentChange] = []
    if len(changes) > MOST_CHANGES:
        errors["changes"] = [_("At most %(most)s changes.") % {"most": MOST_CHANGES}]
    for number, one in enumerate(changes[:MOST_CHANGES], start=1):
        try:
            row = _row(contract, number, one, lines, clauses)
        except ApplicationError as refusal:
            errors[_where(one, number)] = [refusal.message]
            continue
        if row is None:
            continue
        if row.key in {other.key for other in rows}:
            errors[_where(one, number)] = [_("This is changed twice.")]
        rows.append(row)
    if errors:
        raise ApplicationError(_("Please correct the marked changes."), code="invalid", errors=errors)
    contract.amendments.all().delete()
    AmendmentChange.objects.bulk_create(rows)


def _where(one: Amendment, number: int) -> str:
    if one.kind == Kind.TERM:
        return "changes.term"
    if one.kind == Kind.INSTALMENT:
        return f"changes.instalment.{one.instalment}"
    return f"changes.clause.{one.code[:40] or number}"


def _row(
    contract: Contract,
    number: int,
    one: Amendment,
    lines: dict[int, PaymentPlanLine],
    clauses: dict[str, ClauseInForce],
) -> AmendmentChange | None:
    """The row, or None where nothing would change."""
    if one.kind == Kind.TERM:
        if one.new_day is None:
            raise _wrong(_("Enter the new end of the term."))
        return AmendmentChange(contract=contract, kind=one.kind, new_day=one.new_day)
    if one.kind == Kind.INSTALMENT:
        line = lines.get(one.instalment or 0)
        if line is None:
            raise _wrong(_("The main contract has no such instalment."))
        if one.new_day is None:
            raise _wrong(_("Enter the new due date."))
        return AmendmentChange(contract=contract, kind=one.kind, plan_line=line, new_day=one.new_day)
    if one.kind not in (Kind.CLAUSE, Kind.ADDED):
        raise _wrong(_("This cannot be changed."))
    if one.risk not in ("", *Risk.values):
        raise _wrong(_("Choose the risk."))
    if len(one.title) > 80 or len(one.reason) > 300:
        raise _wrong(_("The title has at most 80 characters, the reason 300."))
    text, (title_en, text_en) = _text(one), clean_english(one.title_en, one.text_en, where=one.title)
    more = {"text": text, "text_en": text_en, "risk": one.risk or Risk.MIDDLE, "reason": one.reason.strip()}
    if one.kind == Kind.ADDED:
        if not one.title.strip():
            raise _wrong(_("It has no title."))
        if one.after and one.after not in clauses:
            raise _wrong(_("The clause after which it stands is not in the main contract."))
        code = f"s{contract.pk}-{number}"
        titles = {"title": one.title.strip(), "title_en": title_en}
        return AmendmentChange(contract=contract, kind=one.kind, code=code, after=one.after, **titles, **more)
    clause = clauses.get(one.code)
    if clause is None:
        raise _wrong(_("The main contract has no such clause."))
    if clause.has_table:
        raise _wrong(
            _("A table stands in it, such as that of the products or instalments: add a clause instead.")
        )
    title = one.title.strip() or clause.title
    if (title, text) == (clause.title, clause.text):
        return None
    titles = {"title": title, "title_en": title_en or (clause.title_en if title == clause.title else "")}
    return AmendmentChange(contract=contract, kind=one.kind, code=one.code, **titles, **more)


def _text(one: Amendment) -> str:
    lines = [line.strip() for line in one.text.splitlines() if line.strip()]
    if not lines:
        raise _wrong(_("It has no text: write at least one paragraph."))
    if len(one.text) > LONGEST_TEXT or len(lines) > MOST:
        raise _wrong(
            _("At most %(lines)s paragraphs and %(letters)s characters.")
            % {"lines": MOST, "letters": LONGEST_TEXT}
        )
    read_paragraphs([{"text": line} for line in lines], where=one.title or one.code)
    return "\n".join(lines)


def _wrong(text: Text) -> ApplicationError:
    return ApplicationError(text, code="invalid")


def main_contract(contract: Contract) -> Contract:
    """What a supplement changes."""
    if contract.parent is None:
        raise ValueError(f"Supplement {contract.pk} has no contract that it changes.")
    return contract.parent


# Before it is submitted ---------------------------------------------------------------------------


def lacks_of_amendments(contract: Contract) -> list[tuple[str, str]]:
    """(field, what is missing or does not fit) before the draft can be submitted; empty for other contracts."""
    if not contract.is_supplement:
        return []
    main = main_contract(contract)
    if main.state not in Contract.SUPPLEMENTED:
        return [("parent_id", _ended(main))]
    changes = list(contract.amendments.select_related("plan_line"))
    found = []
    if not changes and not contract.lines.exists():
        found.append(("changes", _("Nothing is changed yet: enter a change, or add a product.")))
    taken = _taken(contract, main)
    clauses = {one.code: one for one in clauses_in_force(main)} if changes else {}
    for one in changes:
        problem = _problem(contract, main, one, clauses)
        if not problem and one.key in taken:
            problem = _("Supplement %(other)s, which is under way, changes the same.") % {
                "other": taken[one.key]
            }
        if problem:
            found.append((f"changes.{one.key}", f"{name_of(one)}: {problem}"))
    return found


def _problem(
    contract: Contract, main: Contract, one: AmendmentChange, clauses: dict[str, ClauseInForce]
) -> str:
    if one.is_wording:
        return _wording_problem(contract, one, clauses)
    new_day = one.new_day
    if new_day is None:
        raise ValueError(f"Change {one.pk} has no day.")
    if new_day < clock.today():
        return _("The new day has passed.")
    if one.kind == Kind.TERM:
        if new_day == main.in_force_until:
            return _("The new day is the one that holds already.")
        if contract.effective_due_on is not None and new_day < contract.effective_due_on:
            return _("The term would end before the supplement takes effect.")
        return ""
    line = main.plan_lines.with_paid().get(amendments=one)
    if line.paid >= line.amount:
        return _("It is paid.")
    return _("The new day is the one that holds already.") if new_day == line.due_on else ""


def _wording_problem(contract: Contract, one: AmendmentChange, clauses: dict[str, ClauseInForce]) -> str:
    if one.kind == Kind.CLAUSE:
        clause = clauses.get(one.code)
        if clause is None:
            return _("The main contract has no such clause.")
        if (clause.title, clause.text) == (one.title, one.text):
            return _("The new text is the one that holds already.")
    if contract.is_bilingual and (problem := english_problem(one, clauses.get(one.code))):
        return problem
    return "" if one.reason else _("Say why it deviates.")


def _taken(contract: Contract, main: Contract) -> dict[str, str]:
    """What other supplements under way change: key -> number."""
    rows = AmendmentChange.objects.filter(contract__parent=main.pk, contract__state__in=UNDER_WAY)
    others = rows.exclude(contract=contract.pk).exclude(kind=Kind.ADDED)
    return {one.key: one.contract.no or "" for one in others.select_related("contract", "plan_line")}


def name_of(one: AmendmentChange) -> str:
    """What is changed, in a few words."""
    if one.kind == Kind.TERM:
        return _("End of the term")
    if one.kind == Kind.INSTALMENT:
        return _("Instalment %(number)s") % {"number": one.plan_line.seq if one.plan_line else ""}
    return f"“{one.title}”"


# What was in force --------------------------------------------------------------------------------


def freeze_old_values(contract: Contract) -> None:
    """Write down what each change replaces, while the draft is still one; the main contract is locked."""
    if not contract.is_supplement:
        return
    main = main_contract(contract)
    rows = list(contract.amendments.select_related("plan_line"))
    for one, (day, clause) in zip(rows, _now(main, rows), strict=True):
        one.old_day = day
        one.old_title, one.old_text, one.old_text_en = _words_of(clause)
    AmendmentChange.objects.bulk_update(rows, ["old_day", "old_title", "old_text", "old_text_en"])


def _now(main: Contract, rows: Iterable[AmendmentChange]) -> list[tuple[date | None, ClauseInForce | None]]:
    """What is in force of each: its day, or its clause."""
    found: list[tuple[date | None, ClauseInForce | None]] = []
    clauses: dict[str, ClauseInForce] | None = None
    for one in rows:
        if one.kind == Kind.TERM:
            found.append((main.in_force_until, None))
        elif one.kind == Kind.INSTALMENT:
            found.append((main.plan_lines.get(amendments=one).due_on, None))
        elif one.kind == Kind.ADDED:
            found.append((None, None))
        else:
            if clauses is None:
                clauses = {clause.code: clause for clause in clauses_in_force(main)}
            found.append((None, clauses.get(one.code)))
    return found


def _words_of(clause: ClauseInForce | None) -> tuple[str, str, str]:
    """Title, text, its English."""
    return (clause.title, clause.text, clause.text_en) if clause is not None else ("", "", "")


def require_current(contract: Contract) -> None:
    """Refuse a supplement whose main contract has ended, or says something else by now than when it was submitted.

    Raises Conflict: main_contract_ended, overtaken.
    """
    if not contract.is_supplement:
        return
    main = main_contract(contract)
    if main.state not in Contract.SUPPLEMENTED:
        raise Conflict(_ended(main), code="main_contract_ended")
    rows = list(contract.amendments.select_related("plan_line"))
    gone = [
        name_of(one)
        for one, (day, clause) in zip(rows, _now(main, rows), strict=True)
        # The Chinese text prevails.
        if (day, *_words_of(clause)[:2]) != (one.old_day, one.old_title, one.old_text)
    ]
    if gone:
        raise Conflict(
            _(
                "Meanwhile another supplement changed what this one changes (%(what)s): return it to its drafter,"
                " who looks at it again."
            )
            % {"what": ", ".join(gone)},
            code="overtaken",
        )


def require_still_ahead(contract: Contract) -> None:
    """Refuse an approval where a new day has passed or an instalment was paid meanwhile; also what ``require_current``
    refuses. Raises Conflict (overtaken)."""
    require_current(contract)
    if not contract.is_supplement:
        return
    main = main_contract(contract)
    for one in contract.amendments.exclude(kind__in=[Kind.CLAUSE, Kind.ADDED]).select_related("plan_line"):
        if problem := _problem(contract, main, one, {}):
            raise Conflict(f"{name_of(one)}: {problem}", code="overtaken")


def _ended(main: Contract) -> str:
    return _(
        "Contract %(contract)s is %(state)s: only what is signed or in effect can be changed by a supplement."
    ) % {"contract": main, "state": main.get_state_display()}
