"""What other apps add to the customers' pages. The customer knows nothing of contracts; contracts register here.

Found in each app's ``customer_pages.py``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise

from crm.models import Customer

Text = str | Promise


@dataclass(frozen=True)
class CustomerTab:
    """A tab of the customer's page; ``context`` gives what its template takes."""

    name: str
    label: Text
    template: str
    context: Callable[[HttpRequest, Customer], dict[str, Any]]
    permission: str | None = None
    count: Callable[[HttpRequest, Customer], int] | None = None
    order: int = 50


@dataclass(frozen=True)
class CustomerColumn:
    """A column of the customers' list: the name of an annotation that is never null, and how it is made."""

    name: str
    column: Callable[[], Any]
    annotate: Callable[[QuerySet[Customer], HttpRequest], QuerySet[Customer]]
    permission: str | None = None


@dataclass(frozen=True)
class CustomerFigures:
    """Figures above the customer's overview: (label, value, address or "")."""

    figures: Callable[[HttpRequest, Customer], list[tuple[Text, Any, str]]]
    permission: str | None = None


@dataclass(frozen=True)
class CustomerAction:
    """A button of the customer's page."""

    label: Text
    icon: str
    url: Callable[[Customer], str]
    permission: str | None = None
    style: str = "quiet"


_tabs: list[CustomerTab] = []
_columns: list[CustomerColumn] = []
_figures: list[CustomerFigures] = []
_actions: list[CustomerAction] = []


def add_tab(tab: CustomerTab) -> None:
    _tabs.append(tab)
    _tabs.sort(key=lambda one: one.order)


def add_column(column: CustomerColumn) -> None:
    _columns.append(column)


def add_figures(figures: CustomerFigures) -> None:
    _figures.append(figures)


def add_action(action: CustomerAction) -> None:
    _actions.append(action)


def tabs_for(actor: Any) -> list[CustomerTab]:
    return [one for one in _tabs if _may(actor, one.permission)]


def columns_for(actor: Any) -> list[CustomerColumn]:
    return [one for one in _columns if _may(actor, one.permission)]


def figures_for(request: HttpRequest, customer: Customer) -> list[tuple[Text, Any, str]]:
    found = [one.figures(request, customer) for one in _figures if _may(request.user, one.permission)]
    return [figure for some in found for figure in some]


def actions() -> list[CustomerAction]:
    return list(_actions)


def _may(actor: Any, permission: str | None) -> bool:
    return permission is None or actor.may(permission)
