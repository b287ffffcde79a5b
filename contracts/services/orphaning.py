"""With the end of a contract a worker is asked to look after the supplements that it leaves behind."""

from __future__ import annotations

from typing import Final

from contracts.models import Contract
from core.jobs import enqueue

JOB: Final = "contracts.give_up_orphans"
OVER: Final = (*Contract.ENDED, Contract.State.VOIDED)


def look_after_orphans(contract: Contract) -> None:
    """In the transaction that ends it; nothing where nobody has begun a supplement."""
    if contract.state not in OVER or contract.is_supplement:
        return
    if Contract.objects.filter(parent=contract, kind=Contract.Kind.SUPPLEMENT).exists():
        enqueue(JOB, {"contract": contract.pk}, key=f"{JOB}:{contract.pk}:{contract.revision}")
