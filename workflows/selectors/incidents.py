"""Failures and breaches, one by one and by what caused them. For those who deal with them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, Min, QuerySet

from core.actors import Actor
from core.rights import require
from workflows.models import Incident

DEAL_WITH = "workflows.retry_incident"


def incidents(actor: Actor) -> QuerySet[Incident]:
    """All of them; whoever may not deal with any is refused."""
    require(actor, DEAL_WITH)
    rows = Incident.objects.select_related("instance__definition", "closed_by")
    return rows.defer("instance__state")


def incident_groups(actor: Actor) -> QuerySet[Any, Any]:
    """The open ones, one row for those of one cause: how many, since when, until when, and the newest of them."""
    require(actor, DEAL_WITH)
    rows = Incident.objects.filter(status=Incident.Status.OPEN).order_by()
    return rows.values("group_key").annotate(
        count=Count("pk"), first_at=Min("opened_at"), last_at=Max("last_failed_at"), newest=Max("pk")
    )
