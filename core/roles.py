"""What else depends on roles: other apps say where a role is named, and what a person may do beside grants."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from core.models import User

Text = str | Promise


@dataclass(frozen=True)
class Use:
    """A place that names a role, so that the role cannot go."""

    label: Text
    url: str = ""


@dataclass(frozen=True)
class Section:
    """A part of the answer to "what may this person do": lines of what and why, with a link where there is one."""

    title: Text
    lines: Sequence[tuple[Text, Text, str]] = ()
    # What stands there when there is none.
    nothing: Text = ""


@dataclass(frozen=True)
class RoleInfo:
    """``uses(codes)``      where roles are named, by code
    ``sections(person)``  what the person may do by their roles
    """

    uses: Callable[[Iterable[str]], dict[str, list[Use]]]
    sections: Callable[[User], list[Section]]


_infos: list[RoleInfo] = []


def register(info: RoleInfo) -> None:
    """An app calls this from its ``role_info.py``."""
    _infos.append(info)


def uses_of(codes: Iterable[str]) -> dict[str, list[Use]]:
    """Where each of these roles is named."""
    wanted = list(codes)
    found: dict[str, list[Use]] = {code: [] for code in wanted}
    for info in _infos:
        for code, uses in info.uses(wanted).items():
            found.setdefault(code, []).extend(uses)
    return found


def sections_of(person: User) -> list[Section]:
    """What a person may do by their roles, beside grants."""
    return [section for info in _infos for section in info.sections(person)]
