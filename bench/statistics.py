"""What the figures of a process cost: to count them, to read them beside plain SQL that finds the same, and whether
steps feel that they are counted.

``BENCH_SHARE=0.1`` takes a tenth of the cases. "Over SQL" compares the time the database works for everything the
page tells with that of statements written by hand over the rows themselves; both know the same indexes.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import cases
from bench.database import database_url, fresh_database
from bench.report import Figures
from bench.steps import publish, services_case

BUDGET: Figures = {
    "page_over_sql": 3,
    "page_sql": 35,
    "steps_with_over_without": 1.05,
    "missed": 0,
    "breaches": 0,
}
SHARE = float(os.environ.get("BENCH_SHARE", "1"))
FINISHED, RUNNING = int(200_000 * SHARE), int(50_000 * SHARE)
TURNS = 5
ROUNDS, CASES_A_ROUND = 16, 10
PERIOD = "period=365"

# The same figures as the page tells, straight from the rows.
_PLAIN = {
    "running": "SELECT count(*) FROM workflows_processinstance WHERE definition_id = %(process)s AND ended_at IS NULL",
    "durations": """
        SELECT count(*), percentile_cont(array[0.5, 0.9]) WITHIN GROUP (ORDER BY ended_at - started_at)
          FROM workflows_processinstance
         WHERE definition_id = %(process)s AND status = 'completed' AND ended_at >= %(start)s AND ended_at < %(end)s""",
    "started": """
        SELECT (started_at AT TIME ZONE 'Asia/Shanghai')::date, count(*) FROM workflows_processinstance
         WHERE definition_id = %(process)s AND started_at >= %(start)s AND started_at < %(end)s GROUP BY 1""",
    "ended": """
        SELECT (ended_at AT TIME ZONE 'Asia/Shanghai')::date, count(*) FROM workflows_processinstance
         WHERE definition_id = %(process)s AND ended_at >= %(start)s AND ended_at < %(end)s GROUP BY 1""",
    "passes": """
        SELECT e.element, count(*) FROM workflows_historyevent e JOIN workflows_processinstance i ON i.id = e.instance_id
         WHERE i.definition_id = %(process)s AND e.kind IN ('started', 'completed', 'fired', 'received')
           AND e.at >= %(start)s AND e.at < %(end)s GROUP BY 1""",
    "flows": """
        SELECT f, count(*) FROM workflows_historyevent e JOIN workflows_processinstance i ON i.id = e.instance_id,
               jsonb_array_elements_text(e.data->'flows') f
         WHERE i.definition_id = %(process)s AND e.at >= %(start)s AND e.at < %(end)s GROUP BY 1""",
    "dwell": """
        SELECT element, count(*), percentile_disc(array[0.5, 0.9]) WITHIN GROUP (ORDER BY completed_at - created_at),
               count(*) FILTER (WHERE completed_at > due_at)
          FROM workflows_workitem WHERE definition_id = %(process)s AND status = 'completed'
           AND completed_at >= %(start)s AND completed_at < %(end)s GROUP BY 1""",
    "waiting": """
        SELECT element, count(*) FROM workflows_workitem
         WHERE definition_id = %(process)s AND status = 'open' GROUP BY 1""",
    "timers": """
        SELECT t.element, count(*) FROM workflows_timer t JOIN workflows_processinstance i ON i.id = t.instance_id
         WHERE i.definition_id = %(process)s AND t.status = 'open' GROUP BY 1""",
    "people": """
        SELECT completed_by_id, count(*), avg(completed_at - created_at) FROM workflows_workitem
         WHERE definition_id = %(process)s AND status = 'completed'
           AND completed_at >= %(start)s AND completed_at < %(end)s GROUP BY 1""",
    "ways": """
        SELECT way, count(*) FROM (
            SELECT e.instance_id, string_agg(e.element, '>' ORDER BY e.seq) AS way
              FROM workflows_historyevent e JOIN workflows_processinstance i ON i.id = e.instance_id
             WHERE i.definition_id = %(process)s AND i.status = 'completed' AND i.ended_at >= %(start)s
               AND i.ended_at < %(end)s AND e.kind IN ('completed', 'fired', 'received')
             GROUP BY 1) w GROUP BY 1 ORDER BY 2 DESC LIMIT 20""",
}


def run() -> Figures:
    fresh_database("statistics")
    from config.demo.people import create_people
    from workflows.audit import audit
    from workflows.services import sweep_figures

    people = create_people()
    version = cases.publish(people["admin"])
    cases.fill(cases.models(people), finished=FINISHED, running=RUNNING)
    events = _one("SELECT count(*) FROM workflows_historyevent")
    begun = time.perf_counter()
    counted = sweep_figures()
    took = time.perf_counter() - begun
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    figures: Figures = {
        "cases": counted,
        "breaches": len(audit(deep="slice")),
        "events": events,
        "counted_events_per_s": events / took,
        "missed": _one("SELECT count(*) FROM workflows_processinstance i LEFT JOIN workflows_casetally t"
                       " ON t.instance_id = i.id WHERE t.seq IS DISTINCT FROM i.last_event"),
        "tallies_mb": _one("SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c"
                           " WHERE relname LIKE 'workflows_%tally'") / 1e6,
    }  # fmt: skip
    figures |= _read(people, version)
    figures |= _steps(people)
    return figures


# Reading ------------------------------------------------------------------------------------------


def _read(people: dict[str, Any], version: Any) -> Figures:
    client = Client(HTTP_HOST="localhost")
    address = f"/processes/{cases.KEY}/?tab=figures&{PERIOD}&part=panel"
    figures: Figures = {}
    for name in ("admin", "manager1"):
        client.force_login(people[name])
        ask = lambda: client.get(address, headers={"HX-Request": "true"})  # noqa: E731
        answer = ask()
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")
        with CaptureQueriesContext(connection) as captured:
            ask()
        statements = asked_of(captured)
        figures[f"page_ms_{name}"] = statistics.median(_timed(ask) for _turn in range(TURNS)) * 1000
        figures[f"sql_ms_{name}"] = statistics.median(seconds_of(statements) for _turn in range(TURNS)) * 1000
        figures["page_sql"] = max(figures.get("page_sql", 0), len(statements))
    from core import clock

    end = clock.now() + timedelta(days=1)
    values = {"process": version.definition_id, "start": end - timedelta(days=366), "end": end}
    for name, statement in _PLAIN.items():
        took = statistics.median(_asked(statement, values) for _turn in range(TURNS))
        print(f"    plain {name}: {took * 1000:.0f} ms", flush=True)
        figures["plain_sql_ms"] = figures.get("plain_sql_ms", 0) + took * 1000
    figures["page_over_sql"] = figures["sql_ms_admin"] / figures["plain_sql_ms"]
    return figures


def asked_of(captured: CaptureQueriesContext) -> list[str]:
    """The statements that a page has asked; choices of a form are read through a cursor."""
    asked = [query["sql"] for query in captured.captured_queries]
    return [one.split(" FOR ", 1)[1] if one.startswith("DECLARE") else one for one in asked]


def seconds_of(statements: list[str]) -> float:
    """How long the database works for all of them."""
    return sum(_asked(one) for one in statements)


def _asked(statement: str, values: Any = None) -> float:
    with connection.cursor() as cursor:
        started = time.perf_counter()
        cursor.execute(statement, values)
        cursor.fetchall()
        return time.perf_counter() - started


def _timed(what: Callable[[], Any]) -> float:
    started = time.perf_counter()
    what()
    return time.perf_counter() - started


def _one(statement: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return float(cursor.fetchone()[0])


# Steps --------------------------------------------------------------------------------------------

# Far oftener than once a minute: were a step to feel it, it would here.
_COUNTING = """
import time, django
django.setup()
from workflows.services import roll_up
while True:
    roll_up()
    time.sleep(1)
