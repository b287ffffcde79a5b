"""Who put a seal or a name under a contract."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contracts.models.company import Seal
from contracts.models.contract import Contract


class SealRecord(models.Model):
    """Our seal was put on a contract."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="seal_records")
    seal_kind = models.CharField(_("seal"), max_length=20, choices=Seal.Kind)
    cross_page = models.BooleanField(_("cross-page seal"), default=False)
    copies = models.PositiveSmallIntegerField(_("copies"))
    sealed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sealed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(copies__gte=1, copies__lte=20), name="sealed_copies_are_1_to_20"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract}: {self.get_seal_kind_display()}"


class SignatureRecord(models.Model):
    """One party signed. A contract takes effect only with both."""

    class Party(models.TextChoices):
        A = "A", _("Party A (customer)")
        B = "B", _("Party B (we)")

    class Method(models.TextChoices):
        PAPER = "paper", _("Signed on paper")
        FAX = "fax", _("Fax or scan")
        ELECTRONIC = "electronic", _("Electronic signature")

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="signatures")
    party = models.CharField(_("party"), max_length=1, choices=Party)
    signer = models.CharField(_("signer"), max_length=60)
    method = models.CharField(_("method"), max_length=12, choices=Method)
    signed_on = models.DateField(_("signed on"))
    scan = models.ForeignKey("core.Document", on_delete=models.PROTECT, null=True, related_name="+")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "party"], name="party_signs_a_contract_once"),
            models.CheckConstraint(condition=~Q(signer=""), name="signature_names_its_signer"),
        ]

    def __str__(self) -> str:
        return f"{self.contract}: {self.party} {self.signer}"
