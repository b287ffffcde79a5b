"""The views of one list as its page shows them: all rows, one's own, those that others share."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.utils.functional import cached_property

from core.generic import columns
from core.models import SavedView
from core.permissions import SHARE_VIEWS
from core.services.views import views_of

# In the address: ?view=5 for the view that is looked at, ?view=all for all rows where a view opens by itself.
PARAMETER, ALL = "view", "all"
# What belongs to the moment and not to a view.
PASSING = (PARAMETER, "after", "export", columns.PARAMETER)


def query_of(parameters: Any) -> dict[str, list[str]]:
    """Search, filters and order of an address, without what is empty or passing."""
    return {
        name: [value for value in values if value]
        for name, values in parameters.lists()
        if name not in PASSING and any(values)
    }


def address_of(path: str, view: SavedView) -> str:
    """Where a view is looked at."""
    parameters: list[tuple[str, str]] = [
        (name, value) for name, values in view.query.items() for value in values
    ]
    if view.columns:
        parameters.append((columns.PARAMETER, ",".join(view.columns)))
    return f"{path}?{urlencode([*parameters, (PARAMETER, str(view.pk))])}"


class Views:
    """Of one list and person."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.request = page.request

    def opening_address(self) -> str:
        """The view that this person opens the list with; "" where the address says more than the path."""
        if self.request.GET or self.request.htmx or self.page.layout is None:
            return ""
        view = self.page.layout.opens_with
        # One that is not shared any more is not opened: it is somebody else's.
        if view is None or not (view.is_shared or view.owner_id == self.request.user.pk):
            return ""
        return address_of(self.request.path, view)

    @cached_property
    def all(self) -> list[SavedView]:
        found = list(views_of(self.request.user, self.page.list_name).select_related("owner"))
        for view in found:
            view.address = address_of(self.request.path, view)
            view.is_own = view.owner_id == self.request.user.pk
        return found

    @cached_property
    def current(self) -> SavedView | None:
        asked = self.request.GET.get(PARAMETER, "")
        return next((view for view in self.all if str(view.pk) == asked), None)

    @property
    def is_changed(self) -> bool:
        """Whether the list shows something else than the view under which it is looked at."""
        view = self.current
        if view is None:
            return False
        return view.query != query_of(self.request.GET) or view.columns != columns.asked(self.request)

    @property
    def opens_with(self) -> int | None:
        return self.page.layout.opens_with_id if self.page.layout else None

    @property
    def address_of_all(self) -> str:
        return f"{self.request.path}?{PARAMETER}={ALL}" if self.opens_with else self.request.path

    @property
    def may_share(self) -> bool:
        return self.request.user.may(SHARE_VIEWS)

    @property
    def here(self) -> str:
        """The address of the list as it is looked at, for the pages that keep something of it."""
        kept = self.request.GET.copy()
        for name in ("after", "export"):
            kept.pop(name, None)
        return f"{self.request.path}?{kept.urlencode()}"
