"""Ask the member platform to open, extend or end a membership, and write down what it answers (F84).

Asking is a row with a key. However often the platform is asked with that key it does it once, and whichever way its
answer comes, by the call or by an event of its own, the first one counts.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from contracts.models import Contract
from core import audit, clock
from core.actors import Actor, SystemActor
from core.errors import ApplicationError, Conflict
from crm.models import MemberAccount
from crm.services.members import note_plan
from service import events
from service.models import MemberActivation, Onboarding
from service.services.memberships import command_of, kind_for, plan_of, term_of
from service.services.onboarding import ACTIVATION, finish_step

__all__ = ["ask_for_activation", "command_of", "kind_for", "plan_of", "record_answer"]
Kind = MemberActivation.Kind
State = MemberActivation.State
LONGEST_REASON = 300


@transaction.atomic
def ask_for_activation(*, contract_id: int, kind: str, actor: Actor) -> str:
    """The key of the request for a contract's membership; the call itself is a step of its own.

    A request without an answer is asked again under its key, and so is one that was granted: the platform knows both
    and does neither twice. One that was declined is made anew.
    """
    _require_process(actor)
    contract = _locked(contract_id)
    plan = plan_of(contract)
    if not plan:
        raise ApplicationError(_("The contract sells no membership."), code="no_membership")
    if kind != Kind.DEACTIVATE and contract.state != Contract.State.ACTIVE:
        raise Conflict(
            _("Contract %(contract)s is %(state)s; a membership is opened when it is in effect.")
            % {"contract": contract, "state": contract.get_state_display()},
            code="wrong_state",
        )
    standing = MemberActivation.objects.filter(contract=contract, plan=plan, kind=kind, follows=None)
    known = standing.filter(state__in=[State.OK, State.PENDING]).order_by("state").first()
    if known is not None:
        return known.request_key
    starts_on, ends_on = term_of(contract, kind)
    activation = MemberActivation.objects.create(
        contract=contract,
        external_id=_account_of(contract),
        plan=plan,
        kind=kind,
        starts_on=starts_on,
        ends_on=ends_on,
        request_key=f"{kind}-{uuid.uuid4().hex}",
        asked_at=clock.now(),
    )
    audit.record(
        actor,
        "service.ask_for_activation",
        contract,
        after={"request": activation.request_key, "kind": kind, "plan": plan},
    )
    return activation.request_key


@transaction.atomic
def record_answer(*, request_key: str, answer: Mapping[str, Any], actor: Actor) -> MemberActivation:
    """What the platform says to a request: ``ok``, its number of the member, a reason. The second answer is told
    nothing new and changes nothing.
    """
    _require_process(actor)
    contract = _locked(MemberActivation.objects.get(request_key=request_key).contract_id)
    activation = MemberActivation.objects.select_for_update(no_key=True).get(request_key=request_key)
    activation.contract = contract
    if activation.state != State.PENDING:
        return activation
    refusal = "" if answer.get("ok") else str(answer.get("reason") or "")
    is_ok = bool(answer.get("ok"))
    if is_ok and activation.kind != Kind.DEACTIVATE and contract.state != Contract.State.ACTIVE:
        # The platform was faster than the contract's end; somebody has to end the membership there.
        is_ok = False
        refusal = _("The contract is %(state)s meanwhile.") % {"state": contract.get_state_display()}
    activation.state = State.OK if is_ok else State.FAILED
    activation.external_id = str(answer.get("external_id") or activation.external_id)[:60]
    activation.answer = {**answer, "reason": refusal[:LONGEST_REASON]}
    activation.answered_at = clock.now()
    activation.save(update_fields=["state", "external_id", "answer", "answered_at"])
    if is_ok and activation.kind != Kind.DEACTIVATE and activation.follows_id is None:
        _show_in_onboarding(contract, activation, actor)
    if is_ok:
        note_plan(
            external_id=activation.external_id,
            customer_id=contract.customer_id,
            plan=activation.plan if activation.kind != Kind.DEACTIVATE else "",
            paid_until=activation.ends_on,
            actor=actor,
        )
    audit.record(
        actor,
        "service.record_answer",
        contract,
        after={"request": request_key, "state": activation.state, "kind": activation.kind},
        note=refusal[:LONGEST_REASON],
    )
    events.member_activated(activation, actor=actor)
    return activation


def _show_in_onboarding(contract: Contract, activation: MemberActivation, actor: Actor) -> None:
    Onboarding.objects.filter(contract=contract, activated_at__isnull=True).update(
        activated_at=activation.answered_at
    )
    finish_step(contract_id=contract.pk, code=ACTIVATION, actor=actor)


def _account_of(contract: Contract) -> str:
    """The account that the platform named the last time for this customer, else the one its people sign in with."""
    answered = MemberActivation.objects.filter(contract__customer=contract.customer_id, state=State.OK)
    last = (
        answered.exclude(external_id="")
        .order_by("-answered_at")
        .values_list("external_id", flat=True)
        .first()
    )
    if last is not None:
        return last
    members = MemberAccount.objects.filter(customer=contract.customer_id, approved_at__isnull=False)
    found = members.order_by(F("last_login_at").desc(nulls_last=True), "approved_at", "pk").first()
    return found.external_id if found is not None else ""


def _locked(contract_id: int) -> Contract:
    rows = Contract.objects.select_for_update(of=("self",), no_key=True).select_related("customer", "owner")
    return rows.get(pk=contract_id)


def _require_process(actor: Actor) -> None:
    if not isinstance(actor, SystemActor):
        raise PermissionDenied("The process does this.")
