"""What ends with a contract: other apps say it, so that whoever asks to end one sees it before."""

from __future__ import annotations

from collections.abc import Callable

from contracts.models import Contract

# Sentences about a contract, in the reader's language.
Consequences = Callable[[Contract], list[str]]
_known: list[Consequences] = []


def add_consequences(say: Consequences) -> None:
    """Make it known; an app does so while it starts."""
    if say not in _known:
        _known.append(say)


def consequences_of(contract: Contract) -> list[str]:
    """Everything that ends with the contract, besides its money."""
    return [one for say in _known for one in say(contract)]
