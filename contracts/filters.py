"""How the lists of contracts and their money are narrowed."""

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract, ContractTemplate, Payment, PaymentPlanLine, Product
from contracts.selectors import AGES
from core import clock
from core.models import User

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


def people(rows: QuerySet, path: str) -> list[tuple[str, str]]:
    """The people who stand in a field of some rows, as choices."""
    keys = rows.order_by().values(path)
    return [(str(one.pk), one.name) for one in User.objects.filter(pk__in=keys).order_by("username")]


class OwnedFilter(filters.FilterSet):
    """A filter by the people who own the rows."""

    owner_path = "owner"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["owner"].extra["choices"] = people(self.queryset, self.owner_path)


class ContractFilter(OwnedFilter):
    """By stage (the tabs), owner and customer."""

    stage = filters.ChoiceFilter(
        choices=[(name, label) for name, (label, _states) in STAGES.items()],
        method="by_stage",
        widget=forms.HiddenInput,
    )
    owner = filters.ChoiceFilter(label=_("Owner"), empty_label=_("All owners"))

    class Meta:
        model = Contract
        fields = ()

    def by_stage(self, queryset, name, value):
        return queryset.filter(state__in=STAGES[value][1])


class PaymentFilter(filters.FilterSet):
    """By state (the tabs) and method."""

    state = filters.ChoiceFilter(choices=Payment.State, widget=forms.HiddenInput)
    method = filters.ChoiceFilter(label=_("Method"), choices=Payment.Method, empty_label=_("All methods"))

    class Meta:
        model = Payment
        fields = ()


class InstalmentFilter(OwnedFilter):
    """By owner and age."""

    owner_path = "contract__owner"

    age = filters.ChoiceFilter(
        label=_("Age"),
        choices=[("overdue", _("Only overdue")), *((age, AGE_NAMES[age]) for age in AGES)],
        empty_label=_("Every age"),
        method="by_age",
    )
    owner = filters.ChoiceFilter(label=_("Owner"), field_name="contract__owner", empty_label=_("All owners"))

    class Meta:
        model = PaymentPlanLine
        fields = ()

    def by_age(self, queryset, name, value):
        if value == "overdue":
            return queryset.filter(due_on__lt=clock.today())
        return queryset.filter(ageing=value)


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
