"""The statement by which the news of some cases are counted. ``rolling_up`` says when.

News are the events of a window of each case. Rows that waited belong to the event at whose moment they were closed:
within a case there is one step at a moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from core.clock import COMPANY_ZONE
from workflows.models.tally import BUCKET_WIDTH
from workflows.selectors.diagram import PASSED


class Window(NamedTuple):
    """The events of a case behind ``after`` up to ``upto``; ``ended`` if it is over with them."""

    instance_id: int
    version_id: int
    definition_id: int
    department_path: str
    started_at: datetime
    after: int
    upto: int
    ended: str
    ended_at: datetime | None


_EVENTS = """
WITH w AS (
    SELECT * FROM unnest(%(instances)s::bigint[], %(versions)s::bigint[], %(paths)s::text[], %(after)s::int[],
                         %(upto)s::int[]) AS w (instance_id, version_id, path, after, upto)
), events AS MATERIALIZED (
    SELECT w.instance_id, w.version_id, w.path, e.element, e.kind, e.data, e.at,
           (e.at AT TIME ZONE %(zone)s)::date AS day
      FROM w JOIN workflows_historyevent e
        ON e.instance_id = w.instance_id AND e.seq > w.after AND e.seq <= w.upto
)"""

# Rows that waited for something and got it, closed at the moment of one of the events. What was withdrawn has waited
# for nothing. Of a compacted case some are one value of its row (``compacting``).
_CLOSED = """
moments AS (
    SELECT DISTINCT instance_id, version_id, path, at, day FROM events
), closed AS (
    SELECT m.*, 'work_item' AS kind, r.element, r.created_at AS since, r.due_at, r.completed_by_id AS person_id
      FROM moments m JOIN workflows_workitem r
        ON r.instance_id = m.instance_id AND r.completed_at = m.at AND r.status = 'completed'
    UNION ALL
    SELECT m.*, 'timer', r.element, r.created_at, NULL, NULL
      FROM moments m JOIN workflows_timer r
        ON r.instance_id = m.instance_id AND r.closed_at = m.at AND r.status = 'fired'
    UNION ALL
    SELECT m.*, r.kind, r.element, r.created_at, NULL, NULL
      FROM moments m JOIN workflows_subscription r
        ON r.instance_id = m.instance_id AND r.closed_at = m.at AND r.status = 'done'
    UNION ALL
    SELECT m.*, 'job', r.element, r.created_at, NULL, NULL
      FROM moments m JOIN workflows_job r
        ON r.instance_id = m.instance_id AND r.closed_at = m.at AND r.status IN ('done', 'failed')
       AND r.kind = 'operation'
    UNION ALL
    SELECT m.*, CASE w[1] WHEN 'operation' THEN 'job' ELSE w[1] END, w[2], since, NULL, NULL
      FROM moments m JOIN workflows_processinstance c ON c.id = m.instance_id AND c.waited <> ''
     CROSS JOIN LATERAL string_to_table(c.waited, E'\\n') line
     CROSS JOIN LATERAL string_to_array(line, E'\\t') w
     CROSS JOIN LATERAL (SELECT 'epoch'::timestamptz + w[4]::bigint * interval '1 microsecond' AS since) begun
     WHERE since + w[5]::bigint * interval '1 microsecond' = m.at
       AND w[3] = ANY(CASE w[1] WHEN 'timer' THEN ARRAY['fired'] WHEN 'operation' THEN ARRAY['done', 'failed']
                                WHEN 'continuation' THEN ARRAY[]::text[] ELSE ARRAY['done'] END)
    UNION ALL
    SELECT m.*, 'incident', r.element, r.opened_at, NULL, NULL
      FROM moments m JOIN workflows_incident r
        ON r.instance_id = m.instance_id AND r.closed_at = m.at AND r.status = 'resolved' AND r.kind = 'failure'
), spans AS (
    SELECT *, greatest(extract(epoch FROM at - since), 0) AS seconds, (due_at IS NOT NULL)::int AS due,
           (due_at IS NOT NULL AND at > due_at)::int AS late
      FROM closed
)"""
# All elements of a multi-instance together are no further pass. A flow in a called process has its call before it.
_PASSES = """
passes AS (
    INSERT INTO workflows_passtally (version_id, element, is_flow, department_path, day, count)
    SELECT version_id, element, false, path, day, count(*)
      FROM events WHERE kind = ANY(%(passed)s) AND element <> '' AND NOT data @> '{"is_whole": true}'
     GROUP BY version_id, element, path, day
    UNION ALL
    SELECT version_id, regexp_replace(element, '[^/]*$', '') || flow, true, path, day, count(*)
      FROM events, jsonb_array_elements_text(data->'flows') AS flow
     GROUP BY 1, 2, path, day
)"""
_DWELL = """
dwell AS (
    INSERT INTO workflows_dwelltally (version_id, element, kind, department_path, day, bucket,
                                      count, milliseconds, due, late)
    SELECT version_id, element, kind, path, day, floor(ln(1 + seconds::float8) / ln(%(width)s::float8))::smallint,
           count(*), sum((seconds * 1000)::bigint), sum(due), sum(late)
      FROM spans GROUP BY 1, 2, 3, 4, 5, 6
)"""
_WORK = """
work AS (
    INSERT INTO workflows_worktally (version_id, element, department_path, day, person_id, person_department_path,
                                     count, milliseconds, due, late)
    SELECT s.version_id, s.element, s.path, s.day, s.person_id, coalesce(d.path, ''),
           count(*), sum((s.seconds * 1000)::bigint), sum(s.due), sum(s.late)
      FROM spans s JOIN core_user u ON u.id = s.person_id LEFT JOIN core_department d ON d.id = u.department_id
     GROUP BY 1, 2, 3, 4, 5, 6
)"""
_CASES = """
INSERT INTO workflows_casetally AS t (instance_id, version_id, definition_id, department_path, seq, started_at,
                                      ended, ended_at, is_late)
