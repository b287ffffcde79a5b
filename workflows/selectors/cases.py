"""Cases: whose they are, what they are about, where they stand."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.db.models import QuerySet

from core.actors import Actor
from core.rights import scope_q
from core.search import query_tokens
from core.subjects import reference
from workflows import registry
from workflows.models import ProcessInstance, ProcessVersion, WorkItem

# Of a step with hundreds of elements the first few say enough.
MOST_TOLD = 20


def cases(
    actor: Actor, *, definition: str = "", status: str = "", subject: tuple[str, str] | None = None
) -> QuerySet[ProcessInstance]:
    """The cases an actor may see, newest first, without their marking.

    Asked for one business row, whoever sees that row sees all its cases.
    """
    rows = ProcessInstance.objects.without_state()
    if subject is None or not sees(actor, *subject):
        rows = rows.visible_to(actor)
    if subject is not None:
        rows = rows.filter(subject_type=subject[0], subject_id=subject[1])
    if definition:
        rows = rows.filter(definition__key=definition)
    if status:
        rows = rows.filter(status=status)
    return rows.select_related("definition", "starter").order_by("-pk")


def search_cases(rows: QuerySet[ProcessInstance], text: str) -> QuerySet[ProcessInstance]:
    """By document number, title, or anything the case's tasks are found by."""
    pieces = query_tokens(text)
    if not pieces:
        return rows
    return rows.filter(pk__in=WorkItem.objects.filter(search_tokens__contains=pieces).values("instance"))


def case_for(actor: Actor, instance_id: int) -> ProcessInstance:
    """One case. Raises ProcessInstance.DoesNotExist for strangers.

    Whoever sees the business row sees it, and a manager whom the deadline of an open step has told.
    """
    rows = ProcessInstance.objects.without_state().select_related("definition", "version", "starter")
    found = rows.visible_to(actor).filter(pk=instance_id).first()
    if found is None:
        found = rows.get(pk=instance_id)
        if not sees(actor, found.subject_type, found.subject_id) and not _is_told(actor, found):
            raise ProcessInstance.DoesNotExist(f"Case {instance_id} does not exist.")
    return found


def may_do(actor: Actor, permission: str, case: ProcessInstance) -> bool:
    """Whether a grant of this person reaches the case."""
    return ProcessInstance.objects.filter(scope_q(actor, permission, owner="starter"), pk=case.pk).exists()


def processes_of(subject: models.Model) -> QuerySet[ProcessInstance]:
    """Every case about a business row, newest first. The caller has shown that the row may be seen."""
    kind, pk = reference(subject)
    rows = ProcessInstance.objects.without_state().filter(subject_type=kind, subject_id=pk)
    return rows.select_related("definition", "starter").order_by("-pk")


def running_process_of(subject: models.Model, *, definition: str = "") -> ProcessInstance | None:
    """The newest open case about a business row."""
    rows = processes_of(subject).filter(status__in=ProcessInstance.OPEN)
    return (rows.filter(definition__key=definition) if definition else rows).first()


def open_work_item_of(subject: models.Model, *, element: str, actor: Actor) -> WorkItem | None:
    """The open work item at a step about a business row, if the actor may finish it."""
    kind, pk = reference(subject)
    rows = WorkItem.objects.workable_by(actor).filter(element=element, instance__subject_type=kind)
    return rows.filter(instance__subject_id=pk).order_by("-pk").first()


def has_work_on(subject: models.Model, *, actor: Actor) -> bool:
    """Whether a step about a business row lies before the actor: theirs, or one they may take from a queue."""
    kind, pk = reference(subject)
    rows = WorkItem.objects.workable_by(actor).open()
    return rows.filter(instance__subject_type=kind, instance__subject_id=pk).exists()


def cases_about(subjects: Iterable[models.Model]) -> QuerySet[ProcessInstance]:
    """Every case about some business rows of one kind, newest first. The caller has shown that they may be seen."""
    rows = ProcessInstance.objects.without_state().filter(matching(subjects))
    return rows.select_related("definition", "starter").order_by("-pk")


def open_work_on(subjects: Iterable[models.Model]) -> QuerySet[WorkItem]:
    """What waits for somebody about some business rows of one kind, in the order it arrived."""
    about = ProcessInstance.objects.filter(matching(subjects)).values("pk")
    rows = WorkItem.objects.open().filter(instance__in=about)
    return rows.select_related("assignee").order_by("pk")


def called_by(version: ProcessVersion) -> dict[str, ProcessVersion]:
    """The versions of other processes that a version's call activities run, by key."""
    rows = ProcessVersion.objects.select_related("definition").filter(pk__in=version.calls.values())
    return {row.definition.key: row for row in rows.defer("bpmn", "decisions", "forms", "roles")}


def matching(subjects: Iterable[models.Model], prefix: str = "") -> models.Q:
    """The cases about some business rows; ``prefix`` leads to the case from another row."""
    kinds: dict[str, list[str]] = {}
    for kind, pk in map(reference, subjects):
        kinds.setdefault(kind, []).append(pk)
    wanted = models.Q(pk__in=[])
    for kind, keys in kinds.items():
        wanted |= models.Q(**{f"{prefix}subject_type": kind, f"{prefix}subject_id__in": keys})
    return wanted


def sees(actor: Actor, subject_type: str, subject_id: str) -> bool:
    """Whether the actor sees a business row, and so every case about it."""
    kind = registry.subject_types().get(subject_type)
    return kind is not None and kind.may_be_seen_by(actor, subject_id)


def _is_told(actor: Actor, case: ProcessInstance) -> bool:
    from workflows.oversight import is_told

    told = WorkItem.objects.open().filter(instance=case.pk).exclude(copy_at=None, handover_at=None)
    return any(is_told(actor, item) for item in told[:MOST_TOLD])
