"""Rules by which documents get their numbers."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class NumberRule(models.Model):
    """A gapless sequence of document numbers, such as ``XS-{YYYY}-{SEQ:4}``.

    Placeholders: ``{YYYY}``, ``{YY}``, ``{MM}``, ``{DD}``, ``{SEQ:n}`` (n digits at least).
    """

    class Reset(models.TextChoices):
        NEVER = "never", _("Never")
        YEAR = "year", _("Each year")
        MONTH = "month", _("Each month")
        DAY = "day", _("Each day")

    code = models.SlugField(max_length=40, unique=True)
    pattern = models.CharField(max_length=60)
    reset = models.CharField(max_length=5, choices=Reset, default=Reset.YEAR)
    last_value = models.PositiveIntegerField(default=0)
    last_period = models.CharField(max_length=8, blank=True)

    class Meta:
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return f"{self.code}: {self.pattern}"
