"""Watch over the background: open, raise and end alerts, and tell each change once.

All of it is one transaction under one lock: two watchers at once tell nothing twice, and what a watcher that dies has
not told, the next one tells. Beat asks for it once a minute; when nobody has watched for a while each worker does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from core import clock
from core.configuration import values
from core.jobs import health
from core.jobs.runner import run_background_job
from core.models import BackgroundJob
from workflows import settings_kinds
from workflows.models import Alert, AlertWatch
from workflows.selectors.alert_sightings import Key, Sighting, look
from workflows.services.alert_telling import (
    AGAIN,
    KEY,
    OPENED,
    OVER,
    RAISED,
    RANK,
    Telling,
    correct_notices,
    tell,
)

# So long beat has time to ask for a watch; afterwards any worker watches by itself.
NOBODY = timedelta(minutes=2)
# What comes back within this time after its end has to be away longer the next time, before it counts as over.
RETURNS, LONG_CALM = timedelta(hours=6), timedelta(hours=1)
# A letter about an alert that no worker has taken for so long is sent by whoever watches.
LETTER_WAITS = timedelta(minutes=1)
LETTERS_AT_ONCE = 5

State = Alert.State
# Nobody watches: /health/ready and the notice on every page tell it like other work that is late.
health.watch("the watch over the background", "SELECT at + interval '2 minutes' FROM workflows_alertwatch")


@dataclass(frozen=True)
class Rules:
    """What the company has set."""

    tells: bool
    patience: timedelta
    repeat: timedelta
    from_level: str
    kinds: frozenset[str]

    @classmethod
    def now(cls) -> Rules:
        found = values()
        return cls(
            found[settings_kinds.ALERT],
            timedelta(minutes=found[settings_kinds.PATIENCE_MINUTES]),
            timedelta(hours=found[settings_kinds.REPEAT_HOURS]),
            found[settings_kinds.FROM_LEVEL],
            frozenset(found[settings_kinds.KINDS]),
        )


def watch_if_nobody_does() -> bool:
    """For workers; says whether it was needed."""
    at = AlertWatch.objects.filter(pk=1).values_list("at", flat=True).first()
    if at is not None and clock.now() - at < NOBODY:
        return False
    return watch_over()


def watch_over() -> bool:
    """Compare what is wrong now with the alerts. False if another is at it."""
    has_watched = _watch()
    if has_watched:
        send_waiting_letters()
    return has_watched


@transaction.atomic
def _watch() -> bool:
    now = clock.now()
    AlertWatch.objects.get_or_create(pk=1, defaults={"at": now})
    if not AlertWatch.objects.select_for_update(skip_locked=True).filter(pk=1).exists():
        return False
    _compare(Rules.now(), now)
    AlertWatch.objects.filter(pk=1).update(at=now)
    return True


def _compare(rules: Rules, now: datetime) -> None:
    rows = Alert.objects.exclude(state=State.CLOSED).select_related("taken_by")
    live: dict[Key, Alert] = {(row.code, row.about): row for row in rows.select_for_update(of=("self",))}
    flood = live.get((Alert.Code.CAUSES, ""))
    joined_before = flood.params.get("joined") if flood is not None else None
    sight = look({key: row.opened_at for key, row in live.items()}, now)
    seen = {one.key for one in sight.sightings}
    for one in sight.sightings:
        row = live.setdefault(one.key, Alert(code=one.key[0], about=one.key[1], opened_at=now))
        _see(row, one, rules, now)
    passed = []
    for key, row in live.items():
        if (
            key not in seen
            and row.code not in sight.unknown
            and now - row.last_seen_at >= _calm(row, rules, now)
        ):
            if row.state == State.WATCHED:
                passed.append(row)
                continue
            row.state, row.closed_at = State.CLOSED, now
    for row in passed:
        # It went before anybody had to know.
        row.delete()
    kept = [row for row in live.values() if row not in passed]
    told = [news for row in kept if (news := _news(row, rules, now))] if rules.tells else []
    # The number of a new row is part of what is told.
    for row in kept:
        row.save()
    tell(told, now)
    if flood is not None and flood.told_level and flood.params.get("joined", joined_before) != joined_before:
        correct_notices(flood)


def _see(row: Alert, one: Sighting, rules: Rules, now: datetime) -> None:
    row.last_seen_at, row.level, row.params = now, one.level, dict(one.params)
    if row.state == State.WATCHED and (one.at_once or now - row.opened_at >= rules.patience):
        row.state = State.OPEN


def _calm(row: Alert, rules: Rules, now: datetime) -> timedelta:
    """For how long it has to be away to be over: what comes and goes is one alert, not forty."""
    if row.state == State.WATCHED:
        return rules.patience
    earlier = Alert.objects.filter(
        code=row.code, about=row.about, state=State.CLOSED, closed_at__gt=row.opened_at - RETURNS
    )
    return max(LONG_CALM, rules.patience) if earlier.exists() else rules.patience


def _news(row: Alert, rules: Rules, now: datetime) -> Telling | None:
    """What people have to hear about it now."""
    if row.code not in rules.kinds:
        return None
    if row.state == State.CLOSED:
        return Telling(OVER, row) if row.told_level else None
    if row.state != State.OPEN or RANK[row.level] < RANK[rules.from_level]:
        return None
    if RANK[row.level] > RANK[row.told_level]:
        return Telling(RAISED if row.told_level else OPENED, row)
    is_taken = row.taken_by is not None and row.taken_by.is_active
    is_due = row.told_at is not None and now - row.told_at >= rules.repeat
    return Telling(AGAIN, row) if is_due and not is_taken else None


def send_waiting_letters() -> int:
    """Letters about alerts that no worker takes: the queue of mail may be what is dead. Says how many were sent."""
    waiting = BackgroundJob.objects.filter(
        status=BackgroundJob.Status.OPEN,
        kind="mail",
        key__startswith="mail:notification:",
        key__contains=f":{KEY}:",
        due_at__lte=clock.now() - LETTER_WAITS,
    )
    return sum(
        run_background_job(pk)
        for pk in waiting.order_by("due_at").values_list("pk", flat=True)[:LETTERS_AT_ONCE]
    )
