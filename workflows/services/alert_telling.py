"""Tell those who may watch what changed: one notification a watch for what is wrong and one for what is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import reverse

from core.models import Notification, User
from core.notifications import notify
from core.webhooks import Announcement, announce_all
from workflows.alert_notices import KIND
from workflows.models import Alert
from workflows.selectors.alerts import watchers

OPENED, RAISED, AGAIN, OVER = "opened", "raised", "again", "over"
RANK: Final[Mapping[str, int]] = {"": 0, Alert.Level.AMBER: 1, Alert.Level.RED: 2}
# In the keys of notifications, and so of letters.
KEY = "alert"
_EVENTS = {OPENED: "alert.opened", RAISED: "alert.raised", OVER: "alert.closed"}


@dataclass(frozen=True)
class Telling:
    """What changed about an alert: it was opened, got worse, lasts, or is over."""

    what: str
    alert: Alert


def tell(told: Sequence[Telling], now: datetime) -> None:
    """In the caller's transaction, under the lock of who watches; each telling of an alert has a number of its own."""
    if not told:
        return
    people = watchers()
    for one in told:
        one.alert.tellings += 1
        one.alert.told_at = now
        one.alert.told_level = max(one.alert.told_level, one.alert.level, key=lambda level: RANK[level])
        one.alert.save()
    _notify(people, [one for one in told if one.what != OVER])
    _notify(people, [one for one in told if one.what == OVER])
    announce_all(
        Announcement(_EVENTS[one.what], payload_of(one.alert), one.alert)
        for one in told
        if one.what in _EVENTS
    )


def _notify(people: Sequence[User], told: Sequence[Telling]) -> None:
    if not told:
        return
    first = told[0].alert
    notify(
        people,
        KIND,
        f"{KEY}:{first.pk}:{first.tellings}",
        {"alerts": [{"what": one.what, **facts(one.alert)} for one in told]},
        reverse("workflows:operations") + "#alerts",
    )


def correct_notices(alert: Alert) -> None:
    """What was told of it and nobody has read yet says how it is now."""
    opened = alert.opened_at.isoformat()
    unread = list(Notification.objects.filter(person__in=watchers(), kind=KIND, read_at=None))
    for row in unread:
        for one in row.params["alerts"]:
            if (one["code"], one["about"], one["opened_at"]) == (alert.code, alert.about, opened):
                one.update(facts(alert))
    Notification.objects.bulk_update(unread, ["params"])


def facts(alert: Alert) -> dict[str, Any]:
    """What is said of it, before it is put into words."""
    return {
        **alert.params,
        "code": alert.code,
        "about": alert.about,
        "level": alert.level,
        "at": alert.last_seen_at.isoformat(),
        "opened_at": alert.opened_at.isoformat(),
        "closed_at": alert.closed_at and alert.closed_at.isoformat(),
    }


def payload_of(alert: Alert) -> Mapping[str, Any]:
    """As webhooks tell it."""
    return {
        "id": str(alert.pk),
        "code": alert.code,
        "about": alert.about,
        "level": alert.level,
        "count": alert.params.get("count", 0),
        "opened_at": alert.opened_at.isoformat(),
        "closed_at": alert.closed_at and alert.closed_at.isoformat(),
    }
