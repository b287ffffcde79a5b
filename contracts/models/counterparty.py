"""The customer's own paper: the contract as they wrote it, and where legal says that it yields from our template."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contracts.models.template import Risk
from contracts.models.version import ContractVersion


class CounterpartyPaper(models.Model):
    """One upload. A contract names the one that counts; the database refuses changes."""

    contract = models.ForeignKey(
        "contracts.Contract", on_delete=models.PROTECT, related_name="counterparty_papers"
    )
    seq = models.PositiveSmallIntegerField(_("upload"))
    document = models.ForeignKey("core.Document", on_delete=models.PROTECT, related_name="+")
    # What could be read, page by page; empty strings of a scan.
    texts = models.JSONField(default=list)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["contract", "-seq"]
        verbose_name = _("customer's paper")
        verbose_name_plural = _("customers' papers")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "seq"], name="counterparty_paper_once"),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id}: {self.seq}"

    @property
    def pages(self) -> int:
        return len(self.texts)

    @property
    def is_scan(self) -> bool:
        """Nothing of it could be read: people have to."""
        return not any(text.strip() for text in self.texts)


class PaperDeviation(models.Model):
    """What legal noted about a submitted paper. It becomes a ``ClauseDeviation`` when it is accepted; until then
    it can be corrected."""

    version = models.ForeignKey(ContractVersion, on_delete=models.PROTECT, related_name="paper_deviations")
    # The clause of our template that it is about; empty: about none of them.
    code = models.SlugField(_("clause"), max_length=40, blank=True)
    title = models.CharField(_("title"), max_length=80)
    text = models.CharField(_("what their paper says"), max_length=1000, blank=True)
    risk = models.CharField(_("risk"), max_length=4, choices=Risk)
    reason = models.CharField(_("assessment"), max_length=300)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["version", "pk"]
        verbose_name = _("deviation of a customer's paper")
        verbose_name_plural = _("deviations of customers' papers")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "title"], name="paper_deviation_once_per_title"),
            models.CheckConstraint(condition=~Q(reason=""), name="paper_deviation_is_assessed"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.title}"
