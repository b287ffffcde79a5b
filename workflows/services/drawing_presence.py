"""Who draws a process at the moment: short-lived marks in the cache. Without Redis nobody is seen, and all works."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache

from core import clock
from core.models import User
from workflows.models import ProcessDefinition
from workflows.services.drawing_rights import require_drawing

# An editor says it is there every 20 seconds; one that has said nothing for this long is gone.
GONE_AFTER = 60


def say_present(definition: ProcessDefinition, person: User) -> list[str]:
    """Mark a person as drawing, and name the others who are."""
    require_drawing(definition, person)
    key, now = f"drawing:{definition.pk}", clock.now().timestamp()
    marks: dict[str, Any] = cache.get(key) or {}
    there = {pk: mark for pk, mark in marks.items() if now - mark["at"] < GONE_AFTER}
    there[str(person.pk)] = {"at": now, "name": person.name}
    cache.set(key, there, timeout=GONE_AFTER * 2)
    return sorted(mark["name"] for pk, mark in there.items() if pk != str(person.pk))
