"""How onboardings and complaints look in lists."""

from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

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
from core.models import Role
from service.models import Complaint, Onboarding, OnboardingItemTemplate, RenewalCase

STATE_COLOURS = {
    Onboarding.State.OPEN: "brand",
    Onboarding.State.DONE: "green",
    Onboarding.State.CANCELLED: "red",
}


def own_page(record: Any) -> str:
    """A row goes by its contract's number, and leads to its own page all the same."""
    return str(record.get_absolute_url())


class OnboardingTable(Table):
    """What is to be brought live, with whose it is and until when."""

    contract = NameColumn(verbose_name=_("Contract"), linkify=own_page)
    customer = Column(accessor="contract__customer__name", verbose_name=_("Customer"))
    state = TagColumn(verbose_name=_("State"), colours=STATE_COLOURS)
    left = Column(verbose_name=_("Left to do"), empty_values=())
    due_at = MomentColumn(verbose_name=_("Due"))
    activated_at = MomentColumn(verbose_name=_("Activated"), phone=False)
    owner = Column(accessor="contract__owner", verbose_name=_("Owner"), tight=True, phone=False)

    class Meta(Table.Meta):
        model = Onboarding
        fields = ("contract", "customer", "state", "left", "due_at", "activated_at", "owner")

    def render_contract(self, record):
        return record.contract.no

    def value_contract(self, record):
        return record.contract.no

    def render_left(self, record):
        return f"{record.left}/{record.all}"

    def value_left(self, record):
        return record.left


class ItemTemplateTable(Table):
    """What is done for each contract that sells a kind of product."""

    title = NameColumn(
        verbose_name=_("Item"),
        accessor="pk",
        linkify=lambda record: reverse("service:item-template-edit", args=[record.pk]),
    )
    product_kind = Column(verbose_name=_("Kind of product"), tight=True)
    product = Column(verbose_name=_("Only for this product"), default="—", phone=False)
    role = Column(verbose_name=_("Role"), tight=True)
    offset_days = NumberColumn(verbose_name=_("Working days"))
    order = NumberColumn(verbose_name=_("Order"), phone=False)
    is_active = Column(verbose_name=_("In use"), tight=True)

    class Meta(Table.Meta):
        model = OnboardingItemTemplate
        fields = ("title", "product_kind", "product", "role", "offset_days", "order", "is_active")

    @cached_property
    def roles(self):
        """The names of roles, asked once for the whole table."""
        return {one.code: str(one) for one in Role.objects.all()}

    def render_title(self, record):
        return str(record)

    def value_title(self, record):
        return str(record)

    def render_role(self, value):
        return self.roles.get(value, value)

    def render_is_active(self, value):
        return (
            format_html('<span class="tag tag-green">{}</span>', _("In use"))
            if value
            else format_html('<span class="tag">{}</span>', _("Out of use"))
        )

    def value_is_active(self, value):
        return bool(value)


RENEWAL_COLOURS = {
    RenewalCase.State.OPEN: "amber",
    RenewalCase.State.NEGOTIATING: "brand",
    RenewalCase.State.RENEWED: "green",
    RenewalCase.State.LOST: "red",
}


class RenewalTable(Table):
    """Which term of whom ends when, what it is worth, and what became of it."""

    contract = NameColumn(verbose_name=_("Contract"), linkify=own_page)
    customer = Column(accessor="customer__name", verbose_name=_("Customer"))
    state = TagColumn(verbose_name=_("State"), colours=RENEWAL_COLOURS)
    due_on = DateColumn(verbose_name=_("Term ends"))
    amount = MoneyColumn(accessor="contract__amount", verbose_name=_("Amount"))
    contacted_count = Column(verbose_name=_("Talks"), tight=True, phone=False)
    owner = Column(accessor="contract__owner", verbose_name=_("Owner"), tight=True, phone=False)

    class Meta(Table.Meta):
        model = RenewalCase
        fields = ("contract", "customer", "state", "due_on", "amount", "contacted_count", "owner")

    def render_contract(self, record):
        return record.contract.no

    def value_contract(self, record):
        return record.contract.no


COMPLAINT_COLOURS = {
    Complaint.State.REGISTERED: "red",
    Complaint.State.RULING: "amber",
    Complaint.State.HANDLING: "brand",
    Complaint.State.INSTRUCTING: "amber",
    Complaint.State.SUMMING_UP: "brand",
    Complaint.State.FOLLOWING_UP: "brand",
    Complaint.State.CLOSED: "green",
    Complaint.State.WITHDRAWN: "gray",
}
SEVERITY_COLOURS = {1: "red", 2: "amber", 3: "gray", 4: "gray"}


class ComplaintTable(Table):
    """Which complaint of whom stands where, and until when it is to be solved. Not what it says."""

    no = NameColumn(verbose_name=_("Complaint no."))
    customer = Column(accessor="customer__name", verbose_name=_("Customer"))
    category = Column(verbose_name=_("Category"), tight=True, phone=False)
    severity = TagColumn(verbose_name=_("Severity"), colours=SEVERITY_COLOURS)
    state = TagColumn(verbose_name=_("State"), colours=COMPLAINT_COLOURS)
    resolve_due_at = MomentColumn(verbose_name=_("Solution due"))
    handler = Column(verbose_name=_("Handler"), tight=True, phone=False)
    received_at = MomentColumn(verbose_name=_("Registered at"), phone=False)

    class Meta(Table.Meta):
        model = Complaint
        fields = (
            "no",
            "customer",
            "category",
            "severity",
            "state",
            "resolve_due_at",
            "handler",
            "received_at",
        )
