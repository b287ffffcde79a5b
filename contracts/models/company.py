"""Our own side: who signs, where money goes, which seals there are."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class OwnCompany(models.Model):
    """A company of ours that signs contracts and letters. One is the default."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    uscc = models.CharField(_("unified social credit code"), max_length=18, unique=True)
    legal_representative = models.CharField(_("legal representative"), max_length=60)
    address = models.CharField(_("address"), max_length=200)
    postcode = models.CharField(_("postcode"), max_length=6, blank=True)
    phone = models.CharField(_("telephone"), max_length=30)
    fax = models.CharField(_("fax"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    website = models.CharField(_("website"), max_length=120, blank=True)
    finance_contact = models.CharField(_("contact for payments"), max_length=60, blank=True)
    finance_phone = models.CharField(_("telephone for payments"), max_length=30, blank=True)
    sign_place = models.CharField(_("place of signing"), max_length=60, blank=True)
    # What stands under the name on letters and contracts, such as its name in English.
    letterhead = models.CharField(_("line of the letterhead"), max_length=120, blank=True)
    logo = models.ForeignKey(
        "core.Document",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("logo"),
    )
    is_default = models.BooleanField(_("default"), default=False)

    class Meta:
        ordering: ClassVar = ["-is_default", "name"]
        verbose_name = _("own company")
        verbose_name_plural = _("own companies")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="one_own_company_is_the_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BankAccount(models.Model):
    """An account of ours that receives payments. Of each company one is the default."""

    company = models.ForeignKey(OwnCompany, on_delete=models.PROTECT, related_name="accounts")
    holder = models.CharField(_("account holder"), max_length=120)
    bank_name = models.CharField(_("bank"), max_length=120)
    number = models.CharField(_("account number"), max_length=40)
    is_default = models.BooleanField(_("default"), default=False)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering: ClassVar = ["-is_default", "pk"]
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "number"], name="account_number_once_per_company"),
            models.UniqueConstraint(
                fields=["company"], condition=Q(is_default=True), name="company_has_one_default_account"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank_name} {self.number}"


class Seal(models.Model):
    """A physical seal of ours and who keeps it."""

    class Kind(models.TextChoices):
        COMPANY = "company", _("Company seal")
        CONTRACT = "contract", _("Contract seal")
        FINANCE = "finance", _("Finance seal")
        LEGAL_REPRESENTATIVE = "legal_representative", _("Legal representative's seal")

    company = models.ForeignKey(OwnCompany, on_delete=models.PROTECT, related_name="seals")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    name = models.CharField(_("name"), max_length=60)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "name"], name="seal_name_once_per_company"),
        ]

    def __str__(self) -> str:
        return self.name
