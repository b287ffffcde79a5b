"""A worker process that imports a dirty sheet is killed again and again: each good row is in once, each bad one told."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections

from core import clock
from core.imports.services import name_columns, run_import, start_import
from core.jobs import leases
from core.jobs.runner import run_background_job
from core.models import BackgroundJob, ImportRow, ImportRun
from crm.models import Contact, Customer
from crm.services import create_customer
from tests.chaos.killing import forget_connections
from tests.imports.dirty import FAULTS, dirty_book

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.chaos]
NOTES = [model._meta.db_table for model in (ImportRow, ImportRun, BackgroundJob)]
AFTER_THE_LEASE = leases.LEASE + timedelta(seconds=1)


class KilledWhen:
    """Kills this very process before it notes something down, as soon as it has come that far.

    It asks in the process itself: one that asks from outside may find it done already.
    """

    def __init__(self, come_that_far: Callable[[], bool]) -> None:
        self.come_that_far = come_that_far
        self.asking = False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        notes = not sql.startswith("SELECT") and any(table in sql for table in NOTES)
        if notes and not self.asking:
            self.asking = True
            if self.come_that_far():
                os.kill(os.getpid(), signal.SIGKILL)
            self.asking = False
        return execute(sql, params, many, context)


def work(job: BackgroundJob, until: Callable[[], bool] | None = None) -> int:
    """Another process does the job, to its end or until it has come that far; how it ended."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        try:
            forget_connections()
            with connection.execute_wrapper(KilledWhen(until)) if until else nullcontext():
                os._exit(0 if run_background_job(job.pk) else 3)
        finally:
            os._exit(1)
    return os.waitpid(pid, 0)[1]


def killed(job: BackgroundJob, when: Callable[[], bool]) -> None:
    """A worker begins, and is killed as soon as it has come that far."""
    assert os.WIFSIGNALED(work(job, until=when)), "it was done and never came that far"
    assert leases.take(BackgroundJob, job.pk) is None, "nobody else takes it while its lease lasts"


def done(job: BackgroundJob) -> None:
    assert os.WEXITSTATUS(work(job)) == 0
    job.refresh_from_db()
    assert job.status == "done", (job.error_type, job.error)


@pytest.mark.parametrize("count", [400, pytest.param(20_000, marks=pytest.mark.long)])
def test_each_good_row_is_in_once_and_each_bad_row_is_told(company, count):
    known = [f"昆山已有{n}号有限公司" for n in range((count + 2) // 40)]
    for name in known:
        create_customer(fields={"name": name}, actor=company.rep1)
    content, bad, good = dirty_book(count, known=known)
    run = start_import(
        kind_code="crm.customers", content=content, file_name="dirty.xlsx", actor=company.marketer
    )
    assert (run.heading_row, run.mapping["10"]) == (2, "remark")
    run = name_columns(
        run_id=run.pk,
        sheet=run.sheet,
        heading_row=run.heading_row,
        mapping=run.mapping,
        options={"existing": "skip"},
        actor=company.marketer,
    )
    rows = ImportRow.objects.filter(run=run)
    killed(run.job, lambda: rows.exists())
    with clock.travel(AFTER_THE_LEASE):
        done(run.job)
        run = run_import(run_id=run.pk, actor=company.marketer)
        created = Customer.objects.filter(source="import")
        killed(run.job, lambda: created.count() > len(good) // 4)
        with clock.travel(AFTER_THE_LEASE):
            killed(run.job, lambda: created.count() > len(good) // 2)
            assert created.count() < len(good)
            with clock.travel(AFTER_THE_LEASE):
                done(run.job)
    assert ImportRun.objects.get().status == "done"
    each_good_row_is_in_once(run, good)
    each_bad_row_is_told(run, bad)
    assert set(rows.filter(status="skipped").values_list("number", flat=True)) == {
        number for number in range(3, count + 3) if number % 40 == 0
    }


def each_good_row_is_in_once(run: ImportRun, good: dict[int, str]) -> None:
    created = Customer.objects.filter(source="import")
    assert Counter(created.values_list("name", flat=True)) == Counter(good.values())
    assert Contact.objects.filter(customer__in=created).count() == len(good)
    first = 1 + Customer.objects.exclude(source="import").count()
    numbers = sorted(int(no.removeprefix("KH-")) for no in created.values_list("no", flat=True))
    assert numbers == list(range(first, first + len(good))), "what was rolled back has left no gap"
    keys = dict(created.values_list("name", "pk"))
    kept = run.rows.filter(status="created").values_list("number", "subject_id")
    assert dict(kept) == {number: str(keys[name]) for number, name in good.items()}


def each_bad_row_is_told(run: ImportRun, bad: dict[int, str]) -> None:
    told = {row.number: row.errors for row in run.rows.filter(status="bad")}
    expected = {number: FAULTS[fault] for number, fault in bad.items() if FAULTS[fault]}
    assert set(told) == set(expected)
    for number, field in expected.items():
        assert field in {one["field"] for one in told[number]}, (number, told[number])
        assert all(one["text"] for one in told[number])
