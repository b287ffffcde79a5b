"""What due timers cost, with real processes: two beats, two workers, one of them killed in the middle.

Cases that wait for a moment are copied by SQL from one that was started by the services. In turn: how many steps
two processes complete through the services; a burst of timers due at one moment; timers that come due evenly at
half that rate while a worker is killed; a long row of timers that are not due.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from bench.database import database_url, fresh_database
from bench.report import Figures

BUDGET: Figures = {"late_p99_s": 2, "lost": 0, "twice": 0, "idle_core_share": 0.02}
AT_LEAST: Figures = {"drain_over_steps": 0.7}
BURST = 5_000
WAITING = 100_000
EVEN_SECONDS, IDLE_SECONDS = 40, 80
STEP_SECONDS, TURNS = 10, 3
PROCESSES = 2
KEY = "bench_timers"

_DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:flow="urn:xiaoliu:bpmn:flow:1"
  id="definitions" targetNamespace="urn:xiaoliu:bench">
<bpmn:process id="bench_timers" name="bench_timers" isExecutable="true">
<bpmn:startEvent id="begin"/>
<bpmn:intermediateCatchEvent id="wait"><bpmn:timerEventDefinition><bpmn:timeDuration>P90D</bpmn:timeDuration>
</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>
<bpmn:userTask id="review" name="Review"><bpmn:extensionElements><flow:assign role="rep"/></bpmn:extensionElements>
</bpmn:userTask>
<bpmn:endEvent id="finish"/>
<bpmn:sequenceFlow id="f1" sourceRef="begin" targetRef="wait"/>
<bpmn:sequenceFlow id="f2" sourceRef="wait" targetRef="review"/>
<bpmn:sequenceFlow id="f3" sourceRef="review" targetRef="finish"/>
</bpmn:process></bpmn:definitions>"""

# Copies of a waiting case and its timer, due one after the other over some seconds.
_CASES = """
INSERT INTO workflows_processinstance ({columns})
SELECT {columns} FROM workflows_processinstance, generate_series(1, %(count)s) WHERE id = %(model)s
RETURNING id
"""
_TIMERS = """
WITH cases AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM unnest(%(cases)s::bigint[]) AS id)
INSERT INTO workflows_timer ({columns}, instance_id, due_at, try_at)
SELECT {named}, cases.id, moment.due, moment.due
  FROM workflows_timer t, cases,
       LATERAL (SELECT %(first)s + make_interval(secs => %(seconds)s * place / %(count)s) AS due) AS moment
 WHERE t.instance_id = %(model)s
"""
_EVENTS = """
INSERT INTO workflows_historyevent ({columns}, instance_id)
SELECT {columns}, cases.id
  FROM workflows_historyevent e, unnest(%(cases)s::bigint[]) AS cases(id) WHERE e.instance_id = %(model)s
"""


def run() -> Figures:
    fresh_database("timers")
    from config.demo.people import create_people

    people = create_people()
    model = waiting_case(people["admin"])
    with processes() as running:
        # In turn, so that a machine whose speed drifts drifts for both.
        turns = [(steps_a_second(), burst(model)) for _number in range(TURNS)]
        steps, drained = (statistics.median(rates) for rates in zip(*turns, strict=True))
        figures: Figures = {
            "steps_a_second": steps,
            "drained_a_second": drained,
            "drain_over_steps": statistics.median(drained / steps for steps, drained in turns),
        }
        late = evenly(model, rate=min(drained, steps) / 2, meanwhile=running.kill_a_worker)
        figures["late_p50_s"], figures["late_p99_s"] = statistics.median(late), percentile(late, 99)
        figures["lost"], figures["twice"] = lost(), twice()
        figures["idle_core_share"] = idle(model, running)
    return figures


def waiting_case(admin: Any) -> int:
    from bench.steps import publish
    from workflows.services import import_bpmn, publish_draft, start_process

    publish(admin)
    import_bpmn(bpmn=_DIAGRAM.encode(), actor=admin)
    publish_draft(definition_key=KEY, actor=admin, note="bench")
    return start_process(definition_key=KEY, actor=admin).pk


