"""The platform tells what its members got out of a day."""

from __future__ import annotations

from core.actors import Actor
from crm.models import MemberEvent
from crm.services.members import handle
from service.services.effects import take_figures


def _told(event: MemberEvent, actor: Actor) -> None:
    if event.account is not None:
        take_figures(event.account, event.payload)


handle(MemberEvent.Kind.METRICS, _told)
