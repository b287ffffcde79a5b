"""What cases were like, counted: rows of which the figures of a process are made (docs/developers/figures.md).

A background job writes them, never a step. They are added to and stay when a case is purged; counters of one place
and day may stand in several rows until the night folds them, so readers always sum.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

# A bucket of durations is so much wider than the one below it: what is read from buckets is that exact.
BUCKET_WIDTH = 1.05


class RollUp(models.Model):
    """How far the history has been looked through: one row, whose lock is the turn of who counts."""

    # Events up to this id have surely been looked at; those up to ``ahead`` were seen at ``ahead_at``, and are
    # looked at again for a while, because an earlier id may be committed later.
    mark = models.BigIntegerField(default=0)
    ahead = models.BigIntegerField(default=0)
    ahead_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"up to {self.mark}"


class PathVariant(models.Model):
    """One way through a version: the steps that a reader meets, in the order in which they were passed."""

    version = models.ForeignKey("ProcessVersion", on_delete=models.PROTECT, db_index=False, related_name="+")
    # Of all steps, also where ``steps`` holds only the first of very many. Versions may share a way.
    digest = models.CharField(max_length=64)
    steps = ArrayField(models.CharField(max_length=1000))
    length = models.PositiveIntegerField()
    # What the first case that went this way has taken: the way is drawn with it.
    flows = ArrayField(models.CharField(max_length=1000), default=list)
    example = models.BigIntegerField()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "digest"], name="path_variant_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["digest"], name="path_variant_by_digest")]

    def __str__(self) -> str:
        return f"{self.version_id}: {' > '.join(self.steps[:5])}"


class RepeatedStep(models.Model):
    """A step that was passed more than once on a way."""

    variant = models.ForeignKey(PathVariant, on_delete=models.CASCADE, related_name="repeated")
    element = models.CharField(max_length=1000)
    times = models.PositiveIntegerField()

    class Meta:
        ordering: ClassVar = ["variant_id", "element"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(times__gt=1), name="repeated_step_was_repeated"),
        ]

    def __str__(self) -> str:
        return f"{self.element} x {self.times}"


class CaseTally(models.Model):
    """One case: up to which event it is counted, and how it went. It stays when the case is purged."""

    # The id of the case, which may be gone; ids are never given twice.
    instance_id = models.BigIntegerField(primary_key=True)
    definition = models.ForeignKey(
        "ProcessDefinition", on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    version = models.ForeignKey("ProcessVersion", on_delete=models.PROTECT, db_index=False, related_name="+")
    seq = models.PositiveIntegerField()
    department_path = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # "completed" or "cancelled"; empty while it runs.
    ended = models.CharField(max_length=10, blank=True)
    # A task of it was done after its due time.
    is_late = models.BooleanField(default=False)
    variant = models.ForeignKey(PathVariant, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["instance_id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ended="", ended_at__isnull=True)
                | Q(ended__in=["completed", "cancelled"], ended_at__isnull=False),
                name="tally_of_an_ended_case_says_when",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["definition", "started_at"], name="tally_by_start"),
            models.Index(
                fields=["definition", "ended_at"], condition=Q(ended_at__isnull=False), name="tally_by_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instance_id} up to {self.seq}"


class Counter(models.Model):
    """What was counted at a place of a version on a day of the company, for the cases of a department."""

    version = models.ForeignKey(
        "workflows.ProcessVersion", on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    element = models.CharField(max_length=1000)
    department_path = models.CharField(max_length=300, blank=True)
    day = models.DateField()
    count = models.BigIntegerField()

    class Meta:
        abstract = True
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.version_id} {self.element} {self.day}: {self.count}"


class PassTally(Counter):
    """How often an element was passed or, ``is_flow``, a flow was taken."""

    is_flow = models.BooleanField(default=False)

    class Meta(Counter.Meta):
        indexes: ClassVar = [models.Index(fields=["version", "day"], name="passes_by_day")]


class DwellTally(Counter):
    """How long was waited at an element, by what was waited for; ended on that day."""

    # work_item, timer, message, signal, condition, job or incident
    kind = models.CharField(max_length=10)
    # The whole part of log(1 + seconds) to the base BUCKET_WIDTH.
    bucket = models.SmallIntegerField()
    milliseconds = models.BigIntegerField()
    # Tasks with a due time, and those done after it.
    due = models.BigIntegerField(default=0)
    late = models.BigIntegerField(default=0)

    class Meta(Counter.Meta):
        indexes: ClassVar = [models.Index(fields=["version", "day"], name="dwell_by_day")]


class WorkTally(Counter):
    """What a person has done at a step on a day, and in which department they were."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    person_department_path = models.CharField(max_length=300, blank=True)
    milliseconds = models.BigIntegerField()
    due = models.BigIntegerField(default=0)
    late = models.BigIntegerField(default=0)

    class Meta(Counter.Meta):
        indexes: ClassVar = [models.Index(fields=["version", "day"], name="work_by_day")]
