"""What workers do for cases apart from their own steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.calendar import Follower, register
from core.jobs import JobRun, handler
from core.jobs.registry import SLOW
from workflows.services import compact_jobs, counting_anew, purge_jobs

register(Follower(preview=counting_anew.preview, follow=counting_anew.count_anew_later))


@handler(counting_anew.JOB, name=_("Moving of deadlines after a change of the calendar"), queue=SLOW)
def count_anew(job: JobRun) -> Mapping[str, Any]:
    return counting_anew.count_anew(job)


@handler(purge_jobs.JOB, name=_("Purging of ended cases"), queue=SLOW)
def purge_cases(job: JobRun) -> Mapping[str, Any]:
    return purge_jobs.run(job)


@handler(compact_jobs.JOB, name=_("Compaction of ended cases"), queue=SLOW)
def compact_cases(job: JobRun) -> Mapping[str, Any]:
    return compact_jobs.run(job)
