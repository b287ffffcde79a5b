"""A newer diagram of the program for a process that the company has made its own."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from workflows.models.definition import ProcessDefinition


class ShippedOffer(models.Model):
    """The newest diagram that came with the program and that the company does not run; one for a process.

    It stays after somebody has taken or declined it, so that only the next newer one is offered again.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("offered")
        TAKEN = "taken", _("taken over")
        DECLINED = "declined", _("not now")

    definition = models.OneToOneField(
        ProcessDefinition, on_delete=models.CASCADE, related_name="shipped_offer"
    )
    bpmn = models.TextField()
    decisions = models.JSONField(default=dict)
    # SHA-256 of both: tells one offer from the next.
    checksum = models.CharField(max_length=64)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    offered_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["definition_id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status="open", decided_at__isnull=True)
                | Q(status__in=["taken", "declined"], decided_at__isnull=False),
                name="shipped_offer_is_open_or_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.definition.key} {self.status}"

    @property
    def forms(self) -> dict[str, Any]:
        """Shipped diagrams hold their forms themselves."""
        return {}
