"""What the elements of a diagram are called in one language, also of one that cannot run."""

from __future__ import annotations

from workflows.engine.definition import pick_label

from .reading import read_sheet


def names_in(bpmn: str, language: str) -> dict[str, str]:
    """id -> name, for everything that has one. Raises DefinitionError for unreadable XML."""
    elements = read_sheet(bpmn).elements.values()
    return {one.key: pick_label(one.labels, language, "") for one in elements if one.labels}
