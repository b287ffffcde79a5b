"""Failures: what holds cases, by its cause, and one by one."""

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_filters import ChoiceFilter, FilterSet, ModelChoiceFilter

from core.generic import Action, DetailPage, ListPage, Tab
from core.generic.base import Crumb, Fact
from core.generic.tables import Column, MomentColumn, NumberColumn, Table, TagColumn
from core.templatetags.ui import moment
from workflows.definitions import definition_of
from workflows.models import HistoryEvent, Incident, ProcessDefinition
from workflows.selectors import case_for, incident_groups, incidents
from workflows.services.breaches import repeated_events
from workflows.services.incident_groups import RIGHTS
from workflows.services.incidents import ways_out
from workflows.views.cases import case_name
from workflows.views.diagrams import Diagram
from workflows.views.incident_data import known_fields
from workflows.views.incident_words import cause_of, findings_of, repeats_text
from workflows.views.timeline import Timeline, open_items
from workflows.views.words import Labels, Roles

RETRY = "workflows.retry_incident"
STATUS_COLOURS = {"open": "red", "resolved": "green"}
Kind, Event = Incident.Kind, HistoryEvent.Kind


def step_name(incident: Incident, labels: Labels) -> str:
    """The step that failed, and which of several like it; nothing for a case as a whole."""
    if not incident.element:
        return "—"
    name = labels.step(definition_of(incident.instance.version_id), incident.element)
    return f"{name} ({incident.part})" if incident.part else name


# By cause -----------------------------------------------------------------------------------------


class GroupFilter(FilterSet):
    kind = ChoiceFilter(choices=Kind.choices, empty_label=_("Failures and disagreements"), label=_("Kind"))
    definition = ModelChoiceFilter(
        queryset=ProcessDefinition.objects.all(),
        field_name="instance__definition",
        empty_label=_("All processes"),
        label=_("Process"),
    )

    class Meta:
        model = Incident
        fields = ("kind", "definition")


class GroupTable(Table):
    cause = Column(accessor="newest", verbose_name=_("Cause"), attrs={"td": {"class": "name"}})
    step = Column(accessor="newest", verbose_name=_("Step"))
    process = Column(accessor="newest", verbose_name=_("Process"), phone=False)
    count = NumberColumn(verbose_name=_("Number of cases"))
    first_at = MomentColumn(verbose_name=_("Since"), phone=False)
    last_at = MomentColumn(verbose_name=_("Last"))

    class Meta(Table.Meta):
        fields = ("cause", "step", "process", "count", "first_at", "last_at")

    def __init__(self, data, *args, **kwargs):
        super().__init__(data, *args, **kwargs)
        newest = Incident.objects.filter(pk__in=[row["newest"] for row in data])
        self.shown = {
            one.pk: one for one in newest.select_related("instance__definition").defer("instance__state")
        }
        self.labels = Labels()

    def render_cause(self, record):
        incident = self.shown[record["newest"]]
        url = reverse("workflows:incident-detail", args=[incident.pk])
        if record["count"] > 1:
            url = reverse("workflows:incident-group", args=[incident.group_key])
        return format_html('<a class="keep-lines" href="{}">{}</a>', url, cause_of(incident)[:300])

    def render_step(self, record):
        return step_name(self.shown[record["newest"]], self.labels).partition(" (")[0]

    def render_process(self, record):
        return self.shown[record["newest"]].instance.definition.name


class IncidentList(ListPage):
    """One line for a hundred cases of one cause, the latest first."""

    title = _("Failures")
    permission = RETRY
    table_class = GroupTable
    filter_class = GroupFilter
    orders = {"last_at": ("last_at", "newest"), "count": ("count", "newest")}
    order = "-last_at"
    exportable = False
    empty_title = _("No failures")
    empty_text = _("An automatic step that fails holds its case here until somebody deals with it.")

    def get_queryset(self):
        return incident_groups(self.request.user)

    def actions(self):
        return [Action(_("Dealt with"), reverse("workflows:incident-history"), "history")]


