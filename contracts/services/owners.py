"""Whose contracts they are: given to somebody else when their owner leaves."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet

from contracts.models import Contract, Obligation
from core import audit, clock
from core.actors import Actor, SystemActor
from core.models import User

State = Contract.State
# Nobody does anything more with these: who had them stays on them.
OVER = (State.REJECTED, State.VOIDED, State.TERMINATED, State.COMPLETED, State.EXPIRED)


def open_contracts_of(person: User) -> QuerySet[Contract]:
    """Drafts, those on their way, and those in effect."""
    return Contract.objects.filter(owner=person).exclude(state__in=OVER)


@transaction.atomic
def give_contracts(*, person: User, to: User, actor: Actor) -> int:
    """All open contracts of somebody who leaves; what was submitted keeps the text it was submitted with."""
    if not isinstance(actor, SystemActor):
        raise PermissionDenied("Contracts change hands with their owner's departure only.")
    rows = list(open_contracts_of(person).select_for_update(of=("self",), no_key=True).order_by("pk"))
    for contract in rows:
        contract.owner = to
        contract.department_path = to.department_path
        contract.revision += 1
        contract.updated_at = clock.now()
        contract.save(update_fields=["owner", "department_path", "revision", "updated_at"])
        audit.record(
            actor,
            "contracts.give_contract",
            contract,
            before={"owner": person.username},
            after={"owner": to.username},
        )
    return len(rows)


def open_obligations_of(person: User) -> QuerySet[Obligation]:
    """What somebody looks after and is not settled."""
    return Obligation.objects.filter(responsible=person, state=Obligation.State.OPEN)


@transaction.atomic
def give_obligations(*, person: User, to: User, actor: Actor) -> int:
    """What somebody who leaves looked after; tasks that are out already are handed on with the other tasks."""
    if not isinstance(actor, SystemActor):
        raise PermissionDenied(
            "Obligations change hands with the departure of whoever looks after them only."
        )
    rows = list(open_obligations_of(person).select_for_update(of=("self",), no_key=True).order_by("pk"))
    for one in rows:
        one.responsible = to
        one.save(update_fields=["responsible"])
        audit.record(
            actor,
            "contracts.give_obligation",
            one.contract,
            before={"responsible": person.username},
            after={"responsible": to.username, "what": one.what},
        )
    return len(rows)
