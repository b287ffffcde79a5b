"""合同履行情况表: what of a contract is delivered, paid and still to come, as a sheet to send or to file."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from contracts.dates import ContractDate, dates_of
from contracts.models import Contract
from contracts.money import ZERO, shown
from contracts.selectors import plan_of
from contracts.services.sheets import sheet_of
from core.actors import Actor
from core.errors import Conflict
from core.pdf.rendering import render_whatever_is_said


def performance_pdf(*, contract_id: int, actor: Actor) -> tuple[str, bytes]:
    """(file name, bytes) for a contract the actor may see; Conflict as long as it is not signed."""
    contract = (
        Contract.objects.visible_to(actor)
        .select_related("customer", "owner__department", "own_company")
        .get(pk=contract_id)
    )
    if contract.signed_on is None:
        raise Conflict(_("The contract is not signed: there is nothing to perform yet."), code="wrong_state")
    sheet = _sheet(contract, actor)
    return f"{_('Statement of performance')}-{contract.no}.pdf", render_whatever_is_said(
        "print/record.html", sheet
    )


def _sheet(contract: Contract, actor: Actor) -> dict[str, Any]:
    return {
        **sheet_of(contract, _("Statement of performance"), actor),
        "facts": _facts(contract),
        "columns": [
            _("What"),
            _("Who has to do it"),
            _("State"),
            _("Note"),
            pgettext("statement of performance", "Day"),
        ],
        "rows": [_row(one) for one in dates_of(contract, actor)],
        "signature": [
            pgettext("statement of performance", "Party A:"),
            pgettext("statement of performance", "Party B:"),
            pgettext("record", "Date:"),
        ],
    }


def _facts(contract: Contract) -> list[tuple[str, str]]:
    plan = plan_of(contract)
    paid = sum((one.paid for one in plan), ZERO)
    open_amount = sum((one.outstanding for one in plan), ZERO)
    until = contract.in_force_until
    return [
        (_("Contract no."), contract.no or ""),
        (_("Title"), contract.title),
        (_("Customer"), contract.customer.name),
        (_("State"), str(contract.get_state_display())),
        (
            _("Term"),
            f"{contract.start_on:%Y-%m-%d} – {until:%Y-%m-%d}" if contract.start_on and until else "",
        ),
        (_("Products"), "; ".join(_line(one) for one in contract.lines.select_related("product"))),
        (_("Amount"), shown(contract.amount)),
        (_("Paid"), shown(paid)),
        (_("Outstanding"), shown(open_amount)),
    ]


def _line(line: Any) -> str:
    quantity: Decimal = line.quantity.normalize()
    return f"{line.product.name} × {quantity:f} {line.unit} · {shown(line.amount)}"


def _row(one: ContractDate) -> tuple[str, str, str, str, str]:
    return (one.what, one.party_label, one.state, one.note, f"{one.on:%Y-%m-%d}")
