"""Which elements a reader meets as steps of their own; gateways and scripts explain the step before them."""

from __future__ import annotations

from functools import lru_cache

from workflows.definitions import definition_of

STEPS = (
    "user_task",
    "manual_task",
    "task",
    "service_task",
    "business_rule_task",
    "send_task",
    "receive_task",
    "catch_event",
    "boundary_event",
    "call_activity",
    "start_event",
    "end_event",
)
ONLY_NAMED = ("boundary_event", "catch_event")


@lru_cache(maxsize=50_000)
def is_met_by_readers(version_id: int, path: str) -> bool:
    """Whether an element belongs to the way of a case as its history tells it.

    Starts say nothing, and of the ends only those of the process itself say where it led. What a called process
    does is told by its steps, the call by none of its own."""
    definition = definition_of(version_id)
    element = definition.find(path)
    if element is None or element.kind not in STEPS or element.kind in ("start_event", "call_activity"):
        return False
    if element.kind == "end_event":
        return "/" not in path and element.scope == definition.key
    return element.kind not in ONLY_NAMED or bool(element.name or element.labels)
