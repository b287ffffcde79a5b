"""Everything that a case waits for a worker or a moment for: its calls and continuations, its timers."""

from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_filters import ChoiceFilter, FilterSet, ModelChoiceFilter

from core import clock
from core.generic import ListPage
from core.generic.base import Crumb
from core.generic.keyset import or_never
from core.generic.tables import Column, MomentColumn, NumberColumn, Table
from core.templatetags.ui import lasted
from workflows.definitions import definition_of
from workflows.models import Job, ProcessDefinition, Timer
from workflows.selectors.incidents import DEAL_WITH
from workflows.views.cases import case_name
from workflows.views.words import Labels

DUE, LATER, FAILING = "due", "later", "failing"
STATES = (
    (DUE, pgettext_lazy("moment", "Due now")),
    (LATER, pgettext_lazy("moment", "Later")),
    (FAILING, _("Failed for now")),
)
KINDS = (
    (Job.OPERATION, _("Calls to other systems")),
    (Job.CONTINUATION, _("Automatic continuations of cases")),
)


class WaitingTable(Table):
    case = Column(accessor="instance", verbose_name=_("Subject"), attrs={"td": {"class": "name"}})
    process = Column(accessor="instance", verbose_name=_("Process"), phone=False)
    step = Column(accessor="element", verbose_name=_("Step"))
    due_at = MomentColumn(verbose_name=_("Due"))
    late = Column(accessor="due_at", verbose_name=_("Waiting for"), tight=True)
    attempts = NumberColumn(verbose_name=_("Tries"), phone=False)
    error = Column(
        accessor="error", verbose_name=_("Last failure"), default="", attrs={"td": {"class": "wide-m"}}
    )

    class Meta(Table.Meta):
        fields = ("case", "process", "step", "due_at", "late", "attempts", "error")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.labels, self.now = Labels(), clock.now()

    def render_case(self, record):
        url = reverse("workflows:case-detail", args=[record.instance_id])
        return format_html('<a href="{}">{}</a>', url, case_name(record.instance))

    def render_process(self, record):
        return record.instance.definition.name

    def render_step(self, record):
        return self.labels.step(definition_of(record.instance.version_id), record.element)

    def render_late(self, record):
        return lasted(self.now - record.due_at) if record.due_at < self.now else ""

    def render_error(self, record):
        kind = getattr(record, "error_type", "")
        return format_html(
            '<span class="keep-lines">{}</span>', " ".join(filter(None, [kind, record.error]))[:300]
        )


class WaitingFilter(FilterSet):
    """``failed``: which rows failed and are tried again."""

    failed = Q()

    state = ChoiceFilter(choices=STATES, method="in_state", empty_label=_("Due and later"), label=_("State"))
    definition = ModelChoiceFilter(
        queryset=ProcessDefinition.objects.all(),
        field_name="instance__definition",
        empty_label=_("All processes"),
        label=_("Process"),
    )

    def in_state(self, queryset, _name, state):
        now = clock.now()
        if state == FAILING:
            return queryset.filter(self.failed)
        return queryset.filter(due_at__lte=now) if state == DUE else queryset.filter(due_at__gt=now)


class CallFilter(WaitingFilter):
    # A continuation has no room for the cause; a worker that takes a call counts it as tried.
    failed = ~Q(error_type="") | Q(attempts__gt=1) | Q(kind=Job.CONTINUATION, attempts__gt=0)
    kind = ChoiceFilter(choices=KINDS, empty_label=_("Every kind"), label=_("Kind"))

    class Meta:
        model = Job
        fields = ("kind", "state", "definition")


class TimerFilter(WaitingFilter):
    failed = ~Q(error="")

    class Meta:
        model = Timer
        fields = ("state", "definition")


class WaitingList(ListPage):
    permission = DEAL_WITH
    table_class = WaitingTable
    order = "due_at"
    exportable = False

    def crumbs(self):
        return [Crumb(_("Operations"), reverse("workflows:operations"))]


class CallList(WaitingList):
    """What workers have still to do for cases, the longest due first."""

    title = _("Waiting calls")
    filter_class = CallFilter
    orders = {"due_at": ("due_at", "pk"), "attempts": ("attempts", "pk")}
    empty_title = _("No call waits")
    empty_text = _(
        "Calls to other systems and automatic continuations stand here until a worker has done them."
    )

    def get_queryset(self):
        rows = Job.objects.filter(status=Job.Status.OPEN).defer("instance__state", "payload")
        return rows.select_related("instance__definition")


class TimerList(WaitingList):
    """Moments at which cases go on by themselves, the next one first."""

    title = _("Waiting timers")
    filter_class = TimerFilter
    orders = {"due_at": ("due_sort", "pk"), "attempts": ("attempts", "pk")}
    empty_title = _("No timer waits")
    empty_text = _("Moments at which cases go on by themselves stand here until they come.")

    def get_queryset(self):
        rows = Timer.objects.filter(status=Timer.Status.OPEN, due_at__isnull=False).defer("instance__state")
        return rows.select_related("instance__definition").annotate(due_sort=or_never("due_at"))
