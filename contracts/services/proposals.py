"""A run of letters: proposed with reasons, agreed by a second person, printed once with the balances of the moment.

Which letter a customer gets follows from the levels that its instalments have reached and for which nothing was
printed yet; who has none gets the usual list. Who is left out is named, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from contracts.models import (
    COUNSEL,
    CollectionLevel,
    DunningNotice,
    DunningProposal,
    DunningRun,
    PromiseToPay,
    ProposalLine,
)
from contracts.services.demands import PERMISSION, Demand, demands_of, printed_on
from contracts.services.letters import be_the_only_one_printing, file_letters
from core import audit, clock
from core.actors import Actor, SystemActor
from core.errors import ApplicationError, Conflict, Text
from core.jobs import enqueue
from core.models import BackgroundJob, User
from core.rights import require

APPROVE = "contracts.approve_dunning"
RUN_JOB = "contracts.print_run"
# Who had the usual list so recently is left out of the next one, unless somebody puts them back.
QUIET_DAYS = 7
State = DunningProposal.State
SYSTEM = SystemActor("contracts.proposals")
Key = tuple[int, int]


@dataclass(frozen=True)
class Judged:
    """A demand with the reason why it would not be printed; one that is ``firm`` cannot be waved through."""

    demand: Demand
    reason: str = ""
    is_firm: bool = False


@transaction.atomic
def propose_run(*, actor: Actor, as_of: date | None = None) -> DunningProposal:
    """Everybody who is overdue on that day: what they would get, or why they would get nothing."""
    maker = _person(actor)
    require(actor, PERMISSION)
    day = as_of or clock.today()
    if day > clock.today():
        text = _("A notice states what is overdue; its day cannot lie in the future.")
        raise ApplicationError(text, code="future_day", errors={"as_of": [text]})
    judged = _judge(actor, day)
    if not judged:
        raise ApplicationError(
            _("Nothing is overdue here, so there is nothing to print."), code="nothing_overdue"
        )
    proposal = DunningProposal.objects.create(as_of=day, made_by=maker)
    ProposalLine.objects.bulk_create(
        ProposalLine(
            proposal=proposal,
            customer=one.demand.customer,
            own_company=one.demand.own_company,
            kind=one.demand.kind,
            level=one.demand.level,
            instalment_count=len(one.demand.lines),
            days_overdue=one.demand.days_overdue,
            principal=one.demand.principal,
            interest=one.demand.interest,
            total=one.demand.total,
            is_excluded=bool(one.reason),
            reason=one.reason[:300],
        )
        for one in judged.values()
    )
    audit.record(actor, "contracts.propose_run", proposal, after={"as_of": day, "letters": len(judged)})
    return proposal


@transaction.atomic
def exclude(*, proposal_id: int, line_id: int, reason: str, actor: Actor) -> ProposalLine:
    """Leave a letter out, and say why."""
    proposal = _changeable(proposal_id, actor)
    if not reason.strip():
        missing: Text = _("Say why this letter is left out.")
        raise ApplicationError(missing, code="reason_required", errors={"reason": [missing]})
    line = proposal.lines.select_related("customer").get(pk=line_id)
    line.is_excluded, line.reason = True, reason.strip()[:300]
    line.save(update_fields=["is_excluded", "reason"])
    audit.record(
        actor, "contracts.exclude_letter", proposal, after={"customer": line.customer.name}, note=reason
    )
    return line


@transaction.atomic
def include(*, proposal_id: int, line_id: int, actor: Actor) -> ProposalLine:
    """Put a letter back that was left out, unless what stands in its way still does."""
    proposal = _changeable(proposal_id, actor)
    line = proposal.lines.select_related("customer").get(pk=line_id)
    judged = _judge(SYSTEM, proposal.as_of, [line.customer_id]).get((line.customer_id, line.own_company_id))
    if judged is None:
        raise Conflict(_("Nothing of this is overdue any more."), code="nothing_overdue")
    if judged.is_firm:
        raise ApplicationError(judged.reason, code="cannot_be_printed")
    line.is_excluded, line.reason = False, ""
    line.save(update_fields=["is_excluded", "reason"])
    audit.record(actor, "contracts.include_letter", proposal, after={"customer": line.customer.name})
    return line


@transaction.atomic
def submit_run(*, proposal_id: int, actor: Actor) -> DunningProposal:
    """Ready to be looked at by a second person."""
    proposal = _locked(proposal_id, actor, PERMISSION, (State.DRAFT,))
    if not proposal.lines.filter(is_excluded=False).exists():
        raise ApplicationError(_("Every letter of it is left out."), code="nothing_left")
    return _moved(proposal, State.SUBMITTED, actor, "contracts.submit_run")


@transaction.atomic
def approve_run(*, proposal_id: int, actor: Actor) -> DunningProposal:
    """Whoever made it does not approve it."""
    approver = _person(actor)
    proposal = _locked(proposal_id, actor, APPROVE, (State.SUBMITTED,))
    if proposal.made_by_id == approver.pk:
        raise ApplicationError(
            _("Whoever made a run of letters does not approve it: ask a colleague."),
            code="second_person_needed",
        )
    proposal.approved_by, proposal.approved_at = approver, clock.now()
    return _moved(proposal, State.APPROVED, actor, "contracts.approve_run", "approved_by", "approved_at")


@transaction.atomic
def reject_run(*, proposal_id: int, reason: str, actor: Actor) -> DunningProposal:
    """Discard it: nothing of it is printed."""
    if not reason.strip():
        missing: Text = _("Say why the run is discarded.")
        raise ApplicationError(missing, code="reason_required", errors={"reason": [missing]})
    permission = APPROVE if actor.may(APPROVE) else PERMISSION
    proposal = _locked(proposal_id, actor, permission, (State.DRAFT, State.SUBMITTED, State.APPROVED))
    proposal.reject_reason = reason.strip()[:300]
    return _moved(proposal, State.REJECTED, actor, "contracts.reject_run", "reject_reason", note=reason)


@transaction.atomic
def print_run(
    *, proposal_id: int, actor: Actor, progress: Callable[[int, int], None] | None = None
) -> DunningRun:
    """Print what was approved, with the balances of this moment: what was paid or settled since falls out."""
    printer = _person(actor)
    be_the_only_one_printing()
    proposal = _locked(proposal_id, actor, PERMISSION, (State.APPROVED,))
    lines = list(proposal.lines.filter(is_excluded=False).select_related("customer"))
    dropped: dict[int, str] = {}

    def read() -> list[Demand]:
        dropped.clear()
        return _still_to_print(proposal, lines, dropped)

    run = file_letters(
        read, day=proposal.as_of, printer=printer, progress=progress or (lambda done, total: None)
    )
    notices = {(one.customer_id, one.own_company_id): one for one in run.notices.all()}
    for line in lines:
        if line.pk in dropped:
            line.is_excluded, line.reason = True, dropped[line.pk][:300]
        else:
            line.notice = notices[(line.customer_id, line.own_company_id)]
        line.save(update_fields=["is_excluded", "reason", "notice"])
    proposal.run = run
    _moved(proposal, State.PRINTED, actor, "contracts.print_run", "run")
    numbers = [one.no for one in notices.values()]
    audit.record(printer, "contracts.print_dunning", run, after={"as_of": proposal.as_of, "numbers": numbers})
    return run


@transaction.atomic
def print_run_later(*, proposal_id: int, actor: Actor) -> BackgroundJob:
    """The same by a worker, with its progress shown."""
    printer = _person(actor)
    proposal = _locked(proposal_id, actor, PERMISSION, (State.APPROVED,))
    title = _("Letters of %(day)s") % {"day": f"{proposal.as_of:%Y-%m-%d}"}
    return enqueue(
        RUN_JOB,
        {"proposal": proposal.pk},
        key=f"dunning-run:{proposal.pk}:{clock.now().isoformat()}",
        title=title,
        created_by=printer,
    )


# What would be printed ------------------------------------------------------------------------


def _judge(actor: Actor, day: date, customer_ids: list[int] | None = None) -> dict[Key, Judged]:
    demands = demands_of(actor, day, customer_ids)
    disputed = demands_of(actor, day, customer_ids, disputed=True)
    keys = {customer for customer, _company in [*demands, *disputed]}
    levels = _waiting_levels(demands)
    demands = {key: replace(one, level=levels.get(key, 0)) for key, one in demands.items()}
    printed = printed_on(day, keys)
    reached = _counsel(keys)
    promises = {
        one.customer_id: one
        for one in PromiseToPay.objects.filter(customer__in=keys, state=PromiseToPay.State.OPEN)
    }
    recent = _recent(keys)
    found = {}
    for key, demand in demands.items():
        customer = demand.customer.pk
        same = printed.get((*key, demand.kind))
        if same:
            judged = Judged(demand, _("Printed already as %(no)s.") % {"no": same.no}, True)
        elif not demand.has_address:
            judged = Judged(demand, _("No postal address: add one on the customer's page."), True)
        elif customer in reached:
            judged = Judged(demand, _("Handed to counsel."), True)
        elif customer in promises:
            until = f"{promises[customer].promised_on:%Y-%m-%d}"
            judged = Judged(demand, _("Has promised to pay until %(day)s.") % {"day": until})
        elif not demand.level and key in recent:
            judged = Judged(demand, _("Had %(no)s a few days ago.") % {"no": recent[key].no})
        else:
            judged = Judged(demand)
        found[key] = judged
    for key, demand in disputed.items():
        if key not in found:
            found[key] = Judged(demand, _("Everything that is overdue is disputed."), True)
    return found


def _still_to_print(
    proposal: DunningProposal, lines: list[ProposalLine], dropped: dict[int, str]
) -> list[Demand]:
    """What was approved and is still owed; ``dropped`` hears what is not, and why."""
    keys = [line.customer_id for line in lines]
    demands = demands_of(SYSTEM, proposal.as_of, keys)
    waiting = _waiting_levels(demands)
    printed = printed_on(proposal.as_of, keys)
    promised = set(
        PromiseToPay.objects.filter(
            customer__in=keys, state=PromiseToPay.State.OPEN, recorded_at__gte=proposal.made_at
        ).values_list("customer_id", flat=True)
    )
    todo = []
    for line in sorted(lines, key=lambda one: (one.customer_id, one.own_company_id)):
        key = (line.customer_id, line.own_company_id)
        demand = demands.get(key)
        if demand is None:
            dropped[line.pk] = _("Paid or disputed since it was approved.")
        elif line.customer_id in promised:
            dropped[line.pk] = _("Has promised to pay since it was proposed.")
        elif same := printed.get((*key, line.kind)):
            dropped[line.pk] = _("Printed already as %(no)s.") % {"no": same.no}
        elif line.level and waiting.get(key, 0) < line.level:
            dropped[line.pk] = _("This level was asked for already, or what had reached it is paid.")
        elif not demand.has_address:
            dropped[line.pk] = _("No postal address: add one on the customer's page.")
        else:
            todo.append(replace(demand, level=line.level))
    if not todo:
        raise Conflict(
            _("Nothing of this run is left to print: %(reasons)s Discard it.")
            % {"reasons": " ".join(dict.fromkeys(dropped.values()))},
            code="nothing_left",
        )
    return todo


def _waiting_levels(demands: Mapping[Key, Demand]) -> dict[Key, int]:
    """The highest level that an instalment of each demand has reached and for which nothing was printed."""
    where = {line.pk: key for key, one in demands.items() for line in one.lines}
    found: dict[Key, int] = {}
    last: dict[int, CollectionLevel] = {}
    for level in CollectionLevel.objects.filter(plan_line__in=where, level__lt=COUNSEL).order_by("level"):
        last[level.plan_line_id] = level
    for line_id, level in last.items():
        # A higher letter that went out says what a lower one would.
        if level.notice_id is None:
            found[where[line_id]] = max(found.get(where[line_id], 0), level.level)
    return found


def _counsel(keys: set[int]) -> set[int]:
    return set(
        CollectionLevel.objects.filter(customer__in=keys, level=COUNSEL).values_list("customer_id", flat=True)
    )


def _recent(keys: set[int]) -> dict[Key, DunningNotice]:
    since = clock.now() - timedelta(days=QUIET_DAYS)
    rows = DunningNotice.objects.filter(customer__in=keys, printed_at__gt=since).order_by("pk")
    return {(one.customer_id, one.own_company_id): one for one in rows}


# Inside ---------------------------------------------------------------------------------------


def _locked(proposal_id: int, actor: Actor, permission: str, states: tuple[str, ...]) -> DunningProposal:
    """The proposal until the end of the transaction: 404 to a stranger, 403 to a reader, 409 if it has moved on."""
    if not DunningProposal.objects.visible_to(actor).filter(pk=proposal_id).exists():
        raise DunningProposal.DoesNotExist(f"DunningProposal {proposal_id} does not exist.")
    if not DunningProposal.objects.reachable_by(actor, permission).filter(pk=proposal_id).exists():
        raise PermissionDenied(permission)
    proposal = DunningProposal.objects.select_for_update(no_key=True).get(pk=proposal_id)
    if proposal.state not in states:
        raise Conflict(
            _("This run is %(state)s already; load the page again.")
            % {"state": proposal.get_state_display()},
            code="wrong_state",
        )
    return proposal


def _changeable(proposal_id: int, actor: Actor) -> DunningProposal:
    """A draft is changed by who prints; one that was submitted by who approves."""
    permission = PERMISSION if actor.may(PERMISSION) else APPROVE
    return _locked(proposal_id, actor, permission, (State.DRAFT, State.SUBMITTED))


def _moved(
    proposal: DunningProposal, to: str, actor: Actor, action: str, *also: str, note: str = ""
) -> DunningProposal:
    before = proposal.state
    proposal.state = to
    proposal.save(update_fields=["state", *also])
    audit.record(actor, action, proposal, before={"state": before}, after={"state": to}, note=note)
    return proposal


def _person(actor: Actor) -> User:
    if not isinstance(actor, User):
        raise PermissionDenied("Letters are printed by people.")
    return actor
