"""Purging: what the rules would remove now and what holds cases back, the deed, and what is left of purged cases."""

from __future__ import annotations

from urllib.parse import urlencode

from django import forms
from django.contrib.humanize.templatetags.humanize import intcomma
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_filters import ChoiceFilter, FilterSet, ModelChoiceFilter, NumberFilter

from core.generic import Action, FormPage, ListPage
from core.generic.arrivals import FromDay, ToDay
from core.generic.base import Crumb
from core.generic.tables import Column, MomentColumn, NumberColumn, Table, TagColumn
from core.permissions import MANAGE_SETTINGS
from core.search import query_tokens
from workflows.models import ProcessDefinition, ProcessInstance, PurgedCase
from workflows.models.retention import PURGE
from workflows.services import purge_now
from workflows.services.purge_policy import preview, reason_in_short
from workflows.templatetags.process_ui import STATUS_COLOURS
from workflows.views.case_deeds import ReasonForm
from workflows.views.cases import ANY, case_name, programs_among, starter_name

ENDED = [
    (one.value, one.label) for one in (ProcessInstance.Status.COMPLETED, ProcessInstance.Status.CANCELLED)
]


class PurgedFilter(FilterSet):
    definition = ModelChoiceFilter(
        queryset=ProcessDefinition.objects.all(), empty_label=_("All processes"), label=_("Process")
    )
    status = ChoiceFilter(choices=ENDED, empty_label=_("Any end"), label=_("Status"))
    way = ChoiceFilter(choices=PurgedCase.Way.choices, empty_label=_("Any way"), label=_("Purged by"))
    purged_from = FromDay("purged_at", moments=True, label=_("Purged"))
    purged_to = ToDay("purged_at", moments=True, label=_("Purged until"))
    case = NumberFilter("instance_id", label=_("Case"), widget=forms.HiddenInput, max_value=2**63 - 1)

    class Meta:
        model = PurgedCase
        fields = ("definition", "status", "way")


class EndColumn(TagColumn):
    """How a case ended; its line has the code alone."""

    def render(self, value, record, bound_column):
        return super().render(self.value(value), record, bound_column)

    def value(self, value):
        return ProcessInstance.Status(value).label


class PurgedTable(Table):
    subject_title = Column(accessor="instance_id", verbose_name=_("Subject"), attrs={"td": {"class": "name"}})
    definition = Column(verbose_name=_("Process"), attrs={"td": {"class": "some-words"}})
    status = EndColumn(accessor="status", verbose_name=_("Status"), colours=STATUS_COLOURS)
    starter = Column(accessor="starter_label", verbose_name=_("Started by"), phone=False)
    started_at = MomentColumn(verbose_name=_("Started at"), phone=False)
    ended_at = MomentColumn(verbose_name=_("Ended at"), phone=False)
    tasks = NumberColumn(verbose_name=_("Tasks"), phone=False)
    purged_at = MomentColumn(verbose_name=_("Purged at"))
    why = Column(accessor="way", verbose_name=_("Why"), attrs={"td": {"class": "some-words wide-m"}})

    class Meta(Table.Meta):
        model = PurgedCase
        fields = (
            "subject_title",
            "definition",
            "status",
            "starter",
            "started_at",
            "ended_at",
            "tasks",
            "purged_at",
            "why",
        )

    # What parts of the program are called that have started cases.
    programs: dict[str, str] = {}

    def render_subject_title(self, record):
        return case_name(record)

    def render_starter(self, record):
        return starter_name(record, self.programs)

    def render_why(self, record):
        who = record.purged_by.name if record.purged_by else ""
        if record.way == PurgedCase.Way.POLICY:
            age = _now("%(months)s months after its end") % {"months": record.months}
            return " · ".join(filter(None, [age, who, record.reason]))
        return " · ".join(filter(None, [who or record.purged_by_label, record.reason]))

    def value_why(self, record):
        return self.render_why(record)


class PurgedList(ListPage):
    """What is left of cases that were purged: a line of each."""

    title = _("Purged cases")
    table_class = PurgedTable
    filter_class = PurgedFilter
    optional_columns = ("starter", "tasks")
    search_placeholder = _("Customer, contract no.")
    orders = {"started_at": ("instance_id",)}
    order = "-started_at"
    empty_title = _("No case was purged")
    empty_text = _("Of each case that is purged, one line stays here.")

    def crumbs(self):
        return [Crumb(_("Cases"), reverse("workflows:case-list"))]

    def get_queryset(self):
        rows = PurgedCase.objects.visible_to(self.request.user)
        return rows.select_related("definition", "starter", "purged_by").order_by("-instance_id")

    def table(self, rows):
        rows = list(rows)
        table = super().table(rows)
        table.programs = programs_among(rows)
        return table

    def is_searchable(self, queryset):
        return True

    def search(self, queryset, text):
        pieces = query_tokens(text)
        return queryset.filter(search_tokens__contains=pieces) if pieces else queryset


class Purge(FormPage):
    """What the rules would remove now, what stays and why; and the button."""

    permission = PURGE
    title = _("Purge ended cases")
    template_name = "workflows/purge.html"
    form_class = ReasonForm
    keep_no_draft = True
    style = "danger"
    done_message = _("Purging is under way. You can follow and stop it here.")

    def crumbs(self):
        return [Crumb(_("Cases"), reverse("workflows:case-list"))]

    def actions(self):
        return [
            Action(_("Purged cases"), reverse("workflows:purged-case-list"), "scroll-text"),
            Action(_("Legal holds"), reverse("workflows:hold-list"), "shield-check"),
            Action(_("Settings"), reverse("settings"), "settings", MANAGE_SETTINGS),
        ]

    def cancel_url(self):
        return reverse("workflows:case-list")

    def get_context_data(self, **kwargs):
        found = preview()
        total = sum(one.count for one in found)
        label = ngettext("Purge %(count)s case now", "Purge %(count)s cases now", total)
        return super().get_context_data(
            previews=[(one, _ended_cases(one.rule), _what_stays(one.held_back)) for one in found],
            total=total,
            has_rules=bool(found),
            **{**kwargs, "submit_label": label % {"count": intcomma(total)}},
        )

    def save(self, form):
        job = purge_now(reason=form.cleaned_data["reason"], actor=self.request.user)
        return job.get_absolute_url()


def _ended_cases(rule):
    """Where the cases that a rule speaks of stand, those that stay among them."""
    asked = {
        "status": ANY,
        "definition": rule.definition.pk,
        "ended_to": localtime(rule.before).date().isoformat(),
    }
    return reverse("workflows:case-list") + "?" + urlencode(asked)


def _what_stays(held_back):
    """How many, why, and where one sees what holds them."""
    held = reverse("workflows:hold-list") + "?state=standing"
    return [(number, reason_in_short(why), held if why == "held" else "") for why, number in held_back]
