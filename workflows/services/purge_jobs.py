"""Purging as background work: asked for by a person, or each night by the company's rules."""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core import audit, clock
from core.actors import Actor
from core.errors import ApplicationError
from core.jobs import GiveUp, JobRun, enqueue
from core.models import BackgroundJob, User
from core.rights import require
from workflows.models.retention import PURGE
from workflows.services.batches import Done
from workflows.services.night import BY_ITSELF, Breath, is_night, summary
from workflows.services.purge_policy import preview, rules
from workflows.services.purging import purge_by_rule

JOB: Final = "workflows.purge_cases"


@transaction.atomic
def purge_now(*, reason: str, actor: User) -> BackgroundJob:
    """Have everything purged that the rules say, at once. Withdrawing the job ends it between two batches."""
    require(actor, PURGE)
    if not reason.strip():
        text = _("Please say why.")
        raise ApplicationError(text, code="reason_missing", errors={"reason": [text]})
    if not rules():
        raise ApplicationError(
            _("No cases are purged by their age: neither the company nor a process has months for that."),
            code="no_rule",
        )
    job = enqueue(
        JOB,
        {"reason": reason.strip()},
        key=JOB,
        title=_("Purging of ended cases"),
        created_by=actor,
    )
    audit.record(actor, "workflows.purge_now", job, note=reason)
    return job


def purge_by_night() -> bool:
    """Begin the night's run if it is night, some process has a rule, and none is under way. Beat asks."""
    if not is_night() or not rules():
        return False
    enqueue(JOB, {"night": clock.today().isoformat()}, key=_tonight(), once=True)
    return True


def is_done_tonight() -> bool:
    """Whether nothing of the night's purge is to come."""
    if not rules():
        return True
    tonight = BackgroundJob.objects.filter(key=_tonight()).order_by("-pk").first()
    return tonight is not None and not tonight.is_open


def _tonight() -> str:
    return f"{JOB}:{clock.today()}"


def run(job: JobRun) -> dict[str, Any]:
    """What the rules say, process by process. A worker that dies leaves whole batches; the next one goes on."""
    by_night = "night" in job.payload
    actor: Actor = BY_ITSELF
    if not by_night:
        person = job.job.created_by
        if person is None or not person.is_active or not person.may(PURGE):
            raise GiveUp(_("You may not do this any more."))
        actor = person
    total = sum(one.count for one in preview())
    every = Done()
    job.progress(0, total)
    for rule in rules():
        done = purge_by_rule(
            rule,
            actor=actor,
            reason=str(job.payload.get("reason", "")),
            after_each=Breath(job, every.cases, total),
            go_on=is_night if by_night else _always,
        )
        every.merge(done)
    text = summary(_("%(count)s cases were purged.") % {"count": f"{every.cases:,}"}, every)
    return {
        "summary": text,
        "purged": every.cases,
        "held_back": every.held_back,
        "list": reverse("workflows:purged-case-list"),
    }


def _always() -> bool:
    return True
