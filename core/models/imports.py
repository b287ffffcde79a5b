"""Spreadsheets that people bring: the file, what its columns mean, and each row with what became of it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.actors import Actor
from core.models.documents import DocumentContent
from core.models.jobs import BackgroundJob

VIEW_IMPORTS = "core.view_imports"


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    """Everybody sees what they imported; whoever may see imports sees all."""

    def visible_to(self, actor: Actor) -> ImportRunQuerySet:
        return self if actor.may(VIEW_IMPORTS) else self.filter(created_by=actor.pk)


class ImportRun(models.Model):
    """One file on its way into the tables. Rows keep their own state, so that it goes on where it stopped."""

    class Status(models.TextChoices):
        UPLOADED = "uploaded", _("Columns to be named")
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Ready to be imported")
        RUNNING = "running", _("Being imported")
        DONE = "done", pgettext_lazy("import", "Imported")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")
        CANCELLED = "cancelled", pgettext_lazy("import", "Stopped")
        FAILED = "failed", pgettext_lazy("import", "Could not be read")

    BUSY = (Status.CHECKING, Status.RUNNING, Status.UNDOING)

    kind = models.CharField(_("kind"), max_length=60)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.UPLOADED)
    content = models.ForeignKey(DocumentContent, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(_("file name"), max_length=200)
    sheet = models.CharField(_("sheet"), max_length=100, blank=True)
    # The row of the sheet that holds the headings, counted from 1.
    heading_row = models.PositiveIntegerField(default=1)
    headings = models.JSONField(default=list)
    # Heading's place in the row -> the field it fills; "" for a column that is left out.
    mapping = models.JSONField(default=dict)
    # What the person chose beside it: what to do with rows that exist already, an owner for all.
    options = models.JSONField(default=dict)
    rows_total = models.PositiveIntegerField(_("rows"), default=0)
    rows_bad = models.PositiveIntegerField(_("with errors"), default=0)
    rows_done = models.PositiveIntegerField(_("imported rows"), default=0)
    # Why it could not be read.
    failure = models.CharField(max_length=500, blank=True)
    # What there is to say of the sheet as a whole: hidden rows, merged cells.
    notes = models.JSONField(default=list)
    job = models.ForeignKey(BackgroundJob, on_delete=models.SET_NULL, null=True, related_name="+")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="imports", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("when"))
    finished_at = models.DateTimeField(_("ended"), null=True)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status="failed") | Q(failure=""), name="only_a_failed_import_says_why"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["created_by", "-id"], name="import_run_of_person")]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("import-detail", args=[self.pk])

    @property
    def is_busy(self) -> bool:
        """A worker is at it, or will be."""
        return self.status in self.BUSY


class ImportRow(models.Model):
    """A row of the sheet and what became of it."""

    class Status(models.TextChoices):
        # Not checked: nothing is known of it.
        NEW = "new", _("Not imported yet")
        READY = "ready", pgettext_lazy("import", "To be imported")
        BAD = "bad", _("Has errors")
        CREATED = "created", pgettext_lazy("import", "Created")
        UPDATED = "updated", pgettext_lazy("import", "Changed")
        SKIPPED = "skipped", _("Left out")
        UNDONE = "undone", _("Undone")

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows", db_index=False)
    # As the spreadsheet counts it.
    number = models.PositiveIntegerField(_("row"))
    values = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.NEW)
    # [{"field": "phone", "text": "…"}]; a warning lets the row in.
    errors = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    # The row that this one would double, found by the check: of the house, or an earlier one of the file.
    duplicate_type = models.CharField(max_length=60, blank=True)
    duplicate_id = models.CharField(max_length=40, blank=True)
    duplicate_title = models.CharField(max_length=200, blank=True)
    # [{"field": "phone", "old": "…", "new": "…"}] of a row that changes another one.
    differences = models.JSONField(default=list)
    # Why an undo left it as it is.
    undo_refusal = models.CharField(max_length=300, blank=True)
    # What the row held before it was changed, and its revision afterwards: for the undo.
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    revision_after = models.PositiveBigIntegerField(null=True)

    class Meta:
        ordering: ClassVar = ["run", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "number"], name="import_row_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["run", "number"], condition=Q(status="ready"), name="import_row_still_to_do"
            ),
            models.Index(fields=["run", "status", "number"], name="import_row_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.number}"


class ImportMapping(models.Model):
    """What the columns of a sheet meant the last time, by its headings."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=60)
    # A hash of the headings in order.
    fingerprint = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "kind", "fingerprint"], name="mapping_once_per_headings"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind}"
