"""What people hold in processes, and which of its rows carry a department."""

from __future__ import annotations

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.actors import Actor
from core.departments import path_holder
from core.holdings import Holding, Outcome, Part, not_held, register
from core.models import User
from workflows.models import (
    CaseTally,
    DwellTally,
    PassTally,
    ProcessDefinition,
    ProcessInstance,
    PurgedCase,
    WorkItem,
    WorkTally,
)
from workflows.services.taking_over import Taken, hand_over_definitions, hand_over_items

MOST_NAMED = 5


def _tasks(person: User) -> list[Part]:
    """By flow: the contracts may go to one person and the complaints to another."""
    mine = WorkItem.objects.open().filter(assignee=person.pk)
    counts = dict(mine.order_by().values_list("definition").annotate(Count("pk")))
    parts = []
    for definition in ProcessDefinition.objects.filter(pk__in=counts).order_by("key"):
        first = mine.filter(definition=definition).order_by("sort_at", "pk")[:MOST_NAMED]
        examples = [" · ".join(filter(None, [item.name, item.subject_title])) for item in first]
        label = _("Tasks: %(flow)s") % {"flow": definition.name}
        parts.append(Part(definition.key, label, counts[definition.pk], examples))
    return parts


def _give_tasks(person: User, to: User | None, part: str, actor: Actor) -> Outcome:
    if to is None:
        return Outcome()
    taken = hand_over_items(person=person, to=to, definition_key=part, actor=actor)
    return Outcome(taken.by_taker, _notes(taken))


def _notes(taken: Taken) -> list[str]:
    notes = []
    if taken.to_queue:
        notes.append(
            ngettext(
                "%(count)s task went back to its queue.",
                "%(count)s tasks went back to their queues.",
                taken.to_queue,
            )
            % {"count": taken.to_queue}
        )
    for name, count in taken.by_others.items():
        notes.append(
            ngettext(
                "%(count)s task went to %(name)s, because the taker may not do it or is away.",
                "%(count)s tasks went to %(name)s, because the taker may not do them or is away.",
                count,
            )
            % {"count": count, "name": name}
        )
    if taken.to_administrators:
        notes.append(
            ngettext(
                "%(count)s task waits with the administrators: nobody else may do it.",
                "%(count)s tasks wait with the administrators: nobody else may do them.",
                taken.to_administrators,
            )
            % {"count": taken.to_administrators}
        )
    return notes


register(
    Holding(
        "workflows.tasks",
        gettext_lazy("Open tasks"),
        _tasks,
        _give_tasks,
        text=gettext_lazy(
            "Nobody gets a task that checks their own work: it goes to the next who may do it."
        ),
        icon="inbox",
        order=14,
        fields=("workflows.WorkItem.assignee",),
    )
)


def _flows(person: User) -> list[Part]:
    owned = list(ProcessDefinition.objects.filter(owner=person).order_by("key"))
    names = [one.name for one in owned[:MOST_NAMED]]
    return [Part("", _("Flows they look after"), len(owned), names)] if owned else []


def _give_flows(person: User, to: User | None, part: str, actor: Actor) -> Outcome:
    return Outcome(hand_over_definitions(person=person, to=to, actor=actor) if to else 0)


register(
    Holding(
        "workflows.definitions",
        gettext_lazy("Flows they look after"),
        _flows,
        _give_flows,
        icon="workflow",
        order=30,
        fields=("workflows.ProcessDefinition.owner",),
    )
)

not_held(
    "Says who did something, or for whom.",
    "workflows.ProcessVersion.published_by",
    "workflows.ProcessDraft.updated_by",
    "workflows.DraftSnapshot.saved_by",
    # Whoever has left publishes nothing: it is found when the moment comes, and the draft stays.
    "workflows.ProcessDraft.publish_by",
    # Whoever asked for publishing is told nothing any more; the draft and the request stay.
    "workflows.ProcessDraft.asked_by",
    "workflows.ProcessDraft.sent_back_by",
    "workflows.ShippedOffer.decided_by",
    "workflows.HistoryEvent.actor",
    "workflows.HistoryEvent.on_behalf_of",
    "workflows.Incident.closed_by",
    # Of somebody who has left it is told again, as if nobody looked after it.
    "workflows.Alert.taken_by",
    "workflows.WorkItem.starter",
    "workflows.WorkItem.completed_by",
    "workflows.WorkItem.on_behalf_of",
    "workflows.ProcessInstance.starter",
    "workflows.Message.sender",
    "workflows.OutsideService.created_by",
    "workflows.WorkTally.person",
    "workflows.PurgedCase.starter",
    "workflows.PurgedCase.purged_by",
    "workflows.LegalHold.placed_by",
    "workflows.LegalHold.lifted_by",
)

not_held(
    "Belongs to the person alone, and waits in case they come back.", "workflows.FavouriteProcess.person"
)

for _model in (ProcessInstance, WorkItem, CaseTally, PassTally, DwellTally, WorkTally, PurgedCase):
    path_holder(_model)
path_holder(WorkTally, "person_department_path")
