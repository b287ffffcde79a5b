"""What people fill in about customers. The services check all of it once more."""

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from core.generic.model_forms import ServiceModelForm
from core.generic.sections import Section, Sectioned
from core.models import User
from crm import normalise, selectors
from crm.models import Contact, Customer, CustomerAddress
from crm.models.status import status_choices
from crm.services.contacts import ADDRESS_FIELDS, CONTACT_FIELDS
from crm.services.customers import CHANGEABLE, CUSTOMER_FIELDS

CHECKS = {
    "uscc": normalise.clean_uscc,
    "mobile": normalise.clean_mobile,
    "phone": normalise.clean_phone,
    "fax": normalise.clean_phone,
    "postcode": normalise.clean_postcode,
}


class CheckedFields:
    """Numbers take their canonical form; a wrong one says what is wrong, also while the form is filled in.

    The attribute ``data-check`` names the kind; ``checks.js`` asks ``crm:field-check`` when the field is left.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        watch(self.fields)


def watch(fields: dict[str, forms.Field]) -> None:
    """Check the numbers among some fields: ``mobile`` and ``contact_mobile`` alike."""
    for name, field in fields.items():
        kind = name.rpartition("_")[2]
        if kind in CHECKS:
            field.widget.attrs |= {"data-check": kind, "data-check-url": reverse_lazy("crm:field-check")}
            field.validators = [*field.validators, CHECKS[kind]]


class CustomerForm(CheckedFields, Sectioned, ServiceModelForm):
    """The customer itself."""

    sections = (
        Section(
            _("Customer"),
            (
                "name",
                "kind",
                "uscc",
                "legal_representative",
                "industry",
                "region",
                "size",
                "enterprise_scale",
            ),
        ),
        Section(_("Sales"), ("level", "source", "website", "main_products", "introduction", "remark")),
        Section(_("Bank"), ("bank_name", "bank_account"), _("As it shall stand in contracts.")),
    )

    website = forms.URLField(label=_("Website"), max_length=200, required=False, assume_scheme="https")

    class Meta:
        model = Customer
        fields = CHANGEABLE
        help_texts = {"uscc": _("18 characters; the last one is a check digit. Leave it empty for a person.")}

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.TypedChoiceField) and not field.required:
                field.choices = [("", "—"), *(choice for choice in field.choices if choice[0])]
        # What others wrote before, offered while typing.
        self.suggestions = {"industry": selectors.industries(user), "region": selectors.regions(user)}
        for name in self.suggestions:
            self.fields[name].widget.attrs["list"] = f"{name}-suggestions"

    def changes(self) -> dict:
        """The customer's own values, for the service."""
        return {name: self.cleaned_data[name] for name in CUSTOMER_FIELDS if name in self.cleaned_data}


def _prefixed(model, names, prefix: str) -> dict[str, forms.Field]:
    """The form fields of a model under other names, none of them required by itself."""
    found = forms.fields_for_model(model, fields=names)
    for field in found.values():
        field.required = False
        field.initial = None
    return {f"{prefix}_{name}": field for name, field in found.items()}


class CustomerCreateForm(CustomerForm):
    """A new customer with whom to call first and where letters go."""

    sections = (
        *CustomerForm.sections[:1],
        Section(
            _("Primary contact"),
            tuple(f"contact_{name}" for name in ("name", "title", "mobile", "phone", "email", "wechat")),
        ),
        Section(
            _("Postal address"),
            tuple(f"address_{name}" for name in ("address", "postcode", "addressee", "phone")),
            _("Without it no letter can be sent."),
        ),
        Section(_("Sales"), ("status", *CustomerForm.sections[1].fields)),
        *CustomerForm.sections[2:],
    )

    status = forms.ChoiceField(
        label=_("customer status"), choices=status_choices, initial=Customer.Status.INTERESTED
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        added = {
            **_prefixed(Contact, ("name", "title", "mobile", "phone", "email", "wechat"), "contact"),
            **_prefixed(CustomerAddress, ("address", "postcode", "addressee", "phone"), "address"),
        }
        # Among a customer's fields the contact's name says whose it is.
        added["contact_name"].label = _("Contact's name")
        watch(added)
        self.fields |= added

    def clean(self):
        data = super().clean()
        contact, address = self._part("contact"), self._part("address")
        if contact and not contact.get("name"):
            self.add_error("contact_name", _("Enter the contact's name."))
        reachable = any(contact.get(name) for name in ("mobile", "phone", "email", "wechat"))
        if contact.get("name") and not reachable and not self._wrong("contact"):
            self.add_error(
                "contact_mobile",
                _(
                    "Enter a mobile, a telephone, an e-mail or a WeChat: somebody must be able to reach this contact."
                ),
            )
        if address and not address.get("address"):
            self.add_error("address_address", _("Enter the address."))
        return data

    def _part(self, prefix: str) -> dict:
        start = f"{prefix}_"
        return {
            name.removeprefix(start): value
            for name, value in self.cleaned_data.items()
            if name.startswith(start) and value
        }

    def _wrong(self, prefix: str) -> bool:
        return any(name.startswith(f"{prefix}_") for name in self.errors)

    def contacts(self) -> list[dict]:
        contact = self._part("contact")
        return [contact] if contact else []

    def addresses(self) -> list[dict]:
        address = self._part("address")
        return [{"kind": CustomerAddress.Kind.POSTAL, **address}] if address else []


class ContactForm(CheckedFields, ServiceModelForm):
    """Somebody at the customer."""

    class Meta:
        model = Contact
        fields = CONTACT_FIELDS

    is_primary = forms.BooleanField(
        label=_("Primary contact"), required=False, help_text=_("Who is called first; there is one of them.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["is_primary"].initial = self.instance.is_primary
            self.fields["is_primary"].disabled = self.instance.is_primary

    def clean(self):
        data = super().clean()
        if not any(data.get(name) for name in ("mobile", "phone", "email", "wechat")) and not self.errors:
            raise ValidationError(
                {
                    "mobile": _(
                        "Enter a mobile, a telephone, an e-mail or a WeChat: somebody must be able to reach this contact."
                    )
                }
            )
        return data

    def changes(self) -> dict:
        return {name: self.cleaned_data[name] for name in CONTACT_FIELDS}


class AddressForm(CheckedFields, ServiceModelForm):
    """An address for one purpose."""

    class Meta:
        model = CustomerAddress
        fields = ADDRESS_FIELDS
        help_texts = {"kind": _("The one saved last becomes the default of its kind.")}

    def changes(self) -> dict:
        return {name: self.cleaned_data[name] for name in ADDRESS_FIELDS}


class AssignForm(forms.Form):
    """Who looks after the customer from now on."""

    owner = forms.ModelChoiceField(
        label=_("New owner"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Nobody: back to the public pool"),
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people


class AssignManyForm(AssignForm):
    """The same for several customers: the pool is not what happens to whoever chooses nothing."""

    to_pool = forms.BooleanField(label=_("Nobody: back to the public pool"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].empty_label = "—"

    def clean(self):
        values = super().clean()
        if bool(values.get("owner")) == values["to_pool"] and "owner" not in self.errors:
            self.add_error("owner", _("Choose the new owner or the public pool."))
        return values
