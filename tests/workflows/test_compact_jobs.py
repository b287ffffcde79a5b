"""Compaction in the background: at night alone, after the purge, once, as the setting says."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

from core import clock, configuration
from core.clock import COMPANY_ZONE
from core.jobs.leases import LEASE
from core.jobs.runner import run_background_job, sweep_background_jobs
from core.models import BackgroundJob
from tests.workflows.clockwork import bounded
from tests.workflows.running import Hand, publish_drawing
from workflows import services, tasks
from workflows.models import ProcessDefinition, ProcessInstance, Timer
from workflows.services import batches, compact_jobs, night, purge_jobs
from workflows.services.purge_policy import reason_in_short
from workflows.settings_kinds import COMPACT_AFTER_DAYS

pytestmark = pytest.mark.django_db
NIGHT = datetime(2027, 6, 2, 2, 30, tzinfo=COMPANY_ZONE)


@pytest.fixture
def cases(cast, monkeypatch) -> list[ProcessInstance]:
    """Three cases that ended a good hundred days before that night, to be compacted one by one."""
    for name in ("FIRST", "SMALLEST", "LARGEST"):
        monkeypatch.setattr(batches, name, 1)
    found = []
    with clock.travel(NIGHT - timedelta(days=101)):
        publish_drawing(bounded("PT6H"))
        for _n in range(3):
            found.append(Hand.start("bounded", cast.admin).instance)
            services.cancel_instance(instance_id=found[-1].pk, reason="x", actor=cast.admin)
    with clock.travel(NIGHT - timedelta(days=100)):
        services.sweep_figures()
    return found


def jobs(kind: str = compact_jobs.JOB) -> list[BackgroundJob]:
    return list(BackgroundJob.objects.filter(kind=kind).order_by("pk"))


def ran(job: BackgroundJob) -> BackgroundJob:
    run_background_job(job.pk)
    return BackgroundJob.objects.get(pk=job.pk)


def compacted() -> int:
    return ProcessInstance.objects.filter(compacted_at__isnull=False).count()


def test_at_night_it_compacts_what_ended_long_enough_ago(cases):
    with clock.travel(NIGHT):
        assert tasks.compact_by_night()
        job = ran(jobs()[0])
    assert (job.status, job.result["compacted"], job.progress_done, job.progress_total) == ("done", 3, 3, 3)
    assert "3" in job.result["summary"]
    assert (compacted(), Timer.objects.count()) == (3, 0)


@pytest.mark.parametrize(("days", "begins"), [(0, False), (90, True), (110, False)])
def test_the_company_says_when(cases, cast, days, begins):
    configuration.change(actor=cast.admin, changes={COMPACT_AFTER_DAYS: days})
    with clock.travel(NIGHT):
        assert tasks.compact_by_night() is begins


def test_what_the_company_says_since_holds(cases, cast):
    with clock.travel(NIGHT):
        tasks.compact_by_night()
        configuration.change(actor=cast.admin, changes={COMPACT_AFTER_DAYS: 0})
        assert ran(jobs()[0]).result["compacted"] == 0
    assert compacted() == 0


@pytest.mark.parametrize(("hour", "begins"), [(0, False), (1, True), (5, True), (6, False), (15, False)])
def test_by_day_it_does_not_begin(cases, hour, begins):
    with clock.travel(NIGHT.replace(hour=hour)):
        assert tasks.compact_by_night() is begins


def test_once_a_night_and_not_where_there_is_nothing_to_do(cases):
    with clock.travel(NIGHT):
        tasks.compact_by_night()
        ran(jobs()[0])
        assert not tasks.compact_by_night()
    with clock.travel(NIGHT + timedelta(days=1)):
        assert not tasks.compact_by_night()
    assert len(jobs()) == 1


def test_it_waits_for_the_purge_of_the_night(cases):
    ProcessDefinition.objects.update(keep_months=12)
    with clock.travel(NIGHT):
        assert not tasks.compact_by_night(), "the purge is to come"
        tasks.purge_by_night()
        assert not tasks.compact_by_night(), "the purge is under way"
        ran(jobs(purge_jobs.JOB)[0])
        assert tasks.compact_by_night()


def test_its_summary_names_what_stays_and_why(cases, cast):
    with clock.travel(NIGHT):
        services.hold_case(instance_id=cases[0].pk, reason="court", actor=cast.admin)
        tasks.compact_by_night()
        job = ran(jobs()[0])
    assert (job.result["compacted"], job.result["held_back"]) == (2, {"held": 1})
    assert reason_in_short("held") in job.result["summary"]


def test_in_the_morning_it_stops_and_what_a_dead_worker_left_goes_on(cases, monkeypatch):
    deeds = []

    class Died(BaseException):
        pass

    def pause(_seconds: float) -> None:
        if deeds:
            deeds.pop(0)()

    def die() -> None:
        raise Died

    monkeypatch.setattr(night, "time", SimpleNamespace(monotonic=time.monotonic, sleep=pause))
    morning = clock.travel(NIGHT.replace(hour=6, minute=1))
    with clock.travel(NIGHT):
        tasks.compact_by_night()
        deeds.append(die)
        with pytest.raises(Died):
            run_background_job(jobs()[0].pk)
    assert (compacted(), jobs()[0].status) == (1, "open")
    with clock.travel(NIGHT + LEASE + timedelta(minutes=1)):
        assert sweep_background_jobs() == 1
    with clock.travel(NIGHT + LEASE * 2 + timedelta(minutes=2)):
        deeds.append(morning.__enter__)
        job = ran(jobs()[0])
        morning.__exit__(None, None, None)
    assert (job.status, job.attempts, compacted()) == ("done", 2, 2)
    with clock.travel(NIGHT + timedelta(days=1)):
        tasks.compact_by_night()
        assert ran(jobs()[1]).result["compacted"] == 1
