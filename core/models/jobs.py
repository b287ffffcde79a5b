"""Work that is done after the commit, by a worker: what every kind of job has, and the jobs of the ground."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.actors import Actor


class AbstractJob(models.Model):
    """A row of the outbox. It is written in the transaction that wants the work done, so that losing the
    message broker loses nothing.

    A worker takes a job for a while (``leased_until``, prolonged by its heartbeat) and gets a number with it
    (``fence``) that grows each time: whoever comes back with an older number is refused.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Waiting or running")
        DONE = "done", pgettext_lazy("job", "Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Withdrawn")

    kind = models.CharField(_("kind"), max_length=40)
    # Whose allowance it uses up, where a rate limit stands: the operation, the receiving host.
    limited_by = models.CharField(max_length=120, blank=True)
    payload = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    # Handed to the outside with every attempt, so that it can tell a repetition from a new wish.
    key = models.CharField(max_length=200)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    due_at = models.DateTimeField(_("due"))
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    fence = models.PositiveBigIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=120, blank=True)
    result = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    # The last failure as the program tells it. Never values: they may be secrets.
    error_type = models.CharField(max_length=200, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(_("created"))
    closed_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        abstract = True
        ordering: ClassVar = ["due_at", "pk"]

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN


def job_rules(name: str) -> list[models.BaseConstraint]:
    """The rules of one table of jobs."""
    return [
        models.CheckConstraint(
            condition=Q(status="open", closed_at__isnull=True)
            | Q(status__in=["done", "failed", "cancelled"], closed_at__isnull=False),
            name=f"closed_{name}_says_when",
        ),
        models.CheckConstraint(
            condition=Q(leased_until__isnull=True) | Q(status="open"), name=f"only_open_{name}_is_leased"
        ),
        # One effect for one wish: a second open job with the same key is the same wish.
        models.UniqueConstraint(fields=["key"], condition=Q(status="open"), name=f"one_open_{name}_per_key"),
    ]


def job_indexes(name: str) -> list[models.Index]:
    """What the sweeper looks by: due, and not taken by anybody. And what ended lately, block by block."""
    return [
        models.Index(
            F("due_at"), F("id"), include=["leased_until"], condition=Q(status="open"), name=f"{name}_due"
        ),
        BrinIndex(fields=["closed_at"], autosummarize=True, name=f"{name}_ended"),
    ]


class BackgroundJobQuerySet(models.QuerySet["BackgroundJob"]):
    """Everybody sees what they asked for themselves; whoever manages jobs sees all."""

    def visible_to(self, actor: Actor) -> BackgroundJobQuerySet:
        return self if actor.may("core.manage_jobs") else self.filter(created_by=actor.pk)


class BackgroundJob(AbstractJob):
    """A job that belongs to no case: a mail, a call of a webhook, a long document, an export."""

    title = models.CharField(_("what"), max_length=200, blank=True)
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(null=True)
    # The document it filed for good, if it files one.
    document = models.ForeignKey("core.Document", on_delete=models.PROTECT, null=True, related_name="+")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )

    objects = BackgroundJobQuerySet.as_manager()

    class Meta(AbstractJob.Meta):
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints: ClassVar[Any] = job_rules("background_job")
        indexes: ClassVar[Any] = [
            *job_indexes("background_job"),
            models.Index(fields=["created_by", "-id"], name="background_job_by_person"),
            models.Index(fields=["key"], name="background_job_by_key"),
            models.Index(fields=["id"], condition=Q(status="failed"), name="background_job_failed"),
        ]

    def __str__(self) -> str:
        return self.title or self.kind

    def get_absolute_url(self) -> str:
        return reverse("job-detail", args=[self.pk])


class JobFile(models.Model):
    """A file to be fetched by whoever asked for it, such as an export; kept for some days, never filed."""

    job = models.OneToOneField(BackgroundJob, on_delete=models.CASCADE, primary_key=True, related_name="file")
    name = models.CharField(_("file name"), max_length=200)
    media_type = models.CharField(max_length=100)
    content = models.BinaryField()
    size = models.PositiveIntegerField()
    kept_until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.name


class RateAllowance(models.Model):
    """When something limited was last done, newest first, and when those who wait may come back."""

    name = models.CharField(max_length=160, primary_key=True)
    taken = ArrayField(models.DateTimeField())
    promised_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
