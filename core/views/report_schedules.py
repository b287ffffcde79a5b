"""Reports that come by mail: what comes to whom and when."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import Count, Q
from django.http import Http404
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core.enumeration import listed
from core.generic import Action, ActionView, DetailPage, FormPage, ListPage, Tab
from core.generic.base import Crumb, Fact
from core.generic.tables import Column, MomentColumn, NameColumn, NumberColumn, Table
from core.models import ReportSchedule, User, WorkShift
from core.permissions import SCHEDULE_REPORTS, VIEW_REPORTS
from core.reports import find
from core.reports.params import CUSTOM, PERIODS, ParamsForm
from core.reports.registry import title_of
from core.reports.schedules import (
    change_schedule,
    changeable_by,
    create_schedule,
    delete_schedule,
    leave_schedule,
    pause_schedule,
    schedules_for,
)
from core.templatetags.ui import moment
from core.views.reports import REPORTS

BY_MAIL = Crumb(_("Reports by mail"), reverse_lazy("report-schedule-list"))
Rhythm = ReportSchedule.Rhythm


def when_words(schedule: ReportSchedule) -> str:
    """每周一 8:00"""
    hour = f"{schedule.hour}:00"
    if schedule.rhythm == Rhythm.WEEKLY:
        day = WorkShift.Weekday(schedule.weekday).label
        return _now("Each %(day)s at %(hour)s") % {"day": day, "hour": hour}
    if schedule.rhythm == Rhythm.MONTHLY:
        return _now("On day %(day)s of each month at %(hour)s") % {"day": schedule.day_of_month, "hour": hour}
    return _now("Each working day at %(hour)s") % {"hour": hour}


class ScheduleTable(Table):
    report = NameColumn(
        verbose_name=_("Report"), linkify=lambda record: reverse("report-schedule", args=[record.pk])
    )
    when = Column(verbose_name=_("When"), accessor="pk")
    format = Column(verbose_name=_("File"), phone=False)
    people = NumberColumn(verbose_name=_("Recipients"))
    next_at = MomentColumn(verbose_name=_("Next time"))
    created_by = Column(verbose_name=_("Set up by"), phone=False)

    class Meta(Table.Meta):
        model = ReportSchedule
        fields = ("report", "when", "format", "people", "next_at", "created_by")

    def render_report(self, record):
        return title_of(record.report)

    def render_when(self, record):
        return when_words(record)

    def render_format(self, record):
        return record.get_format_display()

    def render_next_at(self, record):
        return moment(record.next_at) if record.is_active else _now("paused")


class ScheduleList(ListPage):
    """What one has set up and what one gets."""

    title = _("Reports by mail")
    permission = VIEW_REPORTS
    table_class = ScheduleTable
    orders = {"next_at": ("next_at", "pk")}
    order = "next_at"
    exportable = False
    empty_title = _("No report comes by mail yet")
    empty_text = _("Open a report, choose its parameters, and choose “Send by mail”.")

    def crumbs(self):
        return [REPORTS]

    def actions(self):
        return [Action(_("Choose a report"), reverse("report-list"), "trending-up", style="primary")]

    def get_queryset(self):
        return schedules_for(self.request.user).annotate(people=Count("recipients"))


class ScheduleForm(ParamsForm):
    """The report's parameters, when it comes and to whom."""

    def __init__(self, report, data=None, **kwargs):
        super().__init__(report, data, **kwargs)
        if "period" in self.fields:
            # Fixed days would send the same again and again.
            self.fields["period"].choices = [one for one in PERIODS.items() if one[0] != CUSTOM]
            del self.fields["from"], self.fields["to"]
        readers = Q(roles__grants__permission=VIEW_REPORTS) | Q(is_superuser=True)
        keys = User.objects.filter(readers, is_active=True).values("pk")
        self.fields |= {
            "rhythm": forms.ChoiceField(label=_("How often"), choices=Rhythm.choices),
            "weekday": forms.TypedChoiceField(
                label=_("On"), choices=WorkShift.Weekday.choices, coerce=int, help_text=_("for a weekly one")
            ),
            "day_of_month": forms.IntegerField(
                label=_("Day of the month"),
                min_value=1,
                max_value=28,
                help_text=_("for a monthly one, 1 to 28"),
            ),
            "hour": forms.TypedChoiceField(
                label=_("At"), choices=[(hour, f"{hour}:00") for hour in range(24)], coerce=int
            ),
            "format": forms.ChoiceField(label=_("File"), choices=ReportSchedule.Format.choices),
            "recipients": forms.ModelMultipleChoiceField(
                User.objects.filter(pk__in=keys).order_by("name_sort", "pk"),
                label=_("Recipients"),
                widget=forms.CheckboxSelectMultiple(attrs={"class": "scroll-choices"}),
                help_text=_("Each gets what that person may see."),
            ),
        }

    def first_values(self):
        return {
            **super().first_values(), "rhythm": "weekly", "weekday": "0", "day_of_month": "1", "hour": "8", "format": "pdf",
        }  # fmt: skip

    def _query(self):
        own = {"rhythm", "weekday", "day_of_month", "hour", "format", "recipients"}
        return {
            name: str(self.data.get(name)) for name in self.fields if name not in own and self.data.get(name)
        }

    def fields_to_save(self):
        names = ("rhythm", "weekday", "day_of_month", "hour", "format")
        chosen = {name: self.cleaned_data[name] for name in names}
        return {**chosen, "report": self.report.code, "params": self._query()}