SELECT c.instance_id, c.version_id, c.definition_id, c.path, c.upto, c.started_at, c.ended, c.ended_at,
       late.instance_id IS NOT NULL
  FROM unnest(%(instances)s::bigint[], %(versions)s::bigint[], %(definitions)s::bigint[], %(paths)s::text[],
              %(upto)s::int[], %(started)s::timestamptz[], %(ended)s::text[], %(ended_at)s::timestamptz[])
       AS c (instance_id, version_id, definition_id, path, upto, started_at, ended, ended_at)
  LEFT JOIN (SELECT DISTINCT instance_id FROM spans WHERE late = 1) late USING (instance_id)
    ON CONFLICT (instance_id) DO UPDATE
   SET seq = excluded.seq, version_id = excluded.version_id, department_path = excluded.department_path,
       ended = excluded.ended, ended_at = excluded.ended_at, is_late = t.is_late OR excluded.is_late
"""
# One statement: events and rows are looked at once for all counters.
_COUNT = f"{','.join([_EVENTS, _CLOSED, _PASSES, _DWELL, _WORK])}{_CASES}"


def count(windows: Sequence[Window]) -> None:
    """Add the events of these windows to the counters, and say of each case how far it is counted."""
    values: dict[str, Any] = {
        "instances": [one.instance_id for one in windows],
        "versions": [one.version_id for one in windows],
        "definitions": [one.definition_id for one in windows],
        "paths": [one.department_path for one in windows],
        "after": [one.after for one in windows],
        "upto": [one.upto for one in windows],
        "started": [one.started_at for one in windows],
        "ended": [one.ended for one in windows],
        "ended_at": [one.ended_at for one in windows],
        "passed": list(PASSED),
        "zone": str(COMPANY_ZONE),
        "width": BUCKET_WIDTH,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values)
