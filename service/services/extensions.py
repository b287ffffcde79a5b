"""Tell the member platform the end of a term that a supplement has moved, be it later or earlier (F84).

An account is open as long as one of its customer's contracts in effect says so. What the platform was told last is
compared with that; where they differ, a request follows the one that was granted last. Whoever opens or extends a
membership takes the end of that moment, so a request on its way is waited for, and compared again after its answer.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from contracts.models import Contract
from core import audit, clock
from core.actors import Actor
from core.errors import Conflict
from service.models import MemberActivation
from service.services.memberships import term_of
from service.services.renewals import locked_contract, require_process

PROCESS = "membership_extension"
Kind, State = MemberActivation.Kind, MemberActivation.State


class Standing(StrEnum):
    """Where the platform stands with the end of a contract's membership."""

    SETTLED = "settled"
    BEING_OPENED = "being_opened"
    ASKED = "asked"


@dataclass(frozen=True)
class KnownTerm:
    """Until when the platform keeps a contract's membership, and until when it ought to."""

    contract: Contract
    # The contract's own request that was granted last, and the customer's.
    granted: MemberActivation
    told: MemberActivation
    ends_on: date

    @property
    def differs(self) -> bool:
        return self.contract.state == Contract.State.ACTIVE and self.told.ends_on != self.ends_on


@transaction.atomic
def ask_for_new_term(*, contract_id: int, actor: Actor) -> tuple[Standing, str]:
    """Where the platform stands with the contract, and the key of the request if there is something to tell.

    A request for the same end that has no answer yet is asked again under its key; one for another end is withdrawn.
    """
    require_process(actor)
    contract = locked_contract(contract_id)
    known = known_terms([contract]).get(contract.pk)
    if known is None:
        return (Standing.BEING_OPENED if _is_being_opened(contract) else Standing.SETTLED), ""
    if not known.differs:
        return Standing.SETTLED, ""
    open_one = _open_requests(contract).first()
    if open_one is not None and (open_one.follows_id, open_one.ends_on) == (known.granted.pk, known.ends_on):
        return Standing.ASKED, open_one.request_key
    withdraw_new_term(contract_id=contract.pk, reason=_("The term ends on another day by now."), actor=actor)
    request = MemberActivation.objects.create(
        contract=contract,
        external_id=known.told.external_id,
        plan=known.told.plan,
        kind=Kind.EXTEND,
        starts_on=known.granted.starts_on,
        ends_on=known.ends_on,
        follows=known.granted,
        request_key=f"{Kind.EXTEND}-{uuid.uuid4().hex}",
        asked_at=clock.now(),
    )
    audit.record(
        actor,
        "service.ask_for_new_term",
        contract,
        before={"ends_on": known.told.ends_on},
        after={"request": request.request_key, "ends_on": request.ends_on},
    )
    return Standing.ASKED, request.request_key


@transaction.atomic
def withdraw_new_term(*, contract_id: int, reason: str = "", actor: Actor) -> int:
    """What the platform has not answered yet is not asked any more; says how many requests that were.

    Whatever it answers to them later counts no more: somebody else tells it what holds by then.
    """
    require_process(actor)
    contract = locked_contract(contract_id)
    reason = reason or _is_over(contract)
    withdrawn = list(_open_requests(contract))
    for one in withdrawn:
        one.state, one.answered_at = State.WITHDRAWN, clock.now()
        one.answer = {"ok": False, "reason": reason}
        one.save(update_fields=["state", "answered_at", "answer"])
        audit.record(
            actor, "service.withdraw_new_term", contract, after={"request": one.request_key}, note=reason
        )
    return len(withdrawn)


def known_terms(contracts: Iterable[Contract]) -> dict[int, KnownTerm]:
    """What the platform knows of these contracts' memberships; those that it has not opened, or has ended, are left
    out. One query, however many there are."""
    asked = {one.pk: one for one in contracts}
    customers = {one.customer_id for one in asked.values()}
    rows = MemberActivation.objects.filter(contract__customer__in=customers, state=State.OK)
    granted: dict[int, MemberActivation] = {}
    told: dict[int, MemberActivation] = {}
    for one in rows.select_related("contract").order_by("answered_at", "pk"):
        granted[one.contract_id] = told[one.contract.customer_id] = one
    ends: dict[int, date] = {}
    for one in granted.values():
        if one.kind != Kind.DEACTIVATE and one.contract.state == Contract.State.ACTIVE:
            end, customer = (
                max(one.starts_on, term_of(one.contract, Kind.EXTEND)[1]),
                one.contract.customer_id,
            )
            ends[customer] = max(end, ends.get(customer, end))
    return {
        pk: KnownTerm(
            contract,
            granted[pk],
            told[contract.customer_id],
            ends.get(contract.customer_id, granted[pk].ends_on),
        )
        for pk, contract in asked.items()
        if pk in granted and granted[pk].kind != Kind.DEACTIVATE
    }


def why_not_told(activation: MemberActivation) -> str:
    """Why a worker does not carry out a request any more, "" if it does."""
    if activation.follows_id is None:
        return ""
    if activation.state == State.WITHDRAWN:
        return str(activation.answer.get("reason") or "")
    return "" if activation.contract.state == Contract.State.ACTIVE else _is_over(activation.contract)


def require_startable(contract: Contract) -> None:
    """Something is to be told about a membership that was opened, or is being opened."""
    if contract.state != Contract.State.ACTIVE:
        raise Conflict(
            _("Contract %(contract)s is %(state)s; the term of a membership changes while it is in effect.")
            % {"contract": contract, "state": contract.get_state_display()},
            code="wrong_state",
        )
    known = known_terms([contract]).get(contract.pk)
    if known is None and not _is_being_opened(contract):
        raise Conflict(_("The platform has opened no membership for this contract."), code="no_membership")
    if known is not None and not known.differs:
        raise Conflict(
            _("The platform knows the end of the membership already: %(day)s.") % {"day": known.told.ends_on},
            code="is_known",
        )


def _open_requests(contract: Contract) -> QuerySet[MemberActivation]:
    rows = MemberActivation.objects.filter(contract=contract, state=State.PENDING, follows__isnull=False)
    return rows.select_for_update(no_key=True)


def _is_being_opened(contract: Contract) -> bool:
    rows = MemberActivation.objects.filter(contract=contract, state=State.PENDING, follows=None)
    return rows.exclude(kind=Kind.DEACTIVATE).exists()


def _is_over(contract: Contract) -> str:
    return _("The contract is %(state)s meanwhile.") % {"state": contract.get_state_display()}
