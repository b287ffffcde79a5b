"""Give a contract up before it takes effect: the case ends and the contract with it, together."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.models import Contract
from contracts.services.giving_up import ends_as, withdraw_from_process
from core import audit
from core.actors import Actor, SystemActor
from core.errors import ApplicationError, Conflict
from core.models import User
from core.rights import require_on
from workflows import selectors as workflow_selectors
from workflows import services as workflow_services


@transaction.atomic
def void_contract(*, contract_id: int, reason: str, actor: Actor) -> Contract:
    """Drafters discard their drafts; a submitted contract takes the right to void contracts."""
    contract = Contract.objects.visible_to(actor).get(pk=contract_id)
    own_draft = contract.is_draft and contract.owner_id == actor.pk and actor.may("contracts.draft_contract")
    if not own_draft:
        require_on(actor, "contracts.void_contract", Contract.objects.all(), contract_id)
    if ends_as(contract) is None:
        raise _too_late(contract)
    if not reason.strip():
        missing = _("Say why the contract is given up.")
        raise ApplicationError(missing, code="reason_required", errors={"reason": [missing]})
    case = workflow_selectors.running_process_of(contract)
    if case is None:
        withdraw_from_process(contract_id, actor=actor, reason=reason)
    else:
        # The right to void was asked above; whether somebody may cancel cases is another question.
        # Cancelling locks the case before the contract, as every step does.
        workflow_services.cancel_instance(
            instance_id=case.pk,
            reason=reason,
            actor=SystemActor("contracts.void_contract"),
            on_behalf_of=actor if isinstance(actor, User) else None,
        )
    contract.refresh_from_db()
    if contract.state not in (Contract.State.VOIDED, Contract.State.TERMINATED):
        # It has taken effect while this person looked at it.
        raise _too_late(contract)
    audit.record(actor, "contracts.void_contract", contract, after={"state": contract.state}, note=reason)
    return contract


def _too_late(contract: Contract) -> Conflict:
    return Conflict(
        _("Contract %(contract)s is %(state)s, so it cannot be voided.")
        % {"contract": contract, "state": contract.get_state_display()},
        code="wrong_state",
    )
