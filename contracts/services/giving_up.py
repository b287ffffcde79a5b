"""A contract ends before it has taken effect: voided as long as nobody has signed, terminated after that."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from contracts import events
from contracts.models import Contract, Payment
from contracts.money import ZERO
from contracts.services.moves import locked, move, require_process
from contracts.services.releasing import release_instalments
from core import audit, clock
from core.actors import Actor
from core.errors import ApplicationError

State, Rule = Contract.State, Contract.EffectiveRule
# As long as nobody has signed, a contract can be given up.
VOIDABLE = (State.DRAFT, State.REVIEWING, State.APPRAISING, State.APPROVED, State.SIGNING)


def ends_as(contract: Contract) -> str | None:
    """What becomes of a contract whose process ends now; None if it binds both and stays as it is.

    Signed, but waiting for its first payment or its day, it has not taken effect: it can be terminated.
    """
    if contract.state in VOIDABLE:
        return State.VOIDED
    if contract.state == State.SIGNED and contract.effective_rule != Rule.ON_SIGNATURE:
        return State.TERMINATED
    return None


def withdraw_from_process(contract_id: int, *, actor: Actor, reason: str) -> None:
    """The case was cancelled: the contract is given up with it, in the same transaction."""
    contract = Contract.objects.select_for_update(of=("self",), no_key=True).get(pk=contract_id)
    if ends_as(contract) is not None:
        _give_up(contract, "contracts.withdraw_from_process", actor=actor, reason=reason)


@transaction.atomic
def give_up_contract(*, contract_id: int, actor: Actor, reason: str = "") -> Contract:
    """The signed copy never came back and the director gives the contract up: the process goes on to its end."""
    require_process(actor)
    contract = locked(contract_id, (State.SIGNING,))
    _give_up(contract, "contracts.give_up_contract", actor=actor, reason=reason)
    return contract


def _give_up(contract: Contract, action: str, *, actor: Actor, reason: str) -> None:
    to = ends_as(contract)
    if to is None:
        raise ValueError(f"Contract {contract.pk} is {contract.state}.")
    _require_no_money(contract)
    before = contract.state
    contract.void_reason = reason.strip()[:500]
    if to == State.TERMINATED:
        contract.ended_on = clock.today()
    move(contract, to, ["void_reason", "ended_on"])
    audit.record(actor, action, contract, before={"state": before}, after={"state": to}, note=reason)
    if to == State.TERMINATED:
        # What it asked for is owed no more.
        release_instalments([contract], keep=ZERO)
        events.receivables_changed(contract.customer, "contract", actor=actor)


def _require_no_money(contract: Contract) -> None:
    """An advance paid on a contract would be lost from sight with it."""
    held = Payment.objects.filter(allocations__plan_line__contract=contract).exclude(
        state=Payment.State.REVERSED
    )
    numbers = sorted(set(held.values_list("no", flat=True)))
    if numbers:
        raise ApplicationError(
            _("Money is allocated to this contract (%(numbers)s): reverse it first.")
            % {"numbers": ", ".join(numbers)},
            code="contract_holds_money",
        )
