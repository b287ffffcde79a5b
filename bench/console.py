"""What the pages of the console cost among 250,000 cases: the lists of cases, a case, timers, incidents, operations, the
list of processes and the page of one.

``BENCH_SHARE=0.1`` takes a tenth of the cases. "Over SQL" compares the time the database works for everything that the
pages ask (rights, filters, choices and the session too) with that of statements by hand that read the same rows.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import cases
from bench.database import fresh_database
from bench.report import Figures
from bench.statistics import asked_of, seconds_of

BUDGET: Figures = {"console_over_sql": 3, "page_sql": 40}
SHARE = float(os.environ.get("BENCH_SHARE", "1"))
FINISHED, RUNNING = int(200_000 * SHARE), int(50_000 * SHARE)
TURNS = 5

_OPEN = "('active', 'suspended', 'waiting_incident')"
_ROWS = """
    SELECT i.*, d.key, u.display_name FROM workflows_processinstance i
      JOIN workflows_processdefinition d ON d.id = i.definition_id LEFT JOIN core_user u ON u.id = i.starter_id
     WHERE {where} ORDER BY i.id DESC LIMIT 50"""
_STEPS = (
    "SELECT * FROM workflows_workitem WHERE status = 'open' AND instance_id IN (SELECT id FROM ("
    + _ROWS
    + ") page)"
)


def _list(where: str) -> list[str]:
    """A page of cases, how many there are, and where they stand."""
    count = f"SELECT count(*) FROM workflows_processinstance i WHERE {where}"
    return [_ROWS.format(where=where), count, _STEPS.format(where=where)]


def _pages(definition: int, case: int) -> dict[str, tuple[str, list[str]]]:
    """Name: (address, plain statements that read what it tells)."""
    of_process = f"i.definition_id = {definition}"
    at_review = (
        "EXISTS (SELECT 1 FROM workflows_workitem w WHERE w.instance_id = i.id AND w.status = 'open'"
        " AND w.element = 'review')"
    )
    waiting = [
        f"SELECT count(*), min({since}) FROM workflows_{table} WHERE status = 'open'"
        for table, since in (("workitem", "created_at"), ("timer", "due_at"), ("job", "created_at"),
                             ("delivery", "created_at"), ("incident", "opened_at"))
    ]  # fmt: skip
    of_case = [
        f"SELECT * FROM workflows_{table} WHERE instance_id = {case}"
        for table in ("historyevent", "workitem", "timer", "subscription", "incident", "job")
    ]
    by_process = f"SELECT definition_id, count(*) FROM workflows_processinstance i WHERE i.status IN {_OPEN} GROUP BY 1"
    return {
        "cases under way": ("/cases/", _list(f"i.status IN {_OPEN}")),
        "cases that are over": ("/cases/?status=completed", _list("i.status = 'completed'")),
        "cases at a step": (
            f"/cases/?definition={definition}&element=review",
            _list(f"{of_process} AND i.status IN {_OPEN} AND {at_review}"),
        ),
        "a case": (f"/cases/{case}/", of_case),
        "timers": (
            "/operations/timers/",
            ["SELECT t.*, i.business_key FROM workflows_timer t JOIN workflows_processinstance i ON i.id = t.instance_id"
             " WHERE t.status = 'open' ORDER BY t.due_at LIMIT 50",
             "SELECT count(*) FROM workflows_timer WHERE status = 'open'"],
        ),
        "incidents": (
            "/incidents/",
            ["SELECT group_key, count(*), min(opened_at), max(last_failed_at), max(id) FROM workflows_incident"
             " WHERE status = 'open' GROUP BY 1 ORDER BY 4 DESC LIMIT 50"],
        ),
        "operations": ("/operations/", waiting),
        "processes": ("/processes/", [by_process]),
        "a process": (f"/processes/{cases.KEY}/", [f"{by_process}, i.version_id"]),
    }  # fmt: skip


def run() -> Figures:
    fresh_database("console")
    from config.demo.people import create_people
    from workflows.models import Incident, ProcessInstance
    from workflows.services import sweep_figures

    people = create_people()
    version = cases.publish(people["admin"])
    cases.fill(cases.models(people), finished=FINISHED, running=RUNNING)
    sweep_figures()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    case = ProcessInstance.objects.filter(status="completed").latest("pk").pk
    if not Incident.objects.filter(status="open").exists():
        raise RuntimeError("No case waits for an operator.")
    client = Client(HTTP_HOST="localhost")
    client.force_login(people["admin"])
    ours = plain = worst = 0.0
    most = 0
    for name, (address, by_hand) in _pages(version.definition_id, case).items():
        statements = _asked(lambda address=address: client.get(address))  # type: ignore[misc]
        took = statistics.median(seconds_of(statements) for _turn in range(TURNS))
        floor = statistics.median(seconds_of(by_hand) for _turn in range(TURNS))
        print(
            f"    {name}: {took * 1000:.1f} ms in {len(statements)} statements, by hand {floor * 1000:.1f} ms",
            flush=True,
        )
        ours, plain = ours + took, plain + floor
        worst, most = max(worst, took), max(most, len(statements))
    return {
        "cases": FINISHED + RUNNING,
        "console_sql_ms": ours * 1000,
        "plain_sql_ms": plain * 1000,
        "console_over_sql": ours / plain,
        "worst_page_sql_ms": worst * 1000,
        "page_sql": most,
    }


def _asked(ask: Callable[[], Any]) -> list[str]:
    """What the page asks the second time."""
    answer = ask()
    if answer.status_code != 200:
        raise RuntimeError(f"{answer.request['PATH_INFO']}: {answer.status_code}")
    with CaptureQueriesContext(connection) as captured:
        ask()
    return asked_of(captured)
