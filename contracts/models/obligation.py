"""What one side of a contract has to do by a day, besides paying: deliver materials, report, renew an insurance."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contracts.models.contract import Contract
from core import clock
from core.rights import ScopedQuerySet
from core.search import query_tokens


class ObligationQuerySet(ScopedQuerySet["Obligation"]):
    """Obligations of the contracts that a person may see."""

    view_permission = "contracts.view_contract"
    owner_field = "contract__owner"
    department_path_field = "contract__department_path"

    def search(self, text: str) -> ObligationQuerySet:
        """By any piece of what is to be done, or of the contract's number, title or customer."""
        pieces = query_tokens(text)
        if not pieces:
            return self
        return self.filter(Q(contract__search_tokens__contains=pieces) | Q(what__icontains=text.strip()))


class Obligation(models.Model):
    """One thing to be done, by whom, until when. Its state changes only in contracts.services.obligations; what was
    settled stays as it is."""

    class Party(models.TextChoices):
        THEIRS = "A", _("Party A (customer)")
        OURS = "B", _("Party B (we)")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("obligation", "Open")
        DONE = "done", pgettext_lazy("obligation", "Fulfilled")
        WAIVED = "waived", pgettext_lazy("obligation", "Waived")
        DROPPED = "dropped", pgettext_lazy("obligation", "Dropped")

    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, related_name="obligations", verbose_name=_("contract")
    )
    party = models.CharField(_("who has to do it"), max_length=1, choices=Party)
    what = models.CharField(_("what is to be done"), max_length=200)
    due_on = models.DateField(pgettext_lazy("obligation", "due on"))
    # From then on it is a task of whoever looks after it.
    remind_days = models.PositiveSmallIntegerField(_("remind days before"), default=7)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("looked after by"),
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN, editable=False)
    # The day on which it was done; of one that was waived or dropped, the day of that.
    settled_on = models.DateField(_("settled on"), null=True, editable=False)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, editable=False)
    note = models.CharField(_("note"), max_length=500, blank=True, editable=False)
    evidence = models.ForeignKey(
        "core.Document", on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    recorded_at = models.DateTimeField(default=clock.now, editable=False)

    objects = ObligationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["due_on", "pk"]
        verbose_name = _("obligation")
        verbose_name_plural = _("obligations")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(what=""), name="obligation_says_what"),
            models.CheckConstraint(
                condition=Q(remind_days__lte=365), name="obligation_reminds_within_a_year"
            ),
            models.CheckConstraint(
                condition=Q(state="open", settled_on=None, settled_at=None, settled_by=None, evidence=None)
                | (~Q(state="open") & Q(settled_on__isnull=False, settled_at__isnull=False)),
                name="settled_obligation_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["waived", "dropped"]) | ~Q(note=""),
                name="obligation_given_up_says_why",
            ),
            models.CheckConstraint(
                condition=Q(evidence__isnull=True) | Q(state="done"), name="evidence_of_what_was_done"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "due_on"], name="obligation_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.contract.no or self.contract.title}: {self.what}"

    def get_absolute_url(self) -> str:
        return f"{reverse('contracts:contract-detail', args=[self.contract_id])}?tab=dates"

    @property
    def is_late(self) -> bool:
        """Open, and its day has passed."""
        return self.state == self.State.OPEN and self.due_on < clock.today()
