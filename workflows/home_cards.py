"""The desk: what to do, what waits on others, how much lies with whom, what failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.charts import BarLine, bar_list
from core.home import Card, Figure, register, register_figure
from core.models import User
from core.reports import Params
from workflows.models import Incident
from workflows.models.work_item import VIEW_CASES
from workflows.reports import open_tasks
from workflows.selectors import count_capped, incidents
from workflows.selectors.incidents import DEAL_WITH
from workflows.views.boxes import DONE, DONE_TODAY, DUE_TODAY, MINE, OVERDUE, STARTED, Asked, Box
from workflows.views.words import Roles

FIRST = 5
LEADERS = ("manager", "director", "gm", "boss", "process_admin")


def _address(box: Box, when: str = "") -> str:
    words = {"box": box.code, "when": when}
    return f"{reverse('workflows:inbox')}?{urlencode({name: word for name, word in words.items() if word})}"


def _count(person: Any, box: Box, when: str = "") -> int:
    """As many as the list has to which the figure leads."""
    return count_capped(Asked(box=box, when=when).rows(person))


def my_work(request: HttpRequest) -> Mapping[str, Any]:
    person: Any = request.user
    return {
        "figures": [
            {
                "label": label,
                "count": _count(person, MINE, when),
                "url": _address(MINE, when),
                "late": when == OVERDUE,
            }
            for label, when in ((_("Open"), ""), (_("Due today"), DUE_TODAY), (_("Overdue"), OVERDUE))
        ],
        "items": list(Asked(box=MINE).rows(person)[:FIRST]),
    }


def waiting(request: HttpRequest) -> Mapping[str, Any] | None:
    """What one has started and others hold, the longest waiting first."""
    person: Any = request.user
    rows = Asked(box=STARTED).rows(person).exclude(assignee=person.pk)
    items = list(rows.order_by("created_at", "pk")[:FIRST])
    return {"items": items, "roles": Roles(), "url": _address(STARTED)} if items else None


def load(request: HttpRequest) -> Mapping[str, Any] | None:
    """Open and overdue tasks of people and queues, the most first."""
    rows = sorted(open_tasks(request.user, Params()), key=lambda row: row.values["open"], reverse=True)  # type: ignore[arg-type]
    lines = [
        BarLine(
            label=row.values["who"],
            value=row.values["open"],
            part=row.values["late"],
            url=row.urls["open"],
            count=row.values["late"] or None,
        )
        for row in rows[:10]
    ]
    return {"bars": bar_list(lines)} if lines else None


def failures(request: HttpRequest) -> Mapping[str, Any]:
    found = incidents(request.user).filter(status=Incident.Status.OPEN)  # type: ignore[arg-type]
    return {"count": found.order_by().count(), "url": f"{reverse('workflows:incident-history')}?status=open"}


def _done_today(person: User) -> int:
    return _count(person, DONE, DONE_TODAY)


register_figure(
    Figure("tasks-done", _("Tasks done"), _done_today, lambda person: _address(DONE, DONE_TODAY), order=10)
)
register(
    Card(
        "my-work",
        _("My work"),
        "workflows/home_my_work.html",
        my_work,
        order=20,
        icon="inbox",
        url_name="workflows:inbox",
    )
)
register(
    Card(
        "waiting", _("Waiting on others"), "workflows/home_waiting.html", waiting, order=30, icon="hourglass"
    )
)
register(
    Card(
        "load",
        _("Load of the team"),
        "workflows/home_load.html",
        load,
        permission=VIEW_CASES,
        roles=LEADERS,
        order=45,
        icon="users",
        slow=True,
    )
)
register(
    Card(
        "failures",
        _("Failures"),
        "workflows/home_failures.html",
        failures,
        permission=DEAL_WITH,
        width=3,
        order=58,
        icon="shield-alert",
        url_name="workflows:incident-list",
    )
)
