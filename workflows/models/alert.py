"""What is wrong with the background, as administrators are told of it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Alert(models.Model):
    """One trouble from when it was first seen until it is over; afterwards it is history.

    ``code`` and ``about`` (a program, ``place:kind`` of a queue, the group of a cause) say which. It is ``watched``
    until it lasts longer than the company's patience. ``told_level`` is the highest level that people were told.
    """

    class Code(models.TextChoices):
        REDIS = "redis", _("Redis is away")
        NOT_SEEN = "not_seen", _("A program does not run")
        LATE = "late", _("Work is late")
        FAILED = "failed", _("Work has failed")
        CAUSE = "cause", _("A new cause of failures")
        CAUSES = "causes", _("Many causes at once")
        BREACHES = "breaches", _("Rows disagree")

    class State(models.TextChoices):
        WATCHED = "watched", pgettext_lazy("alert", "Watched")
        OPEN = "open", pgettext_lazy("alert", "Open")
        CLOSED = "closed", pgettext_lazy("alert", "Over")

    class Level(models.TextChoices):
        AMBER = "amber", pgettext_lazy("alert", "To look at")
        RED = "red", pgettext_lazy("alert", "Serious")

    code = models.CharField(_("kind"), max_length=10, choices=Code)
    about = models.CharField(max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WATCHED)
    level = models.CharField(_("level"), max_length=10, choices=Level)
    # What it says, resolved into words when it is shown: count, since, message. Never values of variables.
    params = models.JSONField(default=dict)
    opened_at = models.DateTimeField(_("since"))
    last_seen_at = models.DateTimeField(_("last seen"))
    closed_at = models.DateTimeField(_("over since"), null=True)
    told_level = models.CharField(max_length=10, choices=Level, blank=True)
    told_at = models.DateTimeField(null=True)
    tellings = models.PositiveIntegerField(default=0)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    taken_at = models.DateTimeField(null=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["-opened_at", "-pk"]
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["code", "about"], condition=~Q(state="closed"), name="one_live_alert_per_trouble"
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False)
                | Q(state__in=["watched", "open"], closed_at__isnull=True),
                name="closed_alert_says_when",
            ),
            models.CheckConstraint(
                condition=Q(taken_by__isnull=True, taken_at__isnull=True)
                | Q(taken_by__isnull=False, taken_at__isnull=False),
                name="taken_alert_says_when",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["-opened_at", "-id"], name="alert_by_moment")]

    def __str__(self) -> str:
        return f"{self.code} {self.about}".rstrip()


class AlertWatch(models.Model):
    """When the background was last looked at: one row, whose lock is the turn of who watches."""

    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S}"
