"""How a complaint ends: what was learnt from it, and whether the customer is content."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from service.models.complaint import Complaint


class ComplaintSummary(models.Model):
    """Why it came to the complaint, and what keeps it from coming again."""

    complaint = models.OneToOneField(
        Complaint, on_delete=models.PROTECT, related_name="summary", verbose_name=_("complaint")
    )
    root_cause = models.TextField(_("root cause"), max_length=2000)
    lesson = models.TextField(_("lesson"), max_length=2000, blank=True)
    prevention = models.TextField(_("prevention"), max_length=2000)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("written by")
    )
    written_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("summary")
        verbose_name_plural = _("summaries")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(root_cause="") & ~Q(prevention=""), name="summary_names_cause_and_prevention"
            ),
        ]

    def __str__(self) -> str:
        return str(self.complaint)


class FollowUpCall(models.Model):
    """A call some days after the solution: is the customer content?"""

    complaint = models.ForeignKey(
        Complaint, on_delete=models.PROTECT, related_name="follow_ups", verbose_name=_("complaint")
    )
    n = models.PositiveSmallIntegerField(_("no."))
    due_at = models.DateTimeField(_("due"))
    done_at = models.DateTimeField(_("done"), null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("called by"),
    )
    score = models.PositiveSmallIntegerField(_("score"), null=True)
    is_satisfied = models.BooleanField(_("satisfied"), null=True)
    note = models.CharField(_("note"), max_length=1000, blank=True)

    class Meta:
        ordering: ClassVar = ["n"]
        verbose_name = _("follow-up call")
        verbose_name_plural = _("follow-up calls")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["complaint", "n"], name="follow_up_number_once_per_complaint"),
            models.CheckConstraint(
                condition=Q(
                    done_at__isnull=True, done_by__isnull=True, score__isnull=True, is_satisfied__isnull=True
                )
                | Q(
                    done_at__isnull=False,
                    done_by__isnull=False,
                    score__isnull=False,
                    is_satisfied__isnull=False,
                ),
                name="done_follow_up_names_its_result",
            ),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=1, score__lte=5),
                name="follow_up_score_is_1_to_5",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint} {self.n}"