"""


def _steps(people: dict[str, Any]) -> Figures:
    """Steps through the services while another process counts their news every second, and while it is stopped."""
    publish(people["admin"])
    rep = type(people["rep1"]).objects.get(pk=people["rep1"].pk)
    for _number in range(5):
        list(services_case(rep))
    times: dict[str, list[float]] = {"with": [], "without": []}
    with _counting() as stop_or_go:
        for number in range(ROUNDS * 2):
            name = "with" if number % 2 else "without"
            stop_or_go(name == "with")
            for _case in range(CASES_A_ROUND):
                times[name].extend(services_case(rep))
    middle = {name: statistics.median(values) for name, values in times.items()}
    return {
        "step_ms_without": middle["without"] * 1000,
        "step_ms_with": middle["with"] * 1000,
        "steps_with_over_without": middle["with"] / middle["without"],
    }


@contextmanager
def _counting() -> Iterator[Callable[[bool], None]]:
    environment = {**os.environ, "DATABASE_URL": database_url("statistics"), "DEMO": "1"}
    worker = subprocess.Popen([sys.executable, "-c", _COUNTING], env=environment)
    time.sleep(5)
    try:
        yield lambda goes: worker.send_signal(signal.SIGCONT if goes else signal.SIGSTOP)
    finally:
        worker.send_signal(signal.SIGCONT)
        worker.terminate()
        worker.wait(10)
