"""The processes that somebody wants on top where processes are started."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from workflows.models.definition import ProcessDefinition


class FavouriteProcess(models.Model):
    """One person's star on one process. It gives no right: who may not start the process does not see it there."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="+"
    )
    definition = models.ForeignKey(ProcessDefinition, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "definition"], name="favourite_process_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.definition_id}"
