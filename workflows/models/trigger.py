"""What starts cases by itself."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class StartTrigger(models.Model):
    """A start event of a published version that waits for a moment, a message or a signal.

    Publishing closes those of the version before and opens its own.
    """

    class Kind(models.TextChoices):
        TIMER = "timer", _("Timer")
        MESSAGE = "message", _("Message")
        SIGNAL = "signal", _("Signal")

    class Status(models.TextChoices):
        OPEN = "open", _("Waiting")
        PAUSED = "paused", _("Paused")
        CLOSED = "closed", _("Ended")

    # What belongs to the current version: it waits, or would if nobody had paused it.
    LIVE: ClassVar = [Status.OPEN, Status.PAUSED]

    definition = models.ForeignKey("ProcessDefinition", on_delete=models.PROTECT, related_name="triggers")
    version = models.ForeignKey("ProcessVersion", on_delete=models.PROTECT, db_index=False, related_name="+")
    element = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    # Of a message or signal.
    name = models.CharField(max_length=120, blank=True)
    # Of a timer; see Timer.
    form = models.CharField(max_length=8, blank=True)
    text = models.CharField(max_length=100, blank=True)
    is_working_time = models.BooleanField(default=False)
    missed = models.CharField(max_length=4, default="once")
    due_at = models.DateTimeField(_("due"), null=True)
    anchor = models.DateTimeField(null=True)
    round = models.PositiveIntegerField(default=1)
    try_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    # Why the last start did not work; there is no case yet that could hold it.
    error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["definition_id", "element"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["definition", "element"],
                condition=Q(status__in=["open", "paused"]),
                name="one_open_trigger_per_start",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["open", "paused"], closed_at__isnull=True)
                | Q(status="closed", closed_at__isnull=False),
                name="closed_trigger_says_when",
            ),
            models.CheckConstraint(
                condition=Q(kind="timer", name="") & ~Q(form="")
                | Q(kind__in=["message", "signal"]) & ~Q(name=""),
                name="trigger_says_what_it_waits_for",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["try_at", "id"], condition=Q(status="open", kind="timer"), name="trigger_due"
            ),
            models.Index(fields=["name"], condition=Q(status="open"), name="trigger_by_name"),
        ]

    def __str__(self) -> str:
        return f"{self.definition_id} {self.element}"

    @property
    def is_live(self) -> bool:
        return self.status in self.LIVE
