"""What the inbox page costs with ten thousand and with a million open tasks in the company."""

from __future__ import annotations

import statistics
import time
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.database import fresh_database
from bench.report import Figures
from bench.steps import publish

BUDGET: Figures = {"page_1m_over_10k": 2, "page_sql": 12, "page_bytes": 60_000}
SMALL, LARGE = 10_000, 1_000_000
LOADS = 40
PAGES = {"mine": "/inbox/", "queue": "/inbox/?box=queue"}

# Six in ten tasks are somebody's, the others lie in the queues of four roles; due within a year around today.
_FILL = """
  WITH cases AS (
    INSERT INTO workflows_processinstance (definition_id, version_id, status, state, revision, open_rows,
           last_event, subject_type, subject_id, subject_title, business_key, department_path, starter_id,
           starter_label, started_at)
    SELECT %(definition)s, %(version)s, 'active', '{}', 1, 1, 1, '', '', '华东工业 ' || n, 'XS-' || n,
           '/hq/sales/sales1/', %(starter)s, '', now()
      FROM generate_series(%(first)s, %(last)s) n
    RETURNING id)
INSERT INTO workflows_workitem (instance_id, definition_id, element, token, name_zh, name_en, status, role,
       assignee_id, is_from_queue, excluded, indices, part, alarm, priority, visible_from, due_at, created_at, subject_type,
       subject_id, subject_title, amount, department_path, starter_id, search_tokens, outcome,
       completed_by_label)
SELECT id, %(definition)s, 'review_1', '1', '业务审核', 'Review', 'open',
       (array['rep', 'manager', 'finance', 'legal'])[1 + id %% 4],
       CASE WHEN id %% 10 < 6 THEN (%(people)s::bigint[])[1 + id %% %(heads)s] END,
       true, '{}', '{}', '', '', 0, now() - interval '1 day', now() + (id %% 8760 - 4380) * interval '1 hour', now(), '', '',
       '华东工业 ' || id, id %% 100000, '/hq/sales/sales1/', %(starter)s,
       array['华', '东', '华东', right(id::text, 3)], '', ''
  FROM cases
"""


def run() -> Figures:
    fresh_database("inbox")
    from config.demo.people import create_people

    people = create_people()
    version = publish(people["admin"])
    values = {
        "definition": version.definition_id,
        "version": version.pk,
        "starter": people["rep2"].pk,
        "people": [person.pk for person in people.values()],
        "heads": len(people),
    }
    client = Client(HTTP_HOST="localhost")
    client.force_login(people["finance"])
    fill(1, SMALL, values)
    small = {name: seconds(client, url) for name, url in PAGES.items()}
    fill(SMALL + 1, LARGE, values)
    large = {name: seconds(client, url) for name, url in PAGES.items()}
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(PAGES["mine"])
    return {
        # The worse of the two boxes.
        "page_1m_over_10k": max(large[name] / small[name] for name in PAGES),
        "page_sql": len(captured),
        "page_bytes": len(answer.content),
        "p50_ms_10k": small["mine"] * 1000,
        "p50_ms_1m": large["mine"] * 1000,
        "p50_ms_1m_queue": large["queue"] * 1000,
    }


def fill(first: int, last: int, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_FILL, {**values, "first": first, "last": last})
        cursor.execute("VACUUM ANALYZE workflows_workitem, workflows_processinstance")


def seconds(client: Client, url: str) -> float:
    """The median time of the page, after a warm-up."""
    times = []
    for load in range(LOADS + 5):
        started = time.perf_counter()
        answer = client.get(url)
        if answer.status_code != 200:
            raise RuntimeError(f"{url}: {answer.status_code}")
        if load >= 5:
            times.append(time.perf_counter() - started)
    return statistics.median(times)
