"""The processes of a business row: a tab of its page, and what they add to its timeline."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import history
from core.around import AroundTab, Entry, Source, add_source, add_tab
from core.around.timeline import Past
from core.subjects import reference
from workflows import registry
from workflows.models import HistoryEvent, ProcessDefinition, ProcessInstance
from workflows.selectors import cases_about, open_work_on
from workflows.services.starting import startable_for
from workflows.views.timeline import Timeline, people_named_by
from workflows.views.words import Labels, Roles

# The newest cases of a row; the list of cases holds the rest.
MOST = 50
# A page asks this often at most for events that all only explain others.
MOST_ROUNDS = 5


def processes(request: HttpRequest, subject: Any) -> dict[str, Any]:
    """The cases about a row, and with whom the open ones lie."""
    cases = list(cases_about([subject])[: MOST + 1])
    roles = Roles()
    open_steps: dict[int, list[dict[str, Any]]] = {}
    if any(case.is_open for case in cases):
        for item in open_work_on([subject]):
            who = item.assignee.name if item.assignee else roles[item.role]
            open_steps.setdefault(item.instance_id, []).append({"item": item, "who": who})
    kind, pk = reference(subject)
    reader: Any = request.user
    return {
        "cases": [{"case": case, "steps": open_steps.get(case.pk, [])} for case in cases[:MOST]],
        "more": len(cases) > MOST,
        "may_start": bool(startable_for(reader, subject)),
        "subject_type": kind,
        "subject_id": pk,
    }


def _is_subject(model: Any) -> bool:
    return model._meta.label_lower in registry.subject_types()


def _steps(subject: Any, reader: Any, past: Past) -> Iterable[Entry]:
    """What happened in the row's cases; whoever sees the row sees them."""
    cases = {case.pk: case for case in cases_about([subject])}
    if not cases:
        return []
    rows = HistoryEvent.objects.filter(instance__in=list(cases)).select_related("actor", "on_behalf_of")
    told: list[Entry] = []
    for _round in range(MOST_ROUNDS):
        events = past.of(rows)
        told += _told(events, cases)
        if len(events) < past.limit or len(told) >= past.limit:
            break
        last = events[-1]
        rows = rows.filter(at__lte=last.at).exclude(at=last.at, pk__gte=last.pk)
    return told[: past.limit]


def _told(events: list[HistoryEvent], cases: Mapping[int, ProcessInstance]) -> list[Entry]:
    labels, people = Labels(), people_named_by(events)
    keys = {(one.instance_id, one.at, one.kind, one.element): one.pk for one in events}
    told: list[Entry] = []
    for pk in {one.instance_id for one in events}:
        timeline = Timeline(cases[pk], labels)
        timeline.people = people
        mine = sorted((one for one in events if one.instance_id == pk), key=lambda one: one.seq)
        for entry in timeline.told(mine):
            told.append(
                Entry(
                    at=entry.at,
                    key=keys[pk, entry.at, entry.kind, entry.path],
                    icon="git-branch",
                    who=entry.who.name if entry.who else _("Automatic"),
                    title=" · ".join(filter(None, [entry.text, entry.outcome])),
                    text=entry.comment,
                    mark=entry.mark,
                    url=reverse("workflows:case-detail", args=[pk]),
                )
            )
    return sorted(told, key=lambda one: (one.at, one.key), reverse=True)


def _names(labels: Collection[str]) -> Mapping[str, str]:
    """ "contract_lifecycle:activate" is called by its process."""
    keys = {label.partition(":")[0] for label in labels}
    names = {one.key: one.name for one in ProcessDefinition.objects.filter(key__in=keys)}
    return {
        label: _("Process “%(name)s”") % {"name": names[label.partition(":")[0]]}
        for label in labels
        if label.partition(":")[0] in names
    }


history.name_parts_of_the_program(_names)
add_source(Source("processes", gettext_lazy("Processes"), _steps, order=5))
add_tab(
    AroundTab(
        "processes",
        gettext_lazy("Processes"),
        "workflows/around_processes.html",
        processes,
        is_for=_is_subject,
        order=30,
    )
)
