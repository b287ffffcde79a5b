"""What people fill in about obligations: on the contract's page, and at the step of their case."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contracts import services
from contracts.models import Contract, Obligation
from contracts.uploads import clean_scan, file_evidence
from core import clock
from core.generic.widgets import DateInput
from core.models import User
from workflows.registry import FormContext, work_form

_DAY: Any = DateInput


class ObligationForm(forms.Form):
    """What is to be done, by whom, until when."""

    what = forms.CharField(label=_("What has to be done"), max_length=200)
    party = forms.ChoiceField(label=_("Who has to do it"), choices=Obligation.Party.choices, initial="B")
    due_on = forms.DateField(label=pgettext_lazy("obligation", "Due on"), widget=_DAY())
    remind_days = forms.IntegerField(
        label=_("Remind days before"),
        min_value=0,
        max_value=365,
        initial=7,
        help_text=_("From then on it is a task of whoever looks after it."),
    )
    responsible_id = forms.ModelChoiceField(label=_("In charge of it"), queryset=User.objects.none())

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["responsible_id"]
        people.queryset = User.objects.filter(is_active=True).order_by("name_sort", "pk")
        people.initial = contract.owner_id

    def clean_responsible_id(self) -> int:
        person: User = self.cleaned_data["responsible_id"]
        return person.pk


class EvidenceForm(forms.Form):
    """When it was done, and what shows it."""

    done_on = forms.DateField(label=_("Done on"), widget=_DAY(), required=False, initial=clock.today)
    scan = forms.FileField(
        label=_("Evidence of performance"), required=False, help_text=_("PDF, JPEG or PNG, up to 10 MB.")
    )

    def clean_scan(self) -> Any:
        return clean_scan(self.cleaned_data.get("scan"))


class SettleForm(EvidenceForm):
    """As on the contract's page, where no step asks for a comment."""

    note = forms.CharField(
        label=_("Note"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    field_order = ("done_on", "note", "scan")


class WaiveForm(forms.Form):
    note = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class DropForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


@work_form("contracts.settle_obligation", label=("跟进合同义务", "Follow an obligation up"))
class SettleObligation:
    """The outcome says whether it was done or waived; a waiver needs the comment."""

    template = "contracts/work_forms/settle_obligation.html"

    def fields(self, context: FormContext) -> type[forms.Form]:
        return EvidenceForm

    def apply(self, context: FormContext, cleaned: dict[str, Any]) -> None:
        upload, obligation = cleaned.pop("scan", None), context.subject
        is_waived = context.outcome == "waive"
        evidence = (
            file_evidence(upload, contract=obligation.contract, actor=context.actor)
            if upload and not is_waived
            else None
        )
        services.settle_obligation(
            obligation_id=obligation.pk,
            actor=context.actor,
            is_waived=is_waived,
            note=context.comment,
            evidence=evidence,
            done_on=cleaned.get("done_on"),
        )
