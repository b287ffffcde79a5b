"""Cases whose rows disagree: tell it once as an incident, and mend it with one action.

What a case stands at is its state; rows are opened and closed until they agree with it. Whether it is over, its
history says, to which rows are only ever added.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from core import audit, clock
from core.actors import Actor
from core.errors import Conflict
from core.rights import require
from workflows.engine import EngineError
from workflows.models import HistoryEvent, Incident, ProcessInstance
from workflows.services.announcing import announce_incident
from workflows.services.auditing import Breach, examine, open_places
from workflows.services.incidents import RETRY, close_incident, open_incident, require_reason
from workflows.services.rows import Place, close_everything, close_rows, stamp_of
from workflows.services.step import Step, step_of_instance

Kind, Status = HistoryEvent.Kind, ProcessInstance.Status
# Looked at in one round of the audit; the next one comes in less than a minute.
AT_ONCE = 1000
# An older row of a case was put back: numbers that its lost steps may have used are not used again.
ROOM = 1000
# What happens once more when a case goes on from an older state.
DONE_AGAIN = (Kind.COMPLETED, Kind.SKIPPED, Kind.FIRED, Kind.RECEIVED)
# What no row can mend: history that is gone, a state that nobody can read.
BEYOND_MENDING = ("hole", "unreadable")


def note_breaches(suspects: Iterable[int]) -> int:
    """Open an incident for each breached case without one; close those of cases that are in order again.

    Says how many cases are breached."""
    known = {
        incident.instance_id: incident
        for incident in Incident.objects.filter(
            kind=Incident.Kind.BREACH, status=Incident.Status.OPEN
        ).order_by("pk")[:AT_ONCE]
    }
    new = sorted(set(suspects) - known.keys())[:AT_ONCE]
    wrong = examine([*known, *new])
    _close_mended([incident.pk for pk, incident in known.items() if pk not in wrong])
    for pk, incident in known.items():
        if pk in wrong and incident.message != message_of(wrong[pk]):
            Incident.objects.filter(pk=incident.pk).update(
                error_type=codes_of(wrong[pk]), message=message_of(wrong[pk])
            )
    _open({pk: wrong[pk] for pk in new if pk in wrong})
    return len(wrong)


def mend_breach(*, incident_id: int, reason: str, actor: Actor) -> Incident:
    """Make the rows of a case agree with its state, and let it go on from there."""
    require(actor, RETRY)
    require_reason(reason)
    instance_id = Incident.objects.values_list("instance", flat=True).get(pk=incident_id)
    with step_of_instance(instance_id, actor=actor) as step:
        incident = open_incident(incident_id)
        if incident.kind != Incident.Kind.BREACH:
            raise Conflict(
                _("A step has failed there; nothing is to be mended. Try it again."), code="is_failure"
            )
        wrong = examine([instance_id]).get(instance_id, [])
        if wrong:
            done = _mend(step, wrong)
            deed = step.history.deed(Kind.MENDED, comment=reason, data=done)
            audit.record(actor, "workflows.mend_breach", step.instance, after=deed.data, note=reason)
        close_incident(step, incident)
    return incident


def repeated_events(instance: ProcessInstance) -> Sequence[HistoryEvent]:
    """What has happened in a case since its state was written, where that is an older one: it happens again."""
    stamp = stamp_of(instance)
    if stamp.get("revision") == instance.state_revision and not _has_more_history(instance):
        return []
    done = HistoryEvent.objects.filter(
        instance=instance.pk, seq__gt=int(stamp.get("event", 0)), kind__in=DONE_AGAIN
    )
    return list(done.exclude(data__has_key="is_whole").select_related("actor").order_by("seq"))


def _has_more_history(instance: ProcessInstance) -> bool:
    return HistoryEvent.objects.filter(instance=instance.pk, seq__gt=instance.last_event).exists()


# Telling ------------------------------------------------------------------------------------------


def codes_of(wrong: Iterable[Breach]) -> str:
    return ",".join(sorted({one.code for one in wrong}))


def message_of(wrong: Iterable[Breach]) -> str:
    return "\n".join(one.text for one in wrong)[:2000]


@transaction.atomic
def _open(wrong: dict[int, list[Breach]]) -> None:
    now = clock.now()
    keys = dict(ProcessInstance.objects.filter(pk__in=wrong).values_list("pk", "definition__key"))
    Incident.objects.bulk_create(
        [
            Incident(
                instance_id=pk,
                kind=Incident.Kind.BREACH,
                error_type=codes_of(found),
                message=message_of(found),
                group_key=_group_key(keys[pk], found),
                opened_at=now,
                last_failed_at=now,
            )
            for pk, found in wrong.items()
        ],
        # Somebody else's audit was faster.
        ignore_conflicts=True,
    )
    mine = Incident.objects.filter(kind=Incident.Kind.BREACH, instance__in=wrong, opened_at=now)
    for incident in mine.select_related("instance__definition").defer("instance__state"):
        announce_incident(incident)


def _group_key(definition: str, found: list[Breach]) -> str:
    kinds = sorted({f"{one.code}:{one.place[1] if one.place else ''}" for one in found})
    return hashlib.sha256("\n".join(["breach", definition, *kinds]).encode()).hexdigest()


def _close_mended(incident_ids: Sequence[int]) -> None:
    if incident_ids:
        Incident.objects.filter(pk__in=incident_ids, status=Incident.Status.OPEN).update(
            status=Incident.Status.RESOLVED, closed_at=clock.now()
        )


# Mending ------------------------------------------------------------------------------------------


def _mend(step: Step, wrong: list[Breach]) -> dict[str, Any]:
    """Do it, and say what was done."""
    instance, codes = step.instance, {one.code for one in wrong}
    ended = HistoryEvent.objects.filter(instance=instance.pk, kind__in=[Kind.ENDED, Kind.CANCELLED]).first()
    if ended is None and "unreadable" in codes:
        raise Conflict(
            _(
                "The state of this case cannot be read, so nothing can go on from it. Terminate the case and "
                "start a new one, or put back a state from a backup."
            ),
            code="cannot_mend",
        )
    if codes <= set(BEYOND_MENDING) and ended is None:
        raise Conflict(
            _("Entries of the history are gone. Only a backup of the database has them."), code="cannot_mend"
        )
    done: dict[str, Any] = {"found": sorted(codes)}
    _count_history(instance)
    if ended is not None:
        return done | _end(step, ended)
    if not instance.is_open:
        _require_no_other(instance)
        instance.status, instance.ended_at = Status.ACTIVE, None
        done["reopened"] = True
    return done | _make_rows_agree(step)


def _count_history(instance: ProcessInstance) -> None:
    """Numbers of events, and of steps, go on behind all that were ever given."""
    newest = HistoryEvent.objects.filter(instance=instance.pk).aggregate(newest=Max("seq"))["newest"] or 0
    if newest > instance.last_event:
        instance.revision += newest - instance.last_event + ROOM
    instance.last_event = newest


def _end(step: Step, ended: HistoryEvent) -> dict[str, Any]:
    """The history says that the case is over: nothing may be open."""
    instance = step.instance
    closed = sorted(open_places(instance.pk))
    close_everything(step)
    instance.status = Status.CANCELLED if ended.kind == Kind.CANCELLED else Status.COMPLETED
    instance.ended_at, instance.open_rows = instance.ended_at or ended.at, 0
    return {"ended": True, "closed": [kind for _token, kind in closed]}


def _make_rows_agree(step: Step) -> dict[str, Any]:
    stamp = stamp_of(step.instance)
    is_older = stamp.get("revision") != step.instance.state_revision
    there = open_places(step.instance.pk)
    try:
        step.load()
    except (EngineError, LookupError, TypeError, ValueError) as error:
        raise Conflict(
            _("The state of this case cannot be read: %(cause)s") % {"cause": str(error)[:300]},
            code="cannot_mend",
        ) from error
    expected = step.waited
    step.armed_at = {token: datetime.fromisoformat(at) for token, at in stamp.get("since", {}).items()}
    step.waited = {place: waiting for place, waiting in expected.items() if place in there}
    surplus: list[Place] = sorted(there - expected.keys())
    close_rows(step, surplus)
    opened = [
        {"element": waiting.path, "kind": waiting.kind}
        for place, waiting in expected.items()
        if place not in there
    ]
    done: dict[str, Any] = {"opened": opened, "closed": [kind for _token, kind in surplus]}
    return done | ({"older": True} if is_older else {})


def _require_no_other(instance: ProcessInstance) -> None:
    """One open case for each business row and process: another one may have begun meanwhile."""
    others = ProcessInstance.objects.filter(
        definition=instance.definition_id,
        subject_type=instance.subject_type,
        subject_id=instance.subject_id,
        status__in=ProcessInstance.OPEN,
    )
    if instance.subject_id and others.exists():
        raise Conflict(
            _("Another case of this process is running for the same business row. Terminate one of them."),
            code="already_running",
        )
