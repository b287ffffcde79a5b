"""Purging as background work: asked for by a person, or each night by the company's rules."""

from __future__ import annotations

import time
from typing import Any, Final

from django.db import transaction
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from core import audit, clock
from core.actors import Actor, SystemActor
from core.enumeration import in_one
from core.errors import ApplicationError
from core.jobs import GiveUp, JobRun, enqueue
from core.models import BackgroundJob, User
from core.rights import require
from workflows.models.retention import PURGE
from workflows.services.purge_policy import preview, reason_in_short, rules
from workflows.services.purging import Done, purge_by_rule

JOB: Final = "workflows.purge_cases"
BY_ITSELF = SystemActor("retention")
# From the first of these hours of the company to the second one it purges by itself.
NIGHT = (1, 6)
# Between two batches the database has so long for others, for each second that a batch took.
SHARE = 0.5


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
    if not _is_night() or not rules():
        return False
    enqueue(JOB, {"night": clock.today().isoformat()}, key=f"{JOB}:{clock.today()}", once=True)
    return True


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
    purged, stay = 0, Done()
    job.progress(0, total)
    for rule in rules():
        done = purge_by_rule(
            rule,
            actor=actor,
            reason=str(job.payload.get("reason", "")),
            after_each=_Breath(job, purged, total),
            go_on=_is_night if by_night else _always,
        )
        purged += done.purged
        for why, number in done.held_back.items():
            stay.held_back[why] = stay.held_back.get(why, 0) + number
    return {
        "summary": _summary(purged, stay),
        "purged": purged,
        "held_back": stay.held_back,
        "list": reverse("workflows:purged-case-list"),
    }


class _Breath:
    """After each batch: says how far it is, and leaves the database to others for a while."""

    def __init__(self, job: JobRun, before: int, total: int) -> None:
        self.job, self.before, self.total, self.began = job, before, total, time.monotonic()

    def __call__(self, done: Done) -> None:
        number = self.before + done.purged
        self.job.progress(number, max(self.total, number))
        time.sleep(min(0.2, (time.monotonic() - self.began) * SHARE))
        self.began = time.monotonic()


def _summary(purged: int, stay: Done) -> str:
    said = [_("%(count)s cases were purged.") % {"count": f"{purged:,}"}]
    for why, number in sorted(stay.held_back.items()):
        said.append(_("%(count)s stay: %(why)s.") % {"count": f"{number:,}", "why": reason_in_short(why)})
    return in_one(*said)


def _is_night() -> bool:
    return NIGHT[0] <= localtime(clock.now()).hour < NIGHT[1]


def _always() -> bool:
    return True
