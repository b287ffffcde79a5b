"""Money that came in, and which instalments it pays."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.rights import ScopedQuerySet
from core.search import query_tokens


class PaymentQuerySet(ScopedQuerySet["Payment"]):
    """Payments a person may see: those of their customers, or of all."""

    view_permission = "contracts.view_payment"
    owner_field = "customer__owner"
    department_path_field = "customer__department_path"

    def search(self, text: str) -> PaymentQuerySet:
        """By any piece of number, bank reference, payer or customer."""
        pieces = query_tokens(text)
        return self.filter(search_tokens__contains=pieces) if pieces else self


class Payment(models.Model):
    """A receipt. It counts once a second person has confirmed it; a reversal is a row of its own."""

    class Method(models.TextChoices):
        TRANSFER = "transfer", _("Bank transfer")
        CASH = "cash", _("Cash")
        CHEQUE = "cheque", _("Cheque")
        WECHAT = "wechat", _("WeChat Pay")
        ALIPAY = "alipay", _("Alipay")
        OTHER = "other", _("Other")

    class State(models.TextChoices):
        DRAFT = "draft", _("To be confirmed")
        CONFIRMED = "confirmed", _("Confirmed")
        REVERSED = "reversed", _("Reversed")

    no = models.CharField(_("payment no."), max_length=30, unique=True, editable=False)
    customer = models.ForeignKey(
        "crm.Customer", on_delete=models.PROTECT, related_name="payments", verbose_name=_("customer")
    )
    received_on = models.DateField(_("received on"))
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    method = models.CharField(_("method"), max_length=10, choices=Method, default=Method.TRANSFER)
    bank_ref = models.CharField(_("bank reference"), max_length=60, unique=True, null=True, blank=True)
    payer = models.CharField(_("payer"), max_length=120, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    confirmed_at = models.DateTimeField(null=True)
    # A company of one person may confirm its own entries; then each row says that it did.
    second_person_waived = models.BooleanField(default=False, editable=False)
    search_tokens = ArrayField(models.CharField(max_length=60), default=list, editable=False)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_is_positive"),
            models.CheckConstraint(
                condition=Q(second_person_waived=True)
                | Q(confirmed_by__isnull=True)
                | ~Q(confirmed_by=F("recorded_by")),
                name="payment_is_confirmed_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="confirmed_payment_names_its_confirmer",
            ),
            models.CheckConstraint(
                condition=Q(bank_ref__isnull=True) | ~Q(bank_ref=""),
                name="payment_bank_ref_is_null_not_empty",
            ),
        ]
        indexes: ClassVar = [
            GinIndex(fields=["search_tokens"], name="payment_search"),
            models.Index(fields=["state", "-id"], name="payment_by_state"),
        ]

    def __str__(self) -> str:
        return self.no


class Allocation(models.Model):
    """A part of a payment that pays a part of an instalment.

    The database keeps the sums: never more than the payment, never more than the instalment.
    """

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="allocations")
    plan_line = models.ForeignKey(
        "contracts.PaymentPlanLine", on_delete=models.PROTECT, related_name="allocations"
    )
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="allocation_amount_is_positive"),
            models.UniqueConstraint(fields=["payment", "plan_line"], name="payment_pays_an_instalment_once"),
        ]

    def __str__(self) -> str:
        return f"{self.payment} → {self.plan_line}"


class PaymentReversal(models.Model):
    """A payment was taken back, and why."""

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="reversal")
    reason = models.CharField(_("reason"), max_length=300)
    reversed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reversed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reason=""), name="reversal_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.payment}: {self.reason}"
