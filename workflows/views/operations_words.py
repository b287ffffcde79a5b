"""The state of the background in words: names of queues and programs, each trouble with what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import presence
from core.models import User
from core.permissions import MANAGE_JOBS, MANAGE_WEBHOOKS
from core.templatetags.ui import lasted
from core.views.jobs import kind_name
from workflows.selectors import operations_status as state
from workflows.selectors import queue_figures as queue
from workflows.selectors.incidents import DEAL_WITH
from workflows.services.messages import SEND


def program_name(name: str) -> str:
    if name == presence.BEAT:
        return _("Clock (beat)")
    return _("Worker of the queue “%(queue)s”") % {"queue": name.partition(":")[2]}


def queue_name(place: str, kind: str = "") -> str:
    if place == queue.BACKGROUND:
        return str(kind_name(kind)) if kind else _("Background work")
    return {
        queue.CONTINUATIONS: _("Automatic continuations of cases"),
        queue.CALLS: _("Calls to other systems"),
        queue.TIMERS: _("Timers"),
        queue.MESSAGES: _("Messages to cases"),
        queue.WEBHOOKS: _("Webhooks"),
    }[place]


def list_of(place: str, kind: str, what: str, person: User) -> str:
    """Where the rows of a number stand: ``what`` is waiting, failing or failed. Empty without the right to see them."""
    if place in (queue.CONTINUATIONS, queue.CALLS, queue.TIMERS) and person.may(DEAL_WITH):
        if what == "failed":
            return reverse("workflows:incident-list")
        if place == queue.TIMERS:
            return _address("workflows:timer-list", state="due" if what == "waiting" else what)
        job = "operation" if place == queue.CALLS else "continuation"
        return _address("workflows:call-list", kind=job, state="" if what == "waiting" else what)
    if place == queue.MESSAGES and person.may(SEND):
        return _address("workflows:message-list", state="refused" if what == "failed" else "on_its_way")
    if place == queue.WEBHOOKS and person.may(MANAGE_WEBHOOKS):
        return reverse("webhook-list")
    if place == queue.BACKGROUND and person.may(MANAGE_JOBS):
        status = "failed" if what == "failed" else "open"
        return _address("job-list", status=status, kind=kind, order="-attempts" if what == "failing" else "")
    return ""


def _address(name: str, **asked: str) -> str:
    query = urlencode({key: word for key, word in asked.items() if word})
    return reverse(name) + (f"?{query}" if query else "")


@dataclass(frozen=True)
class Told:
    """A trouble in a sentence, what to do about it, and where."""

    level: str
    text: str
    advice: str
    url: str = ""


def told(one: state.Trouble, person: User, now: Any) -> Told:
    """Each trouble as people read it. docs/operations.md says more about each."""
    queue_of = one.queue
    url = ""
    if queue_of is not None:
        what = "failed" if one.code == state.FAILED else "waiting"
        url = list_of(queue_of.place, queue_of.kind, what, person)
    elif one.code in (state.FAILURES, state.BREACHES) and person.may(DEAL_WITH):
        url = reverse("workflows:incident-list") + ("?kind=breach" if one.code == state.BREACHES else "")
    return Told(one.level, sentence(one, now), advice(one), url)


def sentence(one: state.Trouble, now: Any) -> str:
    words: Mapping[str, Any] = {
        "count": one.count,
        "program": program_name(one.program) if one.program else "",
        "queue": queue_name(one.queue.place, one.queue.kind) if one.queue is not None else "",
        "span": lasted(now - one.since) if one.since is not None else "",
    }
    match one.code:
        case state.REDIS:
            return _("Redis does not answer.")
        case state.NOT_SEEN:
            return _("Not running: %(program)s.") % words
        case state.LATE:
            return _("%(queue)s: the oldest has been due for %(span)s.") % words
        case state.BREACHES:
            text = ngettext(
                "The entries of %(count)s case disagree.",
                "The entries of %(count)s cases disagree.",
                one.count,
            )
        case state.FAILURES:
            text = ngettext(
                "%(count)s failed step waits for somebody.",
                "%(count)s failed steps wait for somebody.",
                one.count,
            )
        case _:
            text = ngettext("%(queue)s: %(count)s failed.", "%(queue)s: %(count)s failed.", one.count)
    return text % words


def advice(one: state.Trouble) -> str:
    match one.code:
        case state.REDIS:
            return _("Start Redis again: without it workers hear of new work late and nobody knows who runs.")
        case state.NOT_SEEN if one.program == presence.BEAT:
            return _("Start beat: without it timers do not fire and reminders do not go out.")
        case state.NOT_SEEN:
            return _("Start a worker for this queue: what stands in it is not lost, it waits.")
        case state.LATE:
            return _(
                "Look whether the workers run and are not stuck; start more of them if there is much to do."
            )
        case state.BREACHES:
            return _("Open the failure and make the entries agree.")
        case state.FAILURES:
            return _("Read the cause, mend it, then try again.")
        case _:
            return _("Read the cause in the list, mend it, then send or try again.")


def summary(status: state.Status) -> str:
    """The whole in one sentence: what a screen reader hears when it changes."""
    if not status.troubles:
        return _("All programs run; nothing waits longer than a minute.")
    count = len(status.troubles)
    text = ngettext("%(count)s thing needs attention.", "%(count)s things need attention.", count)
    return text % {"count": count}
