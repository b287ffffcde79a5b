"""Compaction of ended cases as background work, each night after the purge."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from core import clock, configuration
from core.jobs import JobRun, enqueue
from workflows.services import purge_jobs
from workflows.services.batches import Done
from workflows.services.compacting import candidates, compact
from workflows.services.night import Breath, is_night, summary
from workflows.settings_kinds import COMPACT_AFTER_DAYS

JOB: Final = "workflows.compact_cases"


def compact_by_night() -> bool:
    """Begin the night's run if it is night, there is something to do, and the purge is over. Beat asks."""
    days = configuration.value(COMPACT_AFTER_DAYS)
    if not days or not is_night() or not purge_jobs.is_done_tonight():
        return False
    if not candidates(clock.now() - timedelta(days=days)):
        return False
    enqueue(JOB, {}, key=f"{JOB}:{clock.today()}", title=_("Compaction of ended cases"), once=True)
    return True


def run(job: JobRun) -> dict[str, Any]:
    """What the setting says now. A worker that dies leaves whole batches; the next one goes on."""
    days, done = configuration.value(COMPACT_AFTER_DAYS), Done()
    if days:
        before = clock.now() - timedelta(days=days)
        total = candidates(before)
        job.progress(0, total)
        done = compact(before, after_each=Breath(job, 0, total), go_on=is_night)
    text = summary(_("%(count)s cases were compacted.") % {"count": f"{done.cases:,}"}, done)
    return {"summary": text, "compacted": done.cases, "held_back": done.held_back}
