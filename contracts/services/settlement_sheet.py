"""终止结算单: what a contract came to when it ended before its time, who agreed to it, as a bordered sheet to sign."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from contracts.models import Contract, ContractTermination
from contracts.money import ZERO, shown
from contracts.progress import step_names
from contracts.services.sheets import moment_words, sheet_of
from core.actors import Actor
from core.errors import Conflict
from core.pdf.rendering import render_whatever_is_said


def settlement_sheet_pdf(*, contract_id: int, actor: Actor) -> tuple[str, bytes]:
    """(file name, bytes) for a contract the actor may see. Raises Conflict (not_settled) before finance has settled."""
    contract = (
        Contract.objects.visible_to(actor)
        .select_related("customer", "owner__department", "own_company")
        .get(pk=contract_id)
    )
    found = (
        contract.terminations.exclude(settled_at=None).select_related("requested_by", "settled_by").first()
    )
    if found is None:
        raise Conflict(_("Finance has not settled this termination."), code="not_settled")
    sheet = _sheet(contract, found, actor)
    return f"{_('Settlement sheet')}-{contract.no}.pdf", render_whatever_is_said("print/record.html", sheet)


def _sheet(contract: Contract, termination: ContractTermination, reader: Actor) -> dict[str, Any]:
    names = step_names(contract)
    return {
        **sheet_of(contract, _("Settlement sheet"), reader),
        "facts": _facts(contract, termination),
        "columns": [_("Step"), _("Done by"), _("Decision"), _("Comment"), pgettext("record", "Time")],
        "rows": [
            (
                names.get(one.step, one.step),
                one.decided_by.name,
                str(one.get_outcome_display()),
                one.comment,
                moment_words(one.decided_at),
            )
            for one in termination.decisions.select_related("decided_by")
        ],
        "nothing": _("Nobody has decided anything yet."),
        "signature": [
            pgettext("settlement sheet", "Party A (seal):"),
            pgettext("settlement sheet", "Party B (seal):"),
            pgettext("record", "Date:"),
        ],
    }


def _facts(contract: Contract, termination: ContractTermination) -> list[tuple[str, str]]:
    term = f"{contract.start_on:%Y-%m-%d} – {contract.in_force_until:%Y-%m-%d}" if contract.start_on else ""
    refunded = (
        f"{termination.refunded_on:%Y-%m-%d} · {termination.refund_reference}"
        if termination.refunded_on
        else ""
    )
    found = [
        (_("Contract no."), contract.no or ""),
        (_("Title"), contract.title),
        (_("Customer"), contract.customer.name),
        (_("Term"), term),
        (_("Amount"), shown(contract.amount)),
        (_("On what ground"), str(termination.get_kind_display())),
        (_("Reason"), termination.reason),
        (_("Last day"), f"{termination.ends_on:%Y-%m-%d}"),
        (_("What was agreed with the customer"), termination.notes),
        (_("Value delivered"), shown(termination.value or ZERO)),
        (_("Paid"), shown(termination.paid or ZERO)),
        (_("Still to be paid"), shown(termination.owed or ZERO)),
        (_("To be refunded"), shown(termination.refund or ZERO)),
        (_("How it was counted"), termination.settlement_note),
        (_("Refunded"), refunded),
        (_("State"), str(termination.get_state_display())),
        (
            pgettext("termination", "Asked for by"),
            f"{termination.requested_by.name} · {moment_words(termination.requested_at)}",
        ),
    ]
    return [(str(label), value) for label, value in found if value]
