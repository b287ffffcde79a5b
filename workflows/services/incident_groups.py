"""Deal with many failures at once: each in its own transaction, so that one refusal stops no other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import ApplicationError
from core.rights import require
from workflows.models import Incident
from workflows.services import breaches, incidents

logger = logging.getLogger(__name__)

Deed: TypeAlias = Literal["retry", "skip", "fail", "edit", "mend"]
# In one call; whoever has more goes on behind the last one (``Results.after``).
MOST_AT_ONCE: Final = 500
RIGHTS: Final[Mapping[str, str]] = {
    "retry": incidents.RETRY,
    "skip": incidents.SKIP,
    "fail": incidents.SKIP,
    "edit": incidents.EDIT,
    "mend": incidents.RETRY,
}


@dataclass(frozen=True)
class Result:
    """What became of one of them. ``error`` is a refusal or what it failed with again."""

    incident_id: int
    incident: Incident | None = None
    error: Exception | None = None

    @property
    def is_done(self) -> bool:
        return self.incident is not None and self.incident.status != Incident.Status.OPEN

    @property
    def failed_again(self) -> bool:
        return self.incident is not None and self.incident.status == Incident.Status.OPEN


@dataclass(frozen=True)
class Results:
    rows: Sequence[Result]
    after: int | None = None  # where the next call goes on; None: these were all


def deal_with(
    *,
    action: Deed,
    actor: Actor,
    ids: Sequence[int] = (),
    group: str = "",
    after: int = 0,
    most: int = MOST_AT_ONCE,
    reason: str = "",
    code: str = "",
    values: Mapping[str, Any] | None = None,
) -> Results:
    """Do one thing with failures named by their ids, or with all open ones of a group.

    A group is gone through in the order of ids, so many a call: one that fails again stays open, and
    is not met again."""
    require(actor, RIGHTS[action])
    if action != "retry":
        incidents.require_reason(reason)
    wanted = sorted({pk for pk in ids if pk > after}) if ids else open_of(group, after=after, most=most + 1)
    now = wanted[:most]
    deed = _deed(action, actor=actor, reason=reason, code=code, values=values or {})
    rows = [_one(pk, deed) for pk in now]
    return Results(rows, now[-1] if len(wanted) > len(now) else None)


def open_of(group: str, *, after: int = 0, most: int = MOST_AT_ONCE) -> list[int]:
    """The open failures of a group behind one of them, in the order of ids."""
    found = Incident.objects.filter(group_key=group, status=Incident.Status.OPEN, pk__gt=after)
    return list(found.order_by("pk").values_list("pk", flat=True)[:most])


def _deed(
    action: Deed, *, actor: Actor, reason: str, code: str, values: Mapping[str, Any]
) -> Callable[[int], Incident]:
    def do(pk: int) -> Incident:
        match action:
            case "retry":
                return incidents.retry_incident(incident_id=pk, actor=actor)
            case "skip":
                return incidents.skip_incident(incident_id=pk, reason=reason, actor=actor)
            case "fail":
                return incidents.fail_incident(incident_id=pk, code=code, reason=reason, actor=actor)
            case "edit":
                return incidents.edit_and_retry(incident_id=pk, values=values, reason=reason, actor=actor)
            case "mend":
                return breaches.mend_breach(incident_id=pk, reason=reason, actor=actor)

    return do


def _one(pk: int, deed: Callable[[int], Incident]) -> Result:
    try:
        return Result(pk, deed(pk))
    except (ApplicationError, PermissionDenied) as refusal:
        return Result(pk, error=refusal)
    except Incident.DoesNotExist:
        return Result(pk, error=ApplicationError(_("There is no such failure."), code="not_found"))
    except Exception as error:
        logger.exception("Incident %s could not be dealt with.", pk)
        return Result(pk, error=error)
