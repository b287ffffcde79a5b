"""Number rules: what the next number of each kind of document is, and how to change that."""

from __future__ import annotations

from django import forms
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from core import clock
from core.errors import ApplicationError
from core.generic import FormPage, ListPage
from core.generic.base import Crumb
from core.generic.tables import Column, Table
from core.models import AuditEntry, NumberRule
from core.numbers import numbered_by, peek
from core.permissions import MANAGE_NUMBERS
from core.services import numbers as services
from core.subjects import reference

RULES = Crumb(_("Number rules"), reverse_lazy("number-rule-list"))


def label_of(rule: NumberRule) -> str:
    known = numbered_by(rule.code)
    return str(known.label) if known else rule.code


class RuleTable(Table):
    what = Column(accessor="pk", verbose_name=_("Documents"), attrs={"td": {"class": "name"}})
    pattern = Column(verbose_name=_("Pattern"))
    reset = Column(verbose_name=_("Begins again"), phone=False)
    next = Column(accessor="code", verbose_name=_("Next number"))

    class Meta(Table.Meta):
        model = NumberRule
        fields = ("what", "pattern", "reset", "next")

    def render_what(self, record):
        return format_html(
            '<a href="{}">{}</a>', reverse("number-rule-edit", args=[record.pk]), label_of(record)
        )

    def render_pattern(self, value):
        return format_html("<code>{}</code>", value)

    def render_next(self, record):
        return format_html("<strong>{}</strong>", peek(record, on=clock.today()))


class RuleList(ListPage):
    title = _("Number rules")
    permission = MANAGE_NUMBERS
    table_class = RuleTable
    orders = {"what": ("code",)}
    order = "what"
    exportable = False
    empty_title = _("No number rules")
    empty_text = _("They come with the reference data of the program: load it on the page of set-up.")

    def get_queryset(self):
        return NumberRule.objects.all()


class RuleForm(forms.Form):
    pattern = forms.CharField(
        label=_("Pattern"),
        max_length=60,
        help_text=_("{YYYY} {YY} {MM} {DD} are the day, {SEQ:4} counts with four digits at least."),
    )
    reset = forms.ChoiceField(label=_("Begins again"), choices=NumberRule.Reset.choices)
    next_value = forms.IntegerField(
        label=_("Count of the next number"),
        min_value=1,
        max_value=services.LARGEST,
        required=False,
        help_text=_(
            "Empty: it goes on counting. It can be raised, for instance to follow on from an older list."
        ),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class RuleEdit(FormPage):
    """Pattern, new beginning and next value of one rule, with the next number as one types."""

    permission = MANAGE_NUMBERS
    template_name = "core/number_rule.html"
    form_class = RuleForm
    done_message = _("The rule is saved. Documents that have a number keep it.")

    def get_queryset(self):
        return NumberRule.objects.all()

    def get_title(self):
        return label_of(self.object)

    def crumbs(self):
        return [RULES]

    def cancel_url(self):
        return reverse("number-rule-list")

    @cached_property
    def next(self):
        return peek(self.object, on=clock.today())

    def initial(self):
        return {"pattern": self.object.pattern, "reset": self.object.reset, "seen": self.next}

    def get(self, request, *args, **kwargs):
        if request.GET.get("part") != "preview":
            return super().get(request, *args, **kwargs)
        form, refusal, following = RuleForm(request.GET), "", []
        if form.is_valid():
            given = form.cleaned_data
            try:
                rule = services.as_changed(
                    self.object,
                    pattern=given["pattern"],
                    reset=given["reset"],
                    next_value=given["next_value"],
                )
            except ApplicationError as error:
                refusal = str(error)
            else:
                for _number in range(3):
                    following.append(peek(rule, on=clock.today()))
                    rule.last_value += 1
        return render(request, "core/number_preview.html", {"refusal": refusal, "following": following})

    def get_context_data(self, **kwargs):
        known = numbered_by(self.object.code)
        subject_type, subject_id = reference(self.object)
        return super().get_context_data(
            used=known.documents().exclude(**{known.field: None}).count() if known else 0,
            label=label_of(self.object),
            next=self.next,
            entries=AuditEntry.objects.filter(subject_type=subject_type, subject_id=subject_id)[:10],
            **kwargs,
        )

    def save(self, form):
        given = form.cleaned_data
        services.change_rule(
            rule_id=self.object.pk,
            pattern=given["pattern"],
            reset=given["reset"],
            next_value=given["next_value"],
            seen=given["seen"],
            actor=self.request.user,
        )
        return reverse("number-rule-list")
