"""Running cases."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from core.actors import Actor
from core.rights import EVERYBODY, scope_q
from workflows.models.work_item import VIEW_CASES, WorkItem
from workflows.queues import in_queues_of


class ProcessInstanceQuerySet(models.QuerySet["ProcessInstance"]):
    def visible_to(self, actor: Actor) -> Self:
        """Cases the actor started, may work in or has worked in, and those that a grant shows them."""
        granted = scope_q(actor, VIEW_CASES, owner="starter")
        if granted == EVERYBODY:
            return self
        items = WorkItem.objects.filter(instance=OuterRef("pk"))
        return self.filter(
            granted
            | Q(starter=actor.pk)
            | Exists(items.filter(Q(assignee=actor.pk) | Q(completed_by=actor.pk)))
            | Exists(items.filter(in_queues_of(actor)))
        )

    def without_state(self) -> Self:
        """For lists: the marking is of no use there, and it is the bulk of the row."""
        return self.defer("state")


class ProcessInstance(models.Model):
    """One running case of a version.

    Everything that moves it happens in ``services.step`` under the lock of this row.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("Running")
        WAITING_INCIDENT = "waiting_incident", _("Held by a failure")
        SUSPENDED = "suspended", _("Suspended")
        COMPLETED = "completed", _("Finished")
        CANCELLED = "cancelled", _("Terminated")

    OPEN: ClassVar[tuple[str, ...]] = (Status.ACTIVE, Status.WAITING_INCIDENT, Status.SUSPENDED)

    definition = models.ForeignKey(
        "ProcessDefinition", on_delete=models.PROTECT, db_index=False, related_name="instances"
    )
    version = models.ForeignKey("ProcessVersion", on_delete=models.PROTECT, related_name="instances")
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.ACTIVE)
    # The engine's marking and variables, in the engine's own format.
    state = models.JSONField(default=dict)
    # Grows with each step; the number of open rows the marking asks for. The audit compares.
    revision = models.PositiveIntegerField(default=0)
    open_rows = models.PositiveIntegerField(default=0)
    # What the audit holds against the open rows and the state in one statement (``workflows.services.rows``): which
    # rows the marking asks for, as one number; the revision that wrote the state, which the state says too.
    places = models.BigIntegerField(default=0, db_default=0)
    state_revision = models.PositiveIntegerField(default=0, db_default=0)
    # The number of the last history event.
    last_event = models.PositiveIntegerField(default=0)
    # The business row the case is about: kind and key, as core.subjects names rows; and what lists show of it.
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    subject_title = models.CharField(_("subject"), max_length=200, blank=True)
    business_key = models.CharField(max_length=80, blank=True)
    department_path = models.CharField(max_length=300, blank=True)
    starter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=_("started by"),
    )
    starter_label = models.CharField(max_length=120)
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    # When the rows of what it has waited for besides people became ``waited``, a line for each wait: kind (of its
    # subscription or job, or "timer"), element, status, since when, how long; tabs between them, times in microseconds.
    # ``selectors.waits_kept`` reads it.
    compacted_at = models.DateTimeField(_("compacted at"), null=True)
    waited = models.TextField(null=True)  # noqa: DJ001 - null: not compacted

    objects = ProcessInstanceQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "definition"],
                condition=Q(status__in=["active", "waiting_incident", "suspended"]) & ~Q(subject_id=""),
                name="one_open_case_per_subject_and_process",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["active", "waiting_incident", "suspended", "completed", "cancelled"]),
                name="case_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["completed", "cancelled"], ended_at__isnull=False, open_rows=0)
                | Q(
                    status__in=["active", "waiting_incident", "suspended"],
                    ended_at__isnull=True,
                    open_rows__gt=0,
                ),
                name="ended_case_waits_for_nothing_open_case_for_something",
            ),
            models.CheckConstraint(
                condition=Q(compacted_at__isnull=True, waited__isnull=True)
                | Q(compacted_at__isnull=False, waited__isnull=False),
                name="compacted_case_says_what_it_waited_for",
            ),
            models.CheckConstraint(
                condition=Q(subject_type="", subject_id="") | (~Q(subject_type="") & ~Q(subject_id="")),
                name="case_subject_has_kind_and_key",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["subject_type", "subject_id", "-id"], name="case_by_subject"),
            models.Index(fields=["starter", "-id"], name="case_by_starter"),
            models.Index(fields=["definition", "status", "-id"], name="case_by_definition"),
            models.Index(
                fields=["definition", "ended_at", "id"],
                condition=Q(ended_at__isnull=False),
                name="case_by_end",
            ),
            models.Index(
                fields=["id"],
                condition=Q(status__in=["active", "waiting_incident", "suspended"]),
                name="case_open",
            ),
            models.Index(
                fields=["ended_at", "id"],
                condition=Q(ended_at__isnull=False, compacted_at__isnull=True),
                name="case_to_compact",
            ),
        ]

    def __str__(self) -> str:
        return self.subject_title or self.business_key or f"#{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN
