"""What a step has changed of a case's data, kept with its history: one can look at the data as they were then.

Only the data of the case itself are kept, not those inside its subprocesses and called processes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from workflows.services.step import Step

_NOTHING: Final = object()


def note_changes(step: Step, before: Mapping[str, Any]) -> None:
    """Write what is different from ``before``, perhaps nothing, to the last thing that happened in this step: by that
    it is known where each step ends."""
    if step.history.events:
        step.history.events[-1].changes = changed(before, step.case.variables)


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The names with new values. A name goes only by getting no value. Unchanged values are the same objects, so
    that looking through thousands costs next to nothing."""
    found = {}
    for name, value in after.items():
        known = before.get(name, _NOTHING)
        if known is not value and known != value:
            found[name] = value
    found.update((name, None) for name in before if name not in after)
    return found
