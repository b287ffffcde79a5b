"""The cards of everybody's desk (工作台): each app adds its own, each person sees what their rights allow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True)
class Card:
    """A card of the desk.

    ``context`` gives what ``template`` takes, or None where there is nothing to show this person.
    ``roles``: shown from the start to people of these roles (codes), to everybody when empty.
    ``width``: of twelve columns on a wide screen: 3, 4, 6, 8 or 12.
    """

    code: str
    title: Text
    template: str
    context: Callable[[HttpRequest], Mapping[str, Any] | None]
    permission: str | None = None
    roles: tuple[str, ...] = ()
    width: int = 6
    order: int = 50
    icon: str = ""
    # Where its title leads.
    url_name: str = ""


_cards: dict[str, Card] = {}


def register(card: Card) -> Card:
    """Make a card known; an app does so in its ``home_cards.py``."""
    if _cards.setdefault(card.code, card) is not card:
        raise ValueError(f"The card {card.code} is registered twice.")
    return card


def cards_for(person: Any) -> list[Card]:
    """The cards a person may see, in order."""
    found = [one for one in _cards.values() if one.permission is None or person.may(one.permission)]
    return sorted(found, key=lambda one: one.order)
