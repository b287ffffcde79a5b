"""The inbox: which work items stand in which box, in an order that an index holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet

from core import clock
from core.models import User
from core.search import query_tokens
from workflows.models import ProcessInstance, WorkItem
from workflows.queues import in_queues_of, queues_of

# Nobody needs to know exactly how many, and counting a million rows takes longer than the page.
COUNT_CAP = 1000
OPEN_ORDER, DONE_ORDER, SNOOZED_ORDER = ("sort_at", "pk"), ("-completed_at", "-pk"), ("wakes_at", "pk")

Rows = QuerySet[WorkItem]


def _mine(user: User) -> Rows:
    """What the person has to do now."""
    return WorkItem.objects.open().filter(assignee=user.pk, visible_from__lte=clock.now())


def _snoozed(user: User) -> Rows:
    """What the person has put off until later."""
    return WorkItem.objects.open().filter(assignee=user.pk, wakes_at__gt=clock.now())


def _queue(user: User) -> Rows:
    """What people of their roles may claim."""
    if not queues_of(user):
        return WorkItem.objects.none()
    return WorkItem.objects.filter(in_queues_of(user), visible_from__lte=clock.now())


def _done(user: User) -> Rows:
    return WorkItem.objects.filter(status=WorkItem.Status.COMPLETED, completed_by=user.pk)


def _started(user: User) -> Rows:
    """Where the cases they started stand."""
    return WorkItem.objects.open().filter(starter=user.pk)


def _watching(user: User) -> Rows:
    """Open work of cases they have done something in, and which now lies with others."""
    done = WorkItem.objects.filter(completed_by=user.pk, status=WorkItem.Status.COMPLETED)
    running = ProcessInstance.objects.filter(status__in=ProcessInstance.OPEN, pk__in=done.values("instance"))
    return WorkItem.objects.open().filter(instance__in=running.values("pk")).exclude(assignee=user.pk)


def _all(user: User) -> Rows:
    return WorkItem.objects.open().visible_to(user)


BOXES: Mapping[str, Callable[[User], Rows]] = {
    "mine": _mine,
    "queue": _queue,
    "snoozed": _snoozed,
    "done": _done,
    "started": _started,
    "watching": _watching,
    "all": _all,
}
# How each box is ordered: what keyset pages go by.
ORDERS: Mapping[str, tuple[str, ...]] = dict.fromkeys(BOXES, OPEN_ORDER) | {
    "done": DONE_ORDER,
    "snoozed": SNOOZED_ORDER,
}


def inbox(
    user: User,
    *,
    box: str = "mine",
    q: str = "",
    definition: str = "",
    element: str = "",
    instance: int | None = None,
    subject: tuple[str, str] | None = None,
    priority: int | None = None,
    due_before: datetime | None = None,
    overdue: bool = False,
    assignee: int | None = None,
    queue: str = "",
    done_since: datetime | None = None,
) -> Rows:
    """A box of the inbox, narrowed and in its order. Pages take a slice behind the last row they showed.

    ``queue``: what lies in a role's queue and nobody has taken.
    """
    rows = BOXES[box](user)
    if definition:
        rows = rows.filter(definition__key=definition)
    if element:
        rows = rows.filter(element=element)
    if instance is not None:
        rows = rows.filter(instance=instance)
    if subject is not None:
        rows = rows.filter(subject_type=subject[0], subject_id=subject[1])
    if priority is not None:
        rows = rows.filter(priority=priority)
    if due_before is not None:
        rows = rows.filter(sort_at__lt=due_before)
    if overdue:
        rows = rows.filter(sort_at__lt=clock.now())
    if assignee is not None:
        rows = rows.filter(assignee=assignee)
    if queue:
        rows = rows.filter(role=queue, assignee__isnull=True)
    if done_since is not None:
        rows = rows.filter(completed_at__gte=done_since)
    pieces = query_tokens(q)
    if pieces:
        rows = rows.filter(search_tokens__contains=pieces)
    return rows.select_related("definition", "assignee", "on_behalf_of").order_by(*ORDERS[box])


def count_capped(rows: Rows) -> int:
    """How many, at most one more than the cap: reads that many index entries and no more.

    The order stays, although counting needs none: without it PostgreSQL prefers to read the table itself,
    which costs more the more items other people have.
    """
    ordered = rows if rows.ordered else rows.order_by(*OPEN_ORDER)
    return ordered.values("pk")[: COUNT_CAP + 1].count()


def inbox_counts(user: User) -> dict[str, int]:
    """How many stand in the boxes whose numbers people look at."""
    return {box: count_capped(BOXES[box](user)) for box in ("mine", "queue")}


def work_item_for(user: User, work_item_id: int) -> WorkItem:
    """An item the person may open. Raises WorkItem.DoesNotExist for strangers.

    Whoever sees the business row may look at the work on it, and so may a manager whom its deadline has told.
    """
    from workflows.selectors.cases import case_for

    rows = WorkItem.objects.select_related(
        "definition", "assignee", "on_behalf_of", "completed_by", "instance__version", "instance__starter"
    ).defer("instance__state", "instance__version__bpmn")
    item = rows.visible_to(user).filter(pk=work_item_id).first()
    if item is None:
        item = rows.get(pk=work_item_id)
        try:
            case_for(user, item.instance_id)
        except ObjectDoesNotExist:
            raise WorkItem.DoesNotExist(f"Task {work_item_id} does not exist.") from None
    return item
