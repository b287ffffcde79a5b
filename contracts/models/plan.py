"""When a contract is to be paid."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from contracts.models.contract import Contract
from core.search import query_tokens

NOTHING = Decimal("0.00")


class PaymentPlanLineQuerySet(models.QuerySet["PaymentPlanLine"]):
    """Instalments with what has been paid."""

    def with_paid(self) -> PaymentPlanLineQuerySet:
        """Add ``paid`` (confirmed), ``reserved`` (recorded and not reversed, confirmed or not) and ``outstanding``: what
        is neither paid nor released.

        The order is said again: Django drops a model's own order from queries that group.
        """
        sums = {
            "paid": Q(allocations__payment__state="confirmed"),
            "reserved": Q(allocations__payment__state__in=["draft", "confirmed"]),
        }
        field = models.DecimalField(max_digits=14, decimal_places=2)
        left: dict[str, Any] = {"outstanding": F("amount") - F("released") - F("paid")}
        return (
            self.annotate(
                **{
                    name: Coalesce(Sum("allocations__amount", filter=condition), NOTHING, output_field=field)
                    for name, condition in sums.items()
                }
            )
            .annotate(**left)
            .order_by("contract_id", "seq")
        )

    def search(self, text: str) -> PaymentPlanLineQuerySet:
        """By any piece of the contract's number or title, or of the customer."""
        pieces = query_tokens(text)
        return self.filter(contract__search_tokens__contains=pieces) if pieces else self

    def owed(self) -> PaymentPlanLineQuerySet:
        """Only of contracts that bind the customer, or did: what is released is owed no more."""
        return self.filter(contract__state__in=Contract.OWED)


class PaymentPlanLine(models.Model):
    """An instalment. Once the contract is submitted the instalments sum to its amount."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="plan_lines")
    seq = models.PositiveSmallIntegerField(_("instalment"))
    due_on = models.DateField(_("due on"), db_index=True)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    note = models.CharField(_("note"), max_length=120, blank=True)
    # What the customer need not pay any more, since the contract ended before its time. The database sees to it that
    # paid and released never exceed the amount, and that only a contract that was terminated releases anything.
    released = models.DecimalField(
        _("released"), max_digits=14, decimal_places=2, default=NOTHING, editable=False
    )

    # What querysets add: with_paid(), and selectors.open_instalments().
    paid: Decimal
    reserved: Decimal
    outstanding: Decimal
    days_overdue: int
    ageing: str

    objects = PaymentPlanLineQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["contract", "seq"]
        verbose_name = _("instalment")
        verbose_name_plural = _("instalments")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "seq"], name="instalment_number_once_per_contract"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="instalment_amount_is_positive"),
            models.CheckConstraint(
                condition=Q(released__gte=0, released__lte=F("amount")),
                name="instalment_releases_no_more_than_it_is",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract.no or self.contract.title} #{self.seq}"

    @property
    def binding(self) -> Decimal:
        """What the customer has to pay of it altogether, paid or not."""
        return self.amount - self.released
