"""A fair where we show what we sell."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.rights import ScopedQuerySet
from core.search import query_tokens


class FairQuerySet(ScopedQuerySet["Fair"]):
    """Fairs a person may see, and how they are found."""

    view_permission = "fairs.view_fair"

    def search(self, text: str) -> FairQuerySet:
        """By any piece of the name or the city, by pinyin or its initials."""
        pieces = query_tokens(text)
        return self.filter(search_tokens__contains=pieces) if pieces else self


class Fair(models.Model):
    """A fair, with whoever looks after it."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        BOOKED = "booked", _("Booked")
        OVER = "over", _("Over")

    name = models.CharField(_("name"), max_length=80)
    city = models.CharField(_("city"), max_length=40, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED)
    starts_on = models.DateField(_("begins on"))
    budget = models.DecimalField(_("budget"), max_digits=12, decimal_places=2, default=0)
    # Whose row it is, and where in the company: what grants are measured by.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    department_path = models.CharField(max_length=300, blank=True, db_index=True, editable=False)
    # What the service derives: the order of an address book, the pieces of a search.
    name_sort = models.CharField(max_length=200, editable=False, db_collation="C")
    search_tokens = ArrayField(models.CharField(max_length=60), default=list, editable=False)
    # Grows with every change, so that two people do not undo each other.
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = FairQuerySet.as_manager()

    class Meta:
        app_label = "fairs"
        ordering: ClassVar = ["-pk"]
        verbose_name = _("fair")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(name=""), name="fair_has_a_name"),
            models.CheckConstraint(condition=models.Q(budget__gte=0), name="fair_budget_not_negative"),
        ]
        indexes: ClassVar = [
            GinIndex(fields=["search_tokens"], name="fair_search"),
            models.Index(fields=["name_sort", "id"], name="fair_by_pinyin"),
            models.Index(fields=["starts_on", "id"], name="fair_by_day"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("fairs:fair-detail", args=[self.pk])
