"""Whose complaints they are to handle: given to somebody else when their handler leaves."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet

from core import audit
from core.actors import Actor, SystemActor
from core.models import User
from service.models import Complaint
from service.services.complaint_moves import blamed_in, write


def open_complaints_of(person: User) -> QuerySet[Complaint]:
    return Complaint.objects.open().filter(handler=person)


@transaction.atomic
def give_complaints(*, person: User, to: User, actor: Actor) -> tuple[int, list[str]]:
    """All open complaints of a handler who leaves; the numbers of those that the taker is held responsible for stay."""
    if not isinstance(actor, SystemActor):
        raise PermissionDenied("Complaints change hands with their handler's departure only.")
    taken, left = 0, []
    for complaint in open_complaints_of(person).select_for_update(of=("self",), no_key=True).order_by("pk"):
        if to.pk in blamed_in(complaint):
            left.append(complaint.no)
            continue
        complaint.handler = to
        write(complaint, "handler")
        audit.record(
            actor,
            "service.give_complaint",
            complaint,
            before={"handler": person.username},
            after={"handler": to.username},
        )
        taken += 1
    return taken, left
