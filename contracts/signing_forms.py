"""What people fill in while the copies of a contract are signed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract, SignatureRecord, SigningDispatch
from contracts.selectors import acknowledgement_of
from contracts.services.signing import Method, Party
from contracts.services.signing_links import LONGEST_DAYS
from contracts.uploads import clean_scan
from core import clock
from core.generic.widgets import DateInput

_DAY: Any = DateInput
# Usual ones to choose from; any other may be typed.
CARRIERS = ("顺丰速运", "EMS", "京东快递", "中通快递", "圆通速递", "申通快递", "韵达快递", "当面交接")
CARRIER_LIST = "carriers"


class _Scanned(forms.Form):
    scan = forms.FileField(
        label=_("Scan of the signed copy"),
        required=False,
        help_text=_("PDF, JPEG or PNG, up to 10 MB."),
    )

    def clean_scan(self) -> Any:
        return clean_scan(self.cleaned_data.get("scan"))


class PartySignatureForm(_Scanned):
    """How one party signed."""

    signed_on = forms.DateField(label=_("Signed on"), widget=_DAY())
    signer = forms.CharField(label=_("Signed by"), max_length=60)
    method = forms.ChoiceField(label=_("Method"), choices=SignatureRecord.Method.choices)
    field_order = ("signed_on", "signer", "method", "scan")


class DispatchForm(forms.Form):
    """Copies on their way."""

    direction = forms.ChoiceField(label=_("Direction"), choices=SigningDispatch.Direction.choices)
    carrier = forms.CharField(
        label=_("Courier company"),
        max_length=60,
        help_text=_("Or who handed the copies over."),
        widget=forms.TextInput(attrs={"list": CARRIER_LIST}),
    )
    tracking_no = forms.CharField(label=_("Tracking no."), max_length=40, required=False)
    sent_on = forms.DateField(label=_("Day"), widget=_DAY())
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


def usual_signature(contract: Contract, party: str) -> dict[str, Any]:
    """What is probably true of a party's signature: who acknowledged the text, who stands in the contract."""
    acknowledged = acknowledgement_of(contract) if party == Party.A else None
    if acknowledged is not None:
        return {"signer": acknowledged.name, "method": Method.ELECTRONIC.value}
    usual = (
        contract.party_a.get("agent", "")
        if party == Party.A
        else contract.party_b.get("legal_representative", "")
    )
    return {"signer": usual, "method": Method.PAPER.value}


def missing_signatures_form(contract: Contract, missing: set[str]) -> type[forms.Form]:
    """The form that ends the contract's step: about the parties whose signature is not recorded yet."""
    fields: dict[str, forms.Field] = {}
    if missing:
        fields["signed_on"] = forms.DateField(
            label=_("Signed on"),
            initial=clock.today,
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        )
    method = Method.PAPER.value
    for party, name, label in (
        (Party.A, "customer_signer", _("Signed for the customer by")),
        (Party.B, "our_signer", _("Signed for us by")),
    ):
        if party in missing:
            usual = usual_signature(contract, party)
            fields[name] = forms.CharField(label=label, max_length=60, initial=usual["signer"])
            method = usual["method"] if party == Party.A else method
    if not missing:
        return forms.Form
    fields["method"] = forms.ChoiceField(
        label=_("Method"), choices=SignatureRecord.Method.choices, initial=method
    )
    names = (*fields, "scan")
    return type("MissingSignatures", (_Scanned,), {**fields, "field_order": names})


class LinkForm(forms.Form):
    """How long a link for the customer holds."""

    valid_days = forms.IntegerField(label=_("Days that it holds"), min_value=1, max_value=LONGEST_DAYS)


class LinkMailForm(forms.Form):
    """Whom a link is sent to, in which language; the token and the click come from the page that showed it."""

    to = forms.EmailField(label=_("E-mail address"), max_length=120)
    language = forms.ChoiceField(label=_("Language of the letter"), choices=settings.LANGUAGES)
    token = forms.CharField(widget=forms.HiddenInput, max_length=100)
    click = forms.UUIDField(widget=forms.HiddenInput)
