"""The contract on paper, from its frozen content.

Before approval every copy bears the draft watermark and is made anew. From approval on the paper is filed
once, unchangeable, and everybody gets the same bytes.
"""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.models import Contract, ContractVersion
from contracts.services.checks import lacks_of
from contracts.services.counterparty import paper_of_version
from contracts.services.moves import current_version
from contracts.services.paper import printed
from contracts.services.proof import proof_of
from contracts.services.snapshot import content_of
from core.actors import Actor, SystemActor
from core.documents import documents_of, store_document
from core.errors import ApplicationError, Conflict
from core.models import Document
from core.pdf.documents import render_contract, render_reading_copy

PDF = "application/pdf"
FINAL = (
    Contract.State.APPROVED,
    Contract.State.SIGNING,
    Contract.State.SIGNED,
    Contract.State.ACTIVE,
    Contract.State.COMPLETED,
    Contract.State.EXPIRED,
    Contract.State.TERMINATED,
)


def contract_pdf(*, contract_id: int, actor: Actor) -> tuple[str, bytes]:
    """(file name, bytes) of a contract the actor may see."""
    contract = (
        Contract.objects.visible_to(actor)
        .select_related("customer", "owner", "own_company", "bank_account", "template", "contact")
        .get(pk=contract_id)
    )
    if contract.state in FINAL:
        document = contract_document(contract)
        return document.name, document.read()
    name = f"{contract.no or contract.title}.pdf"
    if contract.counterparty_paper is not None:
        # Theirs, as they wrote it: nobody writes "draft" across it.
        return name, contract.counterparty_paper.document.read()
    if contract.versions.exists() and not contract.is_draft:
        content = current_version(contract).content
    else:
        _require_printable(contract)
        content = content_of(contract)
    return name, render_contract(printed(content, draft=True))


def reading_copy_pdf(*, contract_id: int, actor: Actor) -> tuple[str, bytes]:
    """(file name, bytes) of the English of a contract in both languages, to be read beside the paper that is signed.
    Raises Conflict (no_english) for one in Chinese alone or on the customer's own paper."""
    contract = (
        Contract.objects.visible_to(actor)
        .select_related("customer", "owner", "own_company", "bank_account", "template", "contact")
        .get(pk=contract_id)
    )
    if contract.counterparty_paper_id is not None:
        raise Conflict(
            _("The contract is written on the customer's own paper, which has its own language: read that."),
            code="no_english",
        )
    if not has_reading_copy(contract):
        raise Conflict(
            _("This contract is in Chinese alone: both languages are chosen while it is a draft."),
            code="no_english",
        )
    if contract.versions.exists() and not contract.is_draft:
        content = current_version(contract).content
    else:
        _require_printable(contract)
        content = content_of(contract)
    paper = printed(content, draft=contract.state not in FINAL)
    return f"{contract.no or contract.title}-EN.pdf", render_reading_copy(paper)


def has_reading_copy(contract: Contract) -> bool:
    return contract.is_bilingual and contract.counterparty_paper_id is None


@transaction.atomic
def contract_document(contract: Contract) -> Document:
    """The filed paper of an approved contract; made by whoever asks first, the same for all."""
    version = current_version(contract)
    found = documents_of(version, kind="contract").first()
    if found:
        return found
    # Two people who ask at once would file it twice.
    Contract.objects.select_for_update(no_key=True).get(pk=contract.pk)
    found = documents_of(version, kind="contract").first()
    return found or store_document(
        content=_final_paper(version),
        name=f"{contract.no}.pdf",
        media_type=PDF,
        kind="contract",
        subject=version,
        actor=SystemActor("contracts.contract_document"),
    )


def _final_paper(version: ContractVersion) -> bytes:
    """What both sign: our text with its proof, or the customer's own paper byte by byte."""
    theirs = paper_of_version(version)
    if theirs is not None:
        return theirs.document.read()
    return render_contract(replace(printed(version.content, draft=False), proof=proof_of(version)))


def _require_printable(contract: Contract) -> None:
    lacks = lacks_of(contract)
    if lacks:
        raise ApplicationError(
            _("The contract is not complete yet: %(lacks)s")
            % {"lacks": " ".join(str(one.text) for one in lacks)},
            code="contract_incomplete",
        )
