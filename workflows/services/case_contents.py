"""Everything that is kept about one case, as plain data: the ``case.json`` of its file (docs/developers/retention.md)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Model, Q, QuerySet

from core import clock
from core.models import Attachment, Comment
from workflows.definitions import definition_of
from workflows.engine import Case
from workflows.models import (
    Delivery,
    HistoryEvent,
    Incident,
    Job,
    LegalHold,
    Message,
    ProcessInstance,
    Subscription,
    Timer,
    WorkItem,
)
from workflows.selectors.diagram import waits_kept
from workflows.services.holds import holds_on
from workflows.services.host import DomainHost

FORMAT = "xiaoliu-case/1"
CASE = "workflows.processinstance"
# The engine's own form of the data, rows of search, and what only guards the rows against each other.
_INTERNAL = {
    "state",
    "waited",
    "search_tokens",
    "sort_at",
    "open_rows",
    "places",
    "state_revision",
    "revision",
    "fence",
}
# Values of the case: for those who may see its data.
_DATA = {"changes", "payload", "result"}
# What answers and gateways have read stands in the history for everybody who sees it.
_SECRET = {"error"}


def contents(case: ProcessInstance, *, person: Any, with_data: bool, reads_holds: bool) -> dict[str, Any]:
    """The case as its reader may see it: ``with_data`` its variables, ``reads_holds`` why it is held."""
    state = ProcessInstance.objects.values_list("state", flat=True).get(pk=case.pk)
    definition = definition_of(case.version_id)
    variables = None
    if with_data:
        variables = Case.load(definition, state, DomainHost(case, person=person, now=clock.now())).variables
    left_out = set() if with_data else _DATA | _SECRET
    subscriptions = Subscription.objects.filter(instance=case.pk)
    deliveries = Delivery.objects.filter(Q(instance=case.pk) | Q(subscription__in=subscriptions)).distinct()
    messages = Message.objects.filter(
        Q(pk__in=deliveries.values("message")) | Q(uid__startswith=f"case:{case.pk}:")
    )
    return {
        "format": FORMAT,
        "made_at": clock.now(),
        "made_by": person.username,
        "with_data": with_data,
        "process": {
            "key": case.definition.key,
            "name_zh": case.definition.name_zh,
            "name_en": case.definition.name_en,
            "version": case.version.number,
            "checksum": case.version.checksum,
        },
        "case": _row(case, left_out, skip={"state"}),
        "variables": variables,
        "history": _rows(HistoryEvent.objects.filter(instance=case.pk).order_by("seq"), left_out),
        "work_items": _rows(WorkItem.objects.filter(instance=case.pk).order_by("pk"), left_out),
        "timers": _rows(Timer.objects.filter(instance=case.pk).order_by("pk"), left_out),
        "jobs": _rows(Job.objects.filter(instance=case.pk).order_by("pk"), left_out),
        # What is left of timers, jobs and subscriptions that were compacted, see ``compacted_at`` of the case.
        "waited": [one._asdict() for one in waits_kept(case)],
        "subscriptions": _rows(subscriptions.order_by("pk"), left_out),
        "deliveries": _rows(deliveries.order_by("pk"), left_out),
        "messages": _rows(messages.order_by("pk"), left_out),
        "incidents": _rows(
            Incident.objects.filter(instance=case.pk).order_by("pk"), left_out | _trouble(with_data)
        ),
        "holds": _holds(case, set() if reads_holds else {"reason", "lift_reason"}),
        "comments": [
            {
                "author": one.author.username,
                "at": one.created_at,
                "edited_at": one.edited_at,
                "removed_at": one.removed_at,
                "text": "" if one.removed_at else one.text,
            }
            for one in _around(Comment)
            .select_related("author")
            .filter(subject_id=str(case.pk))
            .order_by("pk")
        ],
    }


def attachments_of(case: ProcessInstance) -> list[Attachment]:
    """The files that stand at the case, the oldest first."""
    rows = _around(Attachment).filter(subject_id=str(case.pk), removed_at__isnull=True)
    return list(rows.select_related("document__content").order_by("pk"))


def _around(model: Any) -> QuerySet[Any]:
    found: QuerySet[Any] = model.objects.filter(subject_type=CASE)
    return found


def _trouble(with_data: bool) -> set[str]:
    return set() if with_data else {"message"}


def _holds(case: ProcessInstance, left_out: set[str]) -> list[dict[str, Any]]:
    past = LegalHold.objects.filter(instance_id=case.pk, lifted_at__isnull=False).order_by("pk")
    return _rows([*past, *holds_on(case)], left_out)


def _rows(rows: Iterable[Model], left_out: set[str]) -> list[dict[str, Any]]:
    return [_row(one, left_out) for one in rows]


def _row(row: Model, left_out: set[str], skip: Iterable[str] = ()) -> dict[str, Any]:
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.attname not in _INTERNAL | left_out | set(skip)
    }
