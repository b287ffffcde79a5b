"""Complaints from their receipt to their end. What stands between, the ruling and the handling, has its own files.

Nothing that is told to anybody holds a complaint's text: notices name its number and its customer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from contracts.models import Contract
from core import audit, clock
from core.actors import Actor, SystemActor
from core.errors import ApplicationError, Conflict, Text
from core.models import User
from core.numbers import next_number
from core.rights import require, require_on, users_with_role
from core.search import tokens
from crm.models import Contact, Customer
from service import events, notices, webhooks
from service.models import Complaint, ComplaintAction, FollowUpCall
from service.services.complaint_moves import (
    State,
    blamed_in,
    locked,
    move,
    person,
    require_process,
    working_minutes,
    write,
)
from workflows import selectors as workflow_selectors
from workflows import services as workflow_services
from workflows.working_time import due_after

PROCESS = "complaint"
COMPLAINT_FIELDS = ("contact_id", "contract_id", "channel", "category", "severity", "description", "demand")
# From the second time on that a customer is not content, the leader decides before anything else is done.
LEADER_FIRST_FROM = 2


@transaction.atomic
def receive_complaint(*, customer_id: int, fields: Mapping[str, Any], actor: Actor) -> Complaint:
    """Register a complaint and start its process: one is never without the other."""
    require(actor, "service.receive_complaint")
    customer = Customer.objects.visible_to(actor).select_related("owner").get(pk=customer_id)
    who = person(actor)
    complaint = Complaint(
        customer=customer,
        received_at=clock.now(),
        received_by=who,
        department_path=customer.department_path,
        **_clean(fields, customer, actor),
    )
    complaint.no = next_number("complaint", on=clock.today())
    complaint.search_tokens = tokens(complaint.no, customer.no, customer.name)
    _check(complaint)
    complaint.save(force_insert=True)
    audit.record(
        actor,
        "service.receive_complaint",
        complaint,
        after={"no": complaint.no, "customer": customer.no, "severity": complaint.severity},
    )
    workflow_services.start_process(definition_key=PROCESS, subject=complaint, data={}, actor=who)
    complaint.refresh_from_db()
    return complaint


@transaction.atomic
def set_deadlines(*, complaint_id: int, respond_in: str, resolve_in: str, actor: Actor) -> Complaint:
    """When the first response and the solution are due, in working time from the receipt, as the table says."""
    require_process(actor)
    complaint = locked(complaint_id, (State.REGISTERED, State.RULING))
    complaint.respond_due_at = due_after(complaint.received_at, respond_in)
    complaint.resolve_due_at = due_after(complaint.received_at, resolve_in)
    write(complaint, "respond_due_at", "resolve_due_at")
    return complaint


@transaction.atomic
def acknowledge(*, complaint_id: int, severity: int, response: str, actor: Actor) -> Complaint:
    """The customer has heard that the complaint is dealt with; how severe it is, is settled."""
    require_on(actor, "service.handle_complaint", Complaint.objects.all(), complaint_id)
    complaint = locked(complaint_id, (State.REGISTERED,))
    if severity not in Complaint.Severity.values:
        missing = _("Choose how severe it is.")
        raise ApplicationError(missing, code="invalid", errors={"severity": [missing]})
    if not response.strip():
        missing = _("Say what the customer was told.")
        raise ApplicationError(missing, code="invalid", errors={"response": [missing]})
    before = complaint.severity
    # A clock that was set back must not have it answered before it came.
    complaint.severity, complaint.responded_at = severity, max(clock.now(), complaint.received_at)
    add_action(complaint, kind=ComplaintAction.Kind.EXPLAIN, description=response, actor=person(actor))
    move(complaint, State.RULING, ["severity", "responded_at"])
    audit.record(
        actor,
        "service.acknowledge_complaint",
        complaint,
        before={"severity": before},
        after={"severity": severity},
    )
    return complaint


def add_action(
    complaint: Complaint, *, kind: str, description: str, actor: User, cost: Any = 0
) -> ComplaintAction:
    """Write down what was done; the complaint is locked."""
    return ComplaintAction.objects.create(
        complaint=complaint,
        kind=kind,
        description=description.strip()[:1000],
        cost=cost or 0,
        done_by=actor,
        done_at=clock.now(),
    )


# Waiting for the customer -------------------------------------------------------------------------


@transaction.atomic
def pause_for_customer(*, complaint_id: int, actor: Actor) -> Complaint:
    """The customer has to do something first: from now on the deadline stands still."""
    require_on(actor, "service.handle_complaint", Complaint.objects.all(), complaint_id)
    complaint = locked(complaint_id, (State.HANDLING,))
    if complaint.is_paused:
        raise Conflict(_("This complaint waits for the customer already."), code="wrong_state")
    complaint.paused_at = clock.now()
    write(complaint, "paused_at")
    audit.record(actor, "service.pause_complaint", complaint)
    return complaint


@transaction.atomic
def resume_for_customer(*, complaint_id: int, actor: Actor) -> Complaint:
    """The customer has answered: the deadline moves by the working time that was waited."""
    require_on(actor, "service.handle_complaint", Complaint.objects.all(), complaint_id)
    complaint = locked(complaint_id, (State.HANDLING,))
    if not complaint.is_paused:
        raise Conflict(_("This complaint does not wait for the customer."), code="wrong_state")
    end_pause(complaint)
    write(complaint, "paused_at", "paused_minutes", "resolve_due_at")
    audit.record(actor, "service.resume_complaint", complaint, after={"minutes": complaint.paused_minutes})
    return complaint


def end_pause(complaint: Complaint) -> None:
    """Count the time waited; the caller saves."""
    if complaint.paused_at is None:
        return
    minutes = working_minutes(complaint.paused_at, clock.now())
    complaint.paused_at = None
    complaint.paused_minutes += minutes
    if minutes and complaint.resolve_due_at is not None:
        complaint.resolve_due_at = due_after(complaint.resolve_due_at, f"PT{minutes}M")


@transaction.atomic
def check_deadline(*, complaint_id: int, actor: Actor) -> tuple[str, datetime]:
    """How the solution stands to its deadline (in time, late, over), and when to look again.

    What is solved or waits for the customer is not late; a deadline that stood still meanwhile comes later.
    """
    require_process(actor)
    complaint = Complaint.objects.get(pk=complaint_id)
    now, due = clock.now(), complaint.resolve_due_at
    tomorrow = due_after(now, "P1D")
    if not complaint.is_open:
        return "over", tomorrow
    if complaint.is_paused or complaint.resolved_at is not None or due is None:
        return "in_time", tomorrow
    return ("late", tomorrow) if due <= now else ("in_time", due)


@transaction.atomic
def escalate_breach(*, complaint_id: int, what: str, role: str, actor: Actor) -> Complaint:
    """A deadline has passed: tell those above. Whoever is held responsible hears nothing of it."""
    require_process(actor)
    complaint = Complaint.objects.select_related("customer").get(pk=complaint_id)
    blamed = blamed_in(complaint)
    people = [one for one in users_with_role(role) if one.pk not in blamed]
    notices.complaint_late(complaint, what, people)
    audit.record(actor, "service.escalate_complaint", complaint, after={"deadline": what, "told": role})
    return complaint


# The end ------------------------------------------------------------------------------------------


@transaction.atomic
def reopen_complaint(*, complaint_id: int, resolve_in: str, actor: Actor) -> Complaint:
    """The customer is not content: it is handled again, with a new deadline; the second time the leader speaks first."""
    require_process(actor)
    complaint = locked(complaint_id, (State.FOLLOWING_UP,))
    complaint.reopen_count += 1
    complaint.resolved_at = None
    complaint.resolve_due_at = due_after(clock.now(), resolve_in)
    leader_first = complaint.reopen_count >= LEADER_FIRST_FROM
    to = State.INSTRUCTING if leader_first else State.HANDLING
    move(complaint, to, ["reopen_count", "resolved_at", "resolve_due_at"])
    audit.record(actor, "service.reopen_complaint", complaint, after={"times": complaint.reopen_count})
    return complaint


@transaction.atomic
def close_complaint(*, complaint_id: int, actor: Actor) -> Complaint:
    """The customer is content: the complaint is closed and its end told."""
    require_process(actor)
    complaint = locked(complaint_id, (State.FOLLOWING_UP,))
    if not FollowUpCall.objects.filter(complaint=complaint, is_satisfied=True).exists():
        raise Conflict(_("Nobody has asked the customer yet."), code="not_followed_up")
    complaint.closed_at = clock.now()
    move(complaint, State.CLOSED, ["closed_at"])
    audit.record(actor, "service.close_complaint", complaint, after={"state": complaint.state})
    events.complaint_closed(complaint, actor=actor)
    webhooks.complaint_closed(complaint)
    return complaint


@transaction.atomic
def withdraw_complaint(*, complaint_id: int, reason: str, actor: Actor) -> Complaint:
    """The customer takes the complaint back: its case ends and the complaint with it, together."""
    require_on(actor, "service.withdraw_complaint", Complaint.objects.all(), complaint_id)
    complaint = Complaint.objects.get(pk=complaint_id)
    if not complaint.is_open:
        raise _ended(complaint)
    if not reason.strip():
        missing = _("Say why the complaint is withdrawn.")
        raise ApplicationError(missing, code="reason_required", errors={"reason": [missing]})
    case = workflow_selectors.running_process_of(complaint)
    if case is None:
        withdraw_from_process(complaint_id, actor=actor, reason=reason)
    else:
        # Cancelling locks the case before the complaint, as every step does.
        workflow_services.cancel_instance(
            instance_id=case.pk,
            reason=reason,
            actor=SystemActor("service.withdraw_complaint"),
            on_behalf_of=actor if isinstance(actor, User) else None,
        )
    complaint.refresh_from_db()
    if complaint.state != State.WITHDRAWN:
        # Closed while this person looked at it.
        raise _ended(complaint)
    return complaint


def withdraw_from_process(complaint_id: int, *, actor: Actor, reason: str) -> None:
    """The case was cancelled: the complaint ends with it, in the same transaction."""
    complaint = Complaint.objects.select_for_update(of=("self",), no_key=True).get(pk=complaint_id)
    if not complaint.is_open:
        return
    before = complaint.state
    end_pause(complaint)
    complaint.withdraw_reason = reason.strip()[:500]
    move(complaint, State.WITHDRAWN, ["withdraw_reason", "paused_at", "paused_minutes", "resolve_due_at"])
    audit.record(
        actor,
        "service.withdraw_complaint",
        complaint,
        before={"state": before},
        after={"state": complaint.state},
        note=reason,
    )


def _ended(complaint: Complaint) -> Conflict:
    return Conflict(
        _("Complaint %(complaint)s is %(state)s, so it cannot be withdrawn.")
        % {"complaint": complaint, "state": complaint.get_state_display()},
        code="wrong_state",
    )


def _clean(fields: Mapping[str, Any], customer: Customer, actor: Actor) -> dict[str, Any]:
    unknown = set(fields) - set(COMPLAINT_FIELDS)
    if unknown:
        raise ApplicationError(_("Unknown fields: %(names)s") % {"names": ", ".join(sorted(unknown))})
    values = dict(fields)
    errors: dict[str, list[Text]] = {}
    contact, contract = values.get("contact_id"), values.get("contract_id")
    if contact and not Contact.objects.filter(pk=contact, customer=customer).exists():
        errors["contact"] = [_("Choose one of the customer's contacts.")]
    if contract and not Contract.objects.visible_to(actor).filter(pk=contract, customer=customer).exists():
        errors["contract"] = [_("Choose one of the customer's contracts.")]
    if errors:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=errors)
    for name in ("description", "demand"):
        values[name] = str(values.get(name) or "").strip()
    return values


def _check(complaint: Complaint) -> None:
    try:
        complaint.full_clean(exclude=("no",))
    except ValidationError as error:
        raise ApplicationError(
            _("Please correct the marked fields."), code="invalid", errors=error.message_dict
        ) from error
