"""The people and addresses of a customer."""

from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.generic import FormPage
from core.generic.base import Crumb
from crm.forms import AddressForm, ContactForm
from crm.models import Contact, Customer, CustomerAddress
from crm.services import add_contact, set_address, update_contact
from crm.views.customers import LIST, CustomerRow


class CustomerPart(CustomerRow, FormPage):
    """A form about a part of a customer. The customer's revision guards it against lost updates."""

    permission = "crm.edit_customer"
    customer_key = "customer_pk"
    tab = ""

    @cached_property
    def customer(self) -> Customer:
        return get_object_or_404(
            Customer.objects.visible_to(self.request.user), pk=self.kwargs["customer_pk"]
        )

    def crumbs(self):
        return [LIST, Crumb(self.customer.name, self.customer.get_absolute_url())]

    def cancel_url(self):
        return f"{self.customer.get_absolute_url()}?tab={self.tab}"

    def success_url(self, saved):
        return self.cancel_url()

    def seen_version(self):
        return str(self.customer.revision)

    def _shown_values(self):
        if self.object is None:
            return {}
        fresh = self.get_form()
        return {name: fresh[name].value() for name in fresh.fields}


class ContactCreate(CustomerPart):
    title = _("New contact")
    form_class = ContactForm
    tab = "contacts"

    def save(self, form):
        return add_contact(
            customer_id=self.customer.pk,
            fields=form.changes(),
            is_primary=form.cleaned_data["is_primary"],
            revision=self.customer.revision,
            actor=self.request.user,
        )


class ContactEdit(CustomerPart):
    title = _("Edit contact")
    form_class = ContactForm
    tab = "contacts"

    def get_queryset(self):
        return Contact.objects.filter(customer=self.customer)

    def save(self, form):
        return update_contact(
            contact_id=self.object.pk,
            changes=form.changes(),
            make_primary=form.cleaned_data["is_primary"],
            revision=self.customer.revision,
            actor=self.request.user,
        )


class AddressCreate(CustomerPart):
    title = _("New address")
    form_class = AddressForm
    tab = "addresses"

    def initial(self):
        kind = self.request.GET.get("kind", "")
        return {"kind": kind if kind in CustomerAddress.Kind.values else CustomerAddress.Kind.POSTAL}

    def save(self, form):
        return set_address(
            customer_id=self.customer.pk,
            fields=form.changes(),
            revision=self.customer.revision,
            actor=self.request.user,
        )


class AddressEdit(CustomerPart):
    title = _("Edit address")
    form_class = AddressForm
    tab = "addresses"

    def get_queryset(self):
        return CustomerAddress.objects.filter(customer=self.customer)

    def save(self, form):
        return set_address(
            customer_id=self.customer.pk,
            address_id=self.object.pk,
            fields=form.changes(),
            revision=self.customer.revision,
            actor=self.request.user,
        )
