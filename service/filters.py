"""How the lists of onboardings, renewals and complaints are narrowed."""

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from contracts.filters import OwnedFilter
from contracts.models import Product
from core import clock
from core.generic.arrivals import BelowDepartment, FromDay, ToDay
from service.models import Complaint, Onboarding, OnboardingItemTemplate, RenewalCase

State = Onboarding.State
# The tabs of the list: name -> label.
STAGES = {"open": _("In progress"), "late": _("Overdue"), "done": _("Done"), "cancelled": _("Called off")}


def late_onboardings(rows: QuerySet[Onboarding]) -> QuerySet[Onboarding]:
    """Those that are not done and past their time."""
    return rows.filter(state=State.OPEN, due_at__lt=clock.now())


def late_complaints(rows: QuerySet[Complaint]) -> QuerySet[Complaint]:
    """Those without a solution past the deadline; while the customer is waited for nothing is late."""
    return rows.filter(resolved_at__isnull=True, paused_at__isnull=True, resolve_due_at__lt=clock.now())


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
            return late_onboardings(rows)
        return rows.filter(state=value)


# The tabs of the list of renewals: name -> label.
RENEWAL_STAGES = {
    "open": _("Under way"),
    "late": _("Term is over"),
    "renewed": _("Renewed"),
    "lost": _("Not renewed"),
}


class RenewalFilter(OwnedFilter):
    """By stage (the tabs), by the days in which the term ends, and by whose contract it is."""

    stage = filters.ChoiceFilter(
        choices=list(RENEWAL_STAGES.items()), method="at_stage", widget=forms.HiddenInput
    )
    due_from = FromDay("due_on", label=_("Ends from"))
    due_to = ToDay("due_on", label=_("Ends until"))
    owner = filters.ChoiceFilter(field_name="contract__owner", label=_("Owner"), empty_label=_("Everybody"))
    department = BelowDepartment("contract__department_path")

    class Meta:
        model = RenewalCase
        fields = ()

    def at_stage(self, rows, name, value):
        if value == "open":
            return rows.open()
        if value == "late":
            return rows.open().filter(due_on__lt=clock.today())
        return rows.filter(state=value)


class ItemTemplateFilter(filters.FilterSet):
    """By kind of product and whether they are in use."""

    product_kind = filters.ChoiceFilter(
        label=_("Kind of product"), choices=Product.Kind, empty_label=_("Every kind")
    )
    is_active = filters.ChoiceFilter(
        label=_("In use"),
        choices=[("true", _("In use")), ("false", _("Out of use"))],
        empty_label=_("In and out of use"),
        method="by_use",
    )

    class Meta:
        model = OnboardingItemTemplate
        fields = ()

    def by_use(self, rows, name, value):
        return rows.filter(is_active=value == "true")


# The tabs of the list of complaints: name -> label.
COMPLAINT_STAGES = {
    "open": _("Not closed"),
    "late": _("Overdue"),
    "closed": _("Closed"),
    "withdrawn": _("Withdrawn"),
}


class ComplaintFilter(filters.FilterSet):
    """By stage (the tabs), severity and category."""

    stage = filters.ChoiceFilter(
        choices=list(COMPLAINT_STAGES.items()), method="at_stage", widget=forms.HiddenInput
    )
    severity = filters.ChoiceFilter(
        label=_("Severity"), choices=Complaint.Severity, empty_label=_("Every severity")
    )
    category = filters.ChoiceFilter(
        label=_("Category"), choices=Complaint.Category, empty_label=_("Every category")
    )

    class Meta:
        model = Complaint
        fields = ()

    def at_stage(self, rows, name, value):
        if value == "open":
            return rows.open()
        if value == "late":
            return late_complaints(rows.open())
        return rows.filter(state=value)
