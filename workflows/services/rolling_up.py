"""Count what has happened in cases since they were counted last; no step writes or waits for any of it.

Exactly once: a ``CaseTally`` says up to which event its case is counted, and moves in the transaction that adds what
lies between. Which cases have news is found by the ids of events. Ids are committed out of order, so what was seen
lately is looked at again for ``LAG``; what is counted already costs the look only. ``sweep_figures`` compares every
case with its tally, so that nothing is missed whatever happens to the mark.

Events of the last moments wait for the next run: then no later event can be of the same moment as the last one that
was counted, and the rows closed at the moments of some events are theirs alone (``counting``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core import clock
from core.errors import Conflict
from workflows.models import (
    CaseTally,
    DwellTally,
    PassTally,
    PathVariant,
    ProcessInstance,
    RepeatedStep,
    RollUp,
    WorkTally,
)
from workflows.services.counting import Window, count
from workflows.services.counting_ways import note_ways

# No transaction lasts that long: an event with a lower id than one seen before has been committed by then.
LAG = timedelta(minutes=10)
# Younger events wait for the next run.
SETTLED = timedelta(seconds=2)
BATCH, AT_ONCE = 500, 5_000
_COUNTERS = (PassTally, DwellTally, WorkTally)

_NEWS = """
SELECT e.instance_id
  FROM (SELECT DISTINCT instance_id FROM workflows_historyevent WHERE id > %(mark)s) e
  JOIN workflows_processinstance i ON i.id = e.instance_id
  LEFT JOIN workflows_casetally t ON t.instance_id = i.id
 WHERE coalesce(t.seq, 0) < i.last_event
 ORDER BY 1 LIMIT %(most)s
"""
_MISSED = """
SELECT i.id FROM workflows_processinstance i LEFT JOIN workflows_casetally t ON t.instance_id = i.id
 WHERE coalesce(t.seq, 0) < i.last_event ORDER BY 1
"""
# A case that is reopened by mending has no end any more; one whose news are not all settled has none yet.
_WINDOWS = """
SELECT id, version_id, definition_id, department_path, started_at, after, upto,
       CASE WHEN upto = last_event AND ended_at IS NOT NULL THEN status ELSE '' END,
       CASE WHEN upto = last_event THEN ended_at END
  FROM (SELECT i.*, coalesce(t.seq, 0) AS after,
               (SELECT max(e.seq) FROM workflows_historyevent e
                 WHERE e.instance_id = i.id AND e.seq > coalesce(t.seq, 0) AND e.at < %(settled)s) AS upto
          FROM workflows_processinstance i LEFT JOIN workflows_casetally t ON t.instance_id = i.id
         WHERE i.id = ANY(%(ids)s)) AS each_case
 WHERE upto IS NOT NULL
 ORDER BY id
"""

_SUMMED = ("count", "milliseconds", "due", "late")
_FOLD = """
WITH twice AS (
    SELECT {keys} FROM {table} GROUP BY {keys} HAVING count(*) > 1
), gone AS (
    DELETE FROM {table} WHERE ({keys}) IN (SELECT * FROM twice) RETURNING *
), kept AS (
    INSERT INTO {table} ({keys}, {sums}) SELECT {keys}, {added} FROM gone GROUP BY {keys} RETURNING 1
)
SELECT (SELECT count(*) FROM gone) - (SELECT count(*) FROM kept)
"""


def roll_up() -> int:
    """Count the news of at most ``AT_ONCE`` cases, and say of how many. Beat asks once a minute.

    Where another run has its turn, this one leaves it to that."""
    state = _state()
    newest = _one("SELECT coalesce(max(id), 0) FROM workflows_historyevent")
    found = _ids(_NEWS, mark=state.mark, most=AT_ONCE)
    done, is_complete = _count_all(found)
    if is_complete and len(found) < AT_ONCE:
        _advance(newest)
    return done


def sweep_figures() -> int:
    """Count what every run has missed, however that came, and fold what stands in several rows."""
    done, _is_complete = _count_all(_ids(_MISSED), waits=True)
    fold()
    return done


def begin_anew() -> None:
    """Forget all figures, so that they are counted from the first event on.

    Refused where cases are gone that are counted: nothing could bring their figures back."""
    with transaction.atomic():
        RollUp.objects.select_for_update().get(pk=_state().pk)
        gone = CaseTally.objects.exclude(instance_id__in=ProcessInstance.objects.values("pk"))
        if gone.exists():
            raise Conflict(
                _("%(count)s cases that were counted have been purged; their figures cannot be counted anew.")
                % {"count": gone.count()},
                code="cases_are_gone",
            )
        for model in (*_COUNTERS, CaseTally, RepeatedStep, PathVariant):
            model._default_manager.all().delete()
        RollUp.objects.update(mark=0, ahead=0, ahead_at=None)


# One run ------------------------------------------------------------------------------------------


def _count_all(instance_ids: Sequence[int], *, waits: bool = False) -> tuple[int, bool]:
    """(how many had news, whether it was this run's turn to the end); one that ``waits`` is never sent away."""
    done = 0
    for first in range(0, len(instance_ids), BATCH):
        found = _count_batch(instance_ids[first : first + BATCH], waits)
        if found is None:
            return done, False
        done += found
    return done, True


@transaction.atomic
def _count_batch(ids: Sequence[int], waits: bool) -> int | None:
    """Add the news of some cases and move their marks; None where somebody else is counting."""
    if not RollUp.objects.select_for_update(skip_locked=not waits).filter(pk=_state().pk).exists():
        return None
    with connection.cursor() as cursor:
        # Whoever moves a department moves its figures too, and takes the department first as well.
        cursor.execute("SELECT 1 FROM core_department FOR KEY SHARE")
        cursor.execute(_WINDOWS, {"ids": list(ids), "settled": clock.now() - SETTLED})
        windows = [Window(*row) for row in cursor.fetchall()]
    if windows:
        count(windows)
        note_ways([one for one in windows if one.ended])
    return len(windows)


def _state() -> RollUp:
    return RollUp.objects.get_or_create(pk=1)[0]


def _advance(newest: int) -> None:
    """What was seen ``LAG`` ago is not looked at again."""
    now = clock.now()
    with transaction.atomic():
        state = RollUp.objects.select_for_update().get(pk=1)
        if state.ahead_at is None:
            state.ahead, state.ahead_at = newest, now
        elif state.ahead_at <= now - LAG:
            state.mark, state.ahead, state.ahead_at = max(state.mark, state.ahead), newest, now
        state.save()


# Folding ------------------------------------------------------------------------------------------


def fold() -> int:
    """Bring counters that stand in several rows together; says how many rows are fewer."""
    return sum(_fold(model) for model in _COUNTERS)


@transaction.atomic
def _fold(model: type[PassTally | DwellTally | WorkTally]) -> int:
    if not RollUp.objects.select_for_update(skip_locked=True).filter(pk=_state().pk).exists():
        return 0
    columns = [str(field.column) for field in model._meta.concrete_fields if not field.primary_key]
    sums = [name for name in columns if name in _SUMMED]
    keys = ", ".join(name for name in columns if name not in _SUMMED)
    with connection.cursor() as cursor:
        cursor.execute(
            _FOLD.format(
                table=model._meta.db_table,
                keys=keys,
                sums=", ".join(sums),
                added=", ".join(f"sum({name})" for name in sums),
            )
        )
        fewer: int = cursor.fetchone()[0]
    return fewer


def _ids(statement: str, **values: Any) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return [row[0] for row in cursor.fetchall()]


def _one(statement: str) -> int:
    return _ids(statement)[0]
