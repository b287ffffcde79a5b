"""The loan prime rates that interest for late payment is counted with."""

from django import forms
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

from contracts.models import LprRate
from contracts.services import record_lpr_rate
from contracts.services.lpr import PERMISSION
from contracts.tables import RateTable
from core import clock
from core.generic import Action, FormPage, ListPage
from core.generic.base import Crumb
from core.generic.widgets import DateInput

RATES = Crumb(_("Loan prime rates"), reverse_lazy("contracts:rate-list"))


class RateList(ListPage):
    title, permission = _("Loan prime rates"), PERMISSION
    table_class = RateTable
    orders = {"on": ("on", "pk"), "one_year": ("one_year", "pk")}
    order = "-on"
    empty_title = _("No rates yet")
    empty_text = _("Contracts that bear interest at the loan prime rate need the rates of their time.")

    def get_queryset(self):
        return LprRate.objects.all()

    def actions(self):
        url = reverse("contracts:rate-create")
        return [Action(_("Add a rate"), url, "plus", PERMISSION, style="primary")]


class RateForm(forms.Form):
    on = forms.DateField(label=_("Published on"), widget=DateInput())
    one_year = forms.DecimalField(
        label=_("One-year rate %"),
        max_digits=5,
        decimal_places=2,
        help_text=_("As published by the National Interbank Funding Centre. It holds until the next."),
    )


class RateCreate(FormPage):
    title, permission, form_class = _("Add a loan prime rate"), PERMISSION, RateForm
    submit_label, done_message = _("Add"), _("Added. What is counted from now on uses it.")

    def crumbs(self):
        return [RATES]

    def cancel_url(self):
        return str(RATES.url)

    def initial(self):
        return {"on": clock.today()}

    def save(self, form):
        record_lpr_rate(actor=self.request.user, **form.cleaned_data)
        return str(RATES.url)
