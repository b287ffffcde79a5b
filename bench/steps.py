"""What a completed step costs through the services and over HTTP, against the bare floor.

The three are measured in turn, round by round, so that a machine whose speed drifts drifts for all.
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.approval import KEY, STEPS, approval
from bench.database import database_url, fresh_database
from bench.floor import Floor
from bench.report import Figures

BUDGET: Figures = {
    "step_over_floor_services": 4,
    "step_over_floor_http": 15,
    "sql_per_step": 12,
    "step_5000_over_5": 1.3,
}
ROUNDS = 12
CASES_A_ROUND = 10
LOOPS = 5000
LATE = 200


def run() -> Figures:
    dsn = fresh_database("steps")
    from config.demo.people import create_people
    from workflows.definitions import definition_of

    people = create_people()
    version = publish(people["admin"])
    rep = type(people["rep1"]).objects.get(pk=people["rep1"].pk)
    floor = Floor(
        dsn,
        definition_of(version.pk),
        definition_id=version.definition_id,
        version_id=version.pk,
        actor=rep.pk,
    )
    times: dict[str, list[float]] = {"floor": [], "services": [], "http": []}
    with site() as url:
        api = Api(url)
        runners: dict[str, Callable[[], Iterator[float]]] = {
            "floor": lambda: floor_case(floor),
            "services": lambda: services_case(rep),
            "http": api.case,
        }
        for run_case in runners.values():  # warm up: caches, plans, imports
            for _ in range(5):
                list(run_case())
        for _ in range(ROUNDS):
            for name, run_case in runners.items():
                for _ in range(CASES_A_ROUND):
                    times[name].extend(run_case())
    floor.close()
    middle = {name: statistics.median(values) for name, values in times.items()}
    figures = {
        "step_over_floor_services": middle["services"] / middle["floor"],
        "step_over_floor_http": middle["http"] / middle["floor"],
        "sql_per_step": sql_per_step(rep),
        "p50_ms_floor": middle["floor"] * 1000,
        "p50_ms_services": middle["services"] * 1000,
        "p95_ms_services": percentile(times["services"], 95) * 1000,
        "p50_ms_http": middle["http"] * 1000,
        "p95_ms_http": percentile(times["http"], 95) * 1000,
        "bytes_per_instance": bytes_per_instance(),
    }
    figures["step_5000_over_5"] = step_5000_over_5(rep)
    return figures


def publish(admin: Any) -> Any:
    from workflows.services import import_bpmn, publish_draft

    import_bpmn(bpmn=approval(), actor=admin)
    return publish_draft(definition_key=KEY, actor=admin, note="bench")


def floor_case(floor: Floor) -> Iterator[float]:
    item = floor.start()
    for _ in range(STEPS):
        started = time.perf_counter()
        item = floor.complete(item)
        yield time.perf_counter() - started


def services_case(actor: Any) -> Iterator[float]:
    from workflows.services import complete_work_item, start_process

    instance = start_process(definition_key=KEY, actor=actor)
    for _ in range(STEPS):
        item = instance.work_items.get(status="open").pk
        started = time.perf_counter()
        complete_work_item(work_item_id=item, actor=actor, outcome="approve")
        yield time.perf_counter() - started


def sql_per_step(actor: Any) -> float:
    """The median number of statements of a completed step, BEGIN and COMMIT not counted."""
    from workflows.services import complete_work_item, start_process

    counts = []
    instance = start_process(definition_key=KEY, actor=actor)
    for _ in range(STEPS):
        item = instance.work_items.get(status="open").pk
        with CaptureQueriesContext(connection) as captured:
            complete_work_item(work_item_id=item, actor=actor, outcome="approve")
        counts.append(len([q for q in captured.captured_queries if q["sql"] not in {"BEGIN", "COMMIT"}]))
    return statistics.median(counts)


def step_5000_over_5(actor: Any) -> float:
    """The cost of the late steps of one long case over the fifth steps of young ones, taken in turn.

    Rejections lead round and round."""
    from workflows.services import start_process

    old = start_process(definition_key=KEY, actor=actor)
    for _ in range(LOOPS - LATE):
        rejected(old, actor)
    late, early = [], []
    for _ in range(LATE):
        young = start_process(definition_key=KEY, actor=actor)
        for _ in range(4):
            rejected(young, actor)
        early.append(rejected(young, actor))
        late.append(rejected(old, actor))
    return statistics.median(late) / statistics.median(early)


def rejected(instance: Any, actor: Any) -> float:
    """Reject the open item of a case; the seconds it took."""
    from workflows.services import complete_work_item

    item = instance.work_items.get(status="open").pk
    started = time.perf_counter()
    complete_work_item(work_item_id=item, actor=actor, outcome="reject")
    return time.perf_counter() - started


def bytes_per_instance() -> float:
    """What a case of five steps takes on disk, with its items, history and indexes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_total_relation_size(name::regclass)) / (SELECT count(*) FROM workflows_processinstance)"
            "  FROM unnest(array['workflows_processinstance', 'workflows_workitem', 'workflows_historyevent']) name"
        )
        return float(cursor.fetchone()[0])


def percentile(values: list[float], rank: int) -> float:
    return statistics.quantiles(values, n=100)[rank - 1]


@contextmanager
def site() -> Iterator[str]:
    """A web server of its own on the bench's database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "DATABASE_URL": database_url("steps"),
        "DEMO": "1",
        "STEP_RATE_LIMITS": "off",
    }
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "config.wsgi",
        "--bind",
        f"127.0.0.1:{port}",
        "--threads",
        "2",
    ]
    server = subprocess.Popen([*command, "--log-level", "error"], env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                requests.get(f"{url}/health/live", timeout=1)
                break
            except requests.RequestException:
                time.sleep(0.1)
        yield url
    finally:
        server.terminate()
        server.wait(10)


class Api:
    """A program that does rep1's work over HTTP."""

    def __init__(self, url: str) -> None:
        from config.demo.people import PASSWORD

        self.base = f"{url}/api/v1"
        self.session = requests.Session()
        answer = self.session.post(
            f"{self.base}/auth/token/", json={"username": "rep1", "password": PASSWORD}, timeout=10
        )
        self.session.headers["Authorization"] = f"Token {answer.json()['token']}"

    def case(self) -> Iterator[float]:
        instance = self._post("process-instances/", {"definition": KEY})["id"]
        for _ in range(STEPS):
            items = self.session.get(
                f"{self.base}/work-items/", params={"box": "all", "instance": instance}, timeout=10
            ).json()["results"]
            started = time.perf_counter()
            self._post(f"work-items/{items[0]['id']}/complete/", {"outcome": "approve", "data": {}})
            yield time.perf_counter() - started

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.session.post(f"{self.base}/{path}", json=body, timeout=10)
        if answer.status_code >= 300:
            raise RuntimeError(f"{path}: {answer.status_code} {answer.text[:500]}")
        return answer.json()
