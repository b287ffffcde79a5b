"""A contract in effect is ended before its time (P4, F77): asked for, looked at by everybody concerned, settled,
agreed to or refused. Its process carries the request from one to the next; pages and the API only ask.

Locks: the case, as every step does, then the contract, then the request, then the instalments. Money is confirmed and
taken back with the contract locked, so what is settled by the end is what was paid by then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts import events, notices, webhooks
from contracts.models import Contract, ContractTermination, TerminationDecision
from contracts.money import is_money, shown
from contracts.services.moves import locked, move, person, require_process
from contracts.services.obligations import drop_all_of
from contracts.services.parts import locked_parts, open_together, paid_together
from contracts.services.performance import begin_performance, last_day
from contracts.services.releasing import release_instalments
from contracts.services.settlement import remainder_now
from core import audit, clock
from core.actors import Actor
from core.constraints import refusing
from core.errors import ApplicationError, Conflict, Text
from core.models import User
from core.rights import require_on

REQUEST, SETTLE = "contracts.request_termination", "contracts.settle_termination"
State, Request = Contract.State, ContractTermination.State
Outcome = TerminationDecision.Outcome
DIRECTOR, ABOVE_DIRECTOR = "director", "gm"


@transaction.atomic
def request_termination(
    *, contract_id: int, kind: str, reason: str, ends_on: date, actor: Actor, notes: str = ""
) -> ContractTermination:
    """Ask that a contract in effect be ended; its case goes to those who decide.

    Raises ApplicationError (invalid), Conflict (wrong_state, termination_open).
    """
    asks = person(actor)
    require_on(actor, REQUEST, Contract.objects.all(), contract_id)
    # The case is locked before the contract, as every step does.
    contract = Contract.objects.get(pk=contract_id)
    if contract.is_supplement:
        raise Conflict(_("A supplement ends with its contract."), code="supplement")
    if contract.state == State.ACTIVE:
        begin_performance(contract)
    contract = locked(contract_id, (State.ACTIVE,))
    _require_request(contract, kind, reason, ends_on)
    with refusing(_refusals()):
        termination = ContractTermination.objects.create(
            contract=contract,
            kind=kind,
            reason=reason.strip()[:500],
            ends_on=ends_on,
            notes=notes.strip()[:1000],
            requested_by=asks,
            requested_at=clock.now(),
        )
    audit.record(
        actor,
        "contracts.request_termination",
        contract,
        after={"kind": kind, "ends_on": ends_on},
        note=termination.reason,
    )
    events.termination_requested(termination, actor=actor)
    return termination


@dataclass(frozen=True)
class Way:
    """Who has to look at a request, so that nobody decides on their own."""

    needs_manager: bool
    # The role that has the last word.
    last_approver: str
    ends_on: date


def way_of_termination(contract: Contract) -> Way:
    """The way of the open request of a contract. Raises Conflict (no_termination) where there is none."""
    found = contract.terminations.filter(state=Request.REQUESTED).select_related("requested_by").first()
    if found is None:
        raise _nothing_asked()
    asks = found.requested_by
    above = {one.pk for one in contract.owner.chain_of_command()}
    directs = DIRECTOR in asks.role_codes
    return Way(
        needs_manager=asks.pk not in above and not directs,
        last_approver=ABOVE_DIRECTOR if directs else DIRECTOR,
        ends_on=found.ends_on,
    )


@transaction.atomic
def decide_termination(
    *, contract_id: int, outcome: str, step: str, actor: Actor, comment: str = ""
) -> TerminationDecision:
    """Write down what one of those who are asked says. Nobody decides on what they asked for themselves."""
    decider = person(actor)
    termination = _open_request(contract_id)
    _require_other(termination, decider)
    if outcome not in Outcome.values:
        raise ApplicationError(_("Choose what you decide."), code="unknown_outcome")
    if outcome == Outcome.REFUSE and not comment.strip():
        missing = _("Say why the contract shall go on.")
        raise ApplicationError(missing, code="comment_required", errors={"comment": [missing]})
    decision = TerminationDecision.objects.create(
        termination=termination,
        step=step,
        outcome=outcome,
        comment=comment.strip()[:2000],
        decided_by=decider,
        decided_at=clock.now(),
    )
    audit.record(
        actor,
        "contracts.decide_termination",
        termination.contract,
        after={"step": step, "outcome": outcome},
        note=decision.comment,
    )
    return decision


@transaction.atomic
def settle_termination(
    *,
    contract_id: int,
    value: Decimal,
    owed: Decimal,
    refund: Decimal,
    actor: Actor,
    note: str = "",
) -> ContractTermination:
    """Finance says what was delivered, and what remains to be paid or goes back; never both.

    Raises ApplicationError (invalid) where an amount is none, or more is owed than is open or refunded than was paid.
    """
    settler = person(actor)
    require_on(actor, SETTLE, Contract.objects.all(), contract_id)
    termination = _open_request(contract_id)
    _require_other(termination, settler)
    paid = paid_together(termination.contract)
    _require_amounts(value, owed, refund, paid=paid, open_amount=open_together(termination.contract))
    termination.value, termination.paid = value, paid
    termination.owed, termination.refund = owed, refund
    termination.settlement_note = note.strip()[:500]
    termination.settled_by, termination.settled_at = settler, clock.now()
    termination.save(
        update_fields=["value", "paid", "owed", "refund", "settlement_note", "settled_by", "settled_at"]
    )
    audit.record(
        actor,
        "contracts.settle_termination",
        termination.contract,
        after={"value": value, "paid": paid, "owed": owed, "refund": refund},
        note=termination.settlement_note,
    )
    return termination


@transaction.atomic
def refuse_termination(*, contract_id: int, actor: Actor) -> ContractTermination:
    """One of those asked has refused: the contract goes on, and whoever asked hears why."""
    require_process(actor)
    termination = _open_request(contract_id)
    last = termination.decisions.order_by("-pk").select_related("decided_by").first()
    _refuse(termination, actor, last.decided_by if last else None, last.comment if last else "")
    return termination


def drop_termination(contract: Contract, *, actor: Actor, reason: str) -> None:
    """The case was cancelled: what was asked for is refused with it, in the same transaction."""
    found = ContractTermination.objects.select_for_update(of=("self",), no_key=True)
    termination = found.filter(contract=contract, state=Request.REQUESTED).first()
    if termination is not None:
        termination.contract = contract
        _refuse(termination, actor, actor if isinstance(actor, User) else None, reason)


@transaction.atomic
def terminate_contract(*, contract_id: int, actor: Actor) -> ContractTermination:
    """All have agreed: the contract ends, what is not owed any more is released, and who delivers hears of it.

    Money that was confirmed or taken back since the settlement changes what remains. Raises Conflict (payment_waits,
    not_settled).
    """
    require_process(actor)
    termination = _open_request(contract_id)
    contract = termination.contract
    if not termination.is_settled:
        raise Conflict(_("Finance has not settled this termination."), code="not_settled")
    parts = [one for one in locked_parts(contract) if one.state == State.ACTIVE]
    paid = paid_together(contract)
    left = remainder_now(termination, paid)
    last = termination.decisions.order_by("-pk").first()
    termination.paid, termination.owed, termination.refund = paid, left.owed, left.refund
    termination.state, termination.decided_at = Request.AGREED, clock.now()
    termination.decided_by = last.decided_by if last else None
    termination.save(update_fields=["paid", "owed", "refund", "state", "decided_at", "decided_by"])
    for one in parts:
        one.void_reason = termination.reason
        one.ended_on = termination.ends_on
        move(one, State.TERMINATED, ["void_reason", "ended_on"])
    released = release_instalments(parts, keep=left.owed)
    audit.record(
        actor,
        "contracts.terminate_contract",
        contract,
        before={"state": State.ACTIVE},
        after={
            "state": State.TERMINATED,
            "ended_on": termination.ends_on,
            "owed": left.owed,
            "released": released,
            "refund": left.refund,
        },
        note=termination.reason,
    )
    for one in parts:
        drop_all_of(one, actor=actor, reason=termination.reason)
    notices.tell_termination(termination)
    webhooks.contract_terminated(contract)
    events.contract_terminated(contract, actor=actor)
    events.receivables_changed(contract.customer, "contract", actor=actor)
    return termination


@transaction.atomic
def record_refund(*, contract_id: int, paid_on: date, reference: str, actor: Actor) -> ContractTermination:
    """Finance has paid back what was settled; it is written down, the bank is told elsewhere."""
    payer = person(actor)
    require_on(actor, SETTLE, Contract.objects.all(), contract_id)
    contract = locked(contract_id, (State.TERMINATED,))
    termination = contract.terminations.select_for_update(of=("self",), no_key=True).get(state=Request.AGREED)
    termination.contract = contract
    if not termination.waits_for_refund:
        raise Conflict(_("Nothing is to be refunded, or it was recorded already."), code="no_refund")
    errors: dict[str, list[Text]] = {}
    if not reference.strip():
        errors["reference"] = [_("Enter the bank reference of the transfer.")]
    if paid_on > clock.today():
        errors["paid_on"] = [_("This day lies in the future.")]
    if errors:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=errors)
    termination.refunded_on, termination.refund_reference = paid_on, reference.strip()[:60]
    termination.refunded_by, termination.refund_recorded_at = payer, clock.now()
    termination.save(update_fields=["refunded_on", "refund_reference", "refunded_by", "refund_recorded_at"])
    audit.record(
        actor,
        "contracts.record_refund",
        contract,
        after={"amount": termination.refund, "paid_on": paid_on, "reference": termination.refund_reference},
    )
    return termination


# Inside ---------------------------------------------------------------------------------------


def _open_request(contract_id: int) -> ContractTermination:
    contract = locked(contract_id, (State.ACTIVE,))
    rows = ContractTermination.objects.select_for_update(of=("self",), no_key=True)
    found = rows.filter(contract=contract, state=Request.REQUESTED).first()
    if found is None:
        raise _nothing_asked()
    found.contract = contract
    return found


def _nothing_asked() -> Conflict:
    return Conflict(_("Nobody asks to end this contract any more."), code="no_termination")


def _refuse(termination: ContractTermination, actor: Actor, by: User | None, why: str) -> None:
    termination.state, termination.decided_at, termination.decided_by = Request.REFUSED, clock.now(), by
    termination.save(update_fields=["state", "decided_at", "decided_by"])
    audit.record(actor, "contracts.refuse_termination", termination.contract, note=why)
    notices.tell_termination(termination, by=by, note=why)


def _require_request(contract: Contract, kind: str, reason: str, ends_on: date) -> None:
    errors: dict[str, list[Text]] = {}
    last = last_day(contract)
    if kind not in ContractTermination.Kind.values:
        errors["kind"] = [_("Choose on what ground the contract ends.")]
    if not reason.strip():
        errors["reason"] = [_("Say why the contract shall end.")]
    if ends_on < clock.today():
        errors["ends_on"] = [_("This day has passed.")]
    elif last is not None and ends_on > last:
        errors["ends_on"] = [
            _("It ends by itself on %(day)s, before this day.") % {"day": f"{last:%Y-%m-%d}"}
        ]
    if errors:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=errors)


def _require_other(termination: ContractTermination, who: User) -> None:
    if termination.requested_by_id == who.pk:
        raise ApplicationError(_("Nobody decides on what they asked for themselves."), code="own_request")


def _require_amounts(
    value: Decimal, owed: Decimal, refund: Decimal, *, paid: Decimal, open_amount: Decimal
) -> None:
    errors: dict[str, list[Text]] = {}
    for name, amount in (("value", value), ("owed", owed), ("refund", refund)):
        if not is_money(amount) or amount < 0:
            errors[name] = [_("The amount is not negative, with at most two decimals.")]
    if not errors:
        if owed > open_amount:
            errors["owed"] = [_("Only %(open)s of the contract is open.") % {"open": shown(open_amount)}]
        if refund > paid:
            errors["refund"] = [_("Only %(paid)s has been paid.") % {"paid": shown(paid)}]
        elif owed and refund:
            errors["refund"] = [
                _("Either something is still to be paid, or something goes back: set them off.")
            ]
    if errors:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=errors)


def _refusals() -> dict[str, ApplicationError]:
    return {
        "contract_has_one_open_termination": Conflict(
            gettext_lazy("Somebody has asked to end this contract already; it is under review."),
            code="termination_open",
        ),
    }
