"""Legal holds: which there are, placing one, lifting one."""

from __future__ import annotations

from django import forms
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet

from core.generic import Action, ActionView, FormPage, ListPage
from core.generic.base import Crumb
from core.generic.tables import Column, MomentColumn, Table
from core.models import User
from core.templatetags.ui import moment
from workflows.models import LegalHold, ProcessDefinition, ProcessInstance
from workflows.models.retention import HOLD, PURGE
from workflows.selectors import case_for
from workflows.services import hold_case, hold_process, hold_subject, lift_hold
from workflows.services.holds import holds
from workflows.views.case_deeds import ReasonForm
from workflows.views.cases import case_name

Target = LegalHold.Target
STANDING, LIFTED = "standing", "lifted"


class HoldFilter(FilterSet):
    state = ChoiceFilter(
        choices=[(STANDING, _("Standing")), (LIFTED, _("Lifted"))],
        empty_label=_("Standing and lifted"),
        label=_("State"),
        method="in_state",
    )
    target = ChoiceFilter(choices=Target.choices, empty_label=_("Every reach"), label=_("Reach"))

    class Meta:
        model = LegalHold
        fields = ("state", "target")

    def in_state(self, queryset, _name, state):
        return queryset.filter(lifted_at__isnull=state == STANDING)


