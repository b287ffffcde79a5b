"""Moments at which cases go on by themselves."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Timer(models.Model):
    """A token that waits for a moment. The row is the truth; whatever looks for due rows may come late or twice."""

    class Status(models.TextChoices):
        OPEN = "open", _("Waiting")
        FIRED = "fired", _("Fired")
        CANCELLED = "cancelled", _("Withdrawn")

    instance = models.ForeignKey("ProcessInstance", on_delete=models.PROTECT, related_name="timers")
    element = models.CharField(max_length=1000)
    token = models.CharField(max_length=64)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    # As it was settled when it began to wait: "date", "duration" or "cycle", and its ISO 8601 text.
    form = models.CharField(max_length=8)
    text = models.CharField(max_length=100)
    # It counts working time; rounds of a cycle that nobody was there for are each made up ("each") or not ("once").
    is_working_time = models.BooleanField(default=False)
    missed = models.CharField(max_length=4, default="once")
    # Empty for a cycle without a round left: it waits until its activity ends, and never fires.
    due_at = models.DateTimeField(_("due"), null=True)
    # What the rounds of a cycle are counted from, and which of them this is.
    anchor = models.DateTimeField()
    round = models.PositiveIntegerField(default=1)
    # When somebody looks at it next: the moment itself, later only after it was offered or has failed.
    try_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["due_at", "pk"]
        verbose_name = _("timer")
        verbose_name_plural = _("timers")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["instance", "token"], condition=Q(status="open"), name="one_open_timer_per_token"
            ),
            models.CheckConstraint(
                condition=Q(status="open", closed_at__isnull=True)
                | Q(status__in=["fired", "cancelled"], closed_at__isnull=False),
                name="closed_timer_says_when",
            ),
            models.CheckConstraint(
                condition=Q(due_at__isnull=True, try_at__isnull=True)
                | Q(due_at__isnull=False, try_at__isnull=False),
                name="timer_with_a_moment_is_looked_at",
            ),
            models.CheckConstraint(
                condition=Q(form__in=["date", "duration", "cycle"]), name="timer_form_is_known"
            ),
            models.CheckConstraint(condition=Q(missed__in=["once", "each"]), name="timer_missed_is_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["try_at", "id"], condition=Q(status="open"), name="timer_due"),
            BrinIndex(fields=["closed_at"], autosummarize=True, name="timer_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.instance_id} {self.element}"
