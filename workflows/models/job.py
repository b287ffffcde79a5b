"""Work that goes on after the commit."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Job(models.Model):
    """An automatic continuation: a long run of automatic steps is cut, and a worker goes on with it.

    The row is written in the step's own transaction, so that losing the message broker loses nothing.
    """

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        DONE = "done", "Done"
        CANCELLED = "cancelled", "Cancelled"

    instance = models.ForeignKey("ProcessInstance", on_delete=models.PROTECT, related_name="jobs")
    element = models.CharField(max_length=1000)
    token = models.CharField(max_length=64)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["due_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["instance", "token"], condition=Q(status="open"), name="one_open_job_per_token"
            ),
            models.CheckConstraint(
                condition=Q(status="open", closed_at__isnull=True)
                | Q(status__in=["done", "cancelled"], closed_at__isnull=False),
                name="closed_job_says_when",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at", "id"], condition=Q(status="open"), name="job_due"),
        ]

    def __str__(self) -> str:
        return f"{self.instance_id} {self.element}"
