"""What people are told while a contract waits for somebody outside: for the signed copy, for the first payment.

The process says when. Each reminder is a notification and a line in the audit, and no task: the task it is about
lies where it lay.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from contracts import notices
from contracts.models import Contract
from contracts.services.moves import locked, require_process
from core import audit, clock
from core.actors import Actor
from core.models import User
from core.rights import users_with_role

State = Contract.State
# Who looks after money that does not come, besides the contract's owner.
FINANCE = "finance"


@transaction.atomic
def remind_signature(*, contract_id: int, actor: Actor, by: User | None = None, note: str = "") -> Contract:
    """Tell the owner that the signed copy is not back: by the clock, or because the director presses for it."""
    require_process(actor)
    contract = locked(contract_id, (State.SIGNING,))
    sealed = contract.seal_records.order_by("-pk").first()
    _remind(
        contract, "signature", [contract.owner], since=sealed.sealed_at if sealed else None, by=by, note=note
    )
    audit.record(by or actor, "contracts.remind_signature", contract, note=note)
    return contract


@transaction.atomic
def remind_first_payment(*, contract_id: int, actor: Actor) -> Contract:
    """Tell the owner and finance that a signed contract still waits for its first payment."""
    require_process(actor)
    contract = locked(contract_id, (State.SIGNED,))
    people = [contract.owner, *users_with_role(FINANCE)]
    signature = contract.signatures.order_by("-pk").first()
    _remind(contract, "first_payment", people, since=signature.recorded_at if signature else None)
    audit.record(actor, "contracts.remind_first_payment", contract)
    return contract


def _remind(
    contract: Contract,
    about: str,
    people: Iterable[User],
    *,
    since: datetime | None,
    by: User | None = None,
    note: str = "",
) -> None:
    days = (clock.now() - since).days if since is not None else 0
    notices.tell(contract, about, people, days=days, by=by, note=note.strip()[:500])
