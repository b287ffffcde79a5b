"""What drafts held before: states that one can look at, compare and go back to."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workflows.models.definition import ProcessDefinition


class DraftSnapshot(models.Model):
    """A draft as one person left it. It stays when the draft is published, discarded or drawn over.

    Somebody who goes on drawing within a sitting writes over their own snapshot; whatever came by a deed of its
    own (imported, an old version, an offer, an earlier state) begins a new one.
    """

    class Origin(models.TextChoices):
        DRAWN = "drawn", pgettext_lazy("draft", "drawn")
        IMPORTED = "imported", pgettext_lazy("draft", "imported from a file")
        VERSION = "version", pgettext_lazy("draft", "a version restored")
        OFFER = "offer", pgettext_lazy("draft", "taken over from the program")
        EARLIER = "earlier", pgettext_lazy("draft", "an earlier state restored")

    definition = models.ForeignKey(
        ProcessDefinition, on_delete=models.CASCADE, db_index=False, related_name="draft_snapshots"
    )
    bpmn = models.TextField()
    decisions = models.JSONField(default=dict)
    forms = models.JSONField(default=dict)
    # The revision of the draft that it was last.
    revision = models.PositiveIntegerField()
    origin = models.CharField(_("came by"), max_length=10, choices=Origin, default=Origin.DRAWN)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    saved_by_label = models.CharField(max_length=120)
    began_at = models.DateTimeField()
    saved_at = models.DateTimeField(_("saved at"))

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("state of a draft")
        verbose_name_plural = _("states of drafts")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(origin__in=["drawn", "imported", "version", "offer", "earlier"]),
                name="draft_snapshot_origin_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(saved_at__gte=models.F("began_at")),
                name="draft_snapshot_is_saved_after_it_began",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["definition", "-id"], name="draft_snapshot_newest")]

    def __str__(self) -> str:
        return f"{self.definition.key} {self.saved_at:%Y-%m-%d %H:%M}"

    @property
    def saver(self) -> str:
        """Who left it so."""
        return self.saved_by.name if self.saved_by is not None else self.saved_by_label
