"""Which fields of a form are shown: a field may have a condition over the data of the case and over the other
fields of its form.

What is not shown is not asked for: nothing is taken for it, and for the other conditions it is empty. A
comparison with a field that is still empty does not hold, nor does a condition that cannot be evaluated."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from graphlib import TopologicalSorter
from typing import Any

from .definition import Field
from .expressions import Context, Expression, ExpressionError
from .host import LOCAL
from .values import Mismatch, stored


class Glance:
    """What conditions see where there is no case yet: the clock, and nothing else."""

    def __init__(self, now: datetime) -> None:
        self.variables: Mapping[str, Any] = {}
        self.reads: dict[str, Any] = {}
        self._now = now.astimezone(LOCAL)

    def subject(self, path: str) -> Any:
        return None

    def now(self) -> datetime:
        return self._now


class _Sight:
    """The context of one form: what was typed over what is known, and no trace in the history."""

    def __init__(self, variables: Mapping[str, Any], around: Context) -> None:
        self.variables = variables
        self.reads: dict[str, Any] = {}
        self._around = around

    def subject(self, path: str) -> Any:
        return self._around.subject(path)

    def now(self) -> datetime:
        return self._around.now()


def shown_fields(
    fields: Sequence[Field],
    data: Mapping[str, Any],
    current: Mapping[str, Any] | None = None,
    around: Context | None = None,
) -> frozenset[str]:
    """The ids of the fields that are shown with this data. Raises CycleError for conditions in a circle, which
    no compiled diagram has.

    What `data` does not name counts as it will stand when the form is handed in: its default, or else what it is
    in `current`, the values so far."""
    conditions = {field.id: field.shown_if for field in fields if field.shown_if is not None}
    shown = {field.id for field in fields}
    if conditions:
        typed = _typed(fields, data, current)
        sight = _Sight(ChainMap(typed, current or {}), around or Glance(datetime.now(LOCAL)))  # type: ignore[arg-type]
        for id in in_order(conditions):
            if not _holds(conditions[id], sight):
                shown.discard(id)
                typed[id] = None
    return frozenset(shown)


def in_order(conditions: Mapping[str, Expression]) -> Iterable[str]:
    """Each field after those that its condition reads. Raises CycleError."""
    return TopologicalSorter(
        {id: condition.names & conditions.keys() for id, condition in conditions.items()}
    ).static_order()


def _typed(
    fields: Sequence[Field], data: Mapping[str, Any], current: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What was handed in, as it is stored; what does not fit its type is as good as empty."""
    typed: dict[str, Any] = {}
    for field in fields:
        if field.readonly and current is not None:
            continue
        if field.id not in data and field.default is None:
            continue
        value = data.get(field.id, field.default)
        if isinstance(value, str) and not value.strip():
            value = None
        try:
            typed[field.id] = None if value is None else stored(value, field.variable_type)
        except Mismatch:
            typed[field.id] = None
    return typed


def _holds(condition: Expression, sight: Context) -> bool:
    try:
        return condition.evaluate(sight) is True
    except ExpressionError:
        return False
