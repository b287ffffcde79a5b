"""Reports that come by themselves."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ReportSchedule(models.Model):
    """A report by e-mail, again and again. Each recipient gets what they may see."""

    class Rhythm(models.TextChoices):
        DAILY = "daily", pgettext_lazy("rhythm", "Each working day")
        WEEKLY = "weekly", pgettext_lazy("rhythm", "Each week")
        MONTHLY = "monthly", pgettext_lazy("rhythm", "Each month")

    class Format(models.TextChoices):
        XLSX = "xlsx", _("Excel (XLSX)")
        CSV = "csv", "CSV"
        PDF = "pdf", "PDF"

    report = models.CharField(_("report"), max_length=80)
    params = models.JSONField(default=dict)
    format = models.CharField(_("file"), max_length=4, choices=Format, default=Format.PDF)
    rhythm = models.CharField(_("rhythm"), max_length=7, choices=Rhythm, default=Rhythm.WEEKLY)
    # Monday 0 to Sunday 6, for a weekly one.
    weekday = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(6)])
    # 1 to 28, for a monthly one: every month has it.
    day_of_month = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(28)]
    )
    hour = models.PositiveSmallIntegerField(_("hour"), default=8, validators=[MaxValueValidator(23)])
    recipients = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("recipients")
    )
    is_active = models.BooleanField(_("active"), default=True)
    next_at = models.DateTimeField(_("next time"))
    last_at = models.DateTimeField(_("last time"), null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="report_schedules"
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("scheduled report")
        verbose_name_plural = _("scheduled reports")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(weekday__lte=6, day_of_month__gte=1, day_of_month__lte=28, hour__lte=23),
                name="report_schedule_is_a_moment",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], condition=Q(is_active=True), name="report_schedule_due"),
        ]

    def __str__(self) -> str:
        return self.report
