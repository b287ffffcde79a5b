"""Deal with steps that failed."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import Conflict
from core.rights import require
from workflows.models import HistoryEvent, Incident
from workflows.services import answers
from workflows.services.rows import INCIDENT, describe_failure, places
from workflows.services.step import step_of_instance


def retry_incident(*, incident_id: int, actor: Actor) -> Incident:
    """Run the failed step again; the case moves on if it works, and stays held if it fails again."""
    require(actor, "workflows.retry_incident")
    instance_id = Incident.objects.values_list("instance", flat=True).get(pk=incident_id)
    with step_of_instance(instance_id, actor=actor) as step:
        # Read under the instance's lock: nobody else can be dealing with it now.
        incident = Incident.objects.select_related("closed_by").get(pk=incident_id)
        if incident.status != Incident.Status.OPEN:
            raise Conflict(_why_closed(incident), code="not_open")
        step.require_running()
        case = step.load()
        step.history.deed(HistoryEvent.Kind.RETRIED, element=incident.element)
        with answers.refusals_of_the_engine():
            case.retry(incident.token)
        step.history.follow(case.events)
        still_held = places(case.waiting()).get((incident.token, INCIDENT))
        if still_held is not None:
            incident.error_type, incident.message = describe_failure(still_held)
            incident.attempts += 1
            incident.last_failed_at = step.now
        else:
            step.settle(incident.token, INCIDENT)
            incident.status = Incident.Status.RESOLVED
            incident.closed_at, incident.closed_by_id = step.now, actor.pk
        incident.save(
            update_fields=[
                "error_type", "message", "attempts", "last_failed_at", "status", "closed_at", "closed_by",
            ]
        )  # fmt: skip
    return incident


def _why_closed(incident: Incident) -> str:
    when = date_format(localtime(incident.closed_at), "DATETIME_FORMAT")
    if incident.closed_by is not None:
        return _("%(name)s already dealt with this failure on %(when)s.") % {
            "name": incident.closed_by.name,
            "when": when,
        }
    return _("This failure was closed on %(when)s.") % {"when": when}
