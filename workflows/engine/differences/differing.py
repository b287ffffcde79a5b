"""Two versions of a process compared: the diagram, its decision tables and its forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows.engine.texts.differences import SENTENCES

from .comparing import compare_sheets
from .parts import Glossary
from .reading import read_sheet
from .saying import Change, marks_of, put_into_words
from .tables import compare_tables


@dataclass(frozen=True, slots=True)
class Differences:
    """Every change in words; what to mark in each picture; and whether shapes were moved."""

    changes: tuple[Change, ...]
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)
    is_redrawn: bool = False

    def summary(self, language: str) -> str:
        """What to say where no change can be listed; empty where there are some."""
        if self.changes:
            return ""
        return SENTENCES["only_drawing" if self.is_redrawn else "same"][language.startswith("zh")]


def compare_versions(
    before: str,
    after: str,
    glossary: Glossary | None = None,
    *,
    decisions: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {}),
    forms: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {}),
) -> Differences:
    """What the second version says otherwise than the first. Raises DefinitionError for unreadable XML."""
    words = glossary or Glossary()
    made = compare_sheets(read_sheet(before), read_sheet(after))
    marked = marks_of(made)
    return Differences(
        (*put_into_words(made, words), *compare_tables(made, words, decisions, forms)),
        *marked,
        is_redrawn=made.before.drawing != made.after.drawing,
    )
