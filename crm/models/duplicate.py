"""By what customers are found to be the same, and what people have judged of it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock


class DedupeKey(models.Model):
    """One of the five keys of a customer in its normal form (F7): company, telephone, fax, mobile, name."""

    class Kind(models.TextChoices):
        COMPANY = "company", _("Company")
        PHONE = "phone", _("Telephone")
        FAX = "fax", _("Fax")
        MOBILE = "mobile", _("Mobile")
        NAME = "name", _("Contact's name")

    customer = models.ForeignKey("crm.Customer", on_delete=models.CASCADE, related_name="keys")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    value = models.CharField(_("value"), max_length=120)

    class Meta:
        ordering: ClassVar = ["kind", "value"]
        verbose_name = _("duplicate key")
        verbose_name_plural = _("duplicate keys")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer", "kind", "value"], name="a_key_once_a_customer"),
            models.CheckConstraint(condition=~Q(value=""), name="key_has_a_value"),
        ]
        indexes: ClassVar = [models.Index(fields=["kind", "value"], name="key_by_value")]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class DuplicateCase(models.Model):
    """Two customers that look the same, and what somebody has judged: it is asked once a pair."""

    class Verdict(models.TextChoices):
        OPEN = "open", _("To be judged")
        NOT_DUPLICATE = "not_duplicate", _("Different customers")
        LINKED = "linked", _("Linked companies")
        RECYCLED = "recycled", _("The copy is in the recycle bin")

    left = models.ForeignKey("crm.Customer", on_delete=models.CASCADE, related_name="+")
    right = models.ForeignKey("crm.Customer", on_delete=models.CASCADE, related_name="+")
    kinds = ArrayField(models.CharField(max_length=10), default=list, verbose_name=_("same"))
    verdict = models.CharField(_("verdict"), max_length=15, choices=Verdict, default=Verdict.OPEN)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    at = models.DateTimeField(_("time"), default=clock.now)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        verbose_name = _("pair that looks the same")
        verbose_name_plural = _("pairs that look the same")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["left", "right"], name="a_pair_is_judged_once"),
            models.CheckConstraint(condition=Q(left__lt=F("right")), name="a_pair_stands_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.left_id} {self.right_id} {self.verdict}"
