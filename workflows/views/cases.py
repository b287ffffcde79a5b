"""Cases: what is under way, where it stands, what happened."""

from collections.abc import Iterable, Mapping

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe
from django_filters import ChoiceFilter, FilterSet, ModelChoiceFilter

from core import history
from core.generic import Action, DetailPage, ListPage, Tab
from core.generic.arrivals import BelowDepartment, FromDay, OfRow, ToDay
from core.generic.base import Crumb
from core.generic.tables import Column, MomentColumn, NameColumn, Table, TagColumn
from workflows.models import (
    Incident,
    ProcessDefinition,
    ProcessInstance,
    ProcessVersion,
    PurgedCase,
    WorkItem,
)
from workflows.models.retention import HOLD, PURGE
from workflows.selectors import case_for, cases
from workflows.selectors.cases import search_cases
from workflows.services.holds import holds_on
from workflows.templatetags.process_ui import STATUS_COLOURS
from workflows.views.case_around import Around
from workflows.views.case_arrivals import WaitsAt, WasLate, WentThisWay
from workflows.views.case_deeds import deeds_of, export_action, hold_action, lists_beside, many
from workflows.views.diagrams import Diagram
from workflows.views.prospects import Ahead, ahead_of
from workflows.views.subjects import Subject
from workflows.views.timeline import Timeline, open_items
from workflows.views.waits import awaited, calls_among
from workflows.views.words import Labels, Roles

Status = ProcessInstance.Status


ANY = "any"


class CaseFilter(FilterSet):
    """Without a status: what is under way."""

    status = ChoiceFilter(
        choices=[(ANY, _("Every status")), *Status.choices],
        empty_label=_("Under way"),
        label=_("Status"),
        method="with_status",
    )
    definition = ModelChoiceFilter(
        queryset=ProcessDefinition.objects.all(), empty_label=_("All processes"), label=_("Process")
    )

    version = OfRow("version", queryset=ProcessVersion.objects.all(), label=_("Version"))
    element = WaitsAt("element", label=_("Waits at"))
    started_from = FromDay("started_at", moments=True, label=_("Started"))
    started_to = ToDay("started_at", moments=True, label=_("Started until"))
    ended_from = FromDay("ended_at", moments=True, label=pgettext_lazy("figures", "Ended"))
    ended_to = ToDay("ended_at", moments=True, label=_("Ended until"))
    department = BelowDepartment()
    variant = WentThisWay("variant", label=_("Way taken"))
    late = WasLate("late", label=pgettext_lazy("figures", "Late"))

    class Meta:
        model = ProcessInstance
        fields = ("status", "definition")

    def with_status(self, cases, name, value):
        return cases if value == ANY else cases.filter(status=value)


class CaseTable(Table):
    subject_title = NameColumn(
        accessor="pk",
        verbose_name=_("Subject"),
        linkify=lambda record: reverse("workflows:case-detail", args=[record.pk]),
    )
    definition = Column(verbose_name=_("Process"))
    status = TagColumn(verbose_name=_("Status"), colours=STATUS_COLOURS)
    at = Column(accessor="pk", verbose_name=_("Step now"), empty_values=())
    starter = Column(verbose_name=_("Started by"), accessor="starter_label", phone=False)
    started_at = MomentColumn(verbose_name=_("Started at"), phone=False)

    class Meta(Table.Meta):
        model = ProcessInstance
        fields = ("subject_title", "definition", "status", "at", "starter", "started_at")

    def __init__(self, data, *args, waiting=None, **kwargs):
        super().__init__(data, *args, **kwargs)
        self.where = waiting or {}
        self.programs = {}

    def render_subject_title(self, record):
        return case_name(record)

    def value_subject_title(self, record):
        return case_name(record)

    def render_starter(self, record):
        return starter_name(record, self.programs)

    def render_at(self, record):
        if step := self.where.get(record.pk):
            return step
        return format_html('<span class="faint">{}</span>', _now("No task open") if record.is_open else "—")

    def value_at(self, record):
        return self.where.get(record.pk, "")

    def value_starter(self, record):
        return self.render_starter(record)


class CaseList(ListPage):
    """What is under way and what was, the newest first: everything the person may see."""

    title = _("Cases")
    table_class = CaseTable
    filter_class = CaseFilter
    search_placeholder = _("Customer, contract no.")
    empty_title = _("Nothing under way")
    empty_text = _("A case begins when somebody submits a contract or another matter that a process handles.")
    # The numbers of cases grow with the time at which they begin.
    orders = {"started_at": ("pk",)}
    order = "-started_at"

    def get_queryset(self):
        return cases(self.request.user)

    def is_searchable(self, queryset):
        return True

    def search(self, queryset, text):
        return search_cases(queryset, text)

    def bulk_actions(self):
        return many()

    def actions(self):
        return lists_beside()

    def found(self):
        rows = super().found()
        return rows if self.request.GET.get("status") else rows.filter(status__in=ProcessInstance.OPEN)

    def table(self, rows):
        rows = list(rows)
        table = super().table(rows)
        table.where = _steps_now(rows)
        table.programs = programs_among(rows)
        return table


