"""What every deed on a complaint shares: the lock, the state it must be in, who is blamed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from core import clock, following
from core.actors import Actor, SystemActor
from core.calendar import current
from core.errors import ApplicationError, Conflict
from core.models import User
from service.models import Complaint, RulingShare

State = Complaint.State
# Where followers of a complaint hear that it has come to. They hear its number, never its text.
TOLD = (State.HANDLING, State.CLOSED, State.WITHDRAWN)
for one in TOLD:
    following.news(f"service.complaint_{one}", one.label)


def require_process(actor: Actor) -> None:
    """These moves belong to the process: whoever wants one completes the step before it."""
    if not isinstance(actor, SystemActor):
        raise PermissionDenied("The complaint's process does this.")


def person(actor: Actor) -> User:
    if not isinstance(actor, User):
        raise PermissionDenied("Only people do this.")
    return actor


def locked(complaint_id: int, states: Sequence[str]) -> Complaint:
    """The complaint until the end of the transaction, in one of these states."""
    complaint = (
        Complaint.objects.select_for_update(of=("self",), no_key=True)
        .select_related("customer__owner", "contract__owner", "handler")
        .get(pk=complaint_id)
    )
    if complaint.state not in states:
        raise Conflict(
            _("Complaint %(complaint)s is %(state)s already; load the page again.")
            % {"complaint": complaint, "state": complaint.get_state_display()},
            code="wrong_state",
        )
    return complaint


def move(complaint: Complaint, to: str, also: Sequence[str] = ()) -> None:
    complaint.state = to
    write(complaint, "state", *also)
    if to in TOLD:
        following.tell(
            subject=complaint, what=f"service.complaint_{to}", actor=SystemActor("service.complaints")
        )


def write(complaint: Complaint, *fields: str) -> None:
    complaint.revision += 1
    complaint.updated_at = clock.now()
    complaint.save(update_fields=["revision", "updated_at", *fields])


def blamed_in(complaint: Complaint) -> set[int]:
    """The people whom the last ruling holds responsible."""
    ruling = complaint.rulings.order_by("-round").first()
    if ruling is None:
        return set()
    people = RulingShare.objects.filter(ruling=ruling, person__isnull=False)
    return {pk for pk in people.values_list("person", flat=True) if pk is not None}


def refuse_own_case(complaint: Complaint, actor: User) -> None:
    if actor.pk in blamed_in(complaint):
        raise ApplicationError(
            _("You are held responsible in this complaint: hand the task on to somebody else."),
            code="own_case",
        )


def working_minutes(start: datetime, end: datetime) -> int:
    """The working time between two moments, in whole minutes."""
    return int(current().between(start, end).total_seconds() // 60)
