"""What people do about a complaint once it is ruled on: act, instruct, sum up, call the customer."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from core import audit, clock
from core.actors import Actor
from core.errors import ApplicationError, Conflict
from core.rights import require_on
from service.models import (
    Complaint,
    ComplaintAction,
    ComplaintSummary,
    FollowUpCall,
    LeaderInstruction,
)
from service.services.complaint_moves import (
    State,
    locked,
    move,
    person,
    refuse_own_case,
    require_process,
    write,
)
from service.services.complaints import add_action, end_pause
from workflows.working_time import due_after

HANDLE, INSTRUCT = "service.handle_complaint", "service.instruct_complaint"


@transaction.atomic
def record_action(
    *, complaint_id: int, kind: str, description: str, actor: Actor, cost: Decimal = Decimal(0)
) -> ComplaintAction:
    """Write down what was done while the complaint is handled."""
    require_on(actor, HANDLE, Complaint.objects.all(), complaint_id)
    complaint = locked(complaint_id, (State.HANDLING,))
    action = _action(complaint, kind, description, cost, actor)
    write(complaint)
    return action


@transaction.atomic
def finish_handling(
    *, complaint_id: int, kind: str, description: str, actor: Actor, cost: Decimal = Decimal(0)
) -> Complaint:
    """The handler is done: the last action is written down and the leader looks at it."""
    require_on(actor, HANDLE, Complaint.objects.all(), complaint_id)
    complaint = locked(complaint_id, (State.HANDLING,))
    _action(complaint, kind, description, cost, actor)
    end_pause(complaint)
    move(complaint, State.INSTRUCTING, ["paused_at", "paused_minutes", "resolve_due_at"])
    audit.record(actor, "service.finish_handling", complaint)
    return complaint


@transaction.atomic
def explain(*, complaint_id: int, explanation: str, actor: Actor) -> Complaint:
    """The complaint is not justified: the customer is told why."""
    require_on(actor, HANDLE, Complaint.objects.all(), complaint_id)
    complaint = locked(complaint_id, (State.HANDLING,))
    _action(complaint, ComplaintAction.Kind.EXPLAIN, explanation, Decimal(0), actor)
    end_pause(complaint)
    complaint.resolved_at = clock.now()
    move(complaint, State.SUMMING_UP, ["resolved_at", "paused_at", "paused_minutes", "resolve_due_at"])
    audit.record(actor, "service.explain_complaint", complaint)
    return complaint


@transaction.atomic
def instruct(*, complaint_id: int, verdict: str, actor: Actor, text: str = "") -> LeaderInstruction:
    """The leader agrees with how it was handled, or has it done again and says what."""
    require_on(actor, INSTRUCT, Complaint.objects.all(), complaint_id)
    who = person(actor)
    complaint = locked(complaint_id, (State.INSTRUCTING,))
    refuse_own_case(complaint, who)
    if verdict not in LeaderInstruction.Verdict.values:
        raise ApplicationError(_("Choose what you decide."), code="unknown_outcome")
    redo = verdict == LeaderInstruction.Verdict.REDO
    if redo and not text.strip():
        missing = _("Say what is to be done.")
        raise ApplicationError(missing, code="comment_required", errors={"comment": [missing]})
    instruction = LeaderInstruction.objects.create(
        complaint=complaint,
        round=complaint.instructions.count() + 1,
        verdict=verdict,
        text=text.strip()[:1000],
        given_by=who,
        given_at=clock.now(),
    )
    complaint.resolved_at = None if redo else clock.now()
    move(complaint, State.HANDLING if redo else State.SUMMING_UP, ["resolved_at"])
    audit.record(actor, "service.instruct_complaint", complaint, after={"verdict": verdict})
    return instruction


@transaction.atomic
def sum_up(
    *, complaint_id: int, root_cause: str, prevention: str, actor: Actor, lesson: str = ""
) -> ComplaintSummary:
    """Why it came to this and what keeps it from coming again. After a reopening it is written anew."""
    require_on(actor, HANDLE, Complaint.objects.all(), complaint_id)
    complaint = locked(complaint_id, (State.SUMMING_UP,))
    errors = {
        name: [text]
        for name, value, text in (
            ("root_cause", root_cause, _("Name the root cause.")),
            ("prevention", prevention, _("Say what keeps it from coming again.")),
        )
        if not value.strip()
    }
    if errors:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=errors)
    summary, _created = ComplaintSummary.objects.update_or_create(
        complaint=complaint,
        defaults={
            "root_cause": root_cause.strip(),
            "lesson": lesson.strip(),
            "prevention": prevention.strip(),
            "written_by": person(actor),
            "written_at": clock.now(),
        },
    )
    move(complaint, State.FOLLOWING_UP)
    audit.record(actor, "service.sum_up_complaint", complaint)
    return summary


@transaction.atomic
def plan_follow_up(*, complaint_id: int, after: str, actor: Actor) -> FollowUpCall:
    """The next call to the customer, so much working time from now."""
    require_process(actor)
    complaint = locked(complaint_id, (State.FOLLOWING_UP,))
    return FollowUpCall.objects.create(
        complaint=complaint,
        n=complaint.follow_ups.count() + 1,
        due_at=due_after(clock.now(), after),
    )


@transaction.atomic
def record_follow_up(
    *, complaint_id: int, score: int, is_satisfied: bool, actor: Actor, note: str = ""
) -> FollowUpCall:
    """What the customer says about the solution."""
    require_on(actor, HANDLE, Complaint.objects.all(), complaint_id)
    complaint = locked(complaint_id, (State.FOLLOWING_UP,))
    call = complaint.follow_ups.filter(done_at=None).order_by("n").first()
    if call is None:
        raise Conflict(_("No call to the customer is planned."), code="wrong_state")
    if not 1 <= score <= 5:
        missing = _("Between 1 and 5.")
        raise ApplicationError(missing, code="invalid", errors={"score": [missing]})
    call.score, call.is_satisfied, call.note = score, is_satisfied, note.strip()[:1000]
    call.done_by, call.done_at = person(actor), clock.now()
    call.save(update_fields=["score", "is_satisfied", "note", "done_by", "done_at"])
    audit.record(
        actor, "service.follow_up_complaint", complaint, after={"score": score, "satisfied": is_satisfied}
    )
    return call


def cost_of(complaint: Complaint) -> Decimal:
    """What the actions have cost in all."""
    return complaint.actions.aggregate(sum=Sum("cost"))["sum"] or Decimal("0.00")


def _action(
    complaint: Complaint, kind: str, description: str, cost: Decimal, actor: Actor
) -> ComplaintAction:
    who = person(actor)
    refuse_own_case(complaint, who)
    errors = {}
    if kind not in ComplaintAction.Kind.values:
        errors["kind"] = [_("Choose what was done.")]
    if not description.strip():
        errors["description"] = [_("Say what was done.")]
    if cost < 0:
        errors["cost"] = [_("The cost is not negative.")]
    if errors:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=errors)
    action = add_action(complaint, kind=kind, description=description, cost=cost, actor=who)
    audit.record(actor, "service.record_action", complaint, after={"kind": kind, "cost": cost})
    return action
