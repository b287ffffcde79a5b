"""What belongs to `make test` and what to `make test-long`."""

from collections.abc import Iterable
from typing import Any

import pytest

# Every test of a run, chosen or not.
COLLECTED: pytest.StashKey[set[str]] = pytest.StashKey()


def sampled(values: Iterable[Any], *, every: int) -> list[Any]:
    """Parameters of which `make test` takes the first and then every so many-th; `make test-long` takes the rest."""
    return [
        value if number % every == 0 else pytest.param(*_each(value), marks=pytest.mark.long)
        for number, value in enumerate(values)
    ]


def in_turn(values: Iterable[Any], number: int, every: int) -> list[Any]:
    """What the number-th of many takes of these values, if each takes every so many-th: together they take all."""
    return list(values)[number % every :: every]


def _each(value: Any) -> tuple[Any, ...]:
    """A parameter of several parts stands as a tuple."""
    return value if isinstance(value, tuple) else (value,)
