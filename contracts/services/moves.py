"""What every move of a contract shares: the lock, the state it must be in, the line in the audit."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from contracts.models import Contract, ContractVersion
from contracts.services.orphaning import look_after_orphans
from core import audit, clock, following
from core.actors import Actor, SystemActor
from core.errors import Conflict
from core.models import User

State = Contract.State
UNDER_REVIEW = (State.REVIEWING, State.APPRAISING)
# Where followers of a contract hear that it has come to.
TOLD = (
    State.APPROVED,
    State.SIGNED,
    State.ACTIVE,
    State.COMPLETED,
    State.EXPIRED,
    State.REJECTED,
    State.VOIDED,
    State.TERMINATED,
)
for one in TOLD:
    following.news(f"contracts.{one}", one.label)


def require_process(actor: Actor) -> None:
    """These moves belong to the process: whoever wants one completes the step before it."""
    if not isinstance(actor, SystemActor):
        raise PermissionDenied("The contract's process does this.")


def person(actor: Actor) -> User:
    if not isinstance(actor, User):
        raise PermissionDenied("Only people do this.")
    return actor


def locked(contract_id: int, states: Sequence[str]) -> Contract:
    """The contract until the end of the transaction, in one of these states. With a supplement the contract that it
    changes is locked too, and first: whoever locks several contracts does so in the order of their keys."""
    main = lock_main_contract(contract_id)
    contract = (
        Contract.objects.select_for_update(of=("self",), no_key=True)
        .select_related("customer", "owner", "own_company", "bank_account", "template", "contact")
        .get(pk=contract_id)
    )
    if main is not None:
        contract.parent = main
    if contract.state not in states:
        raise Conflict(
            _("Contract %(contract)s is %(state)s already; load the page again.")
            % {"contract": contract, "state": contract.get_state_display()},
            code="wrong_state",
        )
    return contract


def lock_main_contract(contract_id: int) -> Contract | None:
    """The contract that a supplement changes, locked until the end of the transaction; None for other contracts."""
    own = Contract.objects.filter(pk=contract_id, kind=Contract.Kind.SUPPLEMENT)
    found = own.values_list("parent_id", flat=True).first()
    if found is None:
        return None
    return Contract.objects.select_for_update(no_key=True).get(pk=found)


def current_version(contract: Contract) -> ContractVersion:
    """The content of the last submission."""
    return contract.versions.order_by("-seq")[:1].get()


def moved(
    contract_id: int, states: Sequence[str], to: str, actor: Actor, action: str, *, note: str = ""
) -> Contract:
    contract = locked(contract_id, states)
    before = contract.state
    move(contract, to)
    audit.record(actor, action, contract, before={"state": before}, after={"state": to}, note=note)
    return contract


def move(contract: Contract, to: str, also: Sequence[str] = ()) -> None:
    contract.state = to
    contract.revision += 1
    contract.updated_at = clock.now()
    contract.save(update_fields=["state", "revision", "updated_at", *also])
    if to in TOLD:
        # Whoever did it is told in the timeline; a follower wants to know where the contract stands.
        following.tell(subject=contract, what=f"contracts.{to}", actor=SystemActor("contracts"))
    look_after_orphans(contract)