class HoldTable(Table):
    what = Column(accessor="target", verbose_name=_("What is kept"), attrs={"td": {"class": "name"}})
    target = Column(verbose_name=_("Reach"))
    reason = Column(verbose_name=_("Reason"), attrs={"td": {"class": "wide-m"}})
    placed = Column(accessor="placed_by_label", verbose_name=_("Placed by"), phone=False)
    placed_at = MomentColumn(verbose_name=_("Placed at"))
    lifted = Column(accessor="lifted_by_label", verbose_name=_("Lifted"), empty_values=())

    class Meta(Table.Meta):
        model = LegalHold
        fields = ("what", "target", "reason", "placed", "placed_at", "lifted")

    def __init__(self, *args, may_lift=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.may_lift = may_lift

    def render_what(self, record):
        if record.target == Target.CASE:
            url = reverse("workflows:case-detail", args=[record.instance_id])
        elif record.target == Target.PROCESS:
            url = reverse("workflows:definition-detail", args=[record.definition.key])
        else:
            return str(record)
        return format_html('<a href="{}">{}</a>', url, record)

    def render_placed(self, record):
        return record.placer

    def render_lifted(self, record):
        if record.lifted_at is not None:
            who = record.lifted_by.name if record.lifted_by else record.lifted_by_label
            return f"{who} · {record.lift_reason}"
        if not self.may_lift:
            return format_html('<span class="tag tag-amber">{}</span>', _now("Standing"))
        url = reverse("workflows:hold-lift", args=[record.pk])
        return format_html('<a class="btn btn-quiet btn-sm" href="{}">{}</a>', url, _now("Lift"))

    def value_lifted(self, record):
        return record.lift_reason if record.lifted_at is not None else _now("Standing")


class HoldList(ListPage):
    """All holds, for whoever places them or purges cases."""

    title = _("Legal holds")
    table_class = HoldTable
    filter_class = HoldFilter
    orders = {"placed_at": ("pk",)}
    order = "-placed_at"
    empty_title = _("Nothing is held")
    empty_text = _("A case, a business row or a process that is held keeps its cases, whatever their age.")

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not (request.user.may(HOLD) or request.user.may(PURGE)):
            raise PermissionDenied(HOLD)
        return super().dispatch(request, *args, **kwargs)

    def crumbs(self):
        return [Crumb(_("Cases"), reverse("workflows:case-list"))]

    def actions(self):
        return [Action(_("Hold a process"), reverse("workflows:hold-process"), "plus", HOLD)]

    def get_queryset(self):
        return holds(self.request.user)

    def table(self, rows):
        table = super().table(rows)
        table.may_lift = self.request.user.may(HOLD)
        return table


class ProcessHoldForm(ReasonForm):
    definition = forms.ModelChoiceField(
        label=_("Process"),
        queryset=ProcessDefinition.objects.none(),
        empty_label=_("Choose a process"),
        help_text=_(
            "All its cases stay, those to come among them, whatever their age, until somebody lifts the hold."
        ),
    )
    field_order = ("definition", "reason")

    def __init__(self, *args, person: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["definition"].queryset = ProcessDefinition.objects.visible_to(person)


class HoldProcess(FormPage):
    """Keep all cases of a process."""

    permission = HOLD
    title = _("Hold a process")
    form_class = ProcessHoldForm
    keep_no_draft = True
    submit_label = _("Place the hold")
    done_message = _("The hold stands.")

    def crumbs(self):
        return [Crumb(_("Legal holds"), reverse("workflows:hold-list"))]

    def form_options(self):
        return {"person": self.request.user}

    def cancel_url(self):
        return reverse("workflows:hold-list")

    def save(self, form):
        fields = form.cleaned_data
        hold_process(
            definition_key=fields["definition"].key, reason=fields["reason"], actor=self.request.user
        )
        return self.cancel_url()


class CaseHoldForm(ReasonForm):
    reach = forms.ChoiceField(label=_("Reach"))
    field_order = ("reach", "reason")

    def __init__(self, *args, case: ProcessInstance, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [(Target.CASE.value, _("this case"))]
        if case.subject_id:
            about = _("all cases about %(what)s") % {"what": case.subject_title}
            choices.append((Target.SUBJECT.value, about))
        self.fields["reach"].choices = choices


class CaseHold(ActionView):
    """Keep a case, or all about its business row."""

    title = _("Place a legal hold")
    question = _("What is held is not purged, whatever its age, until somebody lifts the hold.")
    form_class = CaseHoldForm
    submit_label = _("Place the hold")
    done_message = _("The hold stands.")

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.object = case_for(request.user, kwargs["pk"])
            if not request.user.may(HOLD):
                raise PermissionDenied(HOLD)
        return super(ActionView, self).dispatch(request, *args, **kwargs)

    def crumbs(self):
        return [Crumb(_("Cases"), reverse("workflows:case-list")), Crumb(case_name(self.object))]

    def form_options(self):
        return {"case": self.object}

    def done_url(self):
        return reverse("workflows:case-detail", args=[self.object.pk])

    def run(self, form):
        case, reason, actor = self.object, form.cleaned_data["reason"], self.request.user
        if form.cleaned_data["reach"] == Target.CASE:
            hold_case(instance_id=case.pk, reason=reason, actor=actor)
        else:
            hold_subject(
                subject_type=case.subject_type, subject_id=case.subject_id, reason=reason, actor=actor
            )


class HoldLift(ActionView):
    """End a hold, saying why."""

    permission = HOLD
    title = _("Lift the hold")
    form_class = ReasonForm
    submit_label = _("Lift")
    done_message = _("The hold is lifted.")

    def get_queryset(self):
        return holds(self.request.user)

    def is_allowed(self):
        return self.request.user.may(HOLD)

    def crumbs(self):
        return [Crumb(_("Legal holds"), reverse("workflows:hold-list"))]

    def get_question(self):
        hold = self.object
        text = _now(
            "“%(what)s” (%(reach)s) has been held since %(since)s by %(who)s: %(reason)s. Once the hold is lifted, what"
            " no other hold keeps may be purged by its age."
        )
        return text % {
            "what": hold,
            "reach": hold.get_target_display(),
            "since": moment(hold.placed_at),
            "who": hold.placer,
            "reason": hold.reason.rstrip(".。"),
        }

    def done_url(self):
        return reverse("workflows:hold-list")

    def run(self, form):
        lift_hold(hold_id=self.object.pk, reason=form.cleaned_data["reason"], actor=self.request.user)
