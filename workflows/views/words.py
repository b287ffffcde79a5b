"""Codes as words: roles, steps, decisions. History and rows hold codes; the reader gets their language."""

from collections.abc import Iterable
from functools import cached_property

from django.utils.translation import get_language, pgettext

from core.models import Role
from workflows.definitions import definition_of
from workflows.engine import Definition
from workflows.models import ProcessInstance, WorkItem


def reader_language() -> str:
    """The language in force, as the engine names it."""
    return "en" if (get_language() or "").startswith("en") else "zh-hans"


def listed(words: Iterable[str]) -> str:
    """One after the other, as the reader's language writes it."""
    return (", " if reader_language() == "en" else "、").join(words)


class Roles:
    """Names of roles by code; asked of the database when the first one is needed."""

    @cached_property
    def pairs(self) -> dict[str, tuple[str, str]]:
        """Each role's name in Chinese and in English."""
        return {role.code: (role.name_zh, role.name_en) for role in self._all}

    @cached_property
    def _names(self) -> dict[str, str]:
        return {role.code: str(role) for role in self._all}

    @cached_property
    def _all(self) -> list[Role]:
        return list(Role.objects.all())

    def __getitem__(self, code: str) -> str:
        return self._names.get(code, code)


class Labels:
    """Names of a diagram's parts in the reader's language."""

    def __init__(self) -> None:
        self.language = reader_language()

    def step(self, definition: Definition, element: str) -> str:
        found = definition.find(element)
        return found.label(self.language) if found is not None else element

    def outcome(self, definition: Definition, element: str, code: str) -> str:
        """What the button said; common codes have a name even where the diagram is silent."""
        found = definition.find(element)
        for one in found.outcomes if found is not None else ():
            if one.code == code:
                return one.label(self.language)
        return common_outcomes().get(code, code)

    def outcome_of(self, item: WorkItem, instance: ProcessInstance | None = None) -> str:
        """The decision on a finished item."""
        if not item.outcome:
            return ""
        case = instance or item.instance
        return self.outcome(definition_of(case.version_id), item.element, item.outcome)


def common_outcomes() -> dict[str, str]:
    return {
        "approve": pgettext("decision", "Approve"),
        "reject": pgettext("decision", "Reject"),
        "return": pgettext("decision", "Return"),
        "submit": pgettext("decision", "Submit"),
        "cancel": pgettext("decision", "Cancel"),
        "done": pgettext("decision", "Done"),
    }
