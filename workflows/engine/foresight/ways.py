"""The ways on from a place, and what each of them assumes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from workflows.engine.case import Waiting

Question: TypeAlias = Literal["way", "error", "again", "enough", "items", "holds"]


@dataclass(frozen=True, slots=True)
class Assumption:
    """What a way takes for granted: that a gateway takes these flows, that a step fails with this error, that a
    loop goes on, that there is something in a list, that a condition holds."""

    question: Question
    path: str
    flows: tuple[str, ...] = ()
    code: str | None = None
    is_so: bool = True


@dataclass(frozen=True, slots=True)
class Way:
    """One way on: where the case newly waits then, and under which assumptions."""

    assumes: tuple[Assumption, ...]
    next: tuple[Waiting, ...]
    # Joins that have newly been reached, and wait for other branches.
    joins: tuple[Waiting, ...] = ()
    ends: bool = False
    # What was passed on the way, in order, by paths.
    passed: tuple[str, ...] = ()

    @property
    def waits_for_others(self) -> bool:
        """Nothing new begins: what is open already has to be done first."""
        return not self.next and not self.ends


@dataclass(frozen=True, slots=True)
class Foreseen:
    """All ways on from one place; not all of them where `is_whole` is false."""

    ways: tuple[Way, ...]
    is_whole: bool = True

    @property
    def is_certain(self) -> bool:
        return self.is_whole and len(self.ways) == 1
