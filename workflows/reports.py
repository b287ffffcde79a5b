"""How long the steps of processes take, and who has how much to do."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Max, Min, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core import clock
from core.actors import Actor
from core.charts import Chart, Series
from core.generic.arrivals import moments_of
from core.models import Role, User
from core.models.people import in_reader_language
from core.reports import COUNT, HOURS, PERCENT, Column, Params, Report, Result, Row, register
from workflows.models import ProcessDefinition, WorkItem
from workflows.models.work_item import VIEW_CASES
from workflows.selectors.figures.cases import Percentile

GROUP = _("Processes")


def visible(actor: Actor) -> QuerySet[WorkItem]:
    """The items somebody may see, each once, without joins that would count them twice."""
    return WorkItem.objects.filter(pk__in=WorkItem.objects.visible_to(actor).order_by().values("pk"))


def step_durations(actor: Actor, params: Params) -> list[Row]:
    """From the moment a task appeared until it was done, by step, for what was done in the period."""
    first, behind = moments_of(*params.days)
    done = visible(actor).filter(
        status=WorkItem.Status.COMPLETED, completed_at__gte=first, completed_at__lt=behind
    )
    if params.more.get("process"):
        done = done.filter(definition=params.more["process"])
    took = ExpressionWrapper(F("completed_at") - F("created_at"), output_field=DurationField())
    counted = (
        done.order_by()
        .annotate(took=took)
        .values("definition", "element")
        .annotate(
            count=Count("pk"),
            average=Avg("took"),
            median=Percentile("took", 0.5),
            slowest=Percentile("took", 0.9),
            late=Count("pk", filter=Q(due_at__isnull=False, completed_at__gt=F("due_at"))),
            zh=Max("name_zh"),
            en=Max("name_en"),
        )
    )
    processes = ProcessDefinition.objects.in_bulk({one["definition"] for one in counted})
    return [
        Row(
            {
                "process": processes[one["definition"]].name,
                "step": in_reader_language(one["zh"], one["en"]) or one["element"],
                "count": one["count"],
                "average": _hours(one["average"]),
                "median": _hours(one["median"]),
                "slowest": _hours(one["slowest"]),
                "late": one["late"],
                "late_share": one["late"] / one["count"] * 100,
            }
        )
        for one in counted
    ]


def _hours(span: Any) -> float:
    return float(round(span.total_seconds() / 3600, 4))


def _slow_steps(result: Result) -> Chart:
    rows = sorted(result.rows, key=lambda row: row.values["slowest"], reverse=True)[:12]
    return Chart(
        "bars",
        result.report.title,
        [str(row.values["step"]) for row in rows],
        [
            Series(_("Median (hours)"), [row.values["median"] for row in rows]),
            Series(_("90% done within (hours)"), [row.values["slowest"] for row in rows]),
        ],
        "days",
        heading=_("Step"),
    )


def open_tasks(actor: Actor, params: Params) -> list[Row]:
    """What is open now, by the person who has it or the role in whose queue it lies."""
    now = clock.now()
    found = visible(actor).filter(status=WorkItem.Status.OPEN)
    if params.person is not None:
        found = found.filter(assignee=params.person.pk)
    if params.department is not None:
        found = found.filter(assignee__department__path__startswith=params.department.path)
    counts = {
        "open": Count("pk"),
        "late": Count("pk", filter=Q(due_at__lt=now)),
        "oldest": Min("created_at"),
    }
    held = found.filter(assignee__isnull=False).order_by().values("assignee").annotate(**counts)
    queued = found.filter(assignee__isnull=True).order_by().values("role").annotate(**counts)
    people = User.objects.in_bulk([one["assignee"] for one in held])
    roles = {role.code: str(role) for role in Role.objects.filter(code__in=[one["role"] for one in queued])}
    rows = [
        _load(one, people[one["assignee"]].name, _now("On the desk"), now, person=one["assignee"])
        for one in held
    ]
    return rows + [
        _load(one, roles.get(one["role"], one["role"]), _now("In the queue"), now, queue=one["role"])
        for one in queued
    ]


def _load(one: Any, name: str, where: str, now: Any, **who: Any) -> Row:
    address = f"{reverse('workflows:inbox')}?{urlencode({'box': 'all', **who})}"
    waiting = (now - one["oldest"]).total_seconds() / 3600
    return Row(
        {"who": name, "where": where, "open": one["open"], "late": one["late"], "oldest": waiting},
        {"open": address, **({"late": f"{address}&when=overdue"} if one["late"] else {})},
    )


def _load_chart(result: Result) -> Chart:
    rows = sorted(result.rows, key=lambda row: row.values["open"], reverse=True)[:20]
    return Chart(
        "bars",
        result.report.title,
        [str(row.values["who"]) for row in rows],
        [
            Series(_("Open"), [row.values["open"] for row in rows]),
            Series(_("Overdue"), [row.values["late"] for row in rows]),
        ],
        heading=_("Who"),
    )


def _process_field() -> forms.Field:
    return forms.ModelChoiceField(
        ProcessDefinition.objects.order_by("key"),
        label=_("Process"),
        required=False,
        empty_label=_("All processes"),
    )


register(
    Report(
        code="step-durations",
        title=_("How long steps take"),
        description=_(
            "From the moment a task appears until it is done: average, median, and within which nine of ten are done."
        ),
        group=GROUP,
        permission=VIEW_CASES,
        params=("period",),
        fields={"process": _process_field},
        defaults={"period": "this_quarter"},
        columns=[
            Column("process", _("Process")),
            Column("step", _("Step")),
            Column("count", _("Done"), COUNT, total=True),
            Column("average", _("Average (hours)"), HOURS),
            Column("median", _("Median (hours)"), HOURS),
            Column("slowest", _("90% done within (hours)"), HOURS),
            Column("late", _("Done too late"), COUNT, total=True),
            Column("late_share", _("Too late"), PERCENT),
        ],
        rows=step_durations,
        chart=_slow_steps,
        order="-slowest",
        icon="hourglass",
    )
)
register(
    Report(
        code="open-tasks",
        title=_("Open tasks by person and role"),
        description=_(
            "What is open now and how much of it is overdue, on people's desks and in the queues of roles."
        ),
        group=GROUP,
        permission=VIEW_CASES,
        params=("department", "person"),
        columns=[
            Column("who", _("Who")),
            Column("where", _("Where")),
            Column("open", _("Open"), COUNT, total=True),
            Column("late", _("Overdue"), COUNT, total=True),
            Column("oldest", _("Oldest (hours)"), HOURS),
        ],
        rows=open_tasks,
        chart=_load_chart,
        order="-open",
        icon="inbox",
    )
)