def _steps_now(shown: list[ProcessInstance]) -> dict[int, str]:
    """Where each case stands: its open steps with who does them."""
    roles = Roles()
    items = WorkItem.objects.open().filter(instance__in=shown).select_related("assignee").order_by("pk")
    found: dict[int, list[str]] = {}
    for item in items:
        who = item.assignee.name if item.assignee else roles[item.role]
        found.setdefault(item.instance_id, []).append(f"{item.name} · {who}")
    return {pk: "；".join(steps[:3]) for pk, steps in found.items()}


def programs_among(rows: Iterable[ProcessInstance | PurgedCase]) -> dict[str, str]:
    """What the parts of the program are called that have started some of these, in one question."""
    return history.names_of_parts({one.starter_label for one in rows if one.starter_id is None})


def starter_name(case: ProcessInstance | PurgedCase, programs: Mapping[str, str]) -> str:
    if case.starter is not None:
        return case.starter.name
    return programs.get(case.starter_label) or case.starter_label or _now("The system")


def case_name(case: ProcessInstance) -> str:
    """A case is called by its document's number and what it is about."""
    parts = [case.business_key, case.subject_title]
    known = [part for part in dict.fromkeys(parts) if part]
    if len(known) == 2 and known[0] in known[1]:
        known = known[1:]
    return " · ".join(known) or f"#{case.pk}"


class CaseDetail(DetailPage):
    """One case: diagram, history, open steps, failures."""

    header_template = "workflows/case_header.html"
    # People talk about the business row (``case_around``); the case has its own history.
    around = False

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.object = case_for(request.user, kwargs["pk"])
            self.labels, self.roles = Labels(), Roles()
            self.subject = Subject(self.object, self.labels.language)
            self.waiting = open_items(self.object, self.roles)
            self.beside = Around(request, self.object)
        return super(DetailPage, self).dispatch(request, *args, **kwargs)

    def get_title(self):
        return case_name(self.object)

    def crumbs(self):
        return [Crumb(_("Cases"), reverse("workflows:case-list")), Crumb(self.object.definition.name)]

    def tabs(self):
        return [
            Tab("overview", _("Progress"), "workflows/case_overview.html"),
            Tab("history", _("History"), "workflows/case_history.html"),
            *self.beside.tabs(),
        ]

    def actions(self):
        url = reverse("workflows:case-record", args=[self.object.pk])
        paper = Action(_now("Record (PDF)"), url, "printer", new_tab=True)
        return [
            paper,
            *deeds_of(self.request.user, self.object),
            export_action(self.object),
            hold_action(self.object),
        ]

    def tab_overview(self):
        case = self.object
        others = awaited(case)
        ahead = ahead_of(case, self.labels, self.roles.pairs) if case.is_open else Ahead()
        return {
            "case": case,
            "holds": holds_on(case),
            "may_lift": self.request.user.may(HOLD),
            "reads_holds": self.request.user.may(HOLD) or self.request.user.may(PURGE),
            "subject": self.subject,
            "waiting": self.waiting,
            "awaited": others,
            "ahead": ahead,
            "diagram": Diagram(
                version_id=case.version_id,
                xml_url=reverse("workflows:case-diagram", args=[case.pk]),
                case=case,
                waiting=self.waiting,
                labels=self.labels,
                calls=calls_among(others),
            ),
            "incidents": Incident.objects.filter(instance=case.pk, status=Incident.Status.OPEN),
            "may_retry": self.request.user.may("workflows.retry_incident"),
            "my_items": [one.item for one in self.waiting if one.item.assignee_id == self.request.user.pk],
        }

    def tab_discussion(self):
        return self.beside.talk()

    def tab_documents(self):
        return {"files": self.beside.files()}

    def tab_related(self):
        return {"groups": self.beside.related()}

    def tab_history(self):
        return {"case": self.object, "entries": Timeline(self.object, self.labels).entries()}


@require_safe
@login_required
def case_diagram(request: HttpRequest, pk: int) -> HttpResponse:
    """The diagram a case runs on. A version never changes, so the browser may keep it."""
    return diagram_answer(case_for(request.user, pk).version.bpmn)


def diagram_answer(bpmn: str) -> HttpResponse:
    answer = HttpResponse(bpmn, content_type="application/xml; charset=utf-8")
    answer.headers["Cache-Control"] = "private, max-age=86400"
    return answer
