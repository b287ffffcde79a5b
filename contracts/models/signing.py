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


class SigningDispatch(models.Model):
    """Copies to be signed left the house, or came back. Rows are only ever added."""

    class Direction(models.TextChoices):
        OUT = "out", _("Sent out")
        BACK = "back", _("Come back")

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="signing_dispatches")
    direction = models.CharField(_("direction"), max_length=4, choices=Direction)
    # 顺丰速运, EMS, or by hand; companies come and go, so this is a text.
    carrier = models.CharField(_("courier company"), max_length=60)
    # Empty where somebody handed them over.
    tracking_no = models.CharField(_("tracking no."), max_length=40, blank=True)
    sent_on = models.DateField(_("day"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["sent_on", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(carrier=""), name="signing_dispatch_names_its_carrier"),
            models.UniqueConstraint(
                fields=["contract", "direction", "tracking_no"],
                condition=~Q(tracking_no=""),
                name="signing_dispatch_recorded_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract}: {self.get_direction_display()} {self.carrier} {self.tracking_no}".strip()


class SigningLink(models.Model):
    """A way for the customer to read the final text without an account, and their word that they did.

    The token itself is nowhere: whoever reads the database cannot open a link. What was acknowledged is a
    record, not a signature; the database refuses changes of it.
    """

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="signing_links")
    version = models.ForeignKey(
        "contracts.ContractVersion", on_delete=models.PROTECT, related_name="signing_links"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    name = models.CharField(_("name"), max_length=60, blank=True)
    title = models.CharField(_("position"), max_length=60, blank=True)
    mobile = models.CharField(_("mobile"), max_length=20, blank=True)
    address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)
    # Of the bytes of the PDF that they were shown.
    shown_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contract"], condition=Q(revoked_at=None), name="one_open_signing_link_a_contract"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("made_at")), name="signing_link_lasts_a_while"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="revoked_signing_link_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(
                    acknowledged_at=None,
                    name="",
                    title="",
                    mobile="",
                    address=None,
                    user_agent="",
                    shown_sha256="",
                )
                | (
                    Q(acknowledged_at__isnull=False, opened_at__isnull=False)
                    & ~Q(name="")
                    & ~Q(title="")
                    & ~Q(mobile="")
                    & ~Q(shown_sha256="")
                ),
                name="acknowledgement_says_who_and_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract}: {self.made_at:%Y-%m-%d}"
