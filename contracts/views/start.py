"""A contract begins: with whom, on which template."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from contracts.forms import ContractStartForm
from contracts.services import start_contract
from contracts.services.draft_defaults import usual_template
from contracts.views.choosing import CustomerChoice
from contracts.views.crumbs import CONTRACTS
from core.generic import FormPage
from core.generic.base import Crumb
from crm.models import Customer


class ContractCustomerChoice(CustomerChoice):
    permission = "contracts.draft_contract"
    title = _("With whom is the contract?")
    target = "contracts:contract-start"
    back = (_("Contracts"), "contracts:contract-list")


class ContractStart(FormPage):
    """Begins a contract with its process; the drafter goes on in the editor."""

    title = _("Draft a contract")
    permission = "contracts.draft_contract"
    form_class = ContractStartForm
    submit_label = _("Begin")
    done_message = _("The draft is yours. Fill it in and submit it.")

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and request.user.may(self.permission):
            if not request.GET.get("customer"):
                return ContractCustomerChoice.as_view()(request)
            _found = self.customer
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def customer(self) -> Customer:
        key = self.request.GET.get("customer", "")
        rows = Customer.objects.visible_to(self.request.user)
        return get_object_or_404(rows, pk=int(key) if key.isdecimal() and len(key) < 19 else 0)

    def crumbs(self):
        return [CONTRACTS, Crumb(self.customer.name, self.customer.get_absolute_url())]

    def initial(self):
        return {"template_id": usual_template()}

    def cancel_url(self):
        return self.customer.get_absolute_url()

    def save(self, form):
        contract = start_contract(
            customer_id=self.customer.pk, fields=form.changes(), actor=self.request.user
        )
        return reverse("contracts:contract-edit", args=[contract.pk])
