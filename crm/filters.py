"""How the customers' list is narrowed."""

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from core.choices import people_in
from core.generic.arrivals import BelowDepartment, FromDay, ToDay
from crm import selectors
from crm.models import Customer
from crm.models.status import status_choices

POOL = "pool"


class CustomerFilter(filters.FilterSet):
    """By state, level, owner, industry and region."""

    status = filters.ChoiceFilter(label=_("Status"), choices=status_choices, empty_label=_("All statuses"))
    level = filters.ChoiceFilter(label=_("Level"), choices=Customer.Level, empty_label=_("All levels"))
    owner = filters.ChoiceFilter(label=_("Owner"), empty_label=_("All owners"), method="by_owner")
    industry = filters.ChoiceFilter(label=_("Industry"), empty_label=_("All industries"))
    region = filters.ChoiceFilter(label=_("Region"), empty_label=_("All regions"))
    source = filters.ChoiceFilter(label=_("Source"), choices=Customer.Source, empty_label=_("All sources"))
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

    def by_owner(self, queryset, name, value):
        return queryset.filter(owner__isnull=True) if value == POOL else queryset.filter(owner=value)