class ScheduleFormPage(FormPage):
    permission = SCHEDULE_REPORTS

    def crumbs(self):
        return [REPORTS, BY_MAIL]

    def get_report(self):
        raise NotImplementedError

    def first_data(self):
        raise NotImplementedError

    def get_form(self, data=None, files=None):
        try:
            report = find(self.request.user, self.get_report())
        except ObjectDoesNotExist as error:
            raise Http404("There is no such report.") from error
        return ScheduleForm(report, self.first_data() if data is None else data)

    def success_url(self, saved):
        return reverse("report-schedule", args=[saved.pk])


class ScheduleCreate(ScheduleFormPage):
    submit_label = _("Send from now on")

    def get_report(self):
        return self.kwargs["code"]

    def get_title(self):
        return _now("By mail: %(title)s") % {"title": title_of(self.kwargs["code"])}

    def first_data(self):
        first = self.request.GET.copy()
        if first.get("period") == CUSTOM:
            first["period"] = "this_month"
        first.setlistdefault("recipients", [str(self.request.user.pk)])
        return first

    def cancel_url(self):
        return reverse("report", args=[self.kwargs["code"]])

    def save(self, form):
        return create_schedule(
            actor=self.request.user, fields=form.fields_to_save(), recipients=form.cleaned_data["recipients"]
        )


class ScheduleEdit(ScheduleFormPage):
    def get_queryset(self):
        return schedules_for(self.request.user)

    def get_report(self):
        return self.object.report

    def get_title(self):
        return _now("By mail: %(title)s") % {"title": title_of(self.object.report)}

    def first_data(self):
        schedule = self.object
        return forms.models.model_to_dict(
            schedule, ["rhythm", "weekday", "day_of_month", "hour", "format"]
        ) | {**schedule.params}

    def get_form(self, data=None, files=None):
        if not changeable_by(self.request.user).filter(pk=self.object.pk).exists():
            raise PermissionDenied(SCHEDULE_REPORTS)
        form = super().get_form(data, files)
        if data is None:
            form.data.setlist("recipients", [str(one.pk) for one in self.object.recipients.all()])
        return form

    def cancel_url(self):
        return reverse("report-schedule", args=[self.object.pk])

    def save(self, form):
        return change_schedule(
            schedule_id=self.object.pk,
            actor=self.request.user,
            fields=form.fields_to_save(),
            recipients=form.cleaned_data["recipients"],
        )


class ScheduleDetail(DetailPage):
    def get_queryset(self):
        return schedules_for(self.request.user)

    def crumbs(self):
        return [REPORTS, BY_MAIL]

    def get_title(self):
        return title_of(self.object.report)

    def tabs(self):
        return [Tab("overview", _("Overview"), "core/report_schedule.html")]

    def actions(self):
        pk, person = self.object.pk, self.request.user
        found = []
        if self.object.recipients.filter(pk=person.pk).exists():
            url = reverse("report-schedule-leave", args=[pk])
            found.append(Action(_("Do not send it to me"), url, "bell", in_dialog=True))
        if changeable_by(person).filter(pk=pk).exists():
            name = "report-schedule-pause" if self.object.is_active else "report-schedule-resume"
            label = _("Pause") if self.object.is_active else _("Resume")
            found += [
                Action(_("Edit"), reverse("report-schedule-edit", args=[pk]), "pencil"),
                Action(label, reverse(name, args=[pk]), "hourglass", in_dialog=True),
                Action(
                    _("Delete"), reverse("report-schedule-delete", args=[pk]), "x", style="danger", in_menu=True, in_dialog=True,
                ),
            ]  # fmt: skip
        return found

    def tab_overview(self):
        one = self.object
        people = list(one.recipients.order_by("name_sort", "pk"))
        return {
            "facts": [
                Fact(_("When"), when_words(one)),
                Fact(_("File"), one.get_format_display()),
                Fact(_("Next time"), moment(one.next_at) if one.is_active else _now("paused")),
                Fact(_("Last time"), moment(one.last_at)),
                Fact(_("Set up by"), one.created_by.name),
                Fact(_("Recipients"), listed(person.name for person in people) or "—", wide=True),
            ]
        }


class ScheduleDeed(ActionView):
    """A deed of whoever may change it."""

    def get_queryset(self):
        return schedules_for(self.request.user)

    def is_allowed(self):
        return changeable_by(self.request.user).filter(pk=self.object.pk).exists()

    def done_url(self):
        return reverse("report-schedule", args=[self.object.pk])


class SchedulePause(ScheduleDeed):
    title = _("Pause")
    question = _("No report is sent until it is resumed.")
    submit_label = _("Pause")
    done_message = _("Paused.")
    active = False

    def run(self, form):
        pause_schedule(schedule_id=self.object.pk, actor=self.request.user, active=self.active)


class ScheduleResume(SchedulePause):
    title = _("Resume")
    question = _("Reports are sent again from the next time on.")
    submit_label = _("Resume")
    done_message = _("Resumed.")
    active = True


class ScheduleDelete(ScheduleDeed):
    title = _("Delete")
    question = _("Nobody gets this report by mail any more.")
    submit_label = _("Delete")
    style = "danger"
    done_message = _("Deleted.")

    def run(self, form):
        delete_schedule(schedule_id=self.object.pk, actor=self.request.user)
        return reverse("report-schedule-list")


class ScheduleLeave(ActionView):
    """A recipient's own way out."""

    title = _("Do not send it to me")
    question = _("You do not get this report by mail any more. The others still do.")
    submit_label = _("Stop sending")
    done_message = _("It is not sent to you any more.")

    def get_queryset(self):
        return ReportSchedule.objects.filter(recipients=self.request.user.pk)

    def done_url(self):
        return reverse("report-list") if self.request.user.may(VIEW_REPORTS) else "/"

    def run(self, form):
        leave_schedule(schedule_id=self.object.pk, actor=self.request.user)
