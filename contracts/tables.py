"""How contracts, products and their money look in lists."""

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from contracts.models import (
    Contract,
    ContractTemplate,
    DunningNotice,
    DunningProposal,
    LprRate,
    Obligation,
    OwnCompany,
    Payment,
    PaymentPlanLine,
    Product,
)
from core.generic.tables import (
    Column,
    DateColumn,
    MomentColumn,
    MoneyColumn,
    NameColumn,
    NumberColumn,
    Table,
    TagColumn,
)

STATE_COLOURS = {
    Contract.State.DRAFT: "",
    Contract.State.REVIEWING: "brand",
    Contract.State.APPRAISING: "brand",
    Contract.State.APPROVED: "amber",
    Contract.State.SIGNING: "amber",
    Contract.State.SIGNED: "green",
    Contract.State.ACTIVE: "green",
    Contract.State.REJECTED: "red",
    Contract.State.TERMINATED: "red",
}
PAYMENT_COLOURS = {
    Payment.State.DRAFT: "amber",
    Payment.State.CONFIRMED: "green",
    Payment.State.REVERSED: "red",
}


class ContractTable(Table):
    """The contracts' list."""

    title = NameColumn(verbose_name=_("Contract"))
    customer = Column(verbose_name=_("Customer"))
    state = TagColumn(verbose_name=_("State"), colours=STATE_COLOURS)
    amount = MoneyColumn(verbose_name=_("Amount"))
    end_on = DateColumn(verbose_name=_("Ends"), accessor="in_force_until", phone=False)
    owner = Column(verbose_name=_("Owner"), tight=True, phone=False)
    updated_at = MomentColumn(verbose_name=_("Changed"), phone=False)

    class Meta(Table.Meta):
        model = Contract
        fields = ("title", "customer", "state", "amount", "end_on", "owner", "updated_at")

    def render_title(self, record):
        return (
            format_html('{} <span class="faint">{}</span>', record.no, record.title)
            if record.no
            else record.title
        )

    def value_title(self, record):
        return f"{record.no or ''} {record.title}".strip()


class ObligationTable(Table):
    """What contracts ask for by a day."""

    due_on = DateColumn(verbose_name=pgettext_lazy("obligation", "Due on"))
    what = NameColumn(verbose_name=_("What has to be done"))
    party = Column(verbose_name=_("Who has to do it"), tight=True, phone=False)
    contract = Column(verbose_name=_("Contract"), tight=True)
    customer = Column(verbose_name=_("Customer"), accessor="contract__customer", phone=False)
    responsible = Column(verbose_name=_("In charge of it"), tight=True, phone=False)
    state = Column(verbose_name=_("State"), tight=True)

    class Meta(Table.Meta):
        model = Obligation
        fields = ("due_on", "what", "party", "contract", "customer", "responsible", "state")

    def render_contract(self, record):
        return record.contract.no

    def value_contract(self, record):
        return record.contract.no

    def render_state(self, record):
        label, colour = (
            (_("Overdue"), "red")
            if record.is_late
            else (record.get_state_display(), "green" if record.state == Obligation.State.DONE else "")
        )
        return format_html('<span class="tag{}">{}</span>', f" tag-{colour}" if colour else "", label)

    def value_state(self, record):
        return str(_("Overdue")) if record.is_late else record.get_state_display()


class ProductTable(Table):
    """What we sell."""

    name = NameColumn(
        verbose_name=_("Product"),
        linkify=lambda record: reverse("contracts:product-detail", args=[record.pk]),
    )
    code = Column(verbose_name=_("Code"), tight=True)
    kind = Column(verbose_name=_("Kind"), tight=True)
    unit = Column(verbose_name=_("Unit"), tight=True, phone=False)
    list_price = MoneyColumn(verbose_name=_("List price"))
    floor_price = MoneyColumn(verbose_name=_("Floor price"), phone=False)
    term_months = NumberColumn(verbose_name=_("Term in months"), phone=False)
    is_active = Column(verbose_name=_("On sale"), tight=True)

    class Meta(Table.Meta):
        model = Product
        fields = ("name", "code", "kind", "unit", "list_price", "floor_price", "term_months", "is_active")

    def render_name(self, record):
        return str(record)

    def render_is_active(self, value):
        return (
            format_html('<span class="tag tag-green">{}</span>', _("On sale"))
            if value
            else format_html('<span class="tag">{}</span>', _("Off sale"))
        )

    def value_is_active(self, value):
        return bool(value)


class RateTable(Table):
    """The loan prime rates as they were published."""

    on = DateColumn(verbose_name=_("Published on"))
    one_year = NumberColumn(verbose_name=_("One-year rate %"))

    class Meta(Table.Meta):
        model = LprRate
        fields = ("on", "one_year")

    def render_one_year(self, value):
        return f"{value:.2f}"


class TemplateTable(Table):
    """The contract templates and their versions."""

    name = NameColumn(
        verbose_name=_("Template"),
        linkify=lambda record: reverse("contracts:template-detail", args=[record.pk]),
    )
    version = NumberColumn(verbose_name=_("Version"))
    state = TagColumn(verbose_name=_("State"), colours={"published": "green", "draft": "amber"})
    note = Column(verbose_name=_("What is new"), phone=False)
    updated_at = MomentColumn(verbose_name=_("Changed"), phone=False)

    class Meta(Table.Meta):
        model = ContractTemplate
        fields = ("name", "version", "state", "note", "updated_at")


