"""Whose turn it is to get the next new member: a pool of people in order, and what it gave to whom (F11)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock


class AssignmentPool(models.Model):
    """People who are given new members one after the other; ``pointer`` is the place of who had the last one."""

    code = models.CharField(_("code"), max_length=30, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60)
    is_active = models.BooleanField(_("in use"), default=True)
    pointer = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering: ClassVar = ["code"]
        verbose_name = _("assignment pool")
        verbose_name_plural = _("assignment pools")

    def __str__(self) -> str:
        return self.code


class PoolMember(models.Model):
    """A place in the order."""

    pool = models.ForeignKey(AssignmentPool, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    order = models.PositiveIntegerField(_("order"))
    is_paused = models.BooleanField(_("paused"), default=False)

    class Meta:
        ordering: ClassVar = ["pool", "order"]
        verbose_name = _("member of a pool")
        verbose_name_plural = _("members of a pool")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pool", "user"], name="person_once_per_pool"),
            models.UniqueConstraint(
                fields=["pool", "order"],
                name="place_once_per_pool",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(condition=Q(order__gte=1), name="pool_places_begin_with_one"),
        ]

    def __str__(self) -> str:
        return f"{self.order}. {self.user}"


class AssignmentLog(models.Model):
    """Who was given which customer, and who was passed over and why; never changed."""

    pool = models.ForeignKey(AssignmentPool, on_delete=models.PROTECT, related_name="log")
    customer = models.ForeignKey("crm.Customer", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    pointer_before = models.PositiveIntegerField()
    pointer_after = models.PositiveIntegerField()
    # [{"user": name, "why": "away" | "paused" | "inactive"}]
    skipped = models.JSONField(default=list)
    at = models.DateTimeField(_("when"), default=clock.now)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(pointer_before=F("pointer_after")),
                name="pointer_stays_when_nobody_is_there",
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer} → {self.user}"
