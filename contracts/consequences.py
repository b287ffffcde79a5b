"""What ends with a contract: other apps say it, so that whoever asks to end one sees it before."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from contracts.models import Contract
from contracts.services.orphans import orphans_of

# Sentences about a contract, in the reader's language.
Consequences = Callable[[Contract], list[str]]
_known: list[Consequences] = []


def add_consequences(say: Consequences) -> None:
    """Make it known; an app does so while it starts."""
    if say not in _known:
        _known.append(say)


def consequences_of(contract: Contract) -> list[str]:
    """Everything that ends with the contract, besides its money."""
    return [*_orphans(contract), *(one for say in _known for one in say(contract))]


def _orphans(contract: Contract) -> list[str]:
    if not (found := orphans_of(contract)):
        return []
    names = ", ".join(one.no or one.title for one in found)
    return [_("Supplements that have not taken effect are given up: %(names)s.") % {"names": names}]
