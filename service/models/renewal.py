"""Renewals: one row for each term that ends, and what each month came to (F88)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.rights import ScopedQuerySet
from core.search import query_tokens


class RenewalCaseQuerySet(ScopedQuerySet["RenewalCase"]):
    """Renewals a person may see: those of their contracts, or of all."""

    view_permission = "service.view_renewal"
    owner_field = "contract__owner"
    department_path_field = "contract__department_path"

    def open(self) -> RenewalCaseQuerySet:
        """Those that are talked about."""
        return self.filter(state__in=["open", "negotiating"])

    def search(self, text: str) -> RenewalCaseQuerySet:
        """By any piece of number, title or customer of the contract."""
        pieces = query_tokens(text)
        return self.filter(contract__search_tokens__contains=pieces) if pieces else self


class RenewalCase(models.Model):
    """The renewal of one contract. Its figures are those of the day it was opened, and stay so."""

    class State(models.TextChoices):
        OPEN = "open", _("To be talked about")
        NEGOTIATING = "negotiating", _("Being negotiated")
        RENEWED = "renewed", _("Renewed")
        LOST = "lost", _("Not renewed")

    contract = models.OneToOneField(
        "contracts.Contract",
        on_delete=models.PROTECT,
        related_name="renewal_case",
        verbose_name=_("contract"),
    )
    customer = models.ForeignKey(
        "crm.Customer", on_delete=models.PROTECT, related_name="renewal_cases", verbose_name=_("customer")
    )
    # The last day of the term: renewals count in its month, however early they come.
    due_on = models.DateField(_("term ends"))
    # What the membership brought: name of the figure -> number.
    figures = models.JSONField(_("effect of the membership"), default=dict, editable=False)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.OPEN, editable=False)
    contacted_count = models.PositiveSmallIntegerField(_("talks"), default=0, editable=False)
    lost_reason = models.CharField(_("why not"), max_length=500, blank=True)
    new_contract = models.OneToOneField(
        "contracts.Contract",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="renewed_by",
        verbose_name=_("renewed by"),
    )
    opened_at = models.DateTimeField(_("opened"), default=clock.now, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)

    objects = RenewalCaseQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["due_on", "pk"]
        verbose_name = _("renewal")
        verbose_name_plural = _("renewals")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state="lost") | ~Q(lost_reason=""), name="lost_renewal_says_why"
            ),
            models.CheckConstraint(
                condition=Q(state="renewed", new_contract__isnull=False)
                | (~Q(state="renewed") & Q(new_contract__isnull=True)),
                name="renewed_means_a_new_contract",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["renewed", "lost"], closed_at__isnull=False)
                | (~Q(state__in=["renewed", "lost"]) & Q(closed_at__isnull=True)),
                name="closed_renewal_says_when",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_on", "id"], name="renewal_by_due_day"),
        ]

    def __str__(self) -> str:
        return str(self.contract)

    def get_absolute_url(self) -> str:
        return reverse("service:renewal-detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.OPEN, self.State.NEGOTIATING)


class RenewalCohort(models.Model):
    """What became of the terms that ended in one month, taken down once when nothing of it can change any more."""

    # The first day of the month.
    month = models.DateField(_("month"), unique=True)
    due = models.PositiveIntegerField(_("due"))
    renewed = models.PositiveIntegerField(_("renewed"))
    due_amount = models.DecimalField(_("amount due"), max_digits=16, decimal_places=2)
    renewed_amount = models.DecimalField(_("amount renewed"), max_digits=16, decimal_places=2)
    # One entry a renewal: contract, owner, plan, industry, amounts, reason.
    rows = models.JSONField(default=list)
    frozen_at = models.DateTimeField(_("taken down at"), default=clock.now)

    class Meta:
        ordering: ClassVar = ["month"]
        verbose_name = _("renewals of a month")
        verbose_name_plural = _("renewals by month")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(month__day=1), name="cohort_is_a_month"),
            models.CheckConstraint(
                condition=Q(renewed__lte=models.F("due")), name="no_more_renewed_than_were_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
