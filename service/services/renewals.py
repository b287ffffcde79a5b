"""Renew what ends: when it opens, what was agreed, and what became of it (F88, P7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from contracts import services as contract_services
from contracts.models import Contract
from contracts.services.draft_rows import Line
from core import audit, clock
from core.actors import Actor, SystemActor
from core.errors import ApplicationError, Conflict
from crm.models import Customer
from crm.services import set_customer_status
from service.models import MemberActivation, RenewalCase
from service.services.effects import effect_figures
from service.services.memberships import plan_of

PROCESS = "renewal"
VIEW = "service.view_renewal"
State = RenewalCase.State
LONGEST_REASON = 500
# What the next term agrees as the one before did.
CARRIED_ON = (
    "title",
    "own_company_id",
    "bank_account_id",
    "contact_id",
    "tax_rate",
    "copies",
    "effective_rule",
    "late_rule",
    "late_daily_rate",
    "lpr_markup",
    "day_base",
    "grace_days",
    "allocation_order",
    "signing_order",
    "paper_language",
    "sign_place",
    "special_terms",
)


@dataclass(frozen=True)
class Plan:
    """When something is to happen before and after the end of a term."""

    is_renewable: bool
    opens_on: date
    remind_on: date
    remind_again_on: date
    ends_on: date
    lost_on: date


def plan_renewal(
    contract: Contract, *, open_before: int, remind_before: int, remind_again_before: int, grace: int
) -> Plan:
    """Days before the term's last day; ``grace`` are those after it in which the customer may still sign."""
    end = contract.in_force_until
    is_renewable = end is not None and bool(plan_of(contract))
    end = end or clock.today()
    return Plan(
        is_renewable=is_renewable,
        opens_on=end - timedelta(days=open_before),
        remind_on=end - timedelta(days=remind_before),
        remind_again_on=end - timedelta(days=remind_again_before),
        # A membership is paid for until its last day.
        ends_on=end + timedelta(days=1),
        lost_on=end + timedelta(days=grace + 1),
    )


@transaction.atomic
def open_renewal(*, contract_id: int, actor: Actor) -> RenewalCase:
    """The renewal of a contract, with the figures of today. One that is there stays as it is."""
    require_process(actor)
    contract = locked_contract(contract_id)
    found = _of(contract)
    if found is not None:
        return found
    if contract.in_force_until is None:
        raise ApplicationError(_("The contract has no end, so nothing is renewed."), code="no_end")
    first = contract.effective_on or contract.start_on or contract.in_force_until
    case = RenewalCase.objects.create(
        contract=contract,
        customer=contract.customer,
        due_on=contract.in_force_until,
        figures=effect_figures(contract.customer_id, first, min(contract.in_force_until, clock.today())),
    )
    audit.record(actor, "service.open_renewal", case, after={"due_on": case.due_on, "figures": case.figures})
    return case


@transaction.atomic
def move_renewal(*, contract_id: int, actor: Actor) -> None:
    """A supplement moved the end of the term: a renewal that is still open is due with the new end."""
    require_process(actor)
    contract = locked_contract(contract_id)
    case, end = _of(contract), contract.in_force_until
    if case is None or not case.is_open or end is None or case.due_on == end:
        return
    before, case.due_on = case.due_on, end
    case.save(update_fields=["due_on"])
    audit.record(actor, "service.move_renewal", case, before={"due_on": before}, after={"due_on": end})


@transaction.atomic
def note_talk(*, contract_id: int, is_renewing: bool, actor: Actor) -> RenewalCase:
    """Somebody has talked with the customer; whoever wants to go on is being negotiated with."""
    case = _required(contract_id)
    if not case.is_open:
        raise _over(case)
    case.contacted_count += 1
    if is_renewing:
        case.state = State.NEGOTIATING
    case.save(update_fields=["contacted_count", "state"])
    audit.record(
        actor, "service.note_renewal_talk", case, after={"talks": case.contacted_count, "state": case.state}
    )
    return case


@transaction.atomic
def draft_renewal(*, contract_id: int, actor: Actor) -> Contract:
    """The contract for the next term as its owner's draft: same products and prices, from the day after the end.

    A draft or contract that renews this one already is taken as it is.
    """
    require_process(actor)
    contract = locked_contract(contract_id)
    there = renewals_of(contract).first()
    if there is not None:
        return there
    if contract.in_force_until is None:
        raise ApplicationError(_("The contract has no end, so nothing is renewed."), code="no_end")
    first = contract.in_force_until + timedelta(days=1)
    return contract_services.start_contract(
        customer_id=contract.customer_id,
        actor=actor,
        owner=contract.owner,
        fields={
            "kind": Contract.Kind.RENEWAL,
            "parent_id": contract.pk,
            **{name: getattr(contract, name) for name in CARRIED_ON},
            "effective_due_on": first if contract.effective_rule == Contract.EffectiveRule.ON_DATE else None,
            "start_on": first,
            "end_on": _same_length(contract, first),
        },
        lines=[
            Line(line.product_id, line.price, line.quantity, line.description)
            for line in contract.lines.order_by("seq")
        ],
    )


