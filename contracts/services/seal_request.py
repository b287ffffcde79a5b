"""用印申请单: what the seal keeper is asked to seal, and who agreed to it, as a bordered sheet to sign and file."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from contracts.models import Contract, ContractDecision, ContractVersion, Seal, SignatureRecord
from contracts.money import shown
from contracts.progress import step_names
from contracts.services.moves import current_version
from contracts.services.printing import FINAL, contract_document
from contracts.services.sheets import moment_words, sheet_of
from contracts.services.signing_order import signs_first
from core.actors import Actor
from core.errors import Conflict
from core.pdf.pages import page_count
from core.pdf.rendering import render_whatever_is_said


def seal_request_pdf(*, contract_id: int, actor: Actor) -> tuple[str, bytes]:
    """(file name, bytes) for a contract the actor may see; before it is approved there is nothing to seal."""
    contract = (
        Contract.objects.visible_to(actor)
        .select_related("customer", "owner__department", "own_company")
        .get(pk=contract_id)
    )
    if contract.state not in FINAL:
        raise Conflict(_("The contract is not approved: there is nothing to seal yet."), code="wrong_state")
    sheet = _sheet(contract, actor)
    return f"{_('Seal request')}-{contract.no}.pdf", render_whatever_is_said("print/record.html", sheet)


def _sheet(contract: Contract, reader: Actor) -> dict[str, Any]:
    version = current_version(contract)
    return {
        **sheet_of(contract, _("Seal request"), reader),
        "facts": _facts(contract, version),
        "columns": [_("Step"), _("Done by"), _("Decision"), _("Comment"), pgettext("record", "Time")],
        "rows": _opinions(contract, version),
        "nothing": _("Nobody has decided anything yet."),
        "signature": [
            pgettext("seal request", "Applicant:"),
            pgettext("seal request", "Seal keeper:"),
            pgettext("record", "Date:"),
        ],
    }


def _facts(contract: Contract, version: ContractVersion) -> list[tuple[str, str]]:
    sealed = list(contract.seal_records.select_related("sealed_by"))
    pages = page_count(contract_document(contract).read())
    wanted = (
        [
            f"{one.get_seal_kind_display()} · {moment_words(one.sealed_at)} · {one.sealed_by.name}"
            for one in sealed
        ]
        if sealed
        else [str(Seal.Kind.CONTRACT.label)]
    )
    cross = _("Yes") if not sealed or any(one.cross_page for one in sealed) else _("No")
    return [
        (_("Contract no."), contract.no or ""),
        (_("Title"), contract.title),
        (_("Customer"), contract.customer.name),
        (_("Amount"), shown(contract.amount)),
        (_("In capitals"), contract.amount_in_words),
        (_("Seal"), "\n".join(wanted)),
        (_("Cross-page seal"), cross),
        *_order(contract),
        (_("Copies"), str(sealed[-1].copies if sealed else contract.copies)),
        (_("Pages of a copy"), str(pages)),
        (_("Clauses that deviate"), str(version.deviations.count())),
        (_("Fingerprint of the text"), version.sha256[:16]),
        (_("Owner"), f"{contract.owner.name} · {contract.owner.department or ''}".rstrip(" ·")),
        (_("Submitted"), moment_words(version.submitted_at)),
    ]


def _order(contract: Contract) -> list[tuple[str, str]]:
    """Where it is agreed who signs first: to the copies of the customer the seal comes second."""
    first = signs_first(contract)
    if not first:
        return []
    told = (
        _("The customer first: seal the copies that came back signed.")
        if first == SignatureRecord.Party.A
        else contract.get_signing_order_display()
    )
    return [(_("Who signs first"), told)]


def _opinions(contract: Contract, version: ContractVersion) -> list[tuple[str, str, str, str, str]]:
    names = step_names(contract)
    decisions = version.decisions.select_related("decided_by").order_by("pk")
    return [
        (
            names.get(one.step, one.step),
            one.decided_by.name,
            _outcome(one),
            one.comment,
            moment_words(one.decided_at),
        )
        for one in decisions
    ]


def _outcome(one: ContractDecision) -> str:
    return _("Veto") if one.is_veto else str(one.get_outcome_display())
