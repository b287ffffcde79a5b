"""What workers do for contracts: printing that takes longer than somebody wants to wait, and what an end leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.services import print_dunning, print_run
from contracts.services.dunning import PRINT_JOB
from contracts.services.orphaning import JOB as ORPHANS_JOB
from contracts.services.orphans import give_up_orphans
from contracts.services.proposals import RUN_JOB
from core.errors import Conflict
from core.jobs import GiveUp, JobRun, Later, handler
from core.jobs.registry import SLOW


@handler(ORPHANS_JOB, name=gettext_lazy("Giving up of supplements whose contract is over"), retries=12)
def give_up_supplements(job: JobRun) -> Mapping[str, Any]:
    """Asked again it finds nothing left."""
    return give_up_orphans(job.payload["contract"])


@handler(PRINT_JOB, name=gettext_lazy("Printing of dunning notices"), retries=5, queue=SLOW, atomic=True)
def print_notices(job: JobRun) -> Mapping[str, Any]:
    """All letters and the end of the job in one transaction: whoever dies when, they are printed once."""
    person = job.job.created_by
    if person is None or not person.is_active:
        raise GiveUp(_("Whoever asked for these notices does not work here any more."))
    try:
        run = print_dunning(
            customer_ids=job.payload["customers"],
            as_of=date.fromisoformat(job.payload["as_of"]),
            actor=person,
            progress=job.progress,
        )
    except Conflict as refusal:
        if refusal.code == "busy":
            raise Later(10) from refusal
        raise GiveUp(str(refusal)) from refusal
    job.progress(run.notice_count, run.notice_count)
    return {"run": run.pk, "url": reverse("contracts:run-detail", args=[run.pk])}


@handler(RUN_JOB, name=gettext_lazy("Printing of a run of letters"), retries=5, queue=SLOW, atomic=True)
def print_proposal(job: JobRun) -> Mapping[str, Any]:
    """What was approved, once: a second job about the same run finds it printed."""
    person = job.job.created_by
    if person is None or not person.is_active:
        raise GiveUp(_("Whoever asked for these notices does not work here any more."))
    try:
        run = print_run(proposal_id=job.payload["proposal"], actor=person, progress=job.progress)
    except Conflict as refusal:
        if refusal.code == "busy":
            raise Later(10) from refusal
        raise GiveUp(str(refusal)) from refusal
    job.progress(run.notice_count, run.notice_count)
    return {"run": run.pk, "url": reverse("contracts:run-detail", args=[run.pk])}
