"""What a contract said each time it was submitted, and what was decided about it."""

from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contracts.models.contract import Contract


class ContractVersionQuerySet(models.QuerySet["ContractVersion"]):
    """Submissions of contracts."""

    def newest(self) -> "ContractVersionQuerySet":
        """The last one of a contract, as rows to look in."""
        return self.order_by("-seq")[:1]


class ContractVersion(models.Model):
    """The frozen content of one submission: what the PDF is made of. The database refuses changes."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="versions")
    seq = models.PositiveSmallIntegerField(_("version"))
    content = models.JSONField(encoder=DjangoJSONEncoder)
    sha256 = models.CharField(max_length=64)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    submitted_at = models.DateTimeField()

    objects = ContractVersionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["contract", "-seq"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "seq"], name="contract_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.contract} v{self.seq}"

    @property
    def is_on_counterparty_paper(self) -> bool:
        """Whether its text is the customer's own paper."""
        return "counterparty_paper" in self.content


class ContractDecision(models.Model):
    """What a reviewer decided about a version. Rows are only ever added."""

    class Outcome(models.TextChoices):
        APPROVE = "approve", _("Approve")
        RETURN = "return", _("Return")
        REJECT = "reject", _("Reject")

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="decisions")
    version = models.ForeignKey(ContractVersion, on_delete=models.PROTECT, related_name="decisions")
    # The element of the process; its name is the diagram's to say.
    step = models.CharField(_("step"), max_length=120)
    outcome = models.CharField(_("decision"), max_length=10, choices=Outcome)
    comment = models.TextField(_("comment"), max_length=2000, blank=True)
    # Said by somebody whose "no" ends an appraisal, whatever the others say.
    can_veto = models.BooleanField(default=False)
    # Said by somebody who may accept what deviates from the template.
    accepts_deviations = models.BooleanField(default=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(outcome="approve") | ~models.Q(comment=""),
                name="return_or_rejection_has_a_comment",
            ),
            models.CheckConstraint(
                condition=models.Q(accepts_deviations=False) | models.Q(outcome="approve"),
                name="only_an_approval_accepts_deviations",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract}: {self.step} {self.outcome}"

    @property
    def is_veto(self) -> bool:
        """Whether it ended the appraisal."""
        return self.can_veto and self.outcome == self.Outcome.REJECT


class ClauseMark(models.Model):
    """What a reviewer wants changed at a clause of a submitted version, and what the drafter answers."""

    version = models.ForeignKey(ContractVersion, on_delete=models.PROTECT, related_name="marks")
    # As frozen in the version; empty: about the contract as a whole.
    code = models.SlugField(_("clause"), max_length=40, blank=True)
    title = models.CharField(_("title"), max_length=80, blank=True)
    note = models.CharField(_("what should change"), max_length=500)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    answer = models.CharField(pgettext_lazy("clause mark", "answer"), max_length=500, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["version", "pk"]
        verbose_name = _("mark at a clause")
        verbose_name_plural = _("marks at clauses")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["version", "code", "made_by"], name="clause_marked_once_per_reviewer"
            ),
            models.CheckConstraint(condition=~models.Q(note=""), name="mark_says_something"),
            models.CheckConstraint(
                condition=models.Q(answer="", answered_by=None, answered_at=None)
                | (~models.Q(answer="") & models.Q(answered_by__isnull=False, answered_at__isnull=False)),
                name="answer_of_a_mark_says_by_whom_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.title or self.code}"
