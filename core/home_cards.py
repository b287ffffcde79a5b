"""The cards that belong to no app: the numbers of today, what was seen lately, the background, the set-up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import set_up
from core.charts import MONEY, full_number
from core.finding import seen_lately
from core.home import Card, figures_for, register
from core.jobs import health
from core.models import BackgroundJob
from core.permissions import MANAGE_JOBS, MANAGE_PEOPLE


def today(request: HttpRequest) -> Mapping[str, Any] | None:
    person = request.user
    figures = [
        {
            "label": one.label,
            "url": one.url(person),
            "words": full_number(one.value(person), MONEY)
            if one.is_money
            else full_number(one.value(person)),
        }
        for one in figures_for(person)
    ]
    return {"figures": figures} if figures else None


def lately(request: HttpRequest) -> Mapping[str, Any] | None:
    hits = seen_lately(request.user).hits  # type: ignore[arg-type]
    return {"hits": hits} if hits else None


def background(request: HttpRequest) -> Mapping[str, Any] | None:
    """Whether workers keep up, and what failed for good."""
    failed = BackgroundJob.objects.filter(status=BackgroundJob.Status.FAILED).count()
    waiting = BackgroundJob.objects.filter(status=BackgroundJob.Status.OPEN).count()
    url = reverse("job-list")
    return {
        "state": health.shown_state(),
        "failed": failed,
        "failed_url": f"{url}?status=failed",
        "waiting": waiting,
        "waiting_url": f"{url}?status=open",
    }


def setting_up(request: HttpRequest) -> Mapping[str, Any] | None:
    """What a new company has still to enter; gone when nothing is left."""
    if not set_up.is_open():
        return None
    steps = [(step, step.is_done()) for step in set_up.steps()]
    return {"steps": steps, "done": sum(done for _step, done in steps), "count": len(steps)}


register(
    Card(
        "set-up",
        _("Set up the company"),
        "core/home_set_up.html",
        setting_up,
        permission=MANAGE_PEOPLE,
        width=12,
        order=5,
        icon="sliders-horizontal",
        url_name="set-up",
    )
)
register(Card("today", _("Today"), "core/home_today.html", today, width=12, order=10, icon="calendar-days"))
register(Card("lately", _("Seen lately"), "core/home_lately.html", lately, width=4, order=70, icon="history"))
register(
    Card(
        "background",
        _("Background work"),
        "core/home_background.html",
        background,
        permission=MANAGE_JOBS,
        width=3,
        order=60,
        icon="layers",
        url_name="job-list",
    )
)