# One by one ---------------------------------------------------------------------------------------


class IncidentFilter(FilterSet):
    status = ChoiceFilter(choices=Incident.Status.choices, empty_label=_("Every status"), label=_("Status"))

    class Meta:
        model = Incident
        fields = ("status",)


class IncidentTable(Table):
    case = Column(accessor="instance", verbose_name=_("Case"), attrs={"td": {"class": "name"}})
    element = Column(accessor="pk", verbose_name=_("Step"))
    message = Column(accessor="pk", verbose_name=_("Cause"))
    status = TagColumn(verbose_name=_("Status"), colours=STATUS_COLOURS)
    attempts = NumberColumn(verbose_name=_("Tries"), phone=False)
    last_failed_at = MomentColumn(verbose_name=_("Last failure"), phone=False)
    closed_by = Column(verbose_name=_("Dealt with by"), accessor="pk", phone=False)

    class Meta(Table.Meta):
        model = Incident
        fields = ("case", "element", "message", "status", "attempts", "last_failed_at", "closed_by")

    def render_case(self, record):
        url = reverse("workflows:incident-detail", args=[record.pk])
        return format_html('<a href="{}">{}</a>', url, case_name(record.instance))

    def render_element(self, record):
        return step_name(record, Labels())

    def render_message(self, record):
        return format_html('<span class="keep-lines">{}</span>', cause_of(record)[:300])

    def render_closed_by(self, record):
        return record.closed_by.name if record.closed_by is not None else "—"


class IncidentHistory(ListPage):
    """Every failure there ever was, the latest first."""

    title = _("All failures")
    permission = RETRY
    table_class = IncidentTable
    filter_class = IncidentFilter
    orders = {"last_failed_at": ("last_failed_at", "pk")}
    order = "-last_failed_at"
    exportable = False
    empty_title = _("No failures")
    empty_text = _("An automatic step that fails holds its case here until somebody deals with it.")

    def get_queryset(self):
        return incidents(self.request.user)

    def crumbs(self):
        return [Crumb(_("Failures"), reverse("workflows:incident-list"))]


def deeds_of(incident: Incident, ways, user) -> list[str]:
    """What this person may do about it now, the plainest first."""
    if incident.status != Incident.Status.OPEN:
        return []
    if incident.kind == Kind.BREACH:
        possible = ["mend"]
    else:
        possible = ["retry"]
        possible += ["edit"] if ways.values else []
        possible += ["skip"] if ways.may_skip else []
        possible += ["fail"] if ways.codes else []
    return [deed for deed in possible if user.may(RIGHTS[deed])]


def deed_words() -> dict[str, tuple[str, str]]:
    """Each deed: what its button says, and its picture."""
    return {
        "retry": (_now("Retry"), "refresh-cw"),
        "edit": (_now("Change data and retry"), "pencil"),
        "skip": (_now("Skip the step"), "arrow-right"),
        "fail": (_now("Go on by an error"), "git-branch"),
        "mend": (_now("Make them agree"), "list-checks"),
    }


