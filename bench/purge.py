"""Purging of ended cases while people work: does anybody wait for it, how fast is it, is anything living touched.

``BENCH_SHARE=0.1`` (the default) takes 10,000 cases that are over, ``1`` takes 100,000. Threads complete steps, start
cases and read inboxes, with pauses as people make them, first without and then with the purge in a thread of its own;
another one looks every 5 ms who waits for a lock, for how long and for whom. Rows of open cases that no worker has
touched are the same to the byte.
"""

from __future__ import annotations

import os
import statistics
import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client

from bench import cases
from bench.database import fresh_database
from bench.report import Figures
from bench.steps import publish, services_case

SHARE = float(os.environ.get("BENCH_SHARE", "0.1"))
FINISHED, RUNNING = int(100_000 * SHARE), int(20_000 * SHARE)
CALM = 15.0
# People think between two deeds: each worker rests so many times as long as it worked. Without that a purge of 100,000
# cases is mostly a test of who gets the processor.
BREATH = 2.0
BUDGET: Figures = {
    "longest_lock_wait_ms": 200,
    "longest_wait_for_purge_ms": 200,
    "living_changed": 0,
    "left_over": 0,
    "breaches": 0,
    "failures": 0,
}
_WAITING = """
SELECT coalesce(max(extract(epoch FROM clock_timestamp() - w.waitstart)) * 1000, 0),
       coalesce(max(extract(epoch FROM clock_timestamp() - w.waitstart))
                FILTER (WHERE %s = ANY(pg_blocking_pids(w.pid))) * 1000, 0)
  FROM pg_locks w WHERE NOT w.granted AND w.waitstart IS NOT NULL
"""
_LIVING = """
SELECT i.id, md5(i::text || coalesce((SELECT string_agg(w::text, '|' ORDER BY w.id) FROM workflows_workitem w
                                       WHERE w.instance_id = i.id), '')
                        || coalesce((SELECT string_agg(e::text, '|' ORDER BY e.seq) FROM workflows_historyevent e
                                      WHERE e.instance_id = i.id), '')
                        || coalesce((SELECT string_agg(t::text, '|' ORDER BY t.id) FROM workflows_timer t
                                      WHERE t.instance_id = i.id), ''))
  FROM workflows_processinstance i WHERE i.ended_at IS NULL
"""


def run() -> Figures:
    fresh_database("purge")
    from config.demo.people import create_people
    from workflows.models import ProcessDefinition, ProcessInstance
    from workflows.services import roll_up, sweep_figures
    from workflows.services.purge_policy import rules

    people = create_people()
    publish(people["admin"])
    cases.publish(people["admin"])
    cases.fill(cases.models(people), finished=FINISHED, running=RUNNING)
    while roll_up():
        pass
    sweep_figures()
    ProcessDefinition.objects.filter(key=cases.KEY).update(keep_months=1)
    rep = type(people["rep1"]).objects.get(pk=people["rep1"].pk)
    due = ProcessInstance.objects.filter(ended_at__lt=rules()[0].before).count()
    living = _checksums()

    calm = Workers(rep)
    calm.work_until(lambda: time.monotonic() > calm.began + CALM)
    purge = Purge(people["admin"])
    busy = Workers(rep, purge)
    purge.thread.start()
    busy.work_until(lambda: not purge.thread.is_alive())
    return {
        "longest_lock_wait_ms": busy.longest,
        "longest_wait_for_purge_ms": busy.for_purge,
        "longest_lock_wait_calm_ms": calm.longest,
        "cases_a_second": purge.done / purge.took,
        "rows_a_second": purge.rows / purge.took,
        "step_p50_ms": calm.middle("step"),
        "step_p50_ms_with_purge": busy.middle("step"),
        "step_p99_ms": calm.high("step"),
        "step_p99_ms_with_purge": busy.high("step"),
        "inbox_p50_ms": calm.middle("inbox"),
        "inbox_p50_ms_with_purge": busy.middle("inbox"),
        "living_changed": _changed(living),
        "left_over": due - purge.done,
        "breaches": _breaches(),
        "failures": len(calm.failures) + len(busy.failures) + len(purge.failures),
    }


def _checksums() -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(_LIVING)
        return dict(cursor.fetchall())


def _changed(before: dict[int, str]) -> int:
    """Workers start cases of another process: no case that ran before may differ or lack."""
    after = _checksums()
    return sum(after.get(pk) != told for pk, told in before.items())


def _breaches() -> int:
    from workflows.audit import audit

    return len(audit())


class Purge:
    """The purge in a thread of its own, as the job does it."""

    def __init__(self, admin: Any) -> None:
        self.admin, self.done, self.rows, self.took = admin, 0, 0, 0.0
        self.pid = 0
        self.failures: list[Exception] = []
        self.thread = threading.Thread(target=self._purge)

    def _purge(self) -> None:
        from django.db.models import Sum

        from workflows.models import PurgedCase
        from workflows.services.purge_policy import rules
        from workflows.services.purging import purge_by_rule

        began = time.monotonic()
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                self.pid = cursor.fetchone()[0]
            for rule in rules():
                self.done += purge_by_rule(rule, actor=self.admin).cases
            self.took = time.monotonic() - began
            sums = PurgedCase.objects.aggregate(events=Sum("events"), tasks=Sum("tasks"))
            self.rows = self.done + (sums["events"] or 0) + (sums["tasks"] or 0)
        except Exception as error:
            print(f"    the purge failed: {error!r}", flush=True)
            self.failures.append(error)
            self.took = time.monotonic() - began
        finally:
            connection.close()


class Workers:
    """Threads that do steps, start cases and read inboxes, and one that watches the locks."""

    def __init__(self, rep: Any, purge: Purge | None = None) -> None:
        self.rep, self.purge = rep, purge
        self.began = time.monotonic()
        self.times: dict[str, list[float]] = {"step": [], "inbox": []}
        self.failures: list[Exception] = []
        self.longest = self.for_purge = 0.0
        self.over = threading.Event()

    def work_until(self, is_over: Callable[[], bool]) -> None:
        deeds = [self._steps, self._steps, self._inbox, self._watch]
        threads = [threading.Thread(target=self._go, args=[deed]) for deed in deeds]
        for thread in threads:
            thread.start()
        while not is_over():
            time.sleep(0.05)
        self.over.set()
        for thread in threads:
            thread.join()

    def _go(self, deed: Callable[[], None]) -> None:
        try:
            while not self.over.is_set():
                began = time.monotonic()
                deed()
                self.over.wait(BREATH * (time.monotonic() - began))
        except Exception as error:
            print(f"    a worker failed: {error!r}", flush=True)
            self.failures.append(error)
        finally:
            connection.close()

    def _steps(self) -> None:
        self.times["step"].extend(services_case(self.rep))

    def _inbox(self) -> None:
        client = Client(HTTP_HOST="localhost")
        client.force_login(self.rep)
        for _n in range(20):
            began = time.perf_counter()
            client.get("/inbox/?box=all")
            self.times["inbox"].append(time.perf_counter() - began)

    def _watch(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_WAITING, [self.purge.pid if self.purge is not None else 0])
            longest, for_purge = cursor.fetchone()
        self.longest = max(self.longest, float(longest))
        self.for_purge = max(self.for_purge, float(for_purge))
        time.sleep(0.005)

    def middle(self, deed: str) -> float:
        return statistics.median(self.times[deed]) * 1000

    def high(self, deed: str) -> float:
        return statistics.quantiles(self.times[deed], n=100)[98] * 1000
