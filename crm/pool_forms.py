"""What is said with a claim, a release and a judgement of duplicates; how the pool's lists are narrowed."""

import django_filters as filters
from django import forms
from django.utils.translation import gettext_lazy as _

from crm import selectors
from crm.models import Customer, DuplicateCase

Verdict = DuplicateCase.Verdict
COPY = "copy"


class ReleaseForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it goes back"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("It stays in the customer's ownership, where the next person reads it."),
    )


class JudgeForm(forms.Form):
    """What two customers that look the same are to each other."""

    verdict = forms.ChoiceField(
        label=_("What it is"),
        widget=forms.RadioSelect,
        choices=[
            (COPY, _("A copy: put it into the recycle bin")),
            (Verdict.LINKED, _("A linked company: both stay")),
            (Verdict.NOT_DUPLICATE, _("Another customer: both stay")),
        ],
    )
    note = forms.CharField(
        label=_("Note"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class PoolFilter(filters.FilterSet):
    """The pool by level, industry, region and source."""

    level = filters.ChoiceFilter(label=_("Level"), choices=Customer.Level, empty_label=_("All levels"))
    industry = filters.ChoiceFilter(label=_("Industry"), empty_label=_("All industries"))
    region = filters.ChoiceFilter(label=_("Region"), empty_label=_("All regions"))
    source = filters.ChoiceFilter(label=_("Source"), choices=Customer.Source, empty_label=_("All sources"))

    class Meta:
        model = Customer
        fields = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("industry", "region"):
            values = selectors.values_in_pool(self.request.user, name)
            self.filters[name].extra["choices"] = [(value, value) for value in values]


class PairFilter(filters.FilterSet):
    """Pairs by what was judged."""

    verdict = filters.ChoiceFilter(
        label=_("Judgement"), choices=Verdict.choices, empty_label=_("All judgements")
    )

    class Meta:
        model = DuplicateCase
        fields = ()
