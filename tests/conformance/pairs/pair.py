"""One row of the table of pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.conformance.scenario import Scenario, scenario
from tests.conformance.sketch import Sketch


@dataclass(frozen=True, eq=False)
class Pair:
    """`one` in a relation to `other`, what must happen, and the scenarios that show it."""

    one: str
    relation: str
    other: str
    must: str
    shown: tuple[Scenario, ...]

    def __str__(self) -> str:
        return f"{self.one} {self.relation} {self.other}"


def pair(one: str, relation: str, other: str, must: str, drawn: Sketch, play: str, **more: Any) -> Pair:
    return Pair(one, relation, other, must, (scenario(f"{one} {relation} {other}", drawn, play, **more),))
