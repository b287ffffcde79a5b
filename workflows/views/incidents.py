"""Failures: automatic steps that wait for an operator."""

from django.contrib import messages
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet

from core.generic import ActionView, ListPage
from core.generic.tables import Column, MomentColumn, NumberColumn, Table, TagColumn
from workflows.definitions import definition_of
from workflows.models import Incident
from workflows.services import retry_incident
from workflows.views.cases import case_name
from workflows.views.words import Labels

RETRY = "workflows.retry_incident"


class IncidentFilter(FilterSet):
    status = ChoiceFilter(choices=Incident.Status.choices, empty_label=_("Every status"), label=_("Status"))

    class Meta:
        model = Incident
        fields = ("status",)


class IncidentTable(Table):
    case = Column(accessor="instance", verbose_name=_("Case"), attrs={"td": {"class": "name"}})
    element = Column(verbose_name=_("Step"))
    message = Column(verbose_name=_("Cause"))
    status = TagColumn(colours={"open": "red", "resolved": "green"})
    attempts = NumberColumn(verbose_name=_("Tries"), phone=False)
    last_failed_at = MomentColumn(phone=False)
    retry = Column(accessor="pk", verbose_name="", attrs={"td": {"class": "tight"}})

    class Meta(Table.Meta):
        model = Incident
        fields = ("case", "element", "message", "status", "attempts", "last_failed_at", "retry")

    def render_case(self, record):
        url = reverse("workflows:case-detail", args=[record.instance_id])
        return format_html('<a href="{}">{}</a>', url, case_name(record.instance))

    def render_element(self, record):
        return Labels().step(definition_of(record.instance.version_id), record.element)

    def render_message(self, record):
        return format_html('<span class="keep-lines">{}</span>', record.message[:300])

    def render_retry(self, record):
        if record.status != Incident.Status.OPEN:
            return ""
        url = reverse("workflows:incident-retry", args=[record.pk])
        return format_html(
            '<a class="btn btn-quiet btn-sm" href="{}" hx-get="{}" hx-target="#dialog-content">{}</a>',
            url,
            url,
            _now("Retry"),
        )


class IncidentList(ListPage):
    """Every step that failed and waits, newest first."""

    title = _("Failures")
    permission = RETRY
    table_class = IncidentTable
    filter_class = IncidentFilter
    orders = {"last_failed_at": ("last_failed_at", "pk")}
    order = "-last_failed_at"
    exportable = False
    empty_title = _("No failures")
    empty_text = _("An automatic step that fails holds its case here until it is tried again.")

    def get_queryset(self):
        return Incident.objects.select_related("instance__definition").defer("instance__state")


class IncidentRetry(ActionView):
    """Run the failed step again."""

    title = _("Try the step again")
    permission = RETRY
    submit_label = _("Retry")
    done_message = ""

    def get_queryset(self):
        return Incident.objects.select_related("instance").defer("instance__state")

    def get_question(self):
        return _now("The case goes on from the failed step if it works now. Cause so far: %(cause)s") % {
            "cause": self.object.message[:300]
        }

    def run(self, form):
        incident = retry_incident(incident_id=self.object.pk, actor=self.request.user)
        if incident.status == Incident.Status.OPEN:
            messages.warning(
                self.request, _now("It failed again: %(cause)s") % {"cause": incident.message[:300]}
            )
        else:
            messages.success(self.request, _now("It worked. The case goes on."))

    def done_url(self):
        return reverse("workflows:incident-list")
