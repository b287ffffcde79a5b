"""How the list of fairs is narrowed."""

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from core.generic.arrivals import FromDay, ToDay
from tests.new_entity.fairs.models import Fair


class FairFilter(filters.FilterSet):
    """By state, and by the day on which a fair begins."""

    state = filters.ChoiceFilter(label=_("State"), choices=Fair.State, empty_label=_("All states"))
    starts_from = FromDay("starts_on", label=_("Begins from"))
    starts_to = ToDay("starts_on", label=_("Begins until"))

    class Meta:
        model = Fair
        fields = ()
