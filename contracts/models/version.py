"""What a contract said each time it was submitted, and what was decided about it."""

from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from contracts.models.contract import Contract


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

    class Meta:
        ordering: ClassVar = ["contract", "-seq"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "seq"], name="contract_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.contract} v{self.seq}"


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
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(outcome="approve") | ~models.Q(comment=""),
                name="return_or_rejection_has_a_comment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract}: {self.step} {self.outcome}"
