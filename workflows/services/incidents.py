"""Deal with steps that failed: try again, mend the data first, pass over, or go on as the diagram says for an error.

Each is one step of the case. A reason is asked for what somebody must answer for later; it stands in the history.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from core import audit
from core.actors import Actor
from core.errors import ApplicationError, Conflict
from core.rights import require
from workflows.definitions import definition_of
from workflows.engine import Case, StepEvent
from workflows.engine.vocabulary import Type
from workflows.models import HistoryEvent, Incident, ProcessInstance
from workflows.services import answers
from workflows.services.history import part_data
from workflows.services.host import NoHost
from workflows.services.rows import INCIDENT, describe_failure, places
from workflows.services.step import Step, step_of_instance

RETRY, SKIP, EDIT = "workflows.retry_incident", "workflows.skip_incident", "workflows.edit_case_data"
Kind = HistoryEvent.Kind


def retry_incident(*, incident_id: int, actor: Actor) -> Incident:
    """Run the failed step again; the case moves on if it works, and stays held if it fails again."""
    require(actor, RETRY)
    with _held(incident_id, actor) as (step, incident):
        _retry(step, incident)
    return incident


def edit_and_retry(*, incident_id: int, values: Mapping[str, Any], reason: str, actor: Actor) -> Incident:
    """Change data of the case as the held step sees it, and run the step again.

    What was there before and what is there now stays in the history."""
    require(actor, EDIT)
    require_reason(reason)
    with _held(incident_id, actor) as (step, incident):
        before = step.case.editable(incident.token)
        with answers.refusals_of_the_engine():
            written = step.case.write(incident.token, values)
        changes = {
            name: {"from": before[name][1], "to": value}
            for name, value in written.items()
            if before[name][1] != value
        }
        if not changes:
            raise ApplicationError(_("Nothing was changed."), code="nothing_changed")
        _deed(step, incident, Kind.EDITED, reason, {"changes": changes})
        _record(step, "workflows.edit_case_data", incident, reason, changes)
        _retry(step, incident)
    return incident


def skip_incident(*, incident_id: int, reason: str, actor: Actor) -> Incident:
    """Go on behind the failed step as if it were done. What it would have done is not done."""
    require(actor, SKIP)
    require_reason(reason)
    with _held(incident_id, actor) as (step, incident):
        done = _deed(step, incident, Kind.SKIPPED, reason)
        with answers.refusals_of_the_engine():
            step.case.skip(incident.token)
        step.history.follow(step.case.events, done=done)
        _record(step, "workflows.skip_incident", incident, reason)
        _settle(step, incident)
    return incident


def fail_incident(*, incident_id: int, code: str, reason: str, actor: Actor) -> Incident:
    """Let the failed step end with an error of the diagram, so that the way drawn for it is taken."""
    require(actor, SKIP)
    require_reason(reason)
    with _held(incident_id, actor) as (step, incident):
        known = step.case.catchable(incident.token)
        if code not in known and None not in known:
            raise Conflict(_why_not_caught(code, known), code="error_not_caught")
        _deed(step, incident, Kind.ERROR_THROWN, reason, {"error": code})
        with answers.refusals_of_the_engine():
            step.case.fail(incident.token, code)
        step.history.follow(_but_the_throw(step.case.events))
        _record(step, "workflows.fail_incident", incident, reason, {"error": code})
        _settle(step, incident)
    return incident


# What can be done ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ways:
    """What can be done about a failure, and with what."""

    may_skip: bool
    codes: tuple[str | None, ...]  # errors that the diagram catches there; None: any
    values: Mapping[str, tuple[Type, Any]]  # the data as the step sees it: type and value


NO_WAY = Ways(False, (), {})


def ways_out(incident: Incident, instance: ProcessInstance) -> Ways:
    """For pages and programs; the services ask again. Nothing where the step is held no more."""
    if incident.status != Incident.Status.OPEN or incident.kind != Incident.Kind.FAILURE:
        return NO_WAY
    try:
        case = Case.load(definition_of(instance.version_id), instance.state, NoHost())
        return Ways(
            case.may_skip(incident.token), case.catchable(incident.token), case.editable(incident.token)
        )
    except Exception:  # a state that cannot be read is a breach, and told as such
        return NO_WAY


# Inside the step ----------------------------------------------------------------------------------


@contextmanager
def _held(incident_id: int, actor: Actor) -> Iterator[tuple[Step, Incident]]:
    """The locked case with the failure that holds it, which nobody else can be dealing with now."""
    instance_id = Incident.objects.values_list("instance", flat=True).get(pk=incident_id)
    with step_of_instance(instance_id, actor=actor) as step:
        incident = open_incident(incident_id)
        if incident.kind != Incident.Kind.FAILURE:
            raise Conflict(
                _("No step has failed there: the rows of the case disagree. Mend them."), code="is_breach"
            )
        step.require_running()
        step.load()
        if (incident.token, INCIDENT) not in step.waited:
            raise Conflict(
                _("The case does not stand at this failure any more. Its rows disagree: mend them."),
                code="is_breach",
            )
        yield step, incident


def open_incident(incident_id: int) -> Incident:
    """The incident, read under the lock of its case; refused if somebody was faster."""
    incident = Incident.objects.select_related("closed_by").get(pk=incident_id)
    if incident.status != Incident.Status.OPEN:
        raise Conflict(_why_closed(incident), code="not_open")
    return incident


def close_incident(step: Step, incident: Incident) -> None:
    incident.status = Incident.Status.RESOLVED
    incident.closed_at, incident.closed_by_id = step.now, step.actor.pk
    incident.save(update_fields=["status", "closed_at", "closed_by"])


def require_reason(reason: str) -> None:
    if not reason.strip():
        text = _("Say why.")
        raise ApplicationError(text, code="reason_needed", errors={"reason": [text]})


def _retry(step: Step, incident: Incident) -> None:
    _deed(step, incident, Kind.RETRIED)
    with answers.refusals_of_the_engine():
        step.case.retry(incident.token)
    step.history.follow(step.case.events)
    _settle(step, incident)


def _settle(step: Step, incident: Incident) -> None:
    """The failure is dealt with, or the step has failed again."""
    still_held = places(step.case.waiting()).get((incident.token, INCIDENT))
    if still_held is None:
        step.settle(incident.token, INCIDENT)
        close_incident(step, incident)
        return
    incident.error_type, incident.message = describe_failure(still_held)
    incident.attempts += 1
    incident.last_failed_at = step.now
    incident.save(update_fields=["error_type", "message", "attempts", "last_failed_at"])


def _deed(
    step: Step, incident: Incident, kind: str, reason: str = "", data: Mapping[str, Any] | None = None
) -> HistoryEvent:
    part = part_data(step.waited[incident.token, INCIDENT].parts)
    return step.history.deed(kind, element=incident.element, comment=reason, data={**part, **(data or {})})


def _record(
    step: Step,
    action: str,
    incident: Incident,
    reason: str,
    changes: Mapping[str, Any] | None = None,
) -> None:
    audit.record(
        step.actor,
        action,
        step.instance,
        before={"element": incident.element, "error": incident.error_type},
        after=changes,
        note=reason,
    )


def _but_the_throw(events: Iterable[StepEvent]) -> Iterator[StepEvent]:
    """The engine reports the error that was thrown as well; the operator's deed tells of it."""
    is_told = False
    for event in events:
        if event.kind == "failed" and not is_told:
            is_told = True
            continue
        yield event


# Refusals -----------------------------------------------------------------------------------------


def _why_not_caught(code: str, known: Iterable[str | None]) -> str:
    codes = ", ".join(one for one in known if one is not None)
    if not codes:
        return _("The diagram catches no error at this step. Try again, change the data, or skip it.")
    return _("Nothing catches the error “%(code)s” at this step. The diagram catches: %(codes)s.") % {
        "code": code[:80],
        "codes": codes,
    }


def _why_closed(incident: Incident) -> str:
    when = date_format(localtime(incident.closed_at), "DATETIME_FORMAT")
    if incident.closed_by is not None:
        return _("%(name)s already dealt with this failure on %(when)s.") % {
            "name": incident.closed_by.name,
            "when": when,
        }
    return _("This failure was closed on %(when)s.") % {"when": when}