class OwnCompanyTable(Table):
    """Our own companies."""

    name = NameColumn(
        verbose_name=_("Company"),
        linkify=lambda record: reverse("contracts:own-company-detail", args=[record.pk]),
    )
    uscc = Column(verbose_name=_("Unified social credit code"))
    is_default = Column(verbose_name=_("Default"), tight=True)

    class Meta(Table.Meta):
        model = OwnCompany
        fields = ("name", "uscc", "is_default")

    def render_is_default(self, value):
        return format_html('<span class="tag tag-brand">{}</span>', _("Default")) if value else ""

    def value_is_default(self, value):
        return bool(value)


class PaymentTable(Table):
    """Money that came in."""

    no = NameColumn(
        verbose_name=_("Payment"),
        linkify=lambda record: reverse("contracts:payment-detail", args=[record.pk]),
        tight=True,
    )
    customer = Column(verbose_name=_("Customer"))
    state = TagColumn(verbose_name=_("State"), colours=PAYMENT_COLOURS)
    amount = MoneyColumn(verbose_name=_("Amount"))
    received_on = DateColumn(verbose_name=_("Received"))
    method = Column(verbose_name=_("Method"), tight=True, phone=False)
    bank_ref = Column(verbose_name=_("Bank reference"), phone=False)
    recorded_by = Column(verbose_name=_("Recorded by"), tight=True, phone=False)
    confirmed_by = Column(verbose_name=_("Confirmed by"), tight=True, phone=False)

    class Meta(Table.Meta):
        model = Payment
        fields = (
            "no",
            "customer",
            "state",
            "amount",
            "received_on",
            "method",
            "bank_ref",
            "recorded_by",
            "confirmed_by",
        )


def overdue_words(days: int) -> str:
    return ngettext("%(count)s day overdue", "%(count)s days overdue", days) % {"count": days}


class InstalmentTable(Table):
    """What is owed and not paid."""

    customer = NameColumn(
        verbose_name=_("Customer"),
        accessor="contract__customer",
        linkify=lambda record: record.contract.customer.get_absolute_url(),
    )
    contract = Column(
        verbose_name=_("Contract"),
        accessor="contract__no",
        linkify=lambda record: record.contract.get_absolute_url(),
    )
    seq = NumberColumn(verbose_name=_("Instalment"), phone=False)
    due_on = DateColumn(verbose_name=_("Due on"))
    amount = MoneyColumn(verbose_name=_("Payable"), phone=False)
    paid = MoneyColumn(verbose_name=_("Paid"), phone=False)
    outstanding = MoneyColumn(verbose_name=_("Outstanding"))
    days_overdue = Column(verbose_name=_("Overdue"), tight=True)
    owner = Column(verbose_name=_("Owner"), accessor="contract__owner", tight=True, phone=False)

    class Meta(Table.Meta):
        model = PaymentPlanLine
        fields = (
            "customer",
            "contract",
            "seq",
            "due_on",
            "amount",
            "paid",
            "outstanding",
            "days_overdue",
            "owner",
        )

    def render_days_overdue(self, value):
        if not value:
            return format_html('<span class="faint">{}</span>', _("Not yet due"))
        colour = "red" if value > 30 else "amber"
        return format_html('<span class="tag tag-{}">{}</span>', colour, overdue_words(value))

    def value_days_overdue(self, value):
        return value


class NoticeTable(Table):
    """The 催款单 that left the house."""

    no = NameColumn(
        verbose_name=_("Notice"), linkify=lambda record: reverse("contracts:notice-detail", args=[record.pk])
    )
    customer = Column(verbose_name=_("Customer"), linkify=lambda record: record.customer.get_absolute_url())
    as_of = DateColumn(verbose_name=_("As of"))
    total = MoneyColumn(verbose_name=_("Total"))
    printed_at = MomentColumn(verbose_name=_("Printed"), phone=False)
    printed_by = Column(verbose_name=_("Printed by"), tight=True, phone=False)

    class Meta(Table.Meta):
        model = DunningNotice
        fields = ("no", "customer", "as_of", "total", "printed_at", "printed_by")


class ProposalTable(Table):
    """Runs of letters, from the proposal to the printed file."""

    id = NameColumn(verbose_name=_("Run"), linkify=lambda record: record.get_absolute_url())
    as_of = DateColumn(verbose_name=_("As of"))
    state = Column(verbose_name=_("State"), tight=True)
    made_by = Column(verbose_name=_("Made by"), tight=True, phone=False)
    approved_by = Column(verbose_name=_("Approved by"), tight=True, phone=False)

    class Meta(Table.Meta):
        model = DunningProposal
        fields = ("id", "as_of", "state", "made_by", "approved_by")

    def render_id(self, record):
        return str(record)


class ChoiceTable(Table):
    """Customers to choose one from."""

    name = NameColumn(verbose_name=_("Customer"), linkify=False)
    no = Column(verbose_name=_("No."), tight=True)
    owner = Column(verbose_name=_("Owner"), default=_("Public pool"), tight=True)

    class Meta(Table.Meta):
        fields = ("name", "no", "owner")

    def __init__(self, *args, target: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.target = target

    def render_name(self, record):
        return format_html('<a href="{}?customer={}">{}</a>', self.target, record.pk, record.name)
