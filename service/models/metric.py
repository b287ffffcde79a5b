"""What a paid member got out of the platform, day by day (F87)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class MemberMetricDaily(models.Model):
    """The figures of one account on one day. Told again, they replace what was told before."""

    member = models.ForeignKey(
        "crm.MemberAccount",
        on_delete=models.PROTECT,
        related_name="metrics",
        verbose_name=_("member account"),
    )
    day = models.DateField(_("day"))
    shop_clicks = models.PositiveIntegerField(_("shop visits"), default=0)
    contact_views = models.PositiveIntegerField(_("contact views"), default=0)
    ad_clicks = models.PositiveIntegerField(_("advertisement clicks"), default=0)
    messages = models.PositiveIntegerField(_("messages"), default=0)
    inquiries = models.PositiveIntegerField(_("product inquiries"), default=0)

    class Meta:
        ordering: ClassVar = ["member", "day"]
        verbose_name = _("figures of a member's day")
        verbose_name_plural = _("figures of members' days")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "day"], name="member_figures_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.day:%Y-%m-%d}"
