"""A case as it was: at the end of the step to which something in its history belongs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflows.models import HistoryEvent, ProcessInstance
from workflows.selectors.diagram import Then


@dataclass(frozen=True)
class Data:
    """The case's data then, and which of them that step has changed. ``is_whole`` is false for cases of which older
    data were not kept."""

    values: Mapping[str, Any]
    changed: frozenset[str]
    is_whole: bool


def moment_of(instance: ProcessInstance, seq: int) -> Then:
    """The end of the step in which an event happened. Raises HistoryEvent.DoesNotExist."""
    event = HistoryEvent.objects.get(instance=instance.pk, seq=seq)
    ends = HistoryEvent.objects.filter(instance=instance.pk, seq__gte=seq, changes__isnull=False)
    last = ends.order_by("seq").values_list("seq", "at").first()
    # What the event's own step has not kept belongs to a later one.
    return Then(last[0], event.at) if last is not None and last[1] == event.at else Then(seq, event.at)


def data_at(instance: ProcessInstance, then: Then) -> Data:
    """The data that all steps up to then have written. The caller has asked for the right to see them."""
    kept = HistoryEvent.objects.filter(instance=instance.pk, seq__lte=then.last, changes__isnull=False)
    steps = [(seq, changes or {}) for seq, changes in kept.order_by("seq").values_list("seq", "changes")]
    values: dict[str, Any] = {}
    for _seq, changes in steps:
        values.update(changes)
    known = {name: value for name, value in values.items() if value is not None}
    last = steps[-1] if steps else (0, {})
    return Data(
        known, frozenset(last[1]) if last[0] == then.last else frozenset(), _begins_whole(instance, steps)
    )


def _begins_whole(instance: ProcessInstance, steps: list[tuple[int, Any]]) -> bool:
    """Whether the first step of the case has kept what it wrote."""
    if not steps:
        return False
    first = HistoryEvent.objects.filter(instance=instance.pk, seq=1).values_list("at", flat=True).first()
    begun = HistoryEvent.objects.filter(instance=instance.pk, seq=steps[0][0]).values_list("at", flat=True)
    return first is not None and begun.first() == first
