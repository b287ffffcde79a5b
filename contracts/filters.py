"""How the lists of contracts and their money are narrowed."""

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from contracts.models import (
    Contract,
    ContractTemplate,
    DunningNotice,
    DunningProposal,
    Obligation,
    Payment,
    PaymentPlanLine,
    Product,
)
from contracts.selectors import AGES
from core import clock
from core.choices import people_in
from core.generic.arrivals import BelowDepartment, FromDay, OfRow, ToDay
from crm.models import Customer

State = Contract.State
# The tabs of the contracts' list: name -> (label, states).
STAGES = {
    "draft": (_("Drafts"), (State.DRAFT,)),
    "review": (_("Under approval"), (State.REVIEWING, State.APPRAISING)),
    "signing": (_("Sealing and signing"), (State.APPROVED, State.SIGNING)),
    "running": (_("In performance"), (State.SIGNED, State.ACTIVE)),
    "ended": (_("Ended"), (State.COMPLETED, State.EXPIRED, State.TERMINATED, State.REJECTED, State.VOIDED)),
}
AGE_NAMES = {
    "current": _("Not yet due"),
    "1_30": _("1 to 30 days overdue"),
    "31_60": _("31 to 60 days overdue"),
    "61_90": _("61 to 90 days overdue"),
    "over_90": _("Over 90 days overdue"),
}


class OwnedFilter(filters.FilterSet):
    """A filter by the people who own the rows."""

    # Of the rows that have the owner: to ask every payment whose customer it is from takes too long.
    owned: type[Model] = Contract
    permission = "contracts.view_contract"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["owner"].extra["choices"] = people_in(
            self.owned, "owner", actor=self.request.user, permission=self.permission
        )


class ContractFilter(OwnedFilter):
    """By stage (the tabs), kind, owner and customer."""

    stage = filters.ChoiceFilter(
        choices=[(name, label) for name, (label, _states) in STAGES.items()],
        method="by_stage",
        widget=forms.HiddenInput,
    )
    kind = filters.ChoiceFilter(label=_("Kind"), choices=Contract.Kind, empty_label=_("All kinds"))
    owner = filters.ChoiceFilter(label=_("Owner"), empty_label=_("All owners"))
    signed_from = FromDay("signed_on", label=_("Signed from"))
    signed_to = ToDay("signed_on", label=_("Signed until"))
    ends_from = FromDay("in_force_until", label=_("Ends from"))
    ends_to = ToDay("in_force_until", label=_("Ends until"))
    department = BelowDepartment()

    class Meta:
        model = Contract
        fields = ()

    def by_stage(self, queryset, name, value):
        return queryset.filter(state__in=STAGES[value][1])


class ObligationFilter(filters.FilterSet):
    """By how it stands, whose it is, who looks after it, and its day."""

    STANDINGS = (
        ("open", _("To be done")),
        ("late", _("Overdue")),
        ("settled", _("Settled")),
    )
    standing = filters.ChoiceFilter(
        label=_("State"), choices=STANDINGS, method="by_standing", empty_label=_("All states")
    )
    party = filters.ChoiceFilter(
        label=_("Who has to do it"), choices=Obligation.Party.choices, empty_label=_("Both parties")
    )
    whose = filters.ChoiceFilter(
        label=_("In charge of it"),
        choices=[("mine", _("Looked after by me"))],
        method="by_person",
        empty_label=_("Everybody"),
    )
    due_from = FromDay("due_on", label=_("Due from"))
    due_to = ToDay("due_on", label=_("Due until"))

    class Meta:
        model = Obligation
        fields = ()

    def by_standing(self, queryset, name, value):
        is_open = Obligation.State.OPEN
        if value == "settled":
            return queryset.exclude(state=is_open)
        found = queryset.filter(state=is_open)
        return found.filter(due_on__lt=clock.today()) if value == "late" else found

    def by_person(self, queryset, name, value):
        return queryset.filter(responsible=self.request.user)


