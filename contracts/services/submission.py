"""The button "submit" on a contract's page: it finishes the drafter's step of the contract's process."""

from __future__ import annotations

from django.utils.translation import gettext as _

from contracts.models import Contract
from core.actors import Actor
from core.errors import ApplicationError, Conflict
from core.rights import require_on
from workflows import selectors as workflow_selectors
from workflows import services as workflow_services

# The drafter's step in contract_lifecycle.bpmn.
DRAFT_STEP = "draft_contract"


def send_for_approval(*, contract_id: int, actor: Actor, comment: str = "") -> Contract:
    """Complete the drafter's open step; the process submits the contract, or says what it lacks.

    The contract that comes back is still a draft if the process failed on the way: an operator has to look.
    """
    require_on(actor, "contracts.draft_contract", Contract.objects.all(), contract_id)
    contract = Contract.objects.get(pk=contract_id)
    if not contract.is_draft:
        raise Conflict(
            _("Contract %(contract)s is %(state)s already; load the page again.")
            % {"contract": contract, "state": contract.get_state_display()},
            code="wrong_state",
        )
    item = workflow_selectors.open_work_item_of(contract, element=DRAFT_STEP, actor=actor)
    if item is None:
        case = workflow_selectors.running_process_of(contract)
        if case is not None and case.status == case.Status.WAITING_INCIDENT:
            raise Conflict(
                _(
                    "This contract was submitted, but the step that follows failed; the administrator is on it."
                ),
                code="step_failed",
            )
        raise ApplicationError(
            _("This contract has no step of yours to submit it from; ask its owner."), code="no_open_step"
        )
    workflow_services.complete_work_item(work_item_id=item.pk, actor=actor, outcome="submit", comment=comment)
    contract.refresh_from_db()
    return contract
