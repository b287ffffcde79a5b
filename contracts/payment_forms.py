"""What people fill in about money that came in."""

from decimal import Decimal, InvalidOperation

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import Payment, PaymentPlanLine
from contracts.money import ZERO
from contracts.services import Share
from contracts.services.payments import PAYMENT_FIELDS
from core.generic.model_forms import ServiceModelForm
from core.generic.widgets import DateInput, MoneyInput

SHARE = "share-"


class ShareFields:
    """One amount for each open instalment: what the payment pays of it."""

    def offer(self, instalments: list[PaymentPlanLine]) -> None:
        self.instalments = instalments
        for line in instalments:
            self.fields[f"{SHARE}{line.pk}"] = forms.DecimalField(
                label=_("Paid on %(instalment)s") % {"instalment": line},
                max_digits=14,
                decimal_places=2,
                min_value=Decimal(0),
                required=False,
                widget=MoneyInput(attrs={"data-allocation": ""}),
            )

    def rows(self) -> list[tuple[PaymentPlanLine, forms.BoundField]]:
        return [(line, self[f"{SHARE}{line.pk}"]) for line in self.instalments]

    def shares(self) -> list[Share]:
        amounts = {line.pk: self.cleaned_data.get(f"{SHARE}{line.pk}") for line in self.instalments}
        return [Share(pk, amount) for pk, amount in amounts.items() if amount]

    def propose(self, shares: list[Share]) -> None:
        """Write proposed amounts into the form, as if they had been typed."""
        data = self.data.copy()
        proposed = {one.plan_line_id: one.amount for one in shares}
        for line in self.instalments:
            data[f"{SHARE}{line.pk}"] = str(proposed.get(line.pk, ""))
        self.data = data

    def has_shares(self) -> bool:
        return any(self.data.get(f"{SHARE}{line.pk}", "").strip() for line in self.instalments)

    def typed_amount(self) -> Decimal:
        """The amount as far as it can be read, nothing else."""
        widget = self.fields["amount"].widget
        text = widget.value_from_datadict(self.data, {}, "amount")
        try:
            amount = Decimal(text or "0")
        except InvalidOperation:
            return ZERO
        return amount if amount.is_finite() and ZERO < amount < Decimal("1e12") else ZERO

    def add_refused_shares(self, errors: dict) -> dict:
        """Put what the service refused beside its instalment; hand back the rest."""
        rest = {}
        for name, texts in errors.items():
            target = name.replace("shares.", SHARE, 1)
            if target in self.fields and target != name:
                for text in texts:
                    self.add_error(target, text)
            else:
                rest[name] = texts
        return rest


# As soon as the amount is known the oldest instalments are proposed, unless somebody typed shares already.
_PROPOSING = {
    "hx-post": "",
    "hx-trigger": "change",
    "hx-vals": '{"propose": "if-empty"}',
    "hx-target": "#shares",
    "hx-select": "#shares",
    "hx-swap": "outerHTML",
}


class PaymentForm(ShareFields, ServiceModelForm):
    """A receipt and the instalments it pays."""

    class Meta:
        model = Payment
        fields = PAYMENT_FIELDS
        widgets = {"received_on": DateInput(), "amount": MoneyInput(attrs=dict(_PROPOSING))}
        help_texts = {
            "bank_ref": gettext_lazy("As on the bank statement; it stands in one payment only."),
            "payer": gettext_lazy("Empty: the customer. Somebody else may have paid for them."),
        }

    def __init__(self, *args, instalments: list[PaymentPlanLine], **kwargs):
        super().__init__(*args, **kwargs)
        self.offer(instalments)

    def changes(self) -> dict:
        return {name: self.cleaned_data[name] for name in PAYMENT_FIELDS}


class AllocationForm(ShareFields, forms.Form):
    """Which instalments a recorded payment pays."""

    def __init__(self, *args, instalments: list[PaymentPlanLine], **kwargs):
        super().__init__(*args, **kwargs)
        self.offer(instalments)


class ReverseForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
