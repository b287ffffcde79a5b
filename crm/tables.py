"""How customers look in lists."""

from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from core.generic.tables import Column, MomentColumn, NameColumn, Table, TagColumn
from crm.models import Customer, MemberAccount

STATUS_COLOURS = {
    Customer.Status.INTERESTED: "brand",
    Customer.Status.PLANNED: "brand",
    Customer.Status.QUOTED: "amber",
    Customer.Status.SIGNED: "green",
    Customer.Status.LOST: "red",
}


class CustomerTable(Table):
    """The customers' list; what other apps add stands before the owner."""

    name = NameColumn(verbose_name=_("Customer"))
    no = Column(verbose_name=_("No."), tight=True, phone=False)
    status = TagColumn(verbose_name=_("Status"), colours=STATUS_COLOURS)
    level = Column(verbose_name=_("Level"), phone=False, tight=True)
    industry = Column(verbose_name=_("Industry"), phone=False, tight=True)
    region = Column(verbose_name=_("Region"), phone=False, tight=True)
    contact = Column(verbose_name=_("Primary contact"), empty_values=(), tight=True)
    owner = Column(verbose_name=_("Owner"), default=_("Public pool"), tight=True)
    uscc = Column(verbose_name=_("Unified social credit code"), tight=True, phone=False)
    size = Column(verbose_name=_("Size"), tight=True, phone=False)
    source = Column(verbose_name=_("Source"), tight=True, phone=False)
    created_at = MomentColumn(verbose_name=_("Entered"), phone=False)

    class Meta(Table.Meta):
        model = Customer
        fields = (
            "name",
            "no",
            "status",
            "level",
            "industry",
            "region",
            "contact",
            "owner",
            "uscc",
            "size",
            "source",
            "created_at",
        )

    def render_level(self, record):
        return record.level

    def render_contact(self, record):
        person = _primary(record)
        if person is None:
            return "—"
        number = (
            format_html(' <span class="faint nowrap">{}</span>', person.best_number)
            if person.best_number
            else ""
        )
        return format_html("{}{}", person.name, number)

    def value_contact(self, record):
        person = _primary(record)
        return f"{person.name} {person.best_number}".strip() if person else ""

    def value_level(self, record):
        return record.get_level_display()


def _primary(customer: Customer):
    return next(iter(customer.primary_contacts), None)


class MemberTable(Table):
    """Accounts on the platform, with whose customer each belongs to."""

    company = NameColumn(verbose_name=_("Member"))
    external_id = Column(verbose_name=_("Member no."), tight=True)
    customer = Column(accessor="customer__name", verbose_name=_("Customer"), phone=False)
    owner = Column(accessor="customer__owner", verbose_name=_("Owner"), tight=True)
    approved_at = MomentColumn(verbose_name=_("Approved"), phone=False)
    last_login_at = MomentColumn(verbose_name=_("Last login"))
    login_count = Column(verbose_name=_("Logins"), tight=True, phone=False)
    plan = Column(verbose_name=_("Plan"), tight=True, phone=False)

    class Meta(Table.Meta):
        model = MemberAccount
        fields = (
            "company", "external_id", "customer", "owner", "approved_at", "last_login_at", "login_count", "plan",
        )  # fmt: skip

    def render_company(self, record):
        return record.company or record.external_id
