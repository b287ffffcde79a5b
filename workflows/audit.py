"""Prove the invariant: what each case waits for and what rows are open are the same.

The light audit is one statement over every open case. The deep one loads cases and compares token by token;
each minute it takes the next slice, so that all cases are visited in turn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from django.core.cache import cache
from django.db import connection

from workflows.definitions import definition_of
from workflows.engine import Case
from workflows.services.rows import places

SLICE = 500
_CURSOR_KEY = "workflows.audit.last_instance"


@dataclass(frozen=True)
class Breach:
    """One case whose rows disagree."""

    instance_id: int
    text: str

    def __str__(self) -> str:
        return f"case {self.instance_id}: {self.text}"


# One statement sees one moment: no running step can make it look wrong.
_LIGHT = """
WITH open_rows AS (
    SELECT instance_id, count(*) AS found, count(*) FILTER (WHERE kind = 'incident') AS incidents
      FROM (SELECT instance_id, 'work_item' AS kind FROM workflows_workitem WHERE status = 'open'
            UNION ALL
            SELECT instance_id, 'incident' FROM workflows_incident WHERE status = 'open' AND kind = 'failure'
            UNION ALL
            SELECT instance_id, 'job' FROM workflows_job WHERE status = 'open'
            UNION ALL
            SELECT instance_id, 'timer' FROM workflows_timer WHERE status = 'open'
            UNION ALL
            SELECT instance_id, 'subscription' FROM workflows_subscription WHERE status = 'open') AS each_row
     GROUP BY instance_id
), open_cases AS (
    SELECT id, status, open_rows FROM workflows_processinstance
     WHERE status IN ('active', 'waiting_incident', 'suspended')
)
SELECT coalesce(c.id, r.instance_id), c.status, c.open_rows, coalesce(r.found, 0), coalesce(r.incidents, 0)
  FROM open_cases c FULL JOIN open_rows r ON r.instance_id = c.id
 WHERE c.id IS NULL
    OR c.open_rows <> coalesce(r.found, 0)
    OR (c.status = 'active' AND r.incidents > 0)
    OR (c.status = 'waiting_incident' AND coalesce(r.incidents, 0) = 0)
 ORDER BY 1
"""

_DEEP = """
SELECT i.id, i.version_id, i.state, i.last_event,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(token, 'work_item')), '[]')
          FROM workflows_workitem w WHERE w.instance_id = i.id AND w.status = 'open')
    || (SELECT coalesce(jsonb_agg(jsonb_build_array(token, 'incident')), '[]')
          FROM workflows_incident n
         WHERE n.instance_id = i.id AND n.status = 'open' AND n.kind = 'failure')
    || (SELECT coalesce(jsonb_agg(jsonb_build_array(
               token, CASE kind WHEN 'operation' THEN 'job' ELSE kind END)), '[]')
          FROM workflows_job j WHERE j.instance_id = i.id AND j.status = 'open')
    || (SELECT coalesce(jsonb_agg(jsonb_build_array(token, 'timer')), '[]')
          FROM workflows_timer t WHERE t.instance_id = i.id AND t.status = 'open')
    || (SELECT coalesce(jsonb_agg(jsonb_build_array(token, kind)), '[]')
          FROM workflows_subscription s WHERE s.instance_id = i.id AND s.status = 'open'),
       (SELECT jsonb_build_array(count(*), coalesce(max(seq), 0))
          FROM workflows_historyevent e WHERE e.instance_id = i.id)
  FROM workflows_processinstance i
 WHERE i.status IN ('active', 'waiting_incident', 'suspended') AND i.id > %(after)s
 ORDER BY i.id LIMIT %(most)s
"""


def audit(*, deep: Literal["none", "slice", "all"] = "all") -> list[Breach]:
    """Every breach found; an empty list is the proof."""
    breaches = list(_light())
    if deep == "all":
        last: int | None = 0
        while last is not None:
            found, last = _deep(after=last)
            breaches += found
    elif deep == "slice":
        found, last = _deep(after=cache.get(_CURSOR_KEY, 0))
        cache.set(_CURSOR_KEY, last or 0, timeout=None)
        breaches += found
    return breaches


def _light() -> Iterator[Breach]:
    with connection.cursor() as cursor:
        cursor.execute(_LIGHT)
        for instance_id, status, expected, found, incidents in cursor.fetchall():
            if status is None:
                yield Breach(instance_id, f"is over, but {found} rows are open")
            elif expected != found:
                yield Breach(instance_id, f"expects {expected} open rows, but {found} are open")
            else:
                yield Breach(instance_id, f"is {status}, but {incidents} failures are open")


def _deep(*, after: int) -> tuple[list[Breach], int | None]:
    """The breaches of one slice, and where the next one starts (None at the end)."""
    with connection.cursor() as cursor:
        cursor.execute(_DEEP, {"after": after, "most": SLICE})
        rows = cursor.fetchall()
    breaches = [breach for row in rows for breach in _compare(*row)]
    return breaches, rows[-1][0] if len(rows) == SLICE else None


def _compare(
    instance_id: int, version_id: int, state: str, last_event: int, open_rows: str, events: str
) -> Iterator[Breach]:
    count, newest = orjson.loads(events)
    if not count == newest == last_event:
        yield Breach(instance_id, f"has {count} history rows up to {newest}, but counted {last_event}")
    try:
        case = Case.load(definition_of(version_id), orjson.loads(state), _NoHost())
    except Exception as error:
        yield Breach(instance_id, f"cannot be loaded: {error}")
        return
    expected = Counter(places(case.waiting()).keys())
    found = Counter((token, kind) for token, kind in orjson.loads(open_rows))
    for token, kind in expected - found:
        yield Breach(instance_id, f"waits at token {token} ({kind}) without an open row")
    for token, kind in found - expected:
        yield Breach(instance_id, f"has an open {kind} for token {token}, which does not wait")


class _NoHost:
    """Loading asks nothing of the world."""

    refusals: tuple[type[Exception], ...] = ()

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"loading a case must not call {name}")
