"""Prove the invariant: what each case waits for and what rows are open are the same.

The light audit is one statement over every open case: how many rows are open and which (as one number, see
``rows.fingerprint``), whether the state is the one that was written last, whether the history is as long as the case
counts. It sees everything that happens to rows. The deep one loads cases and compares token by token, so that it
can say what is wrong; it goes round in slices, and sees a state that was tampered with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import orjson
from django.core.cache import cache
from django.db import connection

from workflows.definitions import definition_of
from workflows.engine import Case
from workflows.services.host import NoHost
from workflows.services.rows import INCIDENT, Place, places

SLICE = 500
_CURSOR_KEY = "workflows.audit.last_instance"

Code: TypeAlias = Literal[
    "missing", "surplus", "count", "rows", "status", "older_state", "history", "hole", "over", "unreadable",
]  # fmt: skip
# Said of a case as a whole, where only the deep audit can say which rows are meant.
SUMMARIES: Final = ("count", "rows")


@dataclass(frozen=True)
class Breach:
    """One thing that disagrees in a case."""

    instance_id: int
    text: str
    code: Code = "count"
    place: Place | None = None  # whose row is missing or too many

    def __str__(self) -> str:
        return f"case {self.instance_id}: {self.text}"


_OPEN_ROWS = """
           (SELECT instance_id, 'work_item' AS kind, token FROM workflows_workitem WHERE status = 'open'
            UNION ALL
            SELECT instance_id, 'incident', token FROM workflows_incident
             WHERE status = 'open' AND kind = 'failure'
            UNION ALL
            SELECT instance_id, CASE kind WHEN 'operation' THEN 'job' ELSE kind END, token
              FROM workflows_job WHERE status = 'open'
            UNION ALL
            SELECT instance_id, 'timer', token FROM workflows_timer WHERE status = 'open'
            UNION ALL
            SELECT instance_id, kind, token FROM workflows_subscription WHERE status = 'open') AS each_row
"""

# One statement sees one moment: no running step can make it look wrong.
_LIGHT = f"""
WITH open_rows AS (
    SELECT instance_id, count(*) AS found, count(*) FILTER (WHERE kind = 'incident') AS incidents,
           bit_xor(('x' || left(md5(kind || ':' || token), 16))::bit(64)::bigint) AS places
      FROM {_OPEN_ROWS}
     WHERE %(ids)s::bigint[] IS NULL OR instance_id = ANY(%(ids)s::bigint[])
     GROUP BY instance_id
), open_cases AS (
    SELECT id, status, open_rows, places, last_event, state_revision,
           state->'row'->>'revision' AS written_by,
           coalesce((SELECT max(seq) FROM workflows_historyevent e WHERE e.instance_id = i.id), 0) AS newest
      FROM workflows_processinstance i
     WHERE status IN ('active', 'waiting_incident', 'suspended')
       AND (%(ids)s::bigint[] IS NULL OR id = ANY(%(ids)s::bigint[]))
)
SELECT coalesce(c.id, r.instance_id), c.status, c.open_rows, coalesce(r.found, 0), coalesce(r.incidents, 0),
       c.places = coalesce(r.places, 0), c.state_revision, c.written_by, c.last_event, c.newest
  FROM open_cases c FULL JOIN open_rows r ON r.instance_id = c.id
 WHERE c.id IS NULL
    OR c.open_rows <> coalesce(r.found, 0)
    OR c.places <> coalesce(r.places, 0)
    OR c.written_by IS DISTINCT FROM c.state_revision::text
    OR c.last_event <> c.newest
    OR (c.status = 'active' AND r.incidents > 0)
    OR (c.status = 'waiting_incident' AND coalesce(r.incidents, 0) = 0)
 ORDER BY 1
"""  # noqa: S608 - only words of our own

_DEEP = """
SELECT i.id, i.version_id, i.status, i.state, i.last_event,
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
 WHERE i.status IN ('active', 'waiting_incident', 'suspended') AND {which}
 ORDER BY i.id LIMIT %(most)s
