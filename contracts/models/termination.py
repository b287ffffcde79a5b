"""How a contract in effect is ended before its time: asked for, settled, agreed to or refused."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contracts.models.contract import Contract

PERSON = settings.AUTH_USER_MODEL
UNSETTLED = Q(settled_at=None, settled_by=None, value=None, paid=None, owed=None, refund=None)
SETTLED = Q(
    settled_at__isnull=False,
    settled_by__isnull=False,
    # Said of each: comparing nothing with a number is no refusal.
    value__isnull=False,
    paid__isnull=False,
    owed__isnull=False,
    refund__isnull=False,
    value__gte=0,
    paid__gte=0,
    owed__gte=0,
    refund__gte=0,
)


class ContractTermination(models.Model):
    """Somebody asked to end a contract. A contract has one open request; those that were refused stay on record.

    What finance settles: the value of what was delivered, and what remains to be paid or is to be paid back, never
    both. ``paid`` is what had been paid then; money that comes or goes until the end changes what remains by as much.
    """

    class Kind(models.TextChoices):
        AGREEMENT = "agreement", _("By agreement")
        BREACH = "breach", _("The customer breaches it")
        WITHDRAWAL = "withdrawal", _("We withdraw")
        STATUTORY = "statutory", _("By law")

    class State(models.TextChoices):
        REQUESTED = "requested", _("Under review")
        REFUSED = "refused", pgettext_lazy("termination", "Refused")
        AGREED = "agreed", _("Agreed, contract ended")

    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, related_name="terminations", verbose_name=_("contract")
    )
    kind = models.CharField(_("on what ground"), max_length=12, choices=Kind)
    reason = models.CharField(_("reason"), max_length=500)
    # The last day on which we deliver.
    ends_on = models.DateField(_("last day"))
    notes = models.CharField(_("what was agreed with the customer"), max_length=1000, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.REQUESTED, editable=False
    )
    requested_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    value = models.DecimalField(_("value delivered"), max_digits=14, decimal_places=2, null=True)
    paid = models.DecimalField(_("paid"), max_digits=14, decimal_places=2, null=True)
    owed = models.DecimalField(_("still to be paid"), max_digits=14, decimal_places=2, null=True)
    refund = models.DecimalField(_("to be refunded"), max_digits=14, decimal_places=2, null=True)
    settlement_note = models.CharField(_("how it was counted"), max_length=500, blank=True)
    settled_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    # Who had the last word, and when.
    decided_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    refunded_on = models.DateField(_("refunded on"), null=True)
    refund_reference = models.CharField(_("bank reference"), max_length=60, blank=True)
    refunded_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    refund_recorded_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("termination")
        verbose_name_plural = _("terminations")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contract"],
                condition=Q(state="requested"),
                name="contract_has_one_open_termination",
            ),
            models.UniqueConstraint(
                fields=["contract"], condition=Q(state="agreed"), name="contract_is_terminated_once"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="termination_has_a_reason"),
            models.CheckConstraint(condition=UNSETTLED | SETTLED, name="settlement_is_whole"),
            models.CheckConstraint(
                condition=Q(owed=None) | Q(owed=0) | Q(refund=0), name="settlement_is_owed_or_refunded"
            ),
            models.CheckConstraint(
                condition=Q(refund=None) | Q(refund__lte=models.F("paid")),
                name="no_more_is_refunded_than_was_paid",
            ),
            models.CheckConstraint(
                condition=~Q(state="agreed") | (SETTLED & Q(decided_at__isnull=False)),
                name="agreed_termination_is_settled",
            ),
            models.CheckConstraint(
                condition=Q(state="requested", decided_at=None, decided_by=None)
                | (~Q(state="requested") & Q(decided_at__isnull=False)),
                name="decided_termination_says_when",
            ),
            models.CheckConstraint(
                condition=Q(refunded_on=None, refund_reference="", refunded_by=None, refund_recorded_at=None)
                | (
                    Q(
                        state="agreed",
                        refund__gt=0,
                        refunded_on__isnull=False,
                        refunded_by__isnull=False,
                        refund_recorded_at__isnull=False,
                    )
                    & ~Q(refund_reference="")
                ),
                name="refund_says_when_and_how",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract}: {self.get_state_display()}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.REQUESTED

    @property
    def is_settled(self) -> bool:
        return self.settled_at is not None

    @property
    def waits_for_refund(self) -> bool:
        """Whether money is to be paid back and nobody has said yet that it was."""
        return self.state == self.State.AGREED and bool(self.refund) and self.refunded_on is None


class TerminationDecision(models.Model):
    """What somebody said to a request to end a contract. Rows are only ever added."""

    class Outcome(models.TextChoices):
        AGREE = "agree", pgettext_lazy("termination", "Agreed")
        REFUSE = "refuse", pgettext_lazy("termination", "Refused")

    termination = models.ForeignKey(ContractTermination, on_delete=models.PROTECT, related_name="decisions")
    # The element of the process; its name is the diagram's to say.
    step = models.CharField(_("step"), max_length=120)
    outcome = models.CharField(_("decision"), max_length=10, choices=Outcome)
    comment = models.CharField(_("comment"), max_length=2000, blank=True)
    decided_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["termination", "step"], name="termination_decided_once_a_step"),
            models.CheckConstraint(
                condition=Q(outcome="agree") | ~Q(comment=""), name="refused_termination_has_a_comment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.termination}: {self.step} {self.outcome}"
