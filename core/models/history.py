"""Who changed which field from what to what: written by the database itself, so that nothing goes past it."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class FieldChange(models.Model):
    """One change of one row. The database writes it, and refuses to change or delete it."""

    class Action(models.TextChoices):
        INSERT = "insert"
        UPDATE = "update"
        DELETE = "delete"

    at = models.DateTimeField()
    # None where the program did it by itself; the label then says which part.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="+",
    )
    actor_label = models.CharField(max_length=120, blank=True)
    action = models.CharField(max_length=6, choices=Action)
    # The row that changed, such as a contact; the subject is where people read of it, such as its customer.
    row_type = models.CharField(max_length=60)
    row_id = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    # {"phone": ["old", "new"]}; of a new row only what it began with.
    changes = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["subject_type", "subject_id", "-id"], name="change_by_subject")
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type} {self.subject_id}"
