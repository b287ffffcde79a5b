"""用印申请单: what the seal keeper is asked to seal, and who agreed to it, as a bordered sheet to sign and file."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from contracts.models import Contract, ContractDecision, ContractVersion, Seal
from contracts.money import shown
from contracts.progress import step_names
from contracts.services.moves import current_version
from contracts.services.printing import FINAL, contract_document
from core import clock
from core.actors import Actor
from core.errors import Conflict
from core.models import User
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
    sheet = _sheet(contract, actor if isinstance(actor, User) else None)
    return f"{_('Seal request')}-{contract.no}.pdf", render_whatever_is_said("print/record.html", sheet)


def _sheet(contract: Contract, reader: User | None) -> dict[str, Any]:
    version = current_version(contract)
    english = (translation.get_language() or "").startswith("en")
    made = _("Printed by %(name)s on %(time)s") % {
        "name": reader.name if reader else _("System"),
        "time": _moment(clock.now()),
    }
    return {
        "lang": "en" if english else "zh-CN",
        "page_name": "upright-en" if english else "upright-zh",
        "company": contract.own_company.name,
        "title": _("Seal request"),
        "number": contract.no,
        "made": made,
        "facts": _facts(contract, version),
        "columns": [_("Step"), _("Done by"), _("Decision"), _("Comment"), pgettext("record", "Time")],
        "rows": _opinions(contract, version),
        "nothing": _("Nobody has decided anything yet."),
        "open": ("", []),
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
        [f"{one.get_seal_kind_display()} · {_moment(one.sealed_at)} · {one.sealed_by.name}" for one in sealed]
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
        (_("Copies"), str(sealed[-1].copies if sealed else contract.copies)),
        (_("Pages of a copy"), str(pages)),
        (_("Clauses that deviate"), str(version.deviations.count())),
        (_("Fingerprint of the text"), version.sha256[:16]),
        (_("Owner"), f"{contract.owner.name} · {contract.owner.department or ''}".rstrip(" ·")),
        (_("Submitted"), _moment(version.submitted_at)),
    ]


def _opinions(contract: Contract, version: ContractVersion) -> list[tuple[str, str, str, str, str]]:
    names = step_names(contract)
    decisions = version.decisions.select_related("decided_by").order_by("pk")
    return [
        (
            names.get(one.step, one.step),
            one.decided_by.name,
            _outcome(one),
            one.comment,
            _moment(one.decided_at),
        )
        for one in decisions
    ]


def _outcome(one: ContractDecision) -> str:
    return _("Veto") if one.is_veto else str(one.get_outcome_display())


def _moment(at: Any) -> str:
    return f"{at.astimezone(clock.COMPANY_ZONE):%Y-%m-%d %H:%M}"
