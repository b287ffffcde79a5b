"""The cards of everybody's desk (工作台): each app adds its own, each person sees what their rights allow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.charts import full_number
from core.errors import ApplicationError
from core.models import HomeLayout

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
    # Loaded after the page: it reads more than a desk should wait for.
    slow: bool = False


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


@dataclass(frozen=True)
class Figure:
    """A number of today. ``url`` leads to the list that holds exactly what it counts."""

    code: str
    label: Text
    value: Callable[[Any], Any]
    url: Callable[[Any], str]
    permission: str | None = None
    is_money: bool = False
    order: int = 50


def counted(label: Text, number: int, url: str) -> dict[str, Any]:
    """A number of a card that is drawn as the card of today is (``core/home_today.html``)."""
    return {"label": label, "value": number, "words": full_number(number), "url": url}


_figures: dict[str, Figure] = {}


def register_figure(figure: Figure) -> Figure:
    """Add a number to the card of today; an app does so in its ``home_cards.py``."""
    if _figures.setdefault(figure.code, figure) is not figure:
        raise ValueError(f"The figure {figure.code} is registered twice.")
    return figure


def figures_for(person: Any) -> list[Figure]:
    found = [one for one in _figures.values() if one.permission is None or person.may(one.permission)]
    return sorted(found, key=lambda one: one.order)


@dataclass(frozen=True)
class Desk:
    """The cards on somebody's desk in order, and those that they could put there."""

    shown: list[Card]
    hidden: list[Card]
    is_own: bool


def desk_of(person: Any) -> Desk:
    """As the person arranged it; else the cards of their roles. A card that came later stands at the end."""
    mine = cards_for(person)
    layout = HomeLayout.objects.filter(person=person.pk).first()
    if layout is None:
        shown = [one for one in mine if _is_usual(one, person)]
        return Desk(shown, [one for one in mine if one not in shown], is_own=False)
    by_code = {one.code: one for one in mine}
    shown = [by_code[code] for code in layout.cards if code in by_code and code not in layout.hidden]
    known = {*layout.cards, *layout.hidden}
    shown += [one for one in mine if one.code not in known and _is_usual(one, person)]
    return Desk(shown, [one for one in mine if one not in shown], is_own=True)


def _is_usual(card: Card, person: Any) -> bool:
    return not card.roles or bool(person.role_codes & set(card.roles))


UP, DOWN, SHOW, HIDE = "up", "down", "show", "hide"


@transaction.atomic
def arrange(*, person: Any, deed: str, code: str) -> Desk:
    """Move, show or hide one card of one's own desk."""
    desk = desk_of(person)
    shown = [one.code for one in desk.shown]
    hidden = [one.code for one in desk.hidden]
    if code not in (hidden if deed == SHOW else shown):
        raise ApplicationError(_("This card is not there (any more)."), code="no_such_card")
    if deed == SHOW:
        shown.append(code)
        hidden.remove(code)
    elif deed == HIDE:
        shown.remove(code)
        hidden.append(code)
    else:
        place = shown.index(code)
        other = max(place - 1, 0) if deed == UP else min(place + 1, len(shown) - 1)
        shown[place], shown[other] = shown[other], shown[place]
    HomeLayout.objects.update_or_create(person=person, defaults={"cards": shown, "hidden": hidden})
    return desk_of(person)


def reset(*, person: Any) -> Desk:
    """Back to the cards of one's roles."""
    HomeLayout.objects.filter(person=person.pk).delete()
    return desk_of(person)
