"""What people fill in about complaints on pages of their own. The services check all of it once more."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract
from core.generic.model_forms import ServiceModelForm
from core.models import User
from crm.models import Customer
from service.models import Complaint


class ComplaintForm(ServiceModelForm):
    """What the customer says, and what it is about."""

    class Meta:
        model = Complaint
        fields = ("channel", "category", "severity", "contact", "contract", "description", "demand")
        widgets = {"description": forms.Textarea(attrs={"rows": 5})}
        help_texts = {
            "description": _("In the customer's words; it cannot be changed afterwards."),
            "severity": _("How soon it is answered and solved follows from it."),
        }

    def __init__(self, *args: Any, customer: Customer, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        contact: Any = self.fields["contact"]
        contact.queryset = customer.contacts.order_by("pk")
        contact.empty_label = _("None")
        contract: Any = self.fields["contract"]
        contract.empty_label = _("None")
        contract.queryset = Contract.objects.visible_to(person).filter(customer=customer).order_by("-pk")

    def changes(self) -> dict[str, Any]:
        values = {name: self.cleaned_data[name] for name in self.Meta.fields}
        for name in ("contact", "contract"):
            row = values.pop(name)
            values[f"{name}_id"] = row.pk if row is not None else None
        return values


class WithdrawForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
