"""What steps are called, also those that only an earlier version has."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from django.utils.translation import gettext as _

from workflows.definitions import definition_of
from workflows.engine import Definition, Element
from workflows.selectors import places_of
from workflows.selectors.steps import is_met_by_readers
from workflows.views.words import Labels


class StepWords:
    """Names of the elements of a process; ``versions`` begin with the one that is drawn."""

    def __init__(self, versions: Sequence[int], labels: Labels | None = None) -> None:
        self.versions = versions
        self.labels = labels or Labels()

    @cached_property
    def drawn(self) -> Definition:
        return definition_of(self.versions[0])

    def is_shown(self, path: str) -> bool:
        """Whether people know it as a step of the process, its end aside."""
        found = self._find(path)
        if found is None:
            return False
        version, element = found
        return element.kind != "end_event" and is_met_by_readers(version, path)

    def name(self, path: str) -> str:
        found = self._find(path)
        if found is None:
            return path
        _version, element = found
        if element.kind == "end_event" and not (element.name or element.labels):
            return _("End")
        return element.label(self.labels.language)

    def full(self, path: str) -> str:
        """With the calls and subprocesses around it, and a word where the version that is drawn has it no more."""
        found = self._find(path)
        if found is None:
            return path
        version, _element = found
        definition = definition_of(version)
        around = [
            inner.label(self.labels.language)
            for place in reversed(places_of(definition, path)[1:])
            if (inner := definition.find(place)) is not None and (inner.name or inner.labels)
        ]
        name = " › ".join([*around, self.name(path)])
        return name if version == self.versions[0] else _("%(step)s (earlier version)") % {"step": name}

    def _find(self, path: str) -> tuple[int, Element] | None:
        for version in self.versions:
            element = definition_of(version).find(path)
            if element is not None:
                return version, element
        return None
