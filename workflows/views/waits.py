"""What a case waits for besides people, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
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
    element: str = ""
    is_call: bool = False
    # It waits for something that may come to a step or to the whole case, while that goes on.
    breaks_in: bool = False
    beside: str = ""
    token: str = ""


def awaited(case: ProcessInstance) -> list[Awaited]:
    """The next moment first; without rounds that never come."""
    return [
        Awaited(
            one.name,
            wait_words(one),
            one.since,
            one.due_at,
            _trouble(one),
            one.element,
            one.kind == "job",
            one.breaks_in,
            one.beside,
            one.token,
        )
        for one in waits_of(case)
        if one.kind != "timer" or one.due_at is not None
    ]


def calls_among(others: list[Awaited]) -> dict[str, str]:
    """For the diagram: how far the calls of other systems are, by the path of their step."""
    return {one.element: _("waits %(what)s") % {"what": one.text} for one in others if one.is_call}


def wait_words(wait: Wait) -> str:
    if wait.kind == "timer":
        return _("until %(time)s") % {"time": moment(wait.due_at)}
    if wait.kind == "message":
        return _("for the message “%(name)s”") % {"name": event_title(wait.message)}
    if wait.kind == "signal":
        return _("for the signal “%(name)s”") % {"name": event_title(wait.message)}
    if wait.kind == "condition":
        return _("until its condition holds")
    return call_words(wait)


def call_words(wait: Wait) -> str:
    """How far the call of another system is."""
    if wait.state == "answered":
        return _("for the case to go on; the other system has answered")
    if wait.state == "calling":
        return _("for the answer of another system (try %(number)s)") % {"number": wait.attempts}
    if wait.attempts:
        return ngettext(
            "for the answer of another system (tried once, next at %(time)s)",
            "for the answer of another system (tried %(count)s times, next at %(time)s)",
            wait.attempts,
        ) % {"count": wait.attempts, "time": moment(wait.next_at)}
    if wait.next_at is not None and wait.next_at > clock.now():
        return _("for another system, until %(time)s") % {"time": moment(wait.next_at)}
    return _("for another system")


def event_title(name: str) -> str:
    """What the program itself tells has a name in both languages."""
    known = registry.events().get(name)
    return known.title if known is not None else name


def _trouble(wait: Wait) -> str:
    if not wait.attempts or not wait.error:
        return ""
    return _("tried %(count)s times: %(error)s") % {"count": wait.attempts, "error": wait.error[:300]}