class PaymentFilter(OwnedFilter):
    """By state (the tabs), method and whose customer pays."""

    owned = Customer
    permission = "contracts.view_payment"

    state = filters.ChoiceFilter(choices=Payment.State, widget=forms.HiddenInput)
    method = filters.ChoiceFilter(label=_("Method"), choices=Payment.Method, empty_label=_("All methods"))
    owner = filters.ChoiceFilter(label=_("Owner"), field_name="customer__owner", empty_label=_("All owners"))
    received_from = FromDay("received_on", label=_("Received from"))
    received_to = ToDay("received_on", label=_("Received until"))
    department = BelowDepartment("customer__department_path")

    class Meta:
        model = Payment
        fields = ()


class InstalmentFilter(OwnedFilter):
    """By owner and age."""

    permission = "contracts.view_payment"

    age = filters.ChoiceFilter(
        label=_("Age"),
        choices=[("overdue", _("Only overdue")), *((age, AGE_NAMES[age]) for age in AGES)],
        empty_label=_("Every age"),
        method="by_age",
    )
    owner = filters.ChoiceFilter(label=_("Owner"), field_name="contract__owner", empty_label=_("All owners"))
    customer = OfRow("contract__customer", queryset=Customer.objects.all(), label=_("Customer"))
    department = BelowDepartment("contract__department_path")

    class Meta:
        model = PaymentPlanLine
        fields = ()

    def by_age(self, queryset, name, value):
        if value == "overdue":
            return queryset.filter(due_on__lt=clock.today())
        return queryset.filter(ageing=value)


# Where printed letters stand: name -> (label, what the rows say).
WAYS = {
    "to_send": (_("To be sent"), {"dispatch__isnull": True}),
    "on_the_way": (_("Sent, arrival not recorded"), {"dispatch__delivered_on__isnull": True}),
    "arrived": (_("Arrived"), {"dispatch__delivered_on__isnull": False}),
}


def on_way(rows: QuerySet[DunningNotice], way: str) -> QuerySet[DunningNotice]:
    """The letters that stand there."""
    found = rows.filter(**WAYS[way][1])
    return found.filter(dispatch__isnull=False) if way == "on_the_way" else found


class NoticeFilter(filters.FilterSet):
    """By how far they got, the day of printing and the customer."""

    way = filters.ChoiceFilter(
        label=_("Sent and arrived"),
        choices=[(name, label) for name, (label, _says) in WAYS.items()],
        empty_label=_("All letters"),
        method="by_way",
    )
    customer = OfRow("customer", queryset=Customer.objects.all(), label=_("Customer"))
    printed_from = FromDay("printed_at", moments=True, label=_("Printed from"))
    printed_to = ToDay("printed_at", moments=True, label=_("Printed until"))

    class Meta:
        model = DunningNotice
        fields = ()

    def by_way(self, queryset, name, value):
        return on_way(queryset, value)


def to_agree(rows: QuerySet[DunningProposal], person: Any) -> QuerySet[DunningProposal]:
    """Runs that wait for the second person; nobody agrees to their own."""
    return rows.filter(state=DunningProposal.State.SUBMITTED).exclude(made_by=person.pk)


class ProposalFilter(filters.FilterSet):
    """By state; also those that a colleague of the reader's has submitted."""

    state = filters.ChoiceFilter(
        label=_("State"),
        choices=[*DunningProposal.State.choices, ("to_agree", _("Submitted by others"))],
        empty_label=_("All states"),
        method="by_state",
    )

    class Meta:
        model = DunningProposal
        fields = ()

    def by_state(self, queryset, name, value):
        if value == "to_agree":
            return to_agree(queryset, self.request.user)
        return queryset.filter(state=value)


class ProductFilter(filters.FilterSet):
    kind = filters.ChoiceFilter(label=_("Kind"), choices=Product.Kind, empty_label=_("All kinds"))
    is_active = filters.ChoiceFilter(
        label=_("On sale"),
        choices=[("true", _("On sale")), ("false", _("Off sale"))],
        empty_label=_("On and off sale"),
        method="by_sale",
    )

    class Meta:
        model = Product
        fields = ()

    def by_sale(self, queryset, name, value):
        return queryset.filter(is_active=value == "true")


class TemplateFilter(filters.FilterSet):
    state = filters.ChoiceFilter(
        label=_("State"), choices=ContractTemplate.State, empty_label=_("All states")
    )

    class Meta:
        model = ContractTemplate
        fields = ()
