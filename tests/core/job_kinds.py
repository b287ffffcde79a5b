"""Kinds of jobs that only tests wish for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from core.actors import SystemActor
from core.documents import store_document
from core.errors import ApplicationError, Conflict
from core.jobs import GiveUp, JobRun, Later, Rate, handler
from core.models import Department

RETRIES = 3


@handler("tests.work", retries=RETRIES)
def work(job: JobRun) -> Mapping[str, Any] | None:
    """Does as its payload says."""
    deeds = {
        "crash": lambda: 1 // 0,
        "tell a secret": lambda: {}["password=hunter2"],
        "give up": lambda: (_ for _ in ()).throw(GiveUp("The receiver does not exist.")),
        "come later": lambda: (_ for _ in ()).throw(Later(90)),
        "refuse": lambda: (_ for _ in ()).throw(ApplicationError("Not allowed.", code="no")),
        "meet": lambda: (_ for _ in ()).throw(Conflict("Somebody was faster.")),
    }
    if do := job.payload.get("do"):
        deeds[do]()
    job.progress(2, 3)
    return {"attempt": job.attempt, "key": job.key}


@handler("tests.document")
def make_document(job: JobRun) -> None:
    actor = SystemActor("tests")
    job.store(store_document(content=b"x", name="x.txt", media_type="text/plain", kind="test", actor=actor))


@handler("tests.rename", atomic=True, retries=RETRIES)
def rename(job: JobRun) -> Mapping[str, Any]:
    """Changes a row in one transaction with the end of the job; may crash after the change."""
    Department.objects.filter(code="sales1").update(name=job.payload["name"])
    if job.payload.get("crash"):
        raise RuntimeError("after the change")
    return {"name": job.payload["name"]}


@handler("tests.limited", rate=Rate(3, timedelta(minutes=1)))
def limited(job: JobRun) -> None:
    """Nothing, but not often."""


@handler("tests.hang", lease=timedelta(seconds=60))
def hang(job: JobRun) -> Mapping[str, Any]:
    """Says that it has begun and waits for the word to go on: the ends of two pipes are in the payload."""
    os.write(job.payload["begun"], b"!")
    os.read(job.payload["go_on"], 1)
    return {"by": os.getpid()}


@handler("tests.wait")
def wait(job: JobRun) -> None:
    """Asks to come back after as many seconds as its payload says."""
    raise Later(float(job.payload["seconds"]))
