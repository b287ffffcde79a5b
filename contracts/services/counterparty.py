"""The contract on the customer's own paper (F73, domain P4): their PDF is the text, and legal always reads it.

What their paper says stands in the frozen content as articles, so that it is marked, compared and supplemented as a
text of ours is. The paper that is signed is their file, byte by byte.
"""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from contracts.models import (
    ClauseChange,
    ClauseDeviation,
    Contract,
    ContractVersion,
    CounterpartyPaper,
    PaperDeviation,
    Risk,
)
from contracts.services.appraisal import ACCEPT, accepted_by, may_accept_deviations
from contracts.services.moves import UNDER_REVIEW, current_version, locked
from contracts.services.template_texts import clause_texts
from contracts.texts.foreign import articles_of_pages
from core import audit, clock
from core.documents import store_document
from core.errors import ApplicationError, Conflict, Text
from core.models import User
from core.pdf.foreign import ForeignPdf, read_foreign_pdf
from core.rights import require_on

PDF: Final = "application/pdf"
KIND: Final = "counterparty_paper"
MOST_UPLOADS, MOST_NOTES = 50, 60


def take_counterparty_paper(*, contract_id: int, content: bytes, actor: User) -> CounterpartyPaper:
    """The draft is written on the customer's paper from now on. Uploading again replaces it; nothing uploaded is lost.

    Raises ApplicationError: ``pdf_refused`` for a file that cannot be kept, ``not_for_supplements``.
    """
    require_on(actor, "contracts.draft_contract", Contract.objects.all(), contract_id)
    # Outside the transaction: it takes a while, and nobody should wait for it.
    read = read_foreign_pdf(content)
    with transaction.atomic():
        return _taken(_own_draft(contract_id, actor), content, read, actor)


def _taken(contract: Contract, content: bytes, read: ForeignPdf, actor: User) -> CounterpartyPaper:
    if contract.is_supplement:
        raise ApplicationError(
            _("A supplement says what it changes and is printed by us: it has no paper of the customer's."),
            code="not_for_supplements",
        )
    seq = contract.counterparty_papers.count() + 1
    if seq > MOST_UPLOADS:
        text = _("At most %(most)s uploads for one contract.") % {"most": MOST_UPLOADS}
        raise ApplicationError(text, code="too_many_uploads", errors={"file": [text]})
    document = store_document(
        content=content,
        name=f"{contract.no or contract.title}-客户文本-{seq}.pdf",
        media_type=PDF,
        kind=KIND,
        subject=contract,
        actor=actor,
    )
    paper = CounterpartyPaper.objects.create(
        contract=contract,
        seq=seq,
        document=document,
        texts=list(read.texts),
        uploaded_by=actor,
        uploaded_at=clock.now(),
    )
    _put(contract, paper, actor)
    audit.record(
        actor,
        "contracts.take_counterparty_paper",
        contract,
        after={"upload": seq, "pages": paper.pages, "sha256": document.sha256},
    )
    return paper


@transaction.atomic
def drop_counterparty_paper(*, contract_id: int, actor: User) -> Contract:
    """The draft is written on our template again. What was uploaded stays among its documents."""
    contract = _own_draft(contract_id, actor)
    if contract.counterparty_paper is None:
        raise Conflict(_("This contract is written on our template already."), code="no_counterparty_paper")
    before = contract.counterparty_paper.seq
    _put(contract, None, actor)
    audit.record(actor, "contracts.drop_counterparty_paper", contract, before={"upload": before})
    return contract


def _own_draft(contract_id: int, actor: User) -> Contract:
    require_on(actor, "contracts.draft_contract", Contract.objects.all(), contract_id)
    contract = locked(contract_id, (Contract.State.DRAFT,))
    if contract.owner_id != actor.pk:
        raise ApplicationError(
            _("Only %(owner)s changes this draft.") % {"owner": contract.owner.name}, code="not_the_owner"
        )
    return contract


def _put(contract: Contract, paper: CounterpartyPaper | None, actor: User) -> None:
    contract.counterparty_paper = paper
    contract.revision += 1
    contract.updated_by, contract.updated_at = actor, clock.now()
    contract.save(update_fields=["counterparty_paper", "revision", "updated_by", "updated_at"])


# What a submission freezes --------------------------------------------------------------------------


def foreign_wording(paper: CounterpartyPaper, template: dict[str, Any]) -> dict[str, Any]:
    """What stands in the frozen content instead of our clauses and our template's texts."""
    text = articles_of_pages(paper.texts)
    return {
        "template": {**template, "texts": {"preamble": text.preamble}},
        "clauses": [one.data() for one in text.articles],
        "values": {},
        "counterparty_paper": {
            "upload": paper.seq,
            "document": paper.document_id,
            "sha256": paper.document.sha256,
            "pages": paper.pages,
        },
    }


def paper_of_version(version: ContractVersion) -> CounterpartyPaper | None:
    """The customer's paper of a submission; None where the text is ours."""
    if not version.is_on_counterparty_paper:
        return None
    papers = CounterpartyPaper.objects.select_related("document__content", "uploaded_by")
    return papers.get(contract=version.contract_id, seq=version.content["counterparty_paper"]["upload"])


def is_on_counterparty_paper(contract: Contract) -> bool:
    return contract.counterparty_paper_id is not None


# What legal notes -----------------------------------------------------------------------------------


def may_note(contract: Contract, actor: User) -> bool:
    """Whoever may accept deviations, while the paper is under review and not yet accepted; not whose contract it is."""
    return (
        is_on_counterparty_paper(contract)
        and contract.state in UNDER_REVIEW
        and contract.owner_id != actor.pk
        and may_accept_deviations(actor, contract)
        and accepted_by(contract) is None
    )


