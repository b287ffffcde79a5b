"""Trouble with the background or with cases that somebody was told of."""

from __future__ import annotations

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Alert(models.Model):
    """One trouble as long as it lasts. ``key`` tells it from others of its kind: a queue, a cause.

    ``params`` are the figures it is told with. ``told_at``: when people heard of it; null where the same trouble
    was told less than an hour before.
    """

    class Kind(models.TextChoices):
        NEW_CAUSE = "new_cause", _("New cause of failures")
        MANY_FAILURES = "many_failures", _("Many failures of one cause")
        LATE = "late", _("Something due waits too long")
        NOT_SEEN = "not_seen", _("A program is not heard of")
        BREACH = "breach", _("Entries of cases disagree")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    key = models.CharField(max_length=120, blank=True)
    params = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    since = models.DateTimeField(_("since"))
    opened_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    until = models.DateTimeField(_("until"), null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "key"], condition=Q(until__isnull=True), name="one_open_alert_per_trouble"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("opened_at")),
                name="alert_ends_after_it_began",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["kind", "key", "-told_at"],
                condition=Q(told_at__isnull=False),
                name="alert_told_last",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}".strip()

    @property
    def is_open(self) -> bool:
        return self.until is None
