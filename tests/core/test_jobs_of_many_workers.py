"""Many workers and dead ones: real threads, real processes, real signals."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, connections

from core import clock
from core.jobs import enqueue, leases, rates
from core.jobs.failures import LeaseLost
from core.jobs.heartbeat import Heartbeat
from core.jobs.rates import Rate
from core.jobs.runner import run_background_job
from core.models import BackgroundJob
from tests.chaos.killing import forget_connections
from tests.core import job_kinds  # noqa: F401  registers the kinds

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.chaos]


def at_once(count: int, deed: Callable[[int], object]) -> list[object]:
    """The answers of many threads that begin together."""
    gate, answers = threading.Barrier(count), [None] * count

    def one(number: int) -> None:
        try:
            gate.wait()
            answers[number] = deed(number)
        except Exception as error:
            answers[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def as_it_is(job: BackgroundJob) -> dict[str, object]:
    return BackgroundJob.objects.values().get(pk=job.pk)


class TestAtOnce:
    def test_one_of_twenty_workers_gets_the_job(self):
        job = enqueue("tests.work", {}, key="one")
        taken = at_once(20, lambda number: leases.take(BackgroundJob, job.pk, f"worker {number}"))
        (winner,) = [lease for lease in taken if lease is not None]
        row = as_it_is(job)
        assert (row["fence"], row["attempts"], row["worker"]) == (1, 1, winner.job.worker)

    def test_two_sweepers_offer_different_jobs(self):
        jobs = {enqueue("tests.work", {}, key=str(number)).pk for number in range(40)}
        offers = at_once(4, lambda _number: leases.offer_due(BackgroundJob, 10))
        offered = [job_id for offer in offers for job_id, _kind in offer]
        assert len(offered) == len(set(offered))
        assert set(offered) <= jobs

    def test_one_key_is_one_job_however_many_wish_for_it(self):
        found = at_once(10, lambda _number: enqueue("tests.work", {}, key="same").pk)
        assert len(set(found)) == BackgroundJob.objects.count() == 1

    def test_once_is_once_even_if_the_first_is_done_meanwhile(self):
        def wish_and_run(_number: int) -> int:
            job = enqueue("tests.work", {}, key="same", once=True)
            run_background_job(job.pk)
            return job.pk

        assert len(set(at_once(10, wish_and_run))) == BackgroundJob.objects.count() == 1

    def test_a_rate_counts_all_workers_together(self):
        rate = Rate(7, timedelta(minutes=1))
        answers = at_once(20, lambda _number: rates.take_turn("service", rate))
        moments = sorted(answer for answer in answers if answer is not None)
        assert len(moments) == 13
        assert len(set(moments)) == 13, "each waits for a moment of its own"
        with clock.travel(timedelta(minutes=1)):
            assert at_once(20, lambda _number: rates.take_turn("service", rate)).count(None) == 7


@contextmanager
def worker(job_kind: str = "tests.hang") -> Iterator[tuple[BackgroundJob, int, Callable[[], None]]]:
    """Another process in the middle of a job: (job, its pid, let it go on)."""
    begun, said = os.pipe()
    waiting, word = os.pipe()
    job = enqueue(job_kind, {"begun": said, "go_on": waiting}, key="hang")
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        try:
            forget_connections()
            os._exit(0 if run_background_job(job.pk) else 3)
        finally:
            os._exit(1)
    try:
        assert os.read(begun, 1) == b"!"
        yield job, pid, lambda: os.write(word, b"!")
    finally:
        for end in (begun, said, waiting, word):
            os.close(end)


class TestDeadAndLateWorkers:
    def test_a_killed_workers_job_is_taken_by_another_after_its_lease(self):
        with worker() as (job, pid, _go_on):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            assert leases.offer_due(BackgroundJob) == []
            assert leases.take(BackgroundJob, job.pk) is None
            with clock.travel(leases.LEASE + timedelta(seconds=1)):
                assert leases.offer_due(BackgroundJob) == [(job.pk, "tests.hang")]
                second = leases.take(BackgroundJob, job.pk)
                assert (second.fence, second.attempt) == (2, 2)
                leases.finish(second, result={"by": "another"})
            assert as_it_is(job)["result"] == {"by": "another"}

    def test_a_worker_that_comes_back_late_changes_nothing(self):
        with worker() as (job, pid, go_on):
            os.kill(pid, signal.SIGSTOP)
            os.waitpid(pid, os.WUNTRACED)
            with clock.travel(leases.LEASE + timedelta(seconds=1)):
                second = leases.take(BackgroundJob, job.pk)
                leases.finish(second, result={"by": "another"})
            before = as_it_is(job)
            os.kill(pid, signal.SIGCONT)
            go_on()
            _pid, status = os.waitpid(pid, 0)
            assert os.WEXITSTATUS(status) == 3, "it heard that its result was refused"
            assert as_it_is(job) == before

    def test_a_job_withdrawn_meanwhile_stays_withdrawn(self):
        with worker() as (job, pid, go_on):
            BackgroundJob.objects.filter(pk=job.pk).update(
                status="cancelled", closed_at=clock.now(), leased_until=None
            )
            before = as_it_is(job)
            go_on()
            _pid, status = os.waitpid(pid, 0)
            assert os.WEXITSTATUS(status) == 3
            assert as_it_is(job) == before


def until(question: Callable[[], bool]) -> None:
    """Ask the database for at most ten seconds."""
    for _attempt in range(1000):
        if question():
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.01)")
    raise AssertionError("It did not happen within ten seconds.")


class TestHeartbeat:
    SHORT = timedelta(milliseconds=600)

    def test_falls_silent_when_the_work_takes_too_long(self):
        job = enqueue("tests.work", {}, key="one")
        lease = leases.take(BackgroundJob, job.pk, lease=self.SHORT)
        with Heartbeat(lease, timedelta(milliseconds=1)) as heartbeat:
            heartbeat.join()
            until(lambda: as_it_is(job)["leased_until"] < clock.now())
            assert leases.take(BackgroundJob, job.pk).fence == 2

    def test_keeps_the_job_from_others_while_the_worker_works(self):
        job = enqueue("tests.work", {}, key="one")
        lease = leases.take(BackgroundJob, job.pk, lease=self.SHORT)
        first = as_it_is(job)["leased_until"]
        with Heartbeat(lease):
            until(lambda: as_it_is(job)["leased_until"] > first + self.SHORT)
            assert leases.take(BackgroundJob, job.pk) is None
        leases.finish(lease)

    def test_writes_progress_while_the_workers_own_transaction_is_open(self):
        job = enqueue("tests.work", {}, key="one")
        lease = leases.take(BackgroundJob, job.pk)
        with Heartbeat(lease) as heartbeat:
            heartbeat.tell(progress_done=37, progress_total=120)
            until(lambda: as_it_is(job)["progress_done"] == 37)

    def test_tells_the_worker_that_its_job_was_withdrawn(self):
        job = enqueue("tests.work", {}, key="one")
        lease = leases.take(BackgroundJob, job.pk)
        BackgroundJob.objects.filter(pk=job.pk).update(
            status="cancelled", closed_at=clock.now(), leased_until=None
        )
        with Heartbeat(lease) as heartbeat:
            heartbeat.tell(progress_done=1)
            until(lambda: heartbeat.is_lost)
            with pytest.raises(LeaseLost):
                heartbeat.tell(progress_done=2)

    def test_does_not_wait_for_the_workers_own_lock_on_the_row(self):
        from django.db import transaction

        job = enqueue("tests.work", {}, key="one")
        lease = leases.take(BackgroundJob, job.pk)
        with transaction.atomic():
            leases.require_current(BackgroundJob, job.pk, lease.fence)
            assert at_once(1, lambda _number: leases.prolong(lease)) == [True]
