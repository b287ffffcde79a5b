"""Steps that people do: the rows of the inbox."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from core import clock
from core.actors import Actor
from core.models.people import in_reader_language
from core.rights import EVERYBODY, scope_q
from workflows.queues import in_queues_of

VIEW_CASES = "workflows.view_instance"

# Items without a due time stand behind all others.
NEVER_DUE = datetime(9999, 12, 31, tzinfo=UTC)


class WorkItemQuerySet(models.QuerySet["WorkItem"]):
    def open(self) -> Self:
        return self.filter(status=WorkItem.Status.OPEN)

    def visible_to(self, actor: Actor) -> Self:
        """Items of the actor, of their queues, of cases they started or worked in, of cases a grant shows them."""
        granted = scope_q(actor, VIEW_CASES, owner="starter")
        if granted == EVERYBODY:
            return self
        done = WorkItem.objects.filter(completed_by=actor.pk, status=WorkItem.Status.COMPLETED)
        return self.filter(
            granted
            | Q(assignee=actor.pk)
            | Q(on_behalf_of=actor.pk)
            | Q(starter=actor.pk)
            | Q(instance__in=done.values("instance"))
            | in_queues_of(actor)
        )

    def workable_by(self, actor: Actor) -> Self:
        """Open items the actor may finish: theirs, and those of their queues."""
        return self.filter(Q(assignee=actor.pk, status=WorkItem.Status.OPEN) | in_queues_of(actor))


class WorkItem(models.Model):
    """A step of a case that waits for a person, or was done by one.

    Foreign keys without an index of their own are found through the partial indexes of the inbox; people and
    definitions are never deleted, so nothing else looks the rows up by them.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("To do")
        COMPLETED = "completed", _("Done")
        CANCELLED = "cancelled", _("Withdrawn")

    class Alarm(models.TextChoices):
        NONE = "", ""
        NOBODY_ENTITLED = "nobody_entitled", _("Nobody is entitled to do this step: assign it.")

    instance = models.ForeignKey("ProcessInstance", on_delete=models.PROTECT, related_name="work_items")
    definition = models.ForeignKey(
        "ProcessDefinition", on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    # Where it stands: the diagram's element and the engine's token.
    element = models.CharField(max_length=1000)
    token = models.CharField(max_length=64)
    # Which element of the multi-instances around it, from 0, outermost first; and the same for people: "2/3".
    indices = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    part = models.CharField(max_length=120, blank=True)
    name_zh = models.CharField(max_length=200, blank=True)
    name_en = models.CharField(max_length=200, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    # Who may do it: the assignee, else everybody of the role (narrowed to the department by grants).
    role = models.CharField(_("role"), max_length=30, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=_("assignee"),
    )
    # Whose work it is, where the assignee does it as their substitute.
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=_("for whom"),
    )
    claimed_at = models.DateTimeField(null=True)
    # It came from a queue, so it can go back there.
    is_from_queue = models.BooleanField(default=False)
    # People who did a step that this one must be kept apart from.
    excluded = ArrayField(models.BigIntegerField(), default=list, blank=True)
    alarm = models.CharField(max_length=20, choices=Alarm, default=Alarm.NONE, blank=True)
    priority = models.SmallIntegerField(_("priority"), default=50)
    visible_from = models.DateTimeField()
    # Its assignee has put it off until then: set as long as nobody has been told that it is back.
    wakes_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(_("due"), null=True)
    # When its people are reminded, when their manager hears of it, and from when the manager may give it to
    # somebody else; and which of these moments comes next.
    remind_at = models.DateTimeField(null=True)
    copy_at = models.DateTimeField(null=True)
    handover_at = models.DateTimeField(null=True)
    alert_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(_("arrived"))
    # What lists show and filter by, copied from the subject when the item appears.
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    subject_title = models.CharField(_("subject"), max_length=200, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2, null=True)
    department_path = models.CharField(max_length=300, blank=True)
    starter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    search_tokens = ArrayField(models.CharField(max_length=3), default=list, blank=True)
    # How it ended.
    outcome = models.CharField(_("decision"), max_length=40, blank=True)
    completed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    completed_by_label = models.CharField(max_length=120, blank=True)
    completed_at = models.DateTimeField(_("done at"), null=True)
    # When the case went on without it; not known of old ones.
    withdrawn_at = models.DateTimeField(null=True)
    # The inbox's order, with the id: computed by the database so that it cannot drift from due_at.
    sort_at = models.GeneratedField(
        expression=Coalesce(F("due_at"), Value(NEVER_DUE)),
        output_field=models.DateTimeField(),
        db_persist=True,
    )

    objects = WorkItemQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["sort_at", "pk"]
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["instance", "token"], condition=Q(status="open"), name="one_open_work_item_per_token"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["open", "completed", "cancelled"]), name="work_item_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status="completed", completed_at__isnull=False) & ~Q(completed_by_label="")
                | ~Q(status="completed") & Q(completed_at__isnull=True, completed_by__isnull=True),
                name="done_work_item_says_who_and_when",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(status="cancelled"),
                name="only_withdrawn_work_item_says_when",
            ),
            models.CheckConstraint(
                condition=Q(assignee__isnull=False) | ~Q(role=""), name="work_item_belongs_to_somebody"
            ),
            models.CheckConstraint(
                condition=Q(wakes_at__isnull=True) | Q(wakes_at=F("visible_from"), assignee__isnull=False),
                name="work_item_is_put_off_by_somebody",
            ),
        ]
        indexes: ClassVar = [
            # What a box is narrowed by beyond its order comes along, so that counting reads the index alone.
            models.Index(
                fields=["assignee", "sort_at", "id"],
                include=["visible_from"],
                condition=Q(status="open"),
                name="inbox_mine",
            ),
            models.Index(
                fields=["role", "sort_at", "id"],
                include=["visible_from", "department_path", "excluded"],
                condition=Q(status="open", assignee__isnull=True),
                name="inbox_queue",
            ),
            models.Index(
                fields=["starter", "sort_at", "id"], condition=Q(status="open"), name="inbox_started"
            ),
            models.Index(fields=["sort_at", "id"], condition=Q(status="open"), name="inbox_all"),
            models.Index(
                fields=["completed_by", "-completed_at", "-id"],
                condition=Q(status="completed"),
                name="inbox_done",
            ),
            models.Index(
                fields=["assignee", "wakes_at", "id"],
                condition=Q(status="open", wakes_at__isnull=False),
                name="inbox_snoozed",
            ),
            models.Index(
                fields=["wakes_at", "id"],
                condition=Q(status="open", wakes_at__isnull=False),
                name="work_item_wakes",
            ),
            GinIndex(fields=["search_tokens"], name="inbox_search"),
            models.Index(
                fields=["alert_at", "id"],
                condition=Q(status="open", alert_at__isnull=False),
                name="work_item_alert",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The step's name in the reader's language, and which of several like it this one is."""
        name = in_reader_language(self.name_zh, self.name_en) or self.element
        return f"{name} ({self.part})" if self.part else name

    @property
    def alerted(self) -> str:
        """The highest of its deadline's levels that people have been told of: handover, copy, remind or none."""
        for level in ("handover", "copy", "remind"):
            moment = getattr(self, f"{level}_at")
            if moment is not None and (self.alert_at is None or moment < self.alert_at):
                return level
        return ""

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN

    @property
    def snoozed_until(self) -> datetime | None:
        """When it comes back into its box, while it is put off."""
        return self.wakes_at if self.is_open and self.wakes_at and self.wakes_at > clock.now() else None

    def brought_back(self, now: datetime) -> dict[str, Any]:
        """The changes that end its being put off: whoever has it next finds it in the box at once."""
        return {} if self.wakes_at is None else {"visible_from": now, "wakes_at": None}
