"""What a play sees: the values that the case has, and for what nobody can know yet a sign that is noticed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from workflows.engine.host import Host
from workflows.engine.performing import Context


class Unknown:
    """Stands where a value will be."""

    def __deepcopy__(self, memo: Any) -> Unknown:
        return self

    def __repr__(self) -> str:
        return "<unknown>"


UNKNOWN: Final = Unknown()


class Undecided(Exception):  # noqa: N818 - it is no failure
    """An expression reads what is not known yet."""


class Sight(Context):
    """What expressions see; looking at something unknown is noticed."""

    __slots__ = ("_at", "knows_subject")

    def __init__(self, host: Host) -> None:
        self._at: Mapping[str, Any] = {}
        self.knows_subject = True
        super().__init__(host)

    @property
    def variables(self) -> Mapping[str, Any]:
        return Watched(self._at)

    @variables.setter
    def variables(self, at: Mapping[str, Any]) -> None:
        self._at = at

    def subject(self, path: str) -> Any:
        if not self.knows_subject:
            raise Undecided(f"subject.{path}")
        return super().subject(path)

    def now(self) -> datetime:
        raise Undecided("now")


class Watched(Mapping[str, Any]):
    """Variables; asking for an unknown one raises."""

    def __init__(self, at: Mapping[str, Any]) -> None:
        self._at = at

    def __getitem__(self, name: str) -> Any:
        return _seen(name, self._at[name])

    def get(self, name: str, default: Any = None) -> Any:
        return _seen(name, self._at.get(name, default))

    def __iter__(self) -> Iterator[str]:
        return iter(self._at)

    def __len__(self) -> int:
        return len(self._at)


def _seen(name: str, value: Any) -> Any:
    if value is UNKNOWN:
        raise Undecided(name)
    return Watched(value) if isinstance(value, dict) and UNKNOWN in value.values() else value


def is_unknown(value: Any) -> bool:
    """Whether a value is unknown, or has something unknown in it."""
    if isinstance(value, Mapping):
        return any(map(is_unknown, value.values()))
    if isinstance(value, list):
        return any(map(is_unknown, value))
    return value is UNKNOWN
