"""Files that never change: what was printed, uploaded or received."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class DocumentContent(models.Model):
    """The bytes, stored once however many documents hold them. The database refuses changes."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    content = models.BinaryField()
    size = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.sha256


class Document(models.Model):
    """A named file of a business row. The database refuses changes and deletion."""

    content = models.ForeignKey(DocumentContent, on_delete=models.PROTECT, related_name="documents")
    name = models.CharField(_("file name"), max_length=200)
    media_type = models.CharField(max_length=100)
    kind = models.SlugField(max_length=40)
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_by_label = models.CharField(max_length=120)
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["subject_type", "subject_id", "kind"], name="document_by_subject")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def sha256(self) -> str:
        return self.content_id

    def read(self) -> bytes:
        """The bytes of the file."""
        return bytes(self.content.content)
