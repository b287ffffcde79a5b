"""Dunning notices as they left the house."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.rights import ScopedQuerySet
from core.search import query_tokens


class DunningRun(models.Model):
    """Notices printed together, with the one file that goes to the printer."""

    as_of = models.DateField(_("as of"))
    document = models.ForeignKey("core.Document", on_delete=models.PROTECT, related_name="+")
    notice_count = models.PositiveIntegerField(_("notices"))
    total = models.DecimalField(_("total"), max_digits=16, decimal_places=2)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("dunning run")
        verbose_name_plural = _("dunning runs")

    def __str__(self) -> str:
        return f"{self.as_of:%Y-%m-%d} ({self.notice_count})"


class DunningNoticeQuerySet(ScopedQuerySet["DunningNotice"]):
    """Notices of the customers a person may see."""

    view_permission = "contracts.view_payment"
    owner_field = "customer__owner"
    department_path_field = "customer__department_path"

    def search(self, text: str) -> DunningNoticeQuerySet:
        """By number, or by any piece of the customer's name or number."""
        pieces = query_tokens(text)
        if not pieces:
            return self
        return self.filter(Q(customer__search_tokens__contains=pieces) | Q(no__icontains=text.strip()))


class DunningNotice(models.Model):
    """A printed 催款单: one customer, one day, never twice. The database refuses changes."""

    no = models.CharField(_("notice no."), max_length=30, unique=True)
    run = models.ForeignKey(DunningRun, on_delete=models.PROTECT, related_name="notices")
    customer = models.ForeignKey(
        "crm.Customer", on_delete=models.PROTECT, related_name="dunning_notices", verbose_name=_("customer")
    )
    own_company = models.ForeignKey("contracts.OwnCompany", on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField(_("as of"))
    # What the letter said: instalments with due date, amount, paid, outstanding and days overdue.
    lines = models.JSONField(encoder=DjangoJSONEncoder)
    total = models.DecimalField(_("total outstanding"), max_digits=14, decimal_places=2)
    document = models.ForeignKey("core.Document", on_delete=models.PROTECT, related_name="+")
    printed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    printed_at = models.DateTimeField()

    objects = DunningNoticeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("dunning notice")
        verbose_name_plural = _("dunning notices")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer", "own_company", "as_of"], name="customer_gets_one_notice_a_day"
            ),
            models.CheckConstraint(condition=Q(total__gt=0), name="notice_total_is_positive"),
        ]

    def __str__(self) -> str:
        return self.no
