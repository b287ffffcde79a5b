"""What people fill in about products, contracts and our own companies. The services check all of it once more."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.models import BankAccount, Contract, OwnCompany, Product, Seal
from contracts.services.catalogue import PRODUCT_FIELDS
from contracts.services.draft_defaults import templates_for
from contracts.services.draft_rows import MOST_INSTALMENTS, MOST_LINES
from contracts.services.own_company import ACCOUNT_FIELDS, COMPANY_FIELDS, SEAL_FIELDS
from core.generic.model_forms import ServiceModelForm
from core.generic.sections import Section, Sectioned
from core.generic.widgets import DateInput, MoneyInput
from crm.forms import CheckedFields


class ProductForm(ServiceModelForm):
    """What we sell, and for how much."""

    class Meta:
        model = Product
        fields = PRODUCT_FIELDS
        widgets = {"list_price": MoneyInput(), "floor_price": MoneyInput(), "description": forms.Textarea()}
        help_texts = {
            "floor_price": _("Below it a contract goes to the general manager."),
            "term_months": _("Proposes the end of a contract's term. Empty for what has no term."),
            "is_active": _("Only products on sale can be put into contracts."),
        }

    def changes(self) -> dict:
        return {name: self.cleaned_data[name] for name in PRODUCT_FIELDS}


class OwnCompanyForm(CheckedFields, Sectioned, ServiceModelForm):
    """A company of ours, as it signs."""

    sections = (
        Section(_("Company"), ("name", "short_name", "uscc", "legal_representative")),
        Section(_("Address"), ("address", "postcode", "phone", "fax", "email", "website")),
        Section(
            _("In letters and contracts"), ("letterhead", "finance_contact", "finance_phone", "sign_place")
        ),
    )

    class Meta:
        model = OwnCompany
        fields = COMPANY_FIELDS
        help_texts = {
            "letterhead": _(
                "Stands with the name at the head of letters and contracts, such as its English name."
            )
        }

    def changes(self) -> dict:
        return {name: self.cleaned_data[name] for name in COMPANY_FIELDS}


class LogoForm(forms.Form):
    """The picture at the head of our papers."""

    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        help_text=_("PNG or JPEG, at least 60 pixels high, best on a white or transparent ground."),
        widget=forms.FileInput(attrs={"accept": ".png,.jpg,.jpeg"}),
    )
    take_away = forms.BooleanField(label=_("Print without a logo"), required=False)

    def clean(self):
        values = super().clean()
        if not values.get("logo") and not values.get("take_away") and "logo" not in self.errors:
            self.add_error("logo", _("Choose a file."))
        return values

    def upload(self) -> tuple[str, bytes] | None:
        """What the service takes: (file name, bytes), or None to take the logo away."""
        if self.cleaned_data.get("take_away"):
            return None
        return self.cleaned_data["logo"].name, self.cleaned_data["logo"].read()


class AccountForm(ServiceModelForm):
    """An account that receives payments."""

    is_default = forms.BooleanField(
        label=_("Default account"), required=False, help_text=_("New contracts and letters name it.")
    )

    class Meta:
        model = BankAccount
        fields = ACCOUNT_FIELDS
        help_texts = {"is_active": _("An account out of use stands in no new contract.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["is_default"].initial = self.instance.is_default
        self.fields["is_default"].disabled = self.instance.is_default

    def changes(self) -> dict:
        return {name: self.cleaned_data[name] for name in ACCOUNT_FIELDS}


class SealForm(ServiceModelForm):
    """A seal of ours."""

    class Meta:
        model = Seal
        fields = SEAL_FIELDS

    def changes(self) -> dict:
        return {name: self.cleaned_data[name] for name in SEAL_FIELDS}


class ContractStartForm(forms.Form):
    """The beginning of a contract; everything else is drafted on the next page."""

    template_id = forms.ModelChoiceField(
        label=_("Contract template"),
        queryset=templates_for(Contract.Kind.NEW),
        empty_label=None,
    )
    title = forms.CharField(
        label=_("Contract title"),
        max_length=120,
        required=False,
        help_text=_("Empty, it takes the name of the template."),
    )

    def changes(self) -> dict:
        values = {"template_id": self.cleaned_data["template_id"].pk}
        return values | ({"title": self.cleaned_data["title"]} if self.cleaned_data["title"] else {})


class VoidForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


# The draft ------------------------------------------------------------------------------------


class ProductSelect(forms.Select):
    """Products by kind; each option carries its prices for the sums made while typing."""

    def __init__(self, products: dict[str, Product], **kwargs):
        super().__init__(**kwargs)
        self.products = products

    def create_option(self, name, value, label, selected, index, subindex=None, attrs=None):
        option = super().create_option(name, value, label, selected, index, subindex, attrs)
        product = self.products.get(str(value))
        if product is not None:
            option["attrs"] |= {
                "data-list-price": str(product.list_price),
                "data-floor-price": str(product.floor_price),
                "data-unit": product.unit,
                "data-months": str(product.term_months or ""),
            }
        return option


class LineForm(forms.Form):
    """A product of the contract."""

    product = forms.TypedChoiceField(label=_("Product"), coerce=int)
    quantity = forms.DecimalField(
        label=_("Quantity"),
        max_digits=9,
        decimal_places=2,
        min_value=Decimal("0.01"),
        initial=1,
        widget=forms.TextInput(
            attrs={"inputmode": "decimal", "autocomplete": "off", "class": "money-plain text-end"}
        ),
    )
    price = forms.DecimalField(
        label=_("Price"), max_digits=12, decimal_places=2, min_value=Decimal(0), widget=MoneyInput()
    )
    description = forms.CharField(
        label=_("Remark"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("Remark")}),
    )

    def __init__(self, *args, products: dict[str, Product], **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["product"]
        field.widget = ProductSelect(products)
        field.choices = [("", _("Choose a product")), *_by_kind(products)]
        self.products = products

    @property
    def chosen(self) -> Product | None:
        """The product that stands in the row now."""
        return self.products.get(str(self["product"].value() or ""))


def _by_kind(products: dict[str, Product]) -> list:
    groups: dict[str, list] = {}
    for key, product in products.items():
        groups.setdefault(product.get_kind_display(), []).append((key, str(product)))
    return list(groups.items())


class InstalmentForm(forms.Form):
    """When a part of the money is due."""

    due_on = forms.DateField(label=_("Due on"), widget=DateInput())
    amount = forms.DecimalField(
        label=_("Amount"), max_digits=14, decimal_places=2, min_value=Decimal("0.01"), widget=MoneyInput()
    )
    note = forms.CharField(label=_("Remark"), max_length=120, required=False)


class RowFormSet(forms.BaseFormSet):
    """Rows that people add and remove; none is demanded, the submission says what is missing."""

    def get_deletion_widget(self):
        return forms.CheckboxInput(attrs={"hidden": True, "tabindex": "-1"})

    def kept(self) -> list[forms.Form]:
        """The filled rows that were not removed, in their order."""
        return [form for form in self.forms if form.has_changed() and not self._should_delete_form(form)]


LineFormSet = forms.formset_factory(
    LineForm,
    formset=RowFormSet,
    extra=0,
    can_delete=True,
    max_num=MOST_LINES,
    validate_max=True,
    absolute_max=120,
)
PlanFormSet = forms.formset_factory(
    InstalmentForm,
    formset=RowFormSet,
    extra=0,
    can_delete=True,
    max_num=MOST_INSTALMENTS,
    validate_max=True,
    absolute_max=80,
)


LATE_FIELDS = ("late_rule", "late_daily_rate", "lpr_markup", "grace_days", "allocation_order", "day_base")
KEPT_IF_UNSENT = (*LATE_FIELDS, "signing_order", "paper_language")
KEPT_IF_EMPTY = (
    "late_rule",
    "grace_days",
    "allocation_order",
    "day_base",
    "signing_order",
    "paper_language",
)


class PlainNumber(forms.TextInput):
    """A number without a currency and without arrows."""

    def __init__(self, attrs=None):
        super().__init__({"inputmode": "decimal", "autocomplete": "off", **(attrs or {})})

    def format_value(self, value):
        if isinstance(value, Decimal):
            return f"{value.normalize():f}"
        return super().format_value(value)


class ContractForm(ServiceModelForm):
    """The terms of a draft besides its rows."""

    class Meta:
        model = Contract
        fields = (
            "title",
            "contact",
            "template",
            "start_on",
            "end_on",
            "effective_rule",
            "effective_due_on",
            *LATE_FIELDS,
            "copies",
            "paper_language",
            "own_company",
            "bank_account",
            "signing_order",
            "sign_place",
            "tax_rate",
            "special_terms",
        )
        widgets = {
            "start_on": DateInput(),
            "end_on": DateInput(),
            "effective_due_on": DateInput(),
            "late_daily_rate": PlainNumber(),
            "lpr_markup": PlainNumber(),
            "grace_days": PlainNumber(),
        }
        help_texts = {
            "effective_due_on": _("Only for a contract that takes effect on a date."),
            "late_daily_rate": _(
                "Of the unpaid amount, for each day: 0.0005 is five per ten thousand. A court may cut what is much higher."
            ),
            "lpr_markup": _("By how many percent the one-year rate of the day of the breach is exceeded."),
            "grace_days": _("Interest begins after them."),
            "day_base": _("Only for the loan prime rate: what a year's interest is divided by."),
            "signing_order": _("Stands in the contract where its template has the sentence."),
            "paper_language": _("Both only where each clause has its English; the Chinese text prevails."),
            "special_terms": _(
                "Printed before the closing clause; they win over the template. One paragraph a line."
            ),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        contract = self.instance
        self.fields["contact"].queryset = contract.customer.contacts.all()
        self.fields["contact"].empty_label = _("Primary contact")
        self.fields["template"].queryset = templates_for(contract.kind)
        self.fields["template"].empty_label = None
        self.fields["effective_rule"].choices = [
            ("", _("As its products say (memberships: on the first payment)")),
            *Contract.EffectiveRule.choices,
        ]
        for name in KEPT_IF_UNSENT:
            # What an older page does not send stays as it is.
            self.fields[name].required = False
        self.fields["own_company"].empty_label = None
        self.fields["bank_account"].queryset = BankAccount.objects.filter(is_active=True)
        self.fields["bank_account"].empty_label = None

    def changes(self) -> dict:
        """The values for the service; references by their key."""
        references = ("contact", "template", "own_company", "bank_account")
        data = self.cleaned_data
        keys = {f"{name}_id": data[name].pk if data[name] else None for name in references}
        unsent = {name for name in KEPT_IF_UNSENT if name not in self.data}
        unsaid = {name for name in KEPT_IF_EMPTY if data[name] in (None, "")}
        left_out = unsent.union(unsaid, references)
        return keys | {name: value for name, value in data.items() if name not in left_out}