# The phases -------------------------------------------------------------------------------------


def steps_a_second() -> float:
    """What as many processes complete at once, each step counted alone."""
    command = [sys.executable, "-m", "bench.timers", "steps"]
    running = [
        subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True)
        for _number in range(PROCESSES)
    ]
    return sum(float(one.communicate()[0]) for one in running)


def complete_steps() -> float:
    """Completed steps a second of this one process."""
    from bench.steps import services_case
    from core.models import User

    rep = User.objects.get(username="rep1")
    for _number in range(5):
        list(services_case(rep))
    times: list[float] = []
    ends = time.monotonic() + STEP_SECONDS
    while time.monotonic() < ends:
        times.extend(services_case(rep))
    return len(times) / sum(times)


def burst(model: int) -> float:
    """Fired a second, when so many are due at one moment."""
    due = now() + timedelta(seconds=5)
    copies(model, BURST, first=due, seconds=0)
    ended = wait_until_fired(due, patience=300)
    return BURST / (ended - due).total_seconds()


def evenly(model: int, *, rate: float, meanwhile: Any) -> list[float]:
    """How late each came, in seconds; in the middle something happens."""
    first = now() + timedelta(seconds=8)
    count = int(EVEN_SECONDS * rate)
    copies(model, count, first=first, seconds=EVEN_SECONDS)
    time.sleep(max(0.0, (first - now()).total_seconds()) + EVEN_SECONDS / 2)
    meanwhile()
    wait_until_fired(first, patience=EVEN_SECONDS + 120)
    rows = query(
        "SELECT extract(epoch FROM closed_at - due_at) FROM workflows_timer WHERE due_at >= %s AND status = 'fired'",
        [first],
    )
    return [float(late) for (late,) in rows]


def lost() -> float:
    """Due, and nobody fired it."""
    statement = "SELECT count(*) FROM workflows_timer WHERE status <> 'fired' AND due_at <= clock_timestamp()"
    return float(query(statement)[0][0])


def twice() -> float:
    """Cases in which it came to pass more than once, or with another number of tasks than one."""
    return float(
        query(
            """SELECT count(*) FROM workflows_timer t
                WHERE t.status = 'fired'
                  AND ((SELECT count(*) FROM workflows_historyevent e
                         WHERE e.instance_id = t.instance_id AND e.kind = 'fired') <> 1
                    OR (SELECT count(*) FROM workflows_workitem w WHERE w.instance_id = t.instance_id) <> 1)"""
        )[0][0]
    )


def idle(model: int, running: Running) -> float:
    """The share of a core that everything together takes while all wait."""
    copies(model, WAITING, first=now() + timedelta(days=80), seconds=86_400)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    time.sleep(15)
    before, began = running.cpu_seconds(), time.monotonic()
    connection.close()
    time.sleep(IDLE_SECONDS)
    return (running.cpu_seconds() - before) / (time.monotonic() - began)


# The processes ----------------------------------------------------------------------------------


def environment() -> dict[str, str]:
    from config import embedded

    # A Redis of its own: workers of a site would else take this work for theirs.
    return {
        **os.environ,
        "DEMO": "1",
        "DATABASE_URL": database_url("timers"),
        "REDIS_URL": embedded.redis_url(settings.DATA_DIR / "timers"),
    }


