"""Purging in the background: how far it is, how it is stopped, who goes on for a worker that died, and at night."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

from core import clock, configuration
from core.clock import COMPANY_ZONE
from core.errors import ApplicationError
from core.jobs import LeaseLost
from core.jobs.leases import LEASE
from core.jobs.registry import JobRun
from core.jobs.runner import run_background_job, sweep_background_jobs
from core.models import AuditEntry, BackgroundJob, Role
from core.services.jobs import withdraw_job
from core.services.roles import change_members
from tests.workflows.test_purging import breach, ended
from workflows import services, tasks
from workflows.models import ProcessDefinition, ProcessInstance, PurgedCase
from workflows.services import batches, night, purge_jobs
from workflows.services.purge_policy import reason_in_short
from workflows.settings_kinds import PURGE_AFTER_MONTHS

pytestmark = pytest.mark.django_db
NIGHT = datetime(2027, 3, 2, 2, 30, tzinfo=COMPANY_ZONE)


@pytest.fixture
def cases(start, cast, monkeypatch) -> list[ProcessInstance]:
    """Five cases that ended long ago, to be purged by twos."""
    for name in ("FIRST", "SMALLEST", "LARGEST"):
        monkeypatch.setattr(batches, name, 2)
    found = [ended(start, cast, counted=False) for _n in range(5)]
    services.sweep_figures()
    ProcessDefinition.objects.update(keep_months=12)
    return found


@pytest.fixture
def between(monkeypatch):
    """between(deed): ``deed(number of the batch)`` is done after each batch, when its progress was told."""

    def do(deed) -> None:
        done: list[int] = []

        def pause(_seconds: float) -> None:
            done.append(len(done) + 1)
            deed(done[-1])

        monkeypatch.setattr(night, "time", SimpleNamespace(monotonic=time.monotonic, sleep=pause))

    return do


def ran(job: BackgroundJob) -> BackgroundJob:
    run_background_job(job.pk)
    return BackgroundJob.objects.get(pk=job.pk)


def left() -> int:
    return ProcessInstance.objects.count()


class TestProgress:
    def test_tells_how_far_it_is_after_each_batch(self, cases, cast, monkeypatch):
        told = []
        tell = JobRun.progress

        def progress(run, done, total=None):
            told.append((done, total))
            tell(run, done, total)

        monkeypatch.setattr(JobRun, "progress", progress)
        job = ran(services.purge_now(reason="law", actor=cast.admin))
        assert told == [(0, 5), (2, 5), (4, 5), (5, 5)]
        assert (job.status, job.progress_done, job.progress_total) == ("done", 5, 5)
        assert (job.result["purged"], job.result["held_back"]) == (5, {})
        assert "5" in job.result["summary"]
        gone = PurgedCase.objects.first()
        assert (gone.way, gone.months, gone.reason, gone.purged_by) == ("policy", 12, "law", cast.admin)

    def test_its_summary_names_what_stays_and_why(self, cases, cast):
        services.hold_case(instance_id=cases[0].pk, reason="court", actor=cast.admin)
        breach(cases[1])
        job = ran(services.purge_now(reason="law", actor=cast.admin))
        assert (job.result["purged"], job.result["held_back"]) == (3, {"held": 1, "trouble": 1})
        for why in ("held", "trouble"):
            assert reason_in_short(why) in job.result["summary"]
        assert {one.pk for one in cases[:2]} == set(ProcessInstance.objects.values_list("pk", flat=True))
        entry = AuditEntry.objects.get(action="workflows.purge_cases")
        assert (entry.actor, entry.note) == (cast.admin, "law")
        assert entry.after == {"purged": 3, "held_back": {"held": 1, "trouble": 1}, "months": 12}

    def test_asked_for_twice_it_is_one(self, cases, cast):
        first, second = (services.purge_now(reason="x", actor=cast.admin) for _n in range(2))
        assert first.pk == second.pk


class TestStopping:
    def test_withdrawing_ends_it_between_two_batches(self, cases, cast, between, monkeypatch):
        """The worker hears of it at its next sign of life; what is gone by then are whole batches."""
        job = services.purge_now(reason="x", actor=cast.admin)

        def withdraw(number: int) -> None:
            assert number == 1
            withdraw_job(job_id=job.pk, actor=cast.admin)

        between(withdraw)
        monkeypatch.setattr("core.jobs.heartbeat.Heartbeat.require", _ask_at_once)
        job = ran(job)
        assert job.status == "cancelled"
        assert (left(), PurgedCase.objects.count()) == (1, 4)
        assert AuditEntry.objects.get(action="workflows.purge_cases").after["purged"] == 4

    def test_what_a_dead_worker_left_another_one_does(self, cases, cast, between):
        job = services.purge_now(reason="x", actor=cast.admin)

        class Died(BaseException):
            pass

        def die(number: int) -> None:
            if number == 2:
                raise Died

        between(die)
        with pytest.raises(Died):
            run_background_job(job.pk)
        job.refresh_from_db()
        assert (job.status, left(), PurgedCase.objects.count()) == ("open", 1, 4)
        assert not run_background_job(job.pk), "it is still the first worker's"
        with clock.travel(LEASE + timedelta(minutes=1)):
            assert sweep_background_jobs() == 1
        with clock.travel(LEASE * 2 + timedelta(minutes=2)):
            job = ran(job)
        assert (job.status, job.attempts, job.result["purged"]) == ("done", 2, 1)
        assert (left(), PurgedCase.objects.count()) == (0, 5)


def _ask_at_once(heartbeat) -> None:
    """As if the heart had beaten since: it beats once a second."""
    heartbeat._beat()
    if heartbeat.is_lost:
        raise LeaseLost(heartbeat.lease.job.pk)


class TestRights:
    def gone(self, job: BackgroundJob) -> None:
        job = ran(job)
        assert (job.status, job.error_type) == ("failed", "GiveUp")
        assert job.error
        assert left() == 5
        assert not PurgedCase.objects.exists()

    def test_somebody_who_lost_the_right_meanwhile_is_refused(self, cases, cast):
        role = Role.objects.filter(users=cast.admin, grants__permission="workflows.purge_cases").first()
        change_members(role_id=role.pk, add=[cast.boss.pk], actor=cast.admin)
        job = services.purge_now(reason="x", actor=cast.boss)
        change_members(role_id=role.pk, remove=[cast.boss.pk], actor=cast.admin)
        self.gone(job)

    def test_somebody_who_left_the_company_meanwhile_is_refused(self, cases, cast):
        job = services.purge_now(reason="x", actor=cast.admin)
        type(cast.admin).objects.filter(pk=cast.admin.pk).update(is_active=False)
        self.gone(job)

    def test_a_reason_is_asked_for(self, cases, cast):
        with pytest.raises(ApplicationError) as refusal:
            services.purge_now(reason=" ", actor=cast.admin)
        assert refusal.value.code == "reason_missing"
        assert not BackgroundJob.objects.filter(kind=purge_jobs.JOB).exists()


class TestByNight:
    def jobs(self) -> list[BackgroundJob]:
        return list(BackgroundJob.objects.filter(kind=purge_jobs.JOB).order_by("pk"))

    @pytest.mark.parametrize(
        ("hour", "minute", "begins"),
        [(0, 59, False), (1, 0, True), (5, 59, True), (6, 0, False), (14, 0, False), (23, 59, False)],
    )
    def test_it_begins_between_one_and_six_of_the_company(self, cases, hour, minute, begins):
        with clock.travel(NIGHT.replace(hour=hour, minute=minute)):
            assert tasks.purge_by_night() is begins
        assert len(self.jobs()) == int(begins)

    def test_without_a_rule_it_does_not_begin(self, cases):
        ProcessDefinition.objects.update(keep_months=0)
        with clock.travel(NIGHT):
            assert not tasks.purge_by_night()

    def test_once_a_night_and_again_the_next_one(self, cases):
        with clock.travel(NIGHT):
            tasks.purge_by_night()
            (job,) = self.jobs()
            job = ran(job)
            tasks.purge_by_night()
        assert (job.status, job.result["purged"]) == ("done", 5)
        assert len(self.jobs()) == 1
        assert PurgedCase.objects.first().purged_by_label == "retention"
        with clock.travel(NIGHT + timedelta(days=1)):
            tasks.purge_by_night()
        assert len(self.jobs()) == 2

    def test_in_the_morning_it_stops_and_the_next_night_goes_on(self, cases, between):
        morning = clock.travel(NIGHT.replace(hour=6, minute=1))
        with clock.travel(NIGHT):
            tasks.purge_by_night()
            between(lambda number: morning.__enter__() if number == 1 else None)
            job = ran(self.jobs()[0])
            morning.__exit__(None, None, None)
        assert (job.status, job.result["purged"], left()) == ("done", 2, 3)
        with clock.travel(NIGHT + timedelta(days=1)):
            tasks.purge_by_night()
            assert ran(self.jobs()[1]).result["purged"] == 3

    def test_the_rule_of_the_company_is_read_when_it_begins(self, cases, cast):
        ProcessDefinition.objects.update(keep_months=None)
        configuration.change(actor=cast.admin, changes={PURGE_AFTER_MONTHS: 12})
        with clock.travel(NIGHT):
            assert tasks.purge_by_night()
        configuration.change(actor=cast.admin, changes={PURGE_AFTER_MONTHS: 0})
        with clock.travel(NIGHT + timedelta(minutes=1)):
            assert ran(self.jobs()[0]).result["purged"] == 0
        assert left() == 5
