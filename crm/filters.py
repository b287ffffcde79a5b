"""How the customers' list is narrowed."""

from datetime import timedelta

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core import clock
from core.choices import people_in
from core.generic.arrivals import BelowDepartment, FromDay, ToDay
from crm import selectors
from crm.models import Customer, CustomerStatus
from crm.models.status import status_choices

POOL = "pool"
DUE, OVERDUE, SOON, NONE = "due", "overdue", "soon", "none"
CONTACT_CHOICES = {
    DUE: _("Today and overdue"),
    OVERDUE: _("Overdue"),
    SOON: _("In the next 7 days"),
    NONE: _("None planned"),
}


def contacted(rows: QuerySet[Customer], when: str) -> QuerySet[Customer]:
    """The customers whose next contact lies so."""
    today = clock.today()
    if when == NONE:
        return rows.filter(next_contact_on__isnull=True)
    if when == SOON:
        return rows.filter(next_contact_on__gt=today, next_contact_on__lte=today + timedelta(days=7))
    return rows.filter(next_contact_on__lt=today if when == OVERDUE else today + timedelta(days=1))


class TodayFilter(filters.FilterSet):
    """Whom to contact: today and late ones, the late ones alone, those of the coming days or without one; whose."""

    when = filters.ChoiceFilter(
        label=_("When"),
        choices=[(one, CONTACT_CHOICES[one]) for one in (OVERDUE, SOON, NONE)],
        empty_label=CONTACT_CHOICES[DUE],
        method="by_when",
    )
    owner = filters.ChoiceFilter(label=_("Owner"), empty_label=_("All owners"))
    status = filters.ChoiceFilter(label=_("Status"), choices=status_choices, empty_label=_("All statuses"))

    class Meta:
        model = Customer
        fields = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        people = people_in(Customer, "owner", actor=self.request.user, permission="crm.edit_customer")
        self.filters["owner"].extra["choices"] = people
        if len(people) < 2:
            del self.filters["owner"]

    def by_when(self, queryset, name, value):
        return queryset

    def filter_queryset(self, queryset):
        when = self.form.cleaned_data.get("when") or DUE
        if when == NONE:
            # Whoever has signed or is given up needs no plan.
            worked_on = CustomerStatus.objects.filter(kind__in=("open", "waiting"))
            queryset = queryset.filter(status__in=worked_on.values("code"))
        return super().filter_queryset(contacted(queryset, when))


class CustomerFilter(filters.FilterSet):
    """By state, level, owner, industry and region."""

    status = filters.ChoiceFilter(label=_("Status"), choices=status_choices, empty_label=_("All statuses"))
    level = filters.ChoiceFilter(label=_("Level"), choices=Customer.Level, empty_label=_("All levels"))
    owner = filters.ChoiceFilter(label=_("Owner"), empty_label=_("All owners"), method="by_owner")
    industry = filters.ChoiceFilter(label=_("Industry"), empty_label=_("All industries"))
    region = filters.ChoiceFilter(label=_("Region"), empty_label=_("All regions"))
    source = filters.ChoiceFilter(label=_("Source"), choices=Customer.Source, empty_label=_("All sources"))
    contact = filters.ChoiceFilter(
        label=_("Next contact"),
        choices=list(CONTACT_CHOICES.items()),
        empty_label=_("Any next contact"),
        method="by_contact",
    )
    contacted_from = FromDay("last_contact_on", label=_("Last contact from"))
    contacted_to = ToDay("last_contact_on", label=_("Last contact until"))
    created_from = FromDay("created_at", moments=True, label=_("Created from"))
    created_to = ToDay("created_at", moments=True, label=_("Created until"))
    department = BelowDepartment()

    class Meta:
        model = Customer
        fields = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        user = self.request.user
        self._offer("industry", selectors.industries(user))
        self._offer("region", selectors.regions(user))
        self.filters["owner"].extra["choices"] = [
            (POOL, _("Public pool")),
            *people_in(Customer, "owner", actor=user, permission="crm.view_customer"),
        ]

    def _offer(self, name: str, values: list[str]) -> None:
        self.filters[name].extra["choices"] = [(value, value) for value in values]

    def by_contact(self, queryset, name, value):
        return contacted(queryset, value)

    def by_owner(self, queryset, name, value):
        return queryset.filter(owner__isnull=True) if value == POOL else queryset.filter(owner=value)
