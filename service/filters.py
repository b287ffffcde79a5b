"""How the list of onboardings is narrowed."""

import django_filters as filters
from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.filters import OwnedFilter
from core import clock
from service.models import Onboarding

State = Onboarding.State
# The tabs of the list: name -> label.
STAGES = {"open": _("In progress"), "late": _("Overdue"), "done": _("Done"), "cancelled": _("Called off")}


class OnboardingFilter(OwnedFilter):
    """By stage (the tabs) and by whose contract it is."""

    stage = filters.ChoiceFilter(
        choices=list(STAGES.items()),
        method="at_stage",
        widget=forms.HiddenInput,
    )
    owner = filters.ChoiceFilter(field_name="contract__owner", label=_("Owner"), empty_label=_("Everybody"))

    class Meta:
        model = Onboarding
        fields = ()

    def at_stage(self, rows, name, value):
        if value == "late":
            return rows.filter(state=State.OPEN, due_at__lt=clock.now())
        return rows.filter(state=value)
