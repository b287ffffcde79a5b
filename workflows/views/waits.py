"""What a case waits for besides people, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from core.templatetags.ui import moment
from workflows import registry
from workflows.models import ProcessInstance
from workflows.selectors import Wait, waits_of


@dataclass(frozen=True)
class Awaited:
    """A line below the open steps. ``trouble`` is for those who look after failures."""

    name: str
    text: str
    since: datetime
    due_at: datetime | None
    trouble: str = ""


def awaited(case: ProcessInstance) -> list[Awaited]:
    """The next moment first; without rounds that never come."""
    return [
        Awaited(one.name, wait_words(one), one.since, one.due_at, _trouble(one))
        for one in waits_of(case)
        if one.kind != "timer" or one.due_at is not None
    ]


def wait_words(wait: Wait) -> str:
    if wait.kind == "timer":
        return _("until %(time)s") % {"time": moment(wait.due_at)}
    if wait.kind == "message":
        return _("for the message “%(name)s”") % {"name": event_title(wait.message)}
    if wait.kind == "signal":
        return _("for the signal “%(name)s”") % {"name": event_title(wait.message)}
    if wait.kind == "condition":
        return _("until its condition holds")
    return _("for another system")


def event_title(name: str) -> str:
    """What the program itself tells has a name in both languages."""
    known = registry.events().get(name)
    return known.title if known is not None else name


def _trouble(wait: Wait) -> str:
    if not wait.attempts or not wait.error:
        return ""
    return _("tried %(count)s times: %(error)s") % {"count": wait.attempts, "error": wait.error[:300]}
