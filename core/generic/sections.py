"""Long forms in named parts."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.forms import BoundField
from django.utils.functional import Promise


@dataclass(frozen=True)
class Section:
    """A part of a form: its heading, a word of explanation, and the names of its fields in order."""

    title: str | Promise
    fields: tuple[str, ...]
    text: str | Promise = ""


@dataclass(frozen=True)
class BoundSection:
    """A section as the template draws it."""

    title: str | Promise
    text: str | Promise
    fields: list[BoundField]


class Sectioned:
    """Mix into a form and say ``sections``; drawn by generic/sections.html."""

    sections: tuple[Section, ...] = ()

    def bound_sections(self) -> Iterator[BoundSection]:
        for one in self.sections:
            yield BoundSection(
                one.title, one.text, [self[name] for name in one.fields if name in self.fields]
            )
