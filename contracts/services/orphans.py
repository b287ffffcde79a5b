"""Supplements that have not taken effect when the contract that they change is over: they never can, so they are given
up with it. A worker does that after the end, since each has a case of its own to be locked first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from contracts import notices
from contracts.models import Contract
from contracts.services.giving_up import ends_as
from contracts.services.in_force import supplements_of
from contracts.services.orphaning import JOB
from contracts.services.voiding import void_contract
from core.actors import SystemActor
from core.errors import ApplicationError, Conflict
from core.jobs import Later

ACTOR: Final = SystemActor(JOB)
# Somebody is at a case: it is asked again so much later.
BUSY_PAUSE: Final = 10.0


def orphans_of(main: Contract) -> list[Contract]:
    """Its supplements that have not taken effect, and could still be given up."""
    rows = supplements_of(main).select_related("owner", "customer").order_by("pk")
    return [one for one in rows if ends_as(one) is not None]


def give_up_orphans(contract_id: int) -> Mapping[str, Any]:
    """Void, or terminate, what cannot take effect any more; its owner is told. One that holds money stays until
    finance has taken that back: its owner hears that too.

    Raises Later where somebody is at work on one of them.
    """
    main = Contract.objects.get(pk=contract_id)
    given_up, held, busy = [], [], False
    for one in orphans_of(main):
        reason = _("The contract that it changes is over: %(contract)s.") % {"contract": main}
        try:
            # Together: whoever dies between the two would leave its owner untold.
            with transaction.atomic():
                void_contract(contract_id=one.pk, reason=reason, actor=ACTOR)
                notices.tell_orphan(one, main)
        except Conflict:
            busy = True
        except ApplicationError as refusal:
            held.append(one.pk)
            notices.tell_orphan(one, main, note=str(refusal))
        else:
            given_up.append(one.pk)
    if busy:
        raise Later(BUSY_PAUSE)
    return {"given_up": given_up, "held": held}
