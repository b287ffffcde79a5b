"""What people say, attach and follow around a business row of any kind."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models.documents import Document


class Comment(models.Model):
    """A word about a row. A removed one leaves its place, so that answers keep their sense."""

    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("author")
    )
    text = models.TextField(_("comment"), max_length=4000)
    mentions = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", blank=True)
    created_at = models.DateTimeField(_("when"))
    edited_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(text="") | Q(removed_at__isnull=False), name="comment_says_something"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="comment_by_subject")
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Attachment(models.Model):
    """A document that somebody attached to a row. The document stays for good; it may be taken off the row."""

    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="attachment")
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, null=True, related_name="attachments")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("when"))
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        indexes: ClassVar = [
            models.Index(
                fields=["subject_type", "subject_id", "-id"],
                condition=Q(removed_at__isnull=True),
                name="attachment_by_subject",
            )
        ]

    def __str__(self) -> str:
        return self.document.name


class Follow(models.Model):
    """Somebody wants to hear what happens to a row."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="follows", db_index=False
    )
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    since = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject_type", "subject_id", "person"], name="follow_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["person", "-id"], name="follow_by_person")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.subject_type} {self.subject_id}"


class RecordView(models.Model):
    """When somebody last opened a row: what was seen lately, and by whom (F16)."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "subject_type", "subject_id"], name="view_once_per_row"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["person", "-at"], name="record_view_lately"),
            models.Index(fields=["subject_type", "subject_id", "-at"], name="record_view_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.subject_type} {self.subject_id}"
