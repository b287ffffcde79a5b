"""What people fill in about money that does not come, on pages of its own."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.models import DunningDispatch
from contracts.uploads import clean_scan
from core.generic.widgets import DateInput, MoneyInput

_DAY: Any = DateInput
_MONEY: Any = MoneyInput


class PromiseForm(forms.Form):
    """When how much will come."""

    promised_on = forms.DateField(label=_("Promised for"), widget=_DAY())
    amount = forms.DecimalField(label=_("Promised amount"), max_digits=14, decimal_places=2, widget=_MONEY())
    note = forms.CharField(label=_("What was said"), max_length=300, required=False)


class DisputeForm(forms.Form):
    reason = forms.CharField(
        label=_("What the customer disputes"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


class ReleaseForm(forms.Form):
    note = forms.CharField(label=_("How it was settled"), max_length=300, required=False)


class RunForm(forms.Form):
    as_of = forms.DateField(
        label=_("As of"),
        widget=_DAY(),
        help_text=_("The letters state what is overdue on this day, with interest up to it."),
    )


class RunReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class SentForm(forms.Form):
    channel = forms.ChoiceField(label=_("Sent by"), choices=DunningDispatch.Channel.choices)
    tracking_no = forms.CharField(
        label=_("Tracking no."),
        max_length=40,
        required=False,
        help_text=_("Needed for EMS, couriers and registered mail."),
    )
    sent_on = forms.DateField(label=_("Sent on"), widget=_DAY())


class DeliveredForm(forms.Form):
    delivered_on = forms.DateField(label=_("Delivered on"), widget=_DAY())
    grade = forms.ChoiceField(label=_("Evidence"), choices=DunningDispatch.Grade.choices)
    receipt = forms.FileField(
        label=_("Receipt"),
        required=False,
        help_text=_("The slip of the post or the signed copy: PDF, JPEG or PNG, up to 10 MB."),
    )

    def clean_receipt(self) -> Any:
        return clean_scan(self.cleaned_data["receipt"])
