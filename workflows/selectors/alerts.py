"""Alerts for those who may watch; and who these are."""

from __future__ import annotations

from django.db.models import QuerySet

from core.actors import Actor
from core.models import User
from core.permissions import MANAGE_JOBS
from core.who import holders_of
from workflows.models import Alert
from workflows.selectors.incidents import DEAL_WITH
from workflows.selectors.operations_status import require_watching


def alerts(actor: Actor) -> QuerySet[Alert]:
    """Open ones and those that are over; whoever may not watch is refused."""
    require_watching(actor)
    return Alert.objects.exclude(state=Alert.State.WATCHED).select_related("taken_by")


def watchers() -> list[User]:
    """The active people who deal with failures or manage background work."""
    found = [holder.person for code in (DEAL_WITH, MANAGE_JOBS) for holder in holders_of(code)]
    return list({person.pk: person for person in found}.values())
