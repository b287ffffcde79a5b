"""A run of letters before it is printed: who would get what, who is left out and why, and who agreed."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contracts.models.dunning import DunningKind, DunningNotice, DunningRun
from core import clock
from core.actors import Actor
from core.rights import scope_q

PERSON = settings.AUTH_USER_MODEL
VIEW = "contracts.view_payment"


class ProposalQuerySet(models.QuerySet["DunningProposal"]):
    """Proposals of which a person may see every line: the file that comes of one holds all its letters."""

    def visible_to(self, actor: Actor) -> ProposalQuerySet:
        if not actor.may(VIEW):
            return self.none()
        return self.reachable_by(actor, VIEW)

    def reachable_by(self, actor: Actor, permission: str) -> ProposalQuerySet:
        """Those whose every line lies within the reach of this right."""
        if not actor.may(permission):
            return self.none()
        reach = ProposalLine.objects.filter(
            scope_q(actor, permission, owner="customer__owner", department_path="customer__department_path")
        )
        hidden = ProposalLine.objects.filter(proposal=OuterRef("pk")).exclude(pk__in=reach.values("pk"))
        return self.filter(~Exists(hidden))


class DunningProposal(models.Model):
    """Whoever makes it does not approve it; what was printed of it is a DunningRun."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("To be approved")
        APPROVED = "approved", _("Approved, to be printed")
        PRINTED = "printed", pgettext_lazy("run of letters", "Printed")
        REJECTED = "rejected", _("Discarded")

    as_of = models.DateField(_("as of"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)
    made_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made"), default=clock.now)
    approved_by = models.ForeignKey(
        PERSON, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(null=True)
    reject_reason = models.CharField(_("reason"), max_length=300, blank=True)
    run = models.OneToOneField(
        DunningRun, on_delete=models.PROTECT, null=True, related_name="proposal", verbose_name=_("run")
    )

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("dunning proposal")
        verbose_name_plural = _("dunning proposals")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("made_by")),
                name="proposal_is_approved_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(state="printed", run__isnull=False) | (~Q(state="printed") & Q(run__isnull=True)),
                name="printed_proposal_has_a_run",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "printed"])
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="approved_proposal_names_its_approver",
            ),
            models.CheckConstraint(
                condition=~Q(state="rejected") | ~Q(reject_reason=""), name="discarded_proposal_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.as_of:%Y-%m-%d} · {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("contracts:proposal-detail", args=[self.pk])


class ProposalLine(models.Model):
    """One letter that would be printed, or why it would not."""

    proposal = models.ForeignKey(DunningProposal, on_delete=models.CASCADE, related_name="lines")
    customer = models.ForeignKey("crm.Customer", on_delete=models.PROTECT, related_name="+")
    own_company = models.ForeignKey("contracts.OwnCompany", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=DunningKind)
    level = models.PositiveSmallIntegerField(_("level"))
    instalment_count = models.PositiveSmallIntegerField(_("instalments"))
    days_overdue = models.PositiveIntegerField(_("days overdue"))
    principal = models.DecimalField(_("principal"), max_digits=14, decimal_places=2)
    interest = models.DecimalField(_("interest"), max_digits=14, decimal_places=2)
    total = models.DecimalField(_("total"), max_digits=14, decimal_places=2)
    is_excluded = models.BooleanField(_("left out"), default=False)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    notice = models.OneToOneField(
        DunningNotice, on_delete=models.PROTECT, null=True, related_name="proposal_line"
    )

    class Meta:
        ordering: ClassVar = ["is_excluded", "-total", "pk"]
        verbose_name = _("proposed letter")
        verbose_name_plural = _("proposed letters")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["proposal", "customer", "own_company"], name="customer_stands_once_in_a_proposal"
            ),
            models.CheckConstraint(
                condition=Q(is_excluded=False) | ~Q(reason=""), name="left_out_letter_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(total=F("principal") + F("interest")), name="proposed_total_is_its_parts"
            ),
            models.CheckConstraint(
                condition=Q(kind="letter", level__gte=2) | Q(kind="notice", level__lte=1),
                name="proposed_letter_from_level_2",
            ),
            models.CheckConstraint(
                condition=Q(notice__isnull=True) | Q(is_excluded=False), name="left_out_letter_is_not_printed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer}: {self.total}"
