"""What the storm counts in the end. No rule forbids two rows for one deed: that would hide what it looks for."""

from django.db import models


class Entry(models.Model):
    """A step was done."""

    instance = models.BigIntegerField(db_index=True)
    element = models.CharField(max_length=200)

    class Meta:
        app_label = "ledger"

    def __str__(self) -> str:
        return f"{self.instance} {self.element}"
