"""A contract in effect until it is over: its case, its last day, and what it has come to by then (P4, F77).

With its term a contract is completed where everything is paid, else it has expired and is completed with the last
money. Money that is taken back later is owed again; what is over stays over.
"""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from contracts import events, webhooks
from contracts.models import Contract
from contracts.services.moves import locked, move, require_process
from contracts.services.parts import locked_parts, open_together
from core import audit, clock
from core.actors import Actor, SystemActor
from core.errors import Conflict
from workflows import selectors as workflow_selectors
from workflows import services as workflow_services

PROCESS = "contract_performance"
State = Contract.State


def last_day(contract: Contract) -> date | None:
    """The last day of the term as it is in force."""
    return contract.in_force_until


@transaction.atomic
def close_contract(*, contract_id: int, actor: Actor) -> Contract:
    """The term is over: completed where nothing is left to be paid, else expired. One that has expired is completed
    with its last money; one whose term was extended at the last moment stays as it is. Supplements go with it."""
    require_process(actor)
    contract = locked(contract_id, (State.ACTIVE, State.EXPIRED))
    before, last = contract.state, last_day(contract)
    if before == State.ACTIVE and (last is None or last >= clock.today()):
        return contract
    parts = locked_parts(contract)
    to = State.EXPIRED if open_together(contract) > 0 else State.COMPLETED
    if to == before:
        return contract
    for one in parts:
        if one.state in (State.ACTIVE, State.EXPIRED):
            one.ended_on = one.ended_on or last
            move(one, to, ["ended_on"])
    audit.record(
        actor,
        "contracts.close_contract",
        contract,
        before={"state": before},
        after={"state": to, "ended_on": contract.ended_on},
    )
    if before == State.ACTIVE:
        webhooks.contract_ended(contract)
        events.contract_ended(contract, actor=actor)
    return contract


def begin_performance(contract: Contract) -> bool:
    """A contract in effect that has no case yet gets it, as those do that took effect before there was this process.
    Whether it has got one now."""
    if workflow_selectors.running_process_of(contract, definition=PROCESS) is not None:
        return False
    workflow_services.start_process(
        definition_key=PROCESS, subject=contract, actor=SystemActor("contracts.begin_performance")
    )
    return True


def begin_all() -> int:
    """The same for every contract in effect, each in a transaction of its own; says how many cases were begun."""
    rows = Contract.objects.filter(state=State.ACTIVE).exclude(kind=Contract.Kind.SUPPLEMENT)
    return sum(begin_performance(one) for one in rows.order_by("pk").iterator())


def require_startable(contract: Contract) -> None:
    """Only what is in effect is performed; a supplement goes with the contract that it changes."""
    if contract.is_supplement:
        raise Conflict(_("A supplement ends with its contract."), code="supplement")
    if contract.state != State.ACTIVE:
        raise Conflict(
            _("Contract %(contract)s is %(state)s; only what is in effect is performed.")
            % {"contract": contract, "state": contract.get_state_display()},
            code="wrong_state",
        )
