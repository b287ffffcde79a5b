"""现行条款: what is in force of a contract on a sheet, for reading only. What was signed are the contract and its
supplements; the sheet says so and bears no signature block."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from contracts.models import Contract
from contracts.money import shown
from contracts.services.in_force import ClauseInForce, DayInForce, InForce, in_force
from contracts.services.sheets import sheet_of
from core.actors import Actor
from core.errors import Conflict
from core.pdf.rendering import render_whatever_is_said
from core.redline import KEPT


def in_force_pdf(*, contract_id: int, actor: Actor) -> tuple[str, bytes]:
    """(file name, bytes) for a contract the actor may see. Raises Conflict where nothing was signed."""
    contract = (
        Contract.objects.visible_to(actor).select_related("customer", "own_company").get(pk=contract_id)
    )
    if contract.signed_on is None or contract.is_supplement:
        raise Conflict(_("Nothing is in force here: the contract is not signed."), code="wrong_state")
    found = in_force(contract)
    title = _("Terms in force (for reading only)")
    sheet: dict[str, Any] = {
        **sheet_of(contract, title, actor),
        "facts": [
            (_("Contract no."), contract.no or ""),
            (_("Title"), contract.title),
            (_("Customer"), contract.customer.name),
            (_("Signed on"), f"{contract.signed_on:%Y-%m-%d}"),
            (_("Supplements"), ", ".join(one.no or "" for one in found.supplements) or "—"),
            (_("Amount with supplements"), shown(found.amount)),
        ],
        "columns": [
            pgettext("terms in force", "What"),
            _("Source"),
            _("Effective from"),
            pgettext("tab", "In force"),
            pgettext("terms in force", "Before"),
        ],
        "rows": _days(found),
        "clauses": [_clause(one) for one in found.clauses],
    }
    return f"{title}-{contract.no}.pdf", render_whatever_is_said("print/clauses.html", sheet)


def _days(found: InForce) -> list[tuple[str, str, str, str, str]]:
    contract = found.contract
    start = f"{contract.start_on:%Y-%m-%d} – " if contract.start_on else ""
    rows = [(_("Term"), *_source(found.term.source or contract), start + _day(found.term), _old(found.term))]
    for one in found.instalments:
        what = _("Instalment %(number)s") % {"number": one.line.seq}
        text = f"{_day(one.due)}  {shown(one.line.amount)}"
        rows.append((what, *_source(one.due.source or one.contract), text, _old(one.due)))
    return rows


def _clause(one: ClauseInForce) -> dict[str, Any]:
    """Heading, the supplement that it is from, paragraphs."""
    source = " · ".join(part for part in _source(one.source) if part) if one.source is not None else ""
    return {
        "heading": [(KEPT, f"{one.number} {one.title}".strip())],
        "source": source,
        "lines": [[(KEPT, line)] for line in one.lines],
    }


def _source(contract: Contract) -> tuple[str, str]:
    return contract.no or "", f"{contract.effective_on:%Y-%m-%d}" if contract.effective_on else ""


def _day(found: DayInForce) -> str:
    return f"{found.day:%Y-%m-%d}" if found.day else "—"


def _old(found: DayInForce) -> str:
    return f"{found.old:%Y-%m-%d}" if found.source is not None and found.old else ""
