"""Legal holds: cases that must stay, whatever their age; placed and lifted by people who say why.

Placing one waits for a batch of a purge that is under way. Afterwards the case is there and held, or it is gone and
the hold is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from core import audit, clock
from core.actors import Actor
from core.errors import ApplicationError, Conflict
from core.rights import require
from workflows import registry
from workflows.models import LegalHold, ProcessDefinition, ProcessInstance, PurgedCase
from workflows.models.retention import HOLD, PURGE
from workflows.selectors.cases import case_for
from workflows.services import locking

Target = LegalHold.Target
LOCK = "workflows.legal_hold"


def hold_case(*, instance_id: int, reason: str, actor: Actor) -> LegalHold:
    """Keep one case. Raises DoesNotExist for strangers, Conflict for one that was purged."""
    with _placing(actor, reason):
        case = _case(instance_id, actor)
        return _place(actor, reason, target=Target.CASE, instance_id=case.pk, title=str(case)[:200])


def hold_subject(*, subject_type: str, subject_id: str, reason: str, actor: Actor) -> LegalHold:
    """Keep all cases about a business row, those to come among them."""
    with _placing(actor, reason):
        title = _title_of_subject(subject_type, subject_id, actor)
        return _place(
            actor,
            reason,
            target=Target.SUBJECT,
            subject_type=subject_type,
            subject_id=subject_id,
            title=title[:200],
        )


def hold_process(*, definition_key: str, reason: str, actor: Actor) -> LegalHold:
    """Keep all cases of a process, those to come among them."""
    with _placing(actor, reason):
        definition = ProcessDefinition.objects.visible_to(actor).get(key=definition_key)
        return _place(actor, reason, target=Target.PROCESS, definition=definition)


@transaction.atomic
def lift_hold(*, hold_id: int, reason: str, actor: Actor) -> LegalHold:
    """End a hold, saying why. What other holds keep stays kept."""
    require(actor, HOLD)
    hold: LegalHold = LegalHold.objects.select_for_update(of=("self",)).get(pk=hold_id)
    _require_reason(reason)
    if not hold.stands:
        raise Conflict(_("This hold was lifted already."), code="hold_lifted")
    hold.lifted_at, hold.lift_reason = clock.now(), reason.strip()
    hold.lifted_by_id, hold.lifted_by_label = actor.pk, actor.display_name
    hold.save(update_fields=["lifted_at", "lift_reason", "lifted_by", "lifted_by_label"])
    audit.record(actor, "workflows.lift_hold", hold, before=_told(hold), note=reason)
    return hold


def holds(actor: Actor) -> QuerySet[LegalHold]:
    """All of them, for whoever places holds or purges cases; nobody else reads why."""
    if not (actor.may(HOLD) or actor.may(PURGE)):
        return LegalHold.objects.none()
    return LegalHold.objects.select_related("definition", "placed_by", "lifted_by")


def holds_on(case: ProcessInstance) -> list[LegalHold]:
    """The holds that keep a case now, the oldest first."""
    keeps = Q(instance_id=case.pk) | Q(definition=case.definition_id)
    if case.subject_id:
        keeps |= Q(subject_type=case.subject_type, subject_id=case.subject_id)
    rows = LegalHold.objects.filter(keeps, lifted_at__isnull=True)
    return list(rows.select_related("definition", "placed_by").order_by("pk"))


@contextmanager
def _placing(actor: Actor, reason: str) -> Iterator[None]:
    """Around the placing of a hold: who may, and why; no case is purged meanwhile."""
    require(actor, HOLD)
    _require_reason(reason)
    with locking.busy_is_a_conflict(), transaction.atomic():
        locking.set_patience()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [LOCK])
        yield


def _place(actor: Actor, reason: str, **target: Any) -> LegalHold:
    hold = LegalHold.objects.create(
        reason=reason.strip(),
        placed_by_id=actor.pk,
        placed_by_label=actor.display_name,
        placed_at=clock.now(),
        **target,
    )
    audit.record(actor, "workflows.place_hold", hold, after=_told(hold), note=reason)
    return hold


def _case(instance_id: int, actor: Actor) -> ProcessInstance:
    try:
        return case_for(actor, instance_id)
    except ProcessInstance.DoesNotExist:
        gone = PurgedCase.objects.visible_to(actor).filter(pk=instance_id).first()
        if gone is None:
            raise
        raise Conflict(
            _("This case was purged on %(when)s by %(who)s; there is nothing left to hold.")
            % {
                "when": date_format(localtime(gone.purged_at), "DATETIME_FORMAT"),
                "who": gone.purged_by_label,
            },
            code="case_purged",
        ) from None


def _title_of_subject(subject_type: str, subject_id: str, actor: Actor) -> str:
    """What the business row is called. Whoever sees it or a case about it may hold it."""
    about = ProcessInstance.objects.without_state().filter(subject_type=subject_type, subject_id=subject_id)
    newest = about.visible_to(actor).order_by("-pk").first()
    if newest is not None:
        return newest.subject_title
    kind = registry.subject_types().get(subject_type)
    if kind is None or not kind.may_be_seen_by(actor, subject_id):
        raise ProcessInstance.DoesNotExist(f"{subject_type} {subject_id} does not exist.")
    return str(kind.fetch(subject_id))


def _require_reason(reason: str) -> None:
    if not reason.strip():
        text = _("Please say why.")
        raise ApplicationError(text, code="reason_missing", errors={"reason": [text]})


def _told(hold: LegalHold) -> dict[str, Any]:
    """What the audit says of it: what it keeps."""
    key = hold.definition.key if hold.definition is not None else ""
    told = {
        "target": hold.target,
        "title": hold.title,
        "instance": hold.instance_id,
        "definition": key,
        "subject": f"{hold.subject_type}:{hold.subject_id}" if hold.subject_id else "",
    }
    return {name: value for name, value in told.items() if value not in (None, "")}
