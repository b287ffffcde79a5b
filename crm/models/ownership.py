"""Who tracked a customer, from when to when."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock


class OwnershipPeriod(models.Model):
    """A stretch in which one person tracks a customer. One is open at a time (F4), and it says what the row says.

    Written by ``crm.services.ownership`` alone. The database lets an open one only end.
    """

    class How(models.TextChoices):
        CLAIM = "claim", _("Claimed from the pool")
        ENTRY = "entry", _("Entered")
        ROTATION = "rotation", _("Assigned in rotation")
        ASSIGN = "assign", _("Assigned")
        TRANSFER = "transfer", _("Handed over")
        IMPORT = "import", _("Imported")

    class EndReason(models.TextChoices):
        RELEASE = "release", _("Released to the pool")
        TRANSFER = "transfer", _("Handed over")
        LEAVE = "leave", _("Handed over when the person left")
        MERGE = "merge", _("Moved to the recycle bin as a copy")

    customer = models.ForeignKey("crm.Customer", on_delete=models.CASCADE, related_name="periods")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    started_at = models.DateTimeField(_("from"), default=clock.now)
    ended_at = models.DateTimeField(_("until"), null=True)
    how = models.CharField(_("how"), max_length=10, choices=How)
    end_reason = models.CharField(_("how it ended"), max_length=10, choices=EndReason, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )

    class Meta:
        ordering: ClassVar = ["-started_at", "-pk"]
        verbose_name = _("ownership")
        verbose_name_plural = _("ownerships")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(ended_at__isnull=True),
                name="one_open_ownership_per_customer",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end_reason="")
                | (Q(ended_at__gte=F("started_at")) & ~Q(end_reason="")),
                name="ended_ownership_says_why",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["customer", "-started_at"], name="ownership_by_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.owner_id} {self.started_at:%Y-%m-%d}"
