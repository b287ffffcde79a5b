"""What a customer fills in on a page that needs no account."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class AcknowledgeForm(forms.Form):
    """Who confirms the text. What is wrong is said by the service, field by field."""

    name = forms.CharField(
        label=_("Your name"), required=False, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    title = forms.CharField(
        label=_("Your position"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    mobile = forms.CharField(
        label=_("Your mobile number"),
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    is_confirmed = forms.BooleanField(
        label=_("We have received and read the contract and confirm its text."), required=False
    )
