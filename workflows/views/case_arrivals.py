"""How figures lead to the cases they were counted from."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core.generic.arrivals import OfWord
from workflows.models import CaseTally, Incident, Job, PathVariant, Subscription, Timer, WorkItem


class WaitsAt(OfWord):
    """Cases that wait at an element now; at a call, those that wait in what it calls."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        there = Q(element=value) | Q(element__startswith=f"{value}/")
        waits = Q()
        for model in (WorkItem, Incident, Timer, Subscription, Job):
            rows = model._default_manager.filter(there, status="open")
            waits |= Q(pk__in=rows.values("instance"))
        return qs.filter(waits)


class WentThisWay(OfWord):
    """Cases that are over and have passed the same steps in the same order."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        pk = int(value) if value.isdecimal() and len(value) < 19 else 0
        digests = PathVariant.objects.filter(pk=pk).values("digest")
        cases = CaseTally.objects.filter(variant__digest__in=digests)
        return qs.filter(pk__in=cases.values("instance_id"))

    def shown(self, value: str) -> str:
        return _("as chosen")


class WasLate(OfWord):
    """Cases in which a task was done after its due time."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return qs.filter(pk__in=CaseTally.objects.filter(is_late=True).values("instance_id")) if value else qs

    def shown(self, value: str) -> str:
        return _("a task was late")
