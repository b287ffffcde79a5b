"""The statuses of customers are data: what there are, which follows which, and what has happened (F38, F39)."""

from __future__ import annotations

import time
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core import clock

# A change is heard of by other processes that many seconds later.
KNOWN_FOR = 10.0


class CustomerStatus(models.Model):
    """A status a customer can have. One in use is not deleted, only retired; its code stays for good."""

    class Kind(models.TextChoices):
        OPEN = "open", _("Being worked on")
        WAITING = "waiting", _("Waiting for the customer")
        WON = "won", _("Won")
        DORMANT = "dormant", _("Resting")
        LOST = "lost", _("Lost")
        INVALID = "invalid", _("No customer")

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=40)
    name_en = models.CharField(_("English name"), max_length=40)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.OPEN)
    order = models.PositiveSmallIntegerField(_("order"), default=50)
    probability = models.PositiveSmallIntegerField(_("win probability %"), default=0)
    max_days = models.PositiveSmallIntegerField(_("stalls after days"), null=True, blank=True)
    needs_approval = models.BooleanField(_("the manager approves the way here"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering: ClassVar = ["order", "pk"]
        verbose_name = _("customer status")
        verbose_name_plural = _("customer statuses")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(probability__lte=100), name="probability_is_a_percentage"),
            models.CheckConstraint(
                condition=Q(max_days__isnull=True) | Q(max_days__gt=0), name="status_stalls_after_some_days"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if (get_language() or "").startswith("en") else self.name_zh


class StatusTransition(models.Model):
    """A way from one status to another that people may take by themselves."""

    from_status = models.ForeignKey(CustomerStatus, on_delete=models.CASCADE, related_name="ways")
    to_status = models.ForeignKey(CustomerStatus, on_delete=models.CASCADE, related_name="+")
    # What proves it: a feeling does not (F54).
    needs_fact = models.BooleanField(_("needs a fact"), default=False)

    class Meta:
        ordering: ClassVar = ["from_status__order", "to_status__order"]
        verbose_name = _("way between statuses")
        verbose_name_plural = _("ways between statuses")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["from_status", "to_status"], name="a_way_once"),
            models.CheckConstraint(
                condition=~Q(from_status=F("to_status")), name="a_way_leads_somewhere_else"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_status_id} {self.to_status_id}"


class StatusChange(models.Model):
    """That a customer went from one status to another: added, never changed."""

    customer = models.ForeignKey("crm.Customer", on_delete=models.CASCADE, related_name="status_changes")
    from_code = models.CharField(_("from"), max_length=20)
    to_code = models.CharField(_("to"), max_length=20)
    days = models.PositiveIntegerField(_("days in the status before"), default=0)
    facts = models.CharField(_("fact"), max_length=500, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    is_override = models.BooleanField(_("set by hand"), default=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    at = models.DateTimeField(_("time"), default=clock.now)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        verbose_name = _("change of status")
        verbose_name_plural = _("changes of status")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(is_override=False) | ~Q(reason=""), name="override_says_why"),
        ]
        indexes: ClassVar = [models.Index(fields=["customer", "-at"], name="status_change_by_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.from_code} {self.to_code}"


_known: tuple[float, dict[str, CustomerStatus]] | None = None


def known_statuses() -> dict[str, CustomerStatus]:
    """Every status by its code in order, as they were a few seconds ago at most: a list names fifty of them."""
    global _known
    if _known is None or not _known[1] or _known[0] < time.monotonic():
        _known = (time.monotonic() + KNOWN_FOR, {one.code: one for one in CustomerStatus.objects.all()})
    return _known[1]


def forget_statuses() -> None:
    """Read them anew: this process has just changed them."""
    global _known
    _known = None


def status_choices() -> list[tuple[str, str]]:
    """All statuses by code and name, for whatever shows or asks for one."""
    return [(code, one.name) for code, one in known_statuses().items()]


class StatusField(models.CharField):  # type: ignore[type-arg]
    """The code of a status. Its choices are rows, which the checks of a start without a database must not ask for."""

    def _check_choices(self) -> list[object]:
        return []

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, _path, args, kwargs = super().deconstruct()
        kwargs.pop("choices", None)
        return name, "django.db.models.CharField", args, kwargs