"""
_NEXT = _DEEP.format(which="i.id > %(after)s")
_THESE = _DEEP.format(which="i.id = ANY(%(ids)s)")


def audit(*, deep: Literal["none", "slice", "all"] = "all") -> list[Breach]:
    """Every breach found; an empty list is the proof."""
    breaches = list(_light(None))
    if deep == "all":
        last: int | None = 0
        while last is not None:
            found, last = _slice(after=last)
            breaches += found
    elif deep == "slice":
        found, last = _slice(after=cache.get(_CURSOR_KEY, 0))
        cache.set(_CURSOR_KEY, last or 0, timeout=None)
        breaches += found
    return breaches


def examine(instance_ids: Sequence[int]) -> dict[int, list[Breach]]:
    """Everything that is wrong with these cases, as exactly as it can be said; nothing for those in order."""
    ids = list(instance_ids)
    found: dict[int, list[Breach]] = {}
    for breach in (*_deep(_THESE, {"ids": ids, "most": len(ids)})[0], *_light(ids)):
        known = found.setdefault(breach.instance_id, [])
        if breach.code in SUMMARIES and any(one.place is not None for one in known):
            continue  # which rows they are has been said
        if all(one.code != breach.code or one.place != breach.place for one in known):
            known.append(breach)
    return found


def open_places(instance_id: int) -> set[Place]:
    """The open rows of one case, also of one that should have none."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT token, kind FROM {_OPEN_ROWS} WHERE instance_id = %s", [instance_id])  # noqa: S608
        return {(token, kind) for token, kind in cursor.fetchall()}


# The two audits ---------------------------------------------------------------------------------


def _light(ids: list[int] | None) -> Iterator[Breach]:
    with connection.cursor() as cursor:
        cursor.execute(_LIGHT, {"ids": ids})
        rows = cursor.fetchall()
    for row in rows:
        yield from _wrong(*row)


def _wrong(
    pk: int,
    status: str | None,
    expected: int,
    found: int,
    incidents: int,
    same_places: bool,
    revision: int,
    written_by: str | None,
    counted: int,
    newest: int,
) -> Iterator[Breach]:
    """What one row of the light audit says."""
    if status is None:
        yield Breach(pk, f"is over, but {found} rows are open", "over")
        return
    if expected != found:
        yield Breach(pk, f"expects {expected} open rows, but {found} are open", "count")
    elif not same_places:
        yield Breach(pk, "has other open rows than those it waits for", "rows")
    elif (status == "active" and incidents) or (status == "waiting_incident" and not incidents):
        yield Breach(pk, f"is {status}, but {incidents} failures are open", "status")
    if written_by != str(revision):
        text = f"was last written in step {revision}, but its state is of step {written_by or 'unknown'}"
        yield Breach(pk, text, "older_state")
    if counted != newest:
        yield Breach(pk, f"has history up to {newest}, but counted {counted}", "history")


def _slice(*, after: int) -> tuple[list[Breach], int | None]:
    """The breaches of one slice, and where the next one starts (None at the end)."""
    breaches, seen = _deep(_NEXT, {"after": after, "most": SLICE})
    return breaches, seen[-1] if len(seen) == SLICE else None


def _deep(statement: str, values: dict[str, Any]) -> tuple[list[Breach], list[int]]:
    """What is wrong with some cases, and which were looked at."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    return [breach for row in rows for breach in _compare(*row)], [row[0] for row in rows]


def _compare(
    pk: int, version_id: int, status: str, state: str, last_event: int, open_rows: str, events: str
) -> Iterator[Breach]:
    count, newest = orjson.loads(events)
    if count != newest:
        yield Breach(pk, f"has {count} history rows, but the last one is number {newest}", "hole")
    try:
        expected = Counter(expected_places(version_id, orjson.loads(state)))
    except Exception as error:
        yield Breach(pk, f"cannot be loaded: {type(error).__name__}: {error}"[:500], "unreadable")
        return
    found = Counter((token, kind) for token, kind in orjson.loads(open_rows))
    for place in sorted(expected - found):
        yield Breach(pk, f"waits at token {place[0]} ({place[1]}) without an open row", "missing", place)
    for place in sorted(found - expected):
        text = f"has an open {place[1]} for token {place[0]}, which does not wait"
        yield Breach(pk, text, "surplus", place)
    is_held = any(kind == INCIDENT for _token, kind in expected)
    if status != "suspended" and is_held != (status == "waiting_incident"):
        yield Breach(pk, f"is {status}, though {'a' if is_held else 'no'} step has failed", "status")


def expected_places(version_id: int, state: dict[str, Any]) -> Iterable[Place]:
    """What a saved state waits for. Whatever is raised says that it cannot be read."""
    return places(Case.load(definition_of(version_id), state, NoHost()).waiting()).keys()