def notes_of(contract: Contract) -> list[PaperDeviation]:
    """What was noted about the last submission."""
    newest = contract.versions.newest()
    rows = PaperDeviation.objects.filter(version__in=newest).select_related("noted_by")
    return list(rows.order_by("pk"))


@transaction.atomic
def note_deviation(
    *, contract_id: int, actor: User, code: str, title: str = "", text: str = "", risk: str, reason: str
) -> PaperDeviation:
    """Note where the paper under review yields from our template, and how that is judged. A second note about the
    same clause replaces the first.

    Raises ApplicationError (``invalid``) with the fields that are wrong.
    """
    contract = _under_review(contract_id, actor)
    version = current_version(contract)
    titles = {one.code: one.title for one in clause_texts(contract.template)}
    fields = {"title": titles.get(code, title.strip()), "text": text.strip(), "reason": reason.strip()}
    errors = _wrong(code, titles, risk, fields)
    if version.paper_deviations.count() >= MOST_NOTES:
        errors["title"] = [_("At most %(most)s deviations.") % {"most": MOST_NOTES}]
    if errors:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=errors)
    note, _created = PaperDeviation.objects.update_or_create(
        version=version,
        title=fields["title"],
        defaults={
            "code": code,
            "text": fields["text"],
            "risk": risk,
            "reason": fields["reason"],
            "noted_by": actor,
            "noted_at": clock.now(),
        },
    )
    audit.record(
        actor,
        "contracts.note_deviation",
        contract,
        after={"title": note.title, "risk": risk, "reason": note.reason},
    )
    return note


@transaction.atomic
def remove_deviation_note(*, note_id: int, actor: User) -> None:
    """Take a note back before the paper is accepted. Raises Conflict (wrong_state, deviations_accepted,
    not_the_last_version)."""
    contract_id = PaperDeviation.objects.values_list("version__contract", flat=True).get(pk=note_id)
    contract = _under_review(contract_id, actor)
    # Read behind the lock: of two who take it back at once the second finds nothing.
    note = PaperDeviation.objects.get(pk=note_id)
    if note.version_id != current_version(contract).pk:
        raise Conflict(
            _("The contract was submitted anew; load the page again."), code="not_the_last_version"
        )
    audit.record(
        actor,
        "contracts.remove_deviation_note",
        contract,
        before={"title": note.title, "risk": note.risk, "reason": note.reason},
    )
    note.delete()


def _under_review(contract_id: int, actor: User) -> Contract:
    require_on(actor, ACCEPT, Contract.objects.all(), contract_id)
    contract = locked(contract_id, UNDER_REVIEW)
    if accepted_by(contract) is not None:
        raise Conflict(_("What deviates has been accepted and is on record."), code="deviations_accepted")
    if not may_note(contract, actor):
        raise PermissionDenied("Only those who may accept deviations note them on a customer's paper.")
    return contract


def _wrong(code: str, titles: dict[str, str], risk: str, fields: dict[str, str]) -> dict[str, list[Text]]:
    errors: dict[str, list[Text]] = {}
    if code and code not in titles:
        errors["code"] = [_("The template has no such clause.")]
    elif not fields["title"]:
        errors["title"] = [_("Choose a clause, or say in a few words what it is about.")]
    if len(fields["title"]) > 80:
        errors["title"] = [_("At most %(most)s characters.") % {"most": 80}]
    if len(fields["text"]) > 1000:
        errors["text"] = [_("At most %(most)s characters.") % {"most": 1000}]
    if risk not in Risk.values:
        errors["risk"] = [_("Choose the risk.")]
    if not fields["reason"]:
        errors["reason"] = [_("Say how it is judged, and why it can stand.")]
    if len(fields["reason"]) > 300:
        errors["reason"] = [_("At most %(most)s characters.") % {"most": 300}]
    return errors


def carry_notes(version: ContractVersion) -> None:
    """What was noted at the submission before is still to be judged at this one; legal takes away what was mended."""
    before = version.contract.versions.filter(seq=version.seq - 1).first()
    if not version.is_on_counterparty_paper or before is None:
        return
    PaperDeviation.objects.bulk_create(
        PaperDeviation(
            version=version,
            **{name: getattr(one, name) for name in ("code", "title", "text", "risk", "reason")},
            noted_by_id=one.noted_by_id,
            noted_at=one.noted_at,
        )
        for one in before.paper_deviations.order_by("pk")
    )


def put_notes_on_record(version: ContractVersion, comment: str) -> None:
    """With the word that accepts the customer's paper, what was noted about it becomes its deviations.

    Raises ApplicationError (``nothing_noted``) where neither a deviation was noted nor the decision says a word: nobody
    accepts a strange paper in silence.
    """
    if not version.is_on_counterparty_paper or accepted_by(version.contract) is not None:
        return
    notes = list(version.paper_deviations.order_by("pk"))
    if not notes and not comment.strip():
        text = _(
            "This is the customer's own paper: note where it deviates from our template, or say in the comment that it"
            " does not."
        )
        raise ApplicationError(text, code="nothing_noted", errors={"comment": [text]})
    clauses = {one.code: one for one in clause_texts(version.contract.template)}
    ClauseDeviation.objects.bulk_create(
        ClauseDeviation(
            version=version,
            template_code=version.contract.template.code,
            code=one.code or f"noted_{number}",
            title=one.title,
            kind=ClauseChange.Kind.CHANGED if one.code else ClauseChange.Kind.ADDED,
            old=[part.data() for part in clauses[one.code].paragraphs] if one.code in clauses else [],
            new=[{"text": one.text}] if one.text else [],
            risk=one.risk,
            reason=one.reason,
        )
        for number, one in enumerate(notes, start=1)
    )
