"""How customers look in lists."""

from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core import clock
from core.generic.tables import (
    Column,
    DateColumn,
    MomentColumn,
    NameColumn,
    NumberColumn,
    Table,
    TagColumn,
)
from core.templatetags.ui import day
from crm.models import Customer, CustomerStatus, MemberAccount
from crm.models.status import known_statuses

Kind = CustomerStatus.Kind
KIND_COLOURS = {Kind.OPEN: "brand", Kind.WAITING: "amber", Kind.WON: "green", Kind.LOST: "red"}


def status_colour(code: str) -> str:
    """The colour of a status's tag, by its kind: statuses are rows."""
    known = known_statuses().get(code)
    return KIND_COLOURS.get(Kind(known.kind), "") if known else ""


class StatusColumn(TagColumn):
    """A customer's status as a tag in the colour of its kind."""

    def render(self, value, record, bound_column):
        self.colours = {record.status: status_colour(record.status)}
        return super().render(value, record, bound_column)


class NextContactColumn(DateColumn):
    """The day of the next contact, red once it has passed."""

    def render(self, value):
        if value >= clock.today():
            return day(value)
        late = (clock.today() - value).days
        words = ngettext("%(days)s day late", "%(days)s days late", late) % {"days": late}
        return format_html('{} <span class="text-danger nowrap">{}</span>', day(value), words)


class CustomerTable(Table):
    """The customers' list; what other apps add stands before the owner."""

    name = NameColumn(verbose_name=_("Customer"))
    no = Column(verbose_name=_("No."), tight=True, phone=False)
    status = StatusColumn(verbose_name=_("Status"))
    level = Column(verbose_name=_("Level"), phone=False, tight=True)
    industry = Column(verbose_name=_("Industry"), phone=False, tight=True)
    region = Column(verbose_name=_("Region"), phone=False, tight=True)
    contact = Column(verbose_name=_("Primary contact"), empty_values=(), tight=True)
    next_contact_on = NextContactColumn(verbose_name=_("Next contact"))
    owner = Column(verbose_name=_("Owner"), default=_("Public pool"), tight=True)
    last_contact_on = DateColumn(verbose_name=_("Last contact"), phone=False)
    contact_count = NumberColumn(verbose_name=_("Contacts made"), phone=False)
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
            "next_contact_on",
            "owner",
            "last_contact_on",
            "contact_count",
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
