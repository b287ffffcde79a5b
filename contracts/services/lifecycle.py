"""How a contract moves from state to state. Its process calls these; pages and the API complete work items.

What a person does at a step (decide, seal) takes that person as actor; how the copies come back signed stands in
``signing``. The moves between the steps take the process itself as actor, so that nobody walks around the process.
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from contracts import events, webhooks
from contracts.models import (
    ClauseDeviation,
    Contract,
    ContractDecision,
    ContractVersion,
    SealRecord,
)
from contracts.services.amendments import freeze_old_values, require_current, require_still_ahead
from contracts.services.appraisal import may_accept_deviations, require_accepted_deviations
from contracts.services.checks import lacks_of
from contracts.services.counterparty import carry_notes, put_notes_on_record
from contracts.services.drafting import search_tokens
from contracts.services.effect import day_of_effect, rule_of
from contracts.services.moves import (
    UNDER_REVIEW,
    current_version,
    locked,
    move,
    moved,
    person,
    require_process,
)
from contracts.services.paper import printed
from contracts.services.snapshot import content_of, fingerprint, party_a, party_b
from contracts.services.supplements import apply_changes, supplement_number
from core import audit, clock
from core.actors import Actor
from core.errors import ApplicationError, Conflict, Text
from core.models import User
from core.numbers import next_number
from core.pdf.contract import require_length
from core.rights import require_on
from crm.models import Customer
from crm.services import set_customer_status

State = Contract.State


@transaction.atomic
def submit_contract(*, contract_id: int, actor: Actor, submitted_by: User | None = None) -> Contract:
    """Freeze what the draft says, give it its number and hand it to the reviewers."""
    require_process(actor)
    contract = locked(contract_id, (State.DRAFT,))
    lacks = lacks_of(contract)
    if lacks:
        errors: dict[str, list[Text]] = {}
        for lack in lacks:
            errors.setdefault(lack.field, []).append(lack.text)
        message = _("The contract is not complete yet: %(lacks)s") % {
            "lacks": " ".join(str(one.text) for one in lacks)
        }
        raise ApplicationError(message, code="contract_incomplete", errors=errors)
    contract.party_a, contract.party_b = party_a(contract), party_b(contract)
    contract.effective_rule = rule_of(contract)
    contract.submitted_at = clock.now()
    if contract.no is None:
        contract.no = (
            supplement_number(contract)
            if contract.is_supplement
            else next_number("contract", on=clock.today())
        )
        contract.search_tokens = search_tokens(contract)
    freeze_old_values(contract)
    content = content_of(contract)
    if contract.counterparty_paper is None:
        # What could not be printed would be stuck on its way to the seal.
        require_length(printed(content, draft=True))
    version = ContractVersion.objects.create(
        contract=contract,
        seq=contract.versions.count() + 1,
        content=content,
        sha256=fingerprint(content),
        submitted_by=submitted_by,
        submitted_at=contract.submitted_at,
    )
    ClauseDeviation.objects.bulk_create(
        ClauseDeviation(version=version, **{"template_code": contract.template.code, **one})
        for one in content.get("deviations", [])
    )
    carry_notes(version)
    move(
        contract,
        State.REVIEWING,
        ["no", "party_a", "party_b", "effective_rule", "submitted_at", "search_tokens"],
    )
    audit.record(
        submitted_by or actor,
        "contracts.submit_contract",
        contract,
        after={
            "no": contract.no,
            "version": version.seq,
            "sha256": version.sha256,
            "amount": contract.amount,
        },
    )
    return contract


@transaction.atomic
def record_decision(
    *,
    contract_id: int,
    actor: Actor,
    outcome: str,
    comment: str = "",
    step: str,
    can_veto: bool = False,
) -> ContractDecision:
    """Write down what a reviewer decided about the version under review.

    The approval of somebody with the right to accept deviations accepts those of the version (F76). ``can_veto``:
    said in an appraisal by somebody whose "no" ends it.
    """
    if not isinstance(actor, User):
        raise PermissionDenied("Only people decide.")
    contract = locked(contract_id, UNDER_REVIEW)
    if contract.owner_id == actor.pk:
        raise ApplicationError(_("Nobody reviews their own contract."), code="own_contract")
    if outcome not in ContractDecision.Outcome.values:
        raise ApplicationError(_("Choose what you decide."), code="unknown_outcome")
    if outcome != ContractDecision.Outcome.APPROVE and not comment.strip():
        missing = _("Say why you return or reject the contract.")
        raise ApplicationError(missing, code="comment_required", errors={"comment": [missing]})
    is_approval = outcome == ContractDecision.Outcome.APPROVE
    if is_approval:
        require_still_ahead(contract)
    version = current_version(contract)
    accepts = is_approval and may_accept_deviations(actor, contract)
    if accepts:
        put_notes_on_record(version, comment)
    decision = ContractDecision.objects.create(
        contract=contract,
        version=version,
        step=step,
        outcome=outcome,
        comment=comment.strip(),
        can_veto=can_veto,
        accepts_deviations=accepts,
        decided_by=actor,
        decided_at=clock.now(),
    )
    audit.record(
        actor, "contracts.record_decision", contract, after={"step": step, "outcome": outcome}, note=comment
    )
    return decision


@transaction.atomic
def appraise_contract(*, contract_id: int, actor: Actor) -> Contract:
    """The reviewers agree; the contract is large enough to be appraised above them."""
    require_process(actor)
    return moved(contract_id, (State.REVIEWING,), State.APPRAISING, actor, "contracts.appraise_contract")


@transaction.atomic
def approve_contract(*, contract_id: int, actor: Actor) -> Contract:
    """Everybody agrees: the contract may be sealed. Refused while nobody entitled has accepted what deviates from
    the template: no diagram leads around that (F76). Refused too where a supplement is overtaken."""
    require_process(actor)
    require_accepted_deviations(contract_id)
    contract = moved(contract_id, UNDER_REVIEW, State.APPROVED, actor, "contracts.approve_contract")
    require_still_ahead(contract)
    return contract


@transaction.atomic
def return_contract(*, contract_id: int, actor: Actor) -> Contract:
    """Back to the drafter, who may change it again. It keeps its number; reviews start over."""
    require_process(actor)
    return moved(
        contract_id,
        UNDER_REVIEW,
        State.DRAFT,
        actor,
        "contracts.return_contract",
        note=_last_comment(contract_id),
    )


@transaction.atomic
def reject_contract(*, contract_id: int, actor: Actor) -> Contract:
    """The end: this contract will not be signed. Its number stays with it."""
    require_process(actor)
    reason = _last_comment(contract_id)
    contract = locked(contract_id, UNDER_REVIEW)
    before = contract.state
    contract.void_reason = reason[:500]
    move(contract, State.REJECTED, ["void_reason"])
    audit.record(
        actor,
        "contracts.reject_contract",
        contract,
        before={"state": before},
        after={"state": "rejected"},
        note=reason,
    )
    return contract


@transaction.atomic
def seal_contract(
    *, contract_id: int, actor: Actor, seal_kind: str, copies: int, cross_page: bool = True
) -> SealRecord:
    """Our seal is on the copies; they can go to the customer."""
    require_on(actor, "contracts.seal_contract", Contract.objects.all(), contract_id)
    contract = locked(contract_id, (State.APPROVED,))
    require_current(contract)
    available = contract.own_company.seals.filter(kind=seal_kind, is_active=True)
    if not available.exists():
        text = _("%(company)s has no such seal in use.") % {"company": contract.own_company.name}
        raise ApplicationError(text, code="unknown_seal", errors={"seal_kind": [text]})
    if not 1 <= copies <= 20:
        text = _("Between 1 and 20 copies.")
        raise ApplicationError(text, code="invalid", errors={"copies": [text]})
    record = SealRecord.objects.create(
        contract=contract,
        seal_kind=seal_kind,
        copies=copies,
        cross_page=cross_page,
        sealed_by=person(actor),
        sealed_at=clock.now(),
    )
    move(contract, State.SIGNING)
    audit.record(actor, "contracts.seal_contract", contract, after={"seal": seal_kind, "copies": copies})
    return record


@transaction.atomic
def activate_contract(*, contract_id: int, actor: Actor) -> Contract:
    """The contract takes effect: both have signed, and what else it waits for has come. With a supplement its changes
    do, in the same transaction."""
    require_process(actor)
    contract = locked(contract_id, (State.SIGNED,))
    parties = set(contract.signatures.values_list("party", flat=True))
    if parties != {"A", "B"}:
        raise ApplicationError(_("A contract takes effect when both parties have signed."), code="not_signed")
    contract.effective_on = day_of_effect(contract)
    if contract.effective_on is None:
        raise Conflict(
            _("Contract %(contract)s takes effect %(rule)s, and that has not come yet.")
            % {"contract": contract, "rule": contract.get_effective_rule_display()},
            code="not_effective_yet",
        )
    move(contract, State.ACTIVE, ["effective_on"])
    set_customer_status(customer_id=contract.customer_id, status=Customer.Status.SIGNED, actor=actor)
    audit.record(
        actor, "contracts.activate_contract", contract, after={"effective_on": contract.effective_on}
    )
    if contract.is_supplement:
        apply_changes(contract, actor=actor)
    webhooks.contract_activated(contract)
    events.contract_active(contract, actor=actor)
    return contract


def _last_comment(contract_id: int) -> str:
    comments = (
        ContractDecision.objects.filter(contract=contract_id)
        .order_by("-pk")
        .values_list("comment", flat=True)
    )
    return comments.first() or ""
