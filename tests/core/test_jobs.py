"""Jobs of the ground: wished for in a transaction, done after it, tried again, given up."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from celery import Celery
from django.db import connection, transaction

from core import clock
from core.jobs import Policy, enqueue, leases
from core.jobs.failures import LeaseLost
from core.jobs.runner import run_background_job, sweep_background_jobs
from core.models import BackgroundJob, Department, Document
from tests.core import job_kinds

pytestmark = pytest.mark.django_db


def wish(do: str = "", key: str = "a", **more) -> BackgroundJob:
    return enqueue("tests.work", {"do": do}, key=key, **more)


def run(job: BackgroundJob, *, after: timedelta = timedelta(0)) -> BackgroundJob:
    with clock.travel(after):
        run_background_job(job.pk)
    return BackgroundJob.objects.get(pk=job.pk)


class TestEnqueue:
    def test_the_same_key_is_the_same_wish_while_the_first_is_open(self):
        first = wish(title="mail to Wang")
        assert wish(title="another").pk == first.pk
        run(first)
        assert wish().pk != first.pk

    def test_once_means_once_also_when_the_first_has_ended(self):
        first = wish(once=True)
        assert run(first).status == "done"
        assert wish(once=True).pk == first.pk
        assert BackgroundJob.objects.count() == 1

    def test_a_job_rolls_back_with_the_deed_that_wanted_it(self):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            wish()
            raise ZeroDivisionError
        assert not BackgroundJob.objects.exists()

    def test_a_job_for_later_is_not_done_now(self):
        job = wish(due_at=clock.now() + timedelta(hours=1))
        assert run(job).attempts == 0
        assert sweep_background_jobs() == 0
        with clock.travel(timedelta(hours=2)):
            assert sweep_background_jobs() == 1
        assert run(job, after=timedelta(hours=2)).status == "done"


class TestRunning:
    def test_keeps_what_it_answered_and_how_far_it_came(self):
        job = run(wish(key="k"))
        assert (job.status, job.result, job.attempts) == ("done", {"attempt": 1, "key": "k"}, 1)
        assert (job.progress_done, job.progress_total, job.leased_until) == (2, 3, None)
        assert job.closed_at is not None

    def test_keeps_the_file_it_made(self):
        job = run(enqueue("tests.document", {}, key="d"))
        assert job.document == Document.objects.get(kind="test")

    def test_runs_once_however_often_it_is_offered(self):
        job = wish()
        assert run_background_job(job.pk)
        assert not run_background_job(job.pk)
        assert not run_background_job(10**9)
        assert run(job).attempts == 1

    def test_giving_up_is_final_and_says_why(self):
        job = run(wish("give up"))
        assert (job.status, job.error_type, job.error) == (
            "failed",
            "GiveUp",
            "The receiver does not exist.",
        )

    def test_a_refusal_of_a_rule_is_final_a_conflict_is_not(self):
        refused, met = run(wish("refuse")), run(wish("meet", key="b"))
        assert (refused.status, refused.error) == ("failed", "Not allowed.")
        assert (met.status, met.attempts) == ("open", 1)

    def test_later_counts_as_no_attempt(self):
        job = run(wish("come later"))
        assert (job.status, job.attempts, job.error, job.worker) == ("open", 0, "", "")
        assert timedelta(seconds=80) < job.due_at - clock.now() <= timedelta(seconds=90)

    @pytest.mark.parametrize("asked", [-5, 0, 10**15, float("inf")])
    def test_a_wish_to_come_later_is_kept_within_reason(self, asked):
        job = run(enqueue("tests.wait", {"seconds": str(asked)}, key="w"))
        assert timedelta(0) < job.due_at - clock.now() <= timedelta(days=1)

    def test_a_failure_is_told_by_its_place_never_by_its_values(self):
        job = run(wish("tell a secret"))
        assert job.error_type == "KeyError"
        assert job.error.startswith("tests/core/job_kinds.py:")
        assert "hunter2" not in job.error

    def test_pauses_double_until_the_attempts_are_used_up(self):
        job, waited = wish("crash"), timedelta(0)
        pauses = []
        for attempt in range(1, job_kinds.RETRIES + 1):
            job = run(job, after=waited)
            assert (job.status, job.attempts) == ("open", attempt)
            pauses.append((job.due_at - clock.now() - waited).total_seconds())
            waited += timedelta(seconds=pauses[-1] + 1)
        assert [round(pause) for pause in pauses] == pytest.approx([5, 10, 20], rel=0.25)
        last = run(job, after=waited)
        assert (last.status, last.attempts, last.error_type) == ("failed", 4, "ZeroDivisionError")

    def test_pauses_have_a_longest_one_and_some_chance(self):
        policy = Policy(retries=30, first_pause=timedelta(seconds=5), longest_pause=timedelta(hours=1))
        pauses = [policy.pause_after(attempt) for attempt in range(1, 31)]
        assert all(one <= other * 1.2 for one, other in pairwise(pauses))
        assert max(pauses) <= timedelta(hours=1.2)
        assert len({policy.pause_after(3) for _ in range(20)}) > 1
        assert policy.pause_after(31) is None

    def test_a_kind_that_nobody_knows_yet_is_tried_again(self):
        job = run(enqueue("tests.of_the_next_version", {}, key="n"))
        assert (job.status, job.error_type) == ("open", "LookupError")

    def test_a_job_that_ends_every_worker_is_given_up(self):
        job = wish()
        for number in range(job_kinds.RETRIES + 1):
            with clock.travel(timedelta(minutes=2 * number)):
                assert leases.take(BackgroundJob, job.pk)
        job = run(job, after=timedelta(hours=1))
        assert (job.status, job.error_type) == ("failed", "WorkerLost")

    def test_an_atomic_job_changes_all_or_nothing(self, cast):
        before = Department.objects.get(code="sales1").name
        crashed = run(enqueue("tests.rename", {"name": "new", "crash": True}, key="1"))
        assert (crashed.status, Department.objects.get(code="sales1").name) == ("open", before)
        done = run(enqueue("tests.rename", {"name": "new"}, key="2"))
        assert (done.status, Department.objects.get(code="sales1").name) == ("done", "new")

    def test_an_atomic_job_that_was_withdrawn_meanwhile_changes_nothing(self, cast, monkeypatch):
        before = Department.objects.get(code="sales1").name
        job = enqueue("tests.rename", {"name": "new"}, key="1")
        store = leases.finish

        def withdrawn_first(lease, **kwargs):
            BackgroundJob.objects.filter(pk=job.pk).update(fence=99)
            store(lease, **kwargs)

        monkeypatch.setattr(leases, "finish", withdrawn_first)
        assert not run_background_job(job.pk)
        assert Department.objects.get(code="sales1").name == before


class TestRates:
    def test_what_is_over_its_rate_waits_its_turn_without_failing(self):
        jobs = [enqueue("tests.limited", {}, key=str(number)) for number in range(8)]
        done = [run(job) for job in jobs]
        assert [job.status for job in done] == ["done"] * 3 + ["open"] * 5
        waiting = done[3:]
        assert {(job.attempts, job.error, job.worker) for job in waiting} == {(0, "", "")}
        # One after the other, not all at the same moment.
        gaps = [later.due_at - one.due_at for one, later in pairwise(waiting)]
        assert gaps == [timedelta(seconds=20)] * 4
        for job in waiting:
            # Whoever is a moment too early goes before those who come later.
            early = run(job, after=job.due_at - clock.now())
            assert early.due_at - job.due_at < timedelta(seconds=1)
            assert early.status == "done" or run(job, after=early.due_at - clock.now()).status == "done"

    def test_each_receiver_has_an_allowance_of_its_own(self):
        for host in ("a.example", "b.example"):
            for number in range(3):
                job = enqueue("tests.limited", {}, key=f"{host}{number}", limited_by=host)
                assert run(job).status == "done"


class TestSweeping:
    def test_offers_what_is_due_and_leaves_it_alone_for_a_while(self):
        job = wish()
        assert sweep_background_jobs() == 1
        assert sweep_background_jobs() == 0
        assert run(job).status == "done", "an offer is no lease"

    def test_does_not_offer_what_a_worker_holds(self):
        job = wish()
        assert leases.take(BackgroundJob, job.pk)
        assert sweep_background_jobs() == 0
        with clock.travel(leases.LEASE + timedelta(seconds=1)):
            assert sweep_background_jobs() == 1

    def test_a_broker_that_is_down_loses_nothing(
        self, monkeypatch, caplog, django_capture_on_commit_callbacks
    ):
        nowhere = Celery(broker="redis+socket:///nowhere.sock", set_as_current=False)
        monkeypatch.setattr("core.jobs.wake.current_app", nowhere)
        with django_capture_on_commit_callbacks(execute=True):
            job = wish()
        assert "could not be offered" in caplog.text
        assert BackgroundJob.objects.get(pk=job.pk).is_open
        assert sweep_background_jobs() == 1

    def test_wakes_the_workers_after_the_commit_with_the_id_only(self, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks() as callbacks:
            job = wish()
        assert [callback.args for callback in callbacks] == [("core.run_job", [job.pk], None)]


class TestLeases:
    def test_only_the_newest_fence_is_believed(self):
        job = wish()
        dead = leases.take(BackgroundJob, job.pk, "first")
        assert leases.take(BackgroundJob, job.pk, "second") is None
        with clock.travel(leases.LEASE + timedelta(seconds=1)):
            alive = leases.take(BackgroundJob, job.pk, "second")
            assert (alive.fence, alive.attempt) == (2, 2)
            before = BackgroundJob.objects.values().get(pk=job.pk)
            for late in (
                lambda: leases.finish(dead, result={"late": True}),
                lambda: leases.fail(dead, leases.Failure("x", "y")),
                lambda: leases.postpone(dead, clock.now()),
                lambda: leases.require_current(BackgroundJob, job.pk, dead.fence),
            ):
                with pytest.raises(LeaseLost):
                    late()
            assert not leases.prolong(dead)
            assert BackgroundJob.objects.values().get(pk=job.pk) == before
            assert leases.require_current(BackgroundJob, job.pk, alive.fence) == job
            leases.finish(alive, result={"by": "second"})
        assert BackgroundJob.objects.get(pk=job.pk).result == {"by": "second"}

    def test_a_heartbeat_prolongs_it(self):
        job = wish()
        lease = leases.take(BackgroundJob, job.pk)
        with clock.travel(leases.LEASE - timedelta(seconds=1)):
            assert leases.prolong(lease)
        with clock.travel(leases.LEASE + timedelta(seconds=1)):
            assert leases.take(BackgroundJob, job.pk) is None

    def test_whoever_is_late_but_was_replaced_by_nobody_may_finish(self):
        job = wish()
        lease = leases.take(BackgroundJob, job.pk)
        with clock.travel(leases.LEASE * 2):
            assert sweep_background_jobs() == 1
            leases.finish(lease, result={"late": True})
        assert BackgroundJob.objects.get(pk=job.pk).status == "done"

    def test_requiring_the_fence_locks_the_row(self):
        job = wish()
        lease = leases.take(BackgroundJob, job.pk)
        leases.require_current(BackgroundJob, job.pk, lease.fence)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE relation = 'core_backgroundjob'::regclass AND mode = 'RowShareLock'"
            )
            assert cursor.fetchone()[0]
