"""Steps that failed and wait for an operator."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Incident(models.Model):
    """Something that needs an operator.

    A failed step holds the case at its place until somebody deals with it. A breach says that rows and case
    disagree, whoever did that; it holds nothing, and belongs to the case as a whole.
    """

    class Kind(models.TextChoices):
        FAILURE = "failure", _("Failed step")
        BREACH = "breach", _("Rows disagree")

    class Status(models.TextChoices):
        OPEN = "open", _("Unresolved")
        RESOLVED = "resolved", _("Resolved")
        CANCELLED = "cancelled", _("Withdrawn")

    instance = models.ForeignKey(
        "ProcessInstance", on_delete=models.PROTECT, db_index=False, related_name="incidents"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.FAILURE)
    element = models.CharField(max_length=1000, blank=True)
    token = models.CharField(max_length=64, blank=True)
    # Which element of the multi-instances around it, for people: "2/3".
    part = models.CharField(max_length=120, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    # The failure as the program tells it. Never values of variables: they may be secrets.
    error_type = models.CharField(max_length=200)
    message = models.TextField()
    # Equal for failures of one cause, so that an operator sees one line for a hundred cases.
    group_key = models.CharField(max_length=64)
    attempts = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField(_("failed at"))
    last_failed_at = models.DateTimeField(_("last failed at"))
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["-opened_at", "-pk"]
        verbose_name = _("failure")
        verbose_name_plural = _("failures")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["instance", "token"], condition=Q(status="open"), name="one_open_incident_per_token"
            ),
            models.CheckConstraint(
                condition=Q(kind="failure") & ~Q(token="") | Q(kind="breach", token=""),
                name="failure_holds_a_token_breach_none",
            ),
            models.CheckConstraint(
                condition=Q(status="open", closed_at__isnull=True)
                | Q(status__in=["resolved", "cancelled"], closed_at__isnull=False),
                name="closed_incident_says_when",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["group_key", "-opened_at"], condition=Q(status="open"), name="incident_open_by_group"
            ),
            models.Index(fields=["instance", "status"], name="incident_by_instance"),
            BrinIndex(fields=["opened_at"], autosummarize=True, name="incident_opened"),
            BrinIndex(fields=["closed_at"], autosummarize=True, name="incident_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.element}: {self.message}"