class Running:
    def __init__(self) -> None:
        self.environment = environment()
        self.programs: dict[str, subprocess.Popen[bytes]] = {}
        for number in range(PROCESSES):
            self._start(f"beat{number}")
            self._start(f"worker{number}")

    def _start(self, name: str) -> None:
        celery = [sys.executable, "-m", "celery", "--quiet", "-A", "config"]
        if name.startswith("beat"):
            command = [*celery, "beat", "--pidfile", ""]
        else:
            quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
            command = [*celery, "worker", "--concurrency", "1", *quiet, "--hostname", f"{name}@%h"]
        self.programs[name] = subprocess.Popen(
            [*command, "--loglevel", "ERROR"],
            env={**self.environment, "PYTHONWARNINGS": "ignore"},
            start_new_session=True,
        )

    def kill_a_worker(self) -> None:
        """Whatever watches over it starts it again, as `make run` and systemd do."""
        os.killpg(self.programs["worker0"].pid, signal.SIGKILL)
        self.programs["worker0"].wait()
        self._start("worker0")

    def stop(self) -> None:
        for program in self.programs.values():
            program.terminate()
        for program in self.programs.values():
            try:
                program.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(program.pid, signal.SIGKILL)
                program.wait()

    def cpu_seconds(self) -> float:
        """Of the programs, Redis and PostgreSQL, with the children they have had."""
        roots = [program.pid for program in self.programs.values()]
        roots.append(int(query("SELECT pg_read_file('postmaster.pid', 0, 20)")[0][0].split()[0]))
        roots.append(redis_of(self.environment["REDIS_URL"]).info("server")["process_id"])
        return sum(cpu_of(pid) for pid in roots)


def redis_of(url: str) -> Any:
    import redis

    return redis.Redis.from_url(url)


def cpu_of(root: int) -> float:
    """Of a process, its living children and its ended ones."""
    total, ticks = 0.0, os.sysconf("SC_CLK_TCK")
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        # user and system time; of the process itself also that of the children it has outlived
        if int(folder.name) == root:
            total += sum(int(field) for field in fields[11:15]) / ticks
        elif int(fields[1]) == root:
            total += sum(int(field) for field in fields[11:13]) / ticks
    return total


@contextmanager
def processes() -> Iterator[Running]:
    from config import embedded

    redis_of(environment()["REDIS_URL"]).flushall()
    running = Running()
    try:
        time.sleep(8)
        yield running
    finally:
        running.stop()
        embedded.stop_redis(settings.DATA_DIR / "timers")


# The database -----------------------------------------------------------------------------------


def copies(model: int, count: int, *, first: datetime, seconds: float) -> None:
    """So many cases like the model, due one after the other."""
    from workflows.models import HistoryEvent, ProcessInstance, Timer

    def columns(row: Any, *but: str) -> str:
        names = [field.column for field in row._meta.concrete_fields]
        return ", ".join(f'"{name}"' for name in names if name not in {"id", *but})

    cases = [
        pk
        for (pk,) in query(_CASES.format(columns=columns(ProcessInstance)), {"model": model, "count": count})
    ]
    own = columns(Timer, "instance_id", "due_at", "try_at")
    values = {"model": model, "cases": cases, "first": first, "seconds": seconds, "count": count}
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS.format(columns=columns(HistoryEvent, "instance_id")), values)
        cursor.execute(
            _TIMERS.format(columns=own, named=", ".join(f"t.{name}" for name in own.split(", "))), values
        )


def wait_until_fired(since: datetime, *, patience: float) -> datetime:
    """Until everything due from a moment on has fired; when the last one did."""
    ends = time.monotonic() + patience + max(0.0, (since - now()).total_seconds())
    while time.monotonic() < ends:
        left, last = query(
            """SELECT count(*) FILTER (WHERE status = 'open'), max(closed_at)
                 FROM workflows_timer WHERE due_at >= %s AND due_at < %s::timestamptz + interval '1 hour'""",
            [since, since],
        )[0]
        if not left:
            return last  # type: ignore[no-any-return]
        time.sleep(0.5)
    raise SystemExit(f"{left} timers have not fired in {patience} seconds.")


def query(statement: str, values: Any = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def now() -> datetime:
    from core import clock

    return clock.now()


def percentile(values: list[float], rank: int) -> float:
    return statistics.quantiles(values, n=100)[rank - 1]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    if sys.argv[1:] == ["steps"]:
        print(complete_steps())
