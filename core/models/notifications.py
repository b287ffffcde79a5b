"""What people are told of: rows behind the bell."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Notification(models.Model):
    """One person is told one thing once.

    Rows hold codes and ids; ``core.notifications`` puts them into the reader's words when they are shown.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False, related_name="notifications"
    )
    kind = models.CharField(max_length=40)
    # What it is about, and which time: telling it again is the same notification.
    key = models.CharField(max_length=120)
    params = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    # Where it leads: a path of this site.
    url = models.CharField(max_length=300, blank=True)
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(_("when"))
    read_at = models.DateTimeField(null=True)
    # Shown behind the bell; somebody may want to hear of a kind by mail only.
    in_page = models.BooleanField(default=True)
    # Waits for the day's letter.
    in_digest = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "key"], name="notification_once_per_person"),
            # A link that leads to another site could be mistaken for ours.
            models.CheckConstraint(
                condition=Q(url="") | Q(url__startswith="/") & ~Q(url__startswith="//"),
                name="notification_leads_to_this_site",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["person", "-id"], name="notification_by_person"),
            models.Index(fields=["subject_type", "subject_id"], name="notification_by_subject"),
            # The bell of every page counts these.
            models.Index(
                fields=["person", "-id"], condition=Q(read_at__isnull=True), name="notification_unread"
            ),
            models.Index(
                fields=["person", "id"], condition=Q(in_digest=True), name="notification_for_the_digest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def is_unread(self) -> bool:
        return self.read_at is None