class IncidentDetail(DetailPage):
    """One failure: where it is, why, what was tried, what the step sees."""

    permission = RETRY

    def get_queryset(self):
        return incidents(self.request.user)

    def dispatch(self, request, *args, **kwargs):
        self.labels = Labels()
        return super().dispatch(request, *args, **kwargs)

    def get_title(self):
        if self.object.kind == Kind.BREACH:
            return _now("The entries of this case disagree")
        return _now("Failed: %(step)s") % {"step": step_name(self.object, self.labels)}

    def crumbs(self):
        found = [Crumb(_("Failures"), reverse("workflows:incident-list"))]
        others = Incident.objects.filter(group_key=self.object.group_key, status=Incident.Status.OPEN)
        count = others.count()
        if count > 1:
            text = ngettext("%(count)s case of this cause", "%(count)s cases of this cause", count)
            url = reverse("workflows:incident-group", args=[self.object.group_key])
            found.append(Crumb(text % {"count": count}, url))
        return found

    def tabs(self):
        return [
            Tab("overview", _("Failure"), "workflows/incident_overview.html"),
            Tab("history", _("History"), "workflows/case_history.html"),
        ]

    def actions(self):
        words = deed_words()
        return [
            Action(
                words[deed][0],
                reverse(f"workflows:incident-{deed}", args=[self.object.pk]),
                words[deed][1],
                style="primary" if not place else "quiet",
                in_dialog=deed != "edit",
                in_menu=place > 1,
            )
            for place, deed in enumerate(deeds_of(self.object, self.ways, self.request.user))
        ]

    @property
    def ways(self):
        if not hasattr(self, "_ways"):
            self._ways = ways_out(self.object, self.object.instance)
        return self._ways

    def tab_overview(self):
        incident, case = self.object, self.object.instance
        is_open = incident.status == Incident.Status.OPEN
        is_breach = incident.kind == Kind.BREACH
        seen = self._seen()
        return {
            "incident": incident,
            "facts": self._facts(),
            "cause": cause_of(incident),
            "findings": findings_of(case) if is_breach and is_open else [],
            "repeats": self._repeats() if is_breach and is_open else "",
            "tried": self._tried() if not is_breach else [],
            "data": self._data(),
            "diagram": Diagram(
                version_id=case.version_id,
                xml_url=reverse("workflows:case-diagram", args=[case.pk]),
                case=case,
                waiting=open_items(case, Roles()),
                labels=self.labels,
            )
            if seen
            else None,
        }

    def tab_history(self):
        case = self.object.instance
        return {"case": case, "entries": Timeline(case, self.labels).entries()}

    def _seen(self) -> bool:
        """Whether this person may look at the case itself."""
        try:
            case_for(self.request.user, self.object.instance_id)
        except self.object.instance.DoesNotExist:
            return False
        return True

    def _facts(self) -> list[Fact]:
        incident, case = self.object, self.object.instance
        facts = [
            Fact(_("Subject"), case_name(case), reverse("workflows:case-detail", args=[case.pk])),
            Fact(_("Process"), case.definition.name),
        ]
        if incident.element:
            facts.append(Fact(_("Step"), step_name(incident, self.labels)))
        facts.append(Fact(_("Since"), moment(incident.opened_at)))
        if incident.attempts > 1:
            facts.append(Fact(_("Tries"), incident.attempts))
            facts.append(Fact(_("Failed last"), moment(incident.last_failed_at)))
        if incident.closed_at is not None:
            who = incident.closed_by.name if incident.closed_by is not None else _("System")
            facts.append(Fact(_("Dealt with by"), f"{who} · {moment(incident.closed_at)}"))
        return facts

    def _tried(self):
        """What was done about it so far: the lines of the history at this step."""
        kinds = [Event.FAILED, Event.RETRIED, Event.EDITED, Event.SKIPPED, Event.ERROR_THROWN]
        events = HistoryEvent.objects.filter(
            instance=self.object.instance_id, element=self.object.element, kind__in=kinds
        )
        return Timeline(self.object.instance, self.labels, with_causes=True).told(events)

    def _data(self) -> list[tuple[str, str]]:
        definition = definition_of(self.object.instance.version_id)
        known = {one.id: one for one in known_fields(definition)}
        told = Timeline(self.object.instance, self.labels)
        return [
            (
                known[name].label(self.labels.language) if name in known else name,
                told.plain(value, known.get(name)),
            )
            for name, (_type, value) in self.ways.values.items()
        ]

    def _repeats(self) -> str:
        case = self.object.instance
        definition = definition_of(case.version_id)
        return repeats_text(self.labels.step(definition, one.element) for one in repeated_events(case))
