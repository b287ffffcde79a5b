"""Work of a case that goes on after the commit."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from core.models import AbstractJob
from core.models.jobs import job_indexes, job_rules


class Job(AbstractJob):
    """What a worker does for a case while one of its tokens waits.

    A ``continuation`` goes on with automatic steps that were cut; an ``operation`` has an effect outside, and
    its answer moves the token on.
    """

    CONTINUATION, OPERATION = "continuation", "operation"

    instance = models.ForeignKey("ProcessInstance", on_delete=models.PROTECT, related_name="jobs")
    element = models.CharField(max_length=1000)
    token = models.CharField(max_length=64)

    class Meta(AbstractJob.Meta):
        constraints: ClassVar[Any] = [
            *job_rules("job"),
            models.UniqueConstraint(
                fields=["instance", "token"], condition=Q(status="open"), name="one_open_job_per_token"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["continuation", "operation"]), name="job_kind_is_known"
            ),
        ]
        indexes: ClassVar[Any] = job_indexes("job")

    def __str__(self) -> str:
        return f"{self.instance_id} {self.element}"