@transaction.atomic
def record_renewed(*, contract_id: int, actor: Actor) -> RenewalCase:
    """The next contract is in effect, be it early, in time or in the days of grace."""
    require_process(actor)
    contract = locked_contract(contract_id)
    following = renewals_of(contract).filter(state=Contract.State.ACTIVE).first()
    if following is None:
        raise Conflict(_("No renewal of this contract is in effect."), code="not_renewed")
    case = _of(contract) or open_renewal(contract_id=contract_id, actor=actor)
    if case.state == State.RENEWED:
        return case
    case.state, case.new_contract, case.closed_at, case.lost_reason = (
        State.RENEWED,
        following,
        clock.now(),
        "",
    )
    case.save(update_fields=["state", "new_contract", "closed_at", "lost_reason"])
    audit.record(actor, "service.record_renewed", case, after={"new_contract": following.no})
    return case


@transaction.atomic
def record_lost(*, contract_id: int, reason: str, actor: Actor) -> RenewalCase:
    """The customer goes. Without another contract in effect it counts as lost, and stays with its owner."""
    require_process(actor)
    case = _required(contract_id)
    if case.state == State.LOST:
        return case
    if case.state == State.RENEWED:
        raise _over(case)
    text = reason.strip()[:LONGEST_REASON]
    if not text:
        raise ApplicationError(
            _("Say why the customer does not renew."),
            code="reason_needed",
            errors={"reason": [_("Say why.")]},
        )
    case.state, case.lost_reason, case.closed_at = State.LOST, text, clock.now()
    case.save(update_fields=["state", "lost_reason", "closed_at"])
    audit.record(actor, "service.record_lost", case, after={"reason": text})
    return case


@transaction.atomic
def end_membership(*, contract_id: int, actor: Actor) -> bool:
    """The term is over and nothing follows: who has no other contract in effect is a lost customer (P7).

    Whether the platform has opened a membership for the contract, which is to be ended there.
    """
    require_process(actor)
    contract = locked_contract(contract_id)
    others = Contract.objects.filter(customer=contract.customer_id, state=Contract.State.ACTIVE)
    if not others.exclude(pk=contract.pk).exists():
        set_customer_status(customer_id=contract.customer_id, status=Customer.Status.LOST, actor=actor)
    opened = MemberActivation.objects.filter(contract=contract, state=MemberActivation.State.OK)
    return opened.exclude(kind=MemberActivation.Kind.DEACTIVATE).exists()


def renewals_of(contract: Contract) -> QuerySet[Contract]:
    """Drafts and contracts that renew this one and are not given up, the furthest first."""
    given_up = (Contract.State.REJECTED, Contract.State.VOIDED, Contract.State.TERMINATED)
    rows = Contract.objects.filter(parent=contract, kind=Contract.Kind.RENEWAL)
    return rows.exclude(state__in=given_up).order_by("-effective_on", "-pk")


def require_startable(contract: Contract) -> None:
    """What is in effect and ends is renewed, once."""
    # In the days of grace it is over already.
    in_reach = (Contract.State.ACTIVE, Contract.State.COMPLETED, Contract.State.EXPIRED)
    if contract.state not in in_reach or contract.in_force_until is None:
        raise Conflict(
            _("Contract %(contract)s is %(state)s; what is in effect and ends can be renewed.")
            % {"contract": contract, "state": contract.get_state_display()},
            code="wrong_state",
        )
    case = RenewalCase.objects.filter(contract=contract).first()
    if case is not None and not case.is_open:
        raise _over(case)


def _same_length(contract: Contract, first: date) -> date:
    """As long as the term before; whole years stay whole years, whatever February does."""
    start, end = contract.start_on or contract.effective_on or first, contract.end_on or first
    years = end.year - start.year
    behind = end + timedelta(days=1)
    if years and (behind.month, behind.day) == (start.month, start.day):
        day = min(first.day, 28) if first.month == 2 else first.day
        return first.replace(year=first.year + behind.year - start.year, day=day) - timedelta(days=1)
    return first + (end - start)


def _over(case: RenewalCase) -> Conflict:
    return Conflict(
        _("The renewal of %(contract)s is over: %(state)s.")
        % {"contract": case.contract, "state": case.get_state_display()},
        code="wrong_state",
    )


def _required(contract_id: int) -> RenewalCase:
    case = _of(locked_contract(contract_id))
    if case is None:
        raise Conflict(_("The renewal of this contract has not begun."), code="no_renewal")
    return case


def _of(contract: Contract) -> RenewalCase | None:
    found = RenewalCase.objects.select_for_update(of=("self",), no_key=True).filter(contract=contract).first()
    if found is not None:
        found.contract = contract
    return found


def locked_contract(contract_id: int) -> Contract:
    """The contract until the end of the transaction."""
    rows = Contract.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("customer", "owner__manager").get(pk=contract_id)


def require_process(actor: Actor) -> None:
    """What the process does is done by nobody else."""
    if not isinstance(actor, SystemActor):
        raise PermissionDenied("The process does this.")
