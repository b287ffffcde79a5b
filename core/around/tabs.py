"""Tabs that a row's page has by itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.utils.functional import Promise


@dataclass(frozen=True)
class AroundTab:
    """A tab of every business row's page.

    ``context``   what its template takes, for a request and a row
    ``count``     shown beside the label; empty for none
    ``is_for``    whether rows of this kind have it
    ``is_shown``  whether this row has it for this person; always unless said
    """

    name: str
    label: str | Promise
    template: str
    context: Callable[[HttpRequest, Any], dict[str, Any]]
    count: Callable[[HttpRequest, Any], str] | None = None
    is_for: Callable[[type[Model]], bool] = lambda model: True
    is_shown: Callable[[HttpRequest, Any], bool] | None = None
    order: int = 50


_tabs: dict[str, AroundTab] = {}


def add_tab(tab: AroundTab) -> None:
    if tab.name in _tabs:
        raise ValueError(f"The tab {tab.name} is registered twice.")
    _tabs[tab.name] = tab


def tabs_for(model: type[Model]) -> list[AroundTab]:
    """The tabs of rows of a model, in order."""
    return sorted((one for one in _tabs.values() if one.is_for(model)), key=lambda one: one.order)
