"""Work on ended cases at night: when it is night, and how it leaves the database to others and tells how far it is."""

from __future__ import annotations

import time
from typing import Final

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from core import clock
from core.actors import SystemActor
from core.enumeration import in_one
from core.jobs import JobRun
from workflows.services.batches import Done
from workflows.services.purge_policy import reason_in_short

BY_ITSELF: Final = SystemActor("retention")
# From the first of these hours of the company to the second one it works by itself.
NIGHT = (1, 6)
# Between two batches the database has so long for others, for each second that a batch took.
SHARE = 0.5


def is_night() -> bool:
    return NIGHT[0] <= localtime(clock.now()).hour < NIGHT[1]


class Breath:
    """After each batch: says how far it is, and leaves the database to others for a while."""

    def __init__(self, job: JobRun, before: int, total: int) -> None:
        self.job, self.before, self.total, self.began = job, before, total, time.monotonic()

    def __call__(self, done: Done) -> None:
        number = self.before + done.cases
        self.job.progress(number, max(self.total, number))
        time.sleep(min(0.2, (time.monotonic() - self.began) * SHARE))
        self.began = time.monotonic()


def summary(text: str, done: Done) -> str:
    """What was done, then what stays and why."""
    said = [text]
    for why, number in sorted(done.held_back.items()):
        said.append(_("%(count)s stay: %(why)s.") % {"count": f"{number:,}", "why": reason_in_short(why)})
    return in_one(*said)
