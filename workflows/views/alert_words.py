"""An alert in words: what it says, what to do about it, where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.enumeration import in_one
from core.models import User
from core.models.people import in_reader_language
from core.notifications import moment
from workflows.models import Alert
from workflows.selectors.incidents import DEAL_WITH
from workflows.selectors.operations_status import Trouble
from workflows.selectors.queue_figures import PLACES, Queue
from workflows.views import operations_words as words

Code = Alert.Code


def sentence(facts: Mapping[str, Any]) -> str:
    """``facts``: code, about and the parameters of an alert."""
    count = facts.get("count", 0)
    if facts["code"] == Code.CAUSE:
        text = _("A new cause of failures in “%(process)s”: %(message)s")
        process = in_reader_language(facts.get("process_zh", ""), facts.get("process_en", ""))
        return text % {"process": process, "message": facts.get("message", "")}
    if facts["code"] == Code.CAUSES:
        text = ngettext(
            "Steps fail for %(count)s new cause at once; %(cases)s are held.",
            "Steps fail for %(count)s new causes at once; %(cases)s are held.",
            count,
        )
        said = text % {"count": count, "cases": facts.get("cases", count)}
        return in_one(said, _joined(facts.get("joined", 0)))
    # As it was when it was last seen: what is over does not last longer and longer.
    return words.sentence(_trouble(facts), moment(facts, "at") or clock.now())


def _joined(count: int) -> str:
    if not count:
        return ""
    text = ngettext("%(count)s of them joined later.", "%(count)s of them joined later.", count)
    return text % {"count": count}


def advice(facts: Mapping[str, Any]) -> str:
    if facts["code"] == Code.CAUSES:
        return _("Look first at what they have in common: an outside system, a change, the database.")
    if facts["code"] == Code.CAUSE:
        return _("Read the cause, mend it, then try again.")
    return words.advice(_trouble(facts))


def place_of(alert: Alert, person: User) -> str:
    """Where to mend it; the page Operations where the person may not see more."""
    if alert.code in (Code.CAUSE, Code.CAUSES):
        if not person.may(DEAL_WITH):
            return reverse("workflows:operations")
        if alert.code == Code.CAUSE and alert.state == Alert.State.OPEN:
            return reverse("workflows:incident-group", args=[alert.about])
        return reverse("workflows:incident-list")
    trouble = _trouble({**alert.params, "code": alert.code, "about": alert.about})
    return words.told(trouble, person, clock.now()).url or reverse("workflows:operations")


def about(alert: Alert) -> dict[str, Any]:
    return {**alert.params, "code": alert.code, "about": alert.about, "at": alert.last_seen_at}


def _trouble(facts: Mapping[str, Any]) -> Trouble:
    code, subject = facts["code"], facts["about"]
    place, _colon, kind = subject.partition(":")
    is_queue = code in (Code.LATE, Code.FAILED) and place in PLACES
    return Trouble(
        code,
        facts.get("level", ""),
        program="" if is_queue else subject,
        queue=Queue(place, kind) if is_queue else None,
        count=facts.get("count", 0),
        since=moment(facts, "since"),
    )
