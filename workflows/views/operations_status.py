"""The page Operations: who runs, what waits, what failed, what to do. It looks again by itself."""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from core import clock
from core.charts import Chart, Series
from core.generic import Action
from core.generic.base import Page
from core.templatetags.ui import lasted, short_moment
from workflows.models import Incident
from workflows.selectors.incidents import DEAL_WITH, incident_groups
from workflows.selectors.operations_status import incidents_by_day, may_watch, operations_status
from workflows.selectors.queue_figures import HOURS_AHEAD, timers_by_hour
from workflows.views.alerts import open_alerts
from workflows.views.incident_words import cause_of
from workflows.views.operations_words import list_of, program_name, queue_name, summary, told

# How often the page asks (seconds), and how many causes it names.
ASK_EVERY = 15
CAUSES = 5


class OperationsStatus(Page):
    """What a glance needs. The part ``now`` fetches itself again; charts stand until the page is opened anew."""

    title = _("Operations")
    template_name = "workflows/operations.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not may_watch(request.user):
            raise PermissionDenied(DEAL_WITH)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        if request.htmx and request.htmx.target == "operations-now":
            answer = render(request, "workflows/operations_now.html", {**self.now(), "is_partial": True})
            answer.headers["Vary"] = "HX-Request"
            return answer
        return super().get(request, *args, **kwargs)

    def actions(self):
        return [
            Action(_("All alerts"), reverse("workflows:alert-list"), "triangle-alert"),
            Action(_("Waiting timers"), reverse("workflows:timer-list"), "alarm-clock", DEAL_WITH),
            Action(_("Waiting calls"), reverse("workflows:call-list"), "arrow-up-right", DEAL_WITH),
        ]

    def get_context_data(self, **kwargs):
        return super().get_context_data(**self.now(), charts=[timers_chart(), incidents_chart()], **kwargs)

    def now(self):
        status, person = operations_status(self.request.user), self.request.user
        sentence = summary(status)
        # Said aloud only where it differs from what was said before.
        state = f"{status.level}-{len(status.troubles)}"
        return {
            "status": status,
            "summary": sentence,
            "state": state,
            "is_news": self.request.GET.get("state", state) != state,
            "troubles": [told(one, person, status.at) for one in status.troubles],
            "alerts": open_alerts(person),
            "programs": [
                {
                    "name": program_name(one.name),
                    "is_running": one.is_running,
                    "seen": lasted(timedelta(seconds=one.seen)) if one.seen is not None else "",
                }
                for one in status.programs or ()
            ],
            "queues": [line(one, status.at, person) for one in status.queues],
            "causes": causes(person) if person.may(DEAL_WITH) else [],
            "url": reverse("workflows:operations"),
            "ask_every": ASK_EVERY,
        }


def line(one, now, person):
    """A queue as a line of the table; each number with the list behind it."""
    return {
        "name": queue_name(one.place, one.kind),
        "code": f"{one.place}-{one.kind}".rstrip("-"),
        "numbers": [
            {
                "code": what,
                "label": label,
                "value": value,
                "url": list_of(one.place, one.kind, what, person) if value else "",
                "colour": colour,
            }
            for what, label, value, colour in (
                ("waiting", _("Waiting"), one.waiting, ""),
                ("failing", _("Tried again"), one.failing, "amber"),
                ("failed", _("Failed"), one.failed, "red"),
            )
        ],
        "oldest": lasted(now - one.oldest) if one.oldest is not None else "",
        "is_late": one.oldest is not None and now - one.oldest > timedelta(minutes=1),
        "done": one.done_last_hour,
        "next": short_moment(one.next_at) if one.next_at is not None else "",
    }


def causes(person):
    """What holds the most cases."""
    groups = list(incident_groups(person).order_by("-count", "-newest")[:CAUSES])
    newest = (
        Incident.objects.select_related("instance__definition")
        .defer("instance__state")
        .in_bulk([row["newest"] for row in groups])
    )
    return [
        {
            "text": cause_of(newest[row["newest"]])[:200],
            "process": newest[row["newest"]].instance.definition.name,
            "count": row["count"],
            "url": reverse("workflows:incident-group", args=[row["group_key"]]),
            "code": row["group_key"],
        }
        for row in groups
        if row["newest"] in newest
    ]


def timers_chart() -> Chart:
    """Hour by hour from now on."""
    start = timezone.localtime(clock.now(), clock.COMPANY_ZONE)
    hours = [f"{start + timedelta(hours=ahead):%H:%M}" for ahead in range(HOURS_AHEAD)]
    return Chart(
        kind="columns",
        title=_("Timers of the coming 24 hours"),
        categories=hours,
        series=[Series(_("Timers"), timers_by_hour())],
        heading=_now("Hour from"),
        empty=_("No timer is due within 24 hours."),
    )


def incidents_chart() -> Chart:
    days = incidents_by_day()
    return Chart(
        kind="columns",
        title=_("Failures of the last 14 days"),
        categories=[day[5:] for day in days],
        series=[
            Series(_now("Opened"), [one.opened for one in days.values()]),
            Series(pgettext("failures", "Dealt with"), [one.closed for one in days.values()]),
        ],
        heading=_now("Day"),
        empty=_("Nothing has failed in 14 days."),
    )
