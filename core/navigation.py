"""The main navigation: each app adds its own entries, each person sees what they may use."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Entry:
    """One line of the navigation. ``badge`` counts what waits there, or gives an empty text."""

    label: str | Promise
    icon: str
    url_name: str
    permission: str | None = None
    group: str | Promise = ""
    order: int = 50
    on_phone: bool = False
    badge: Callable[[HttpRequest], str] | None = None


@dataclass(frozen=True)
class Shown:
    """An entry as the template draws it."""

    label: str | Promise
    icon: str
    url: str
    group: str | Promise
    on_phone: bool
    current: bool
    badge: str = field(default="")


_entries: list[Entry] = []


def register(entry: Entry) -> None:
    """Add an entry; an app calls this from its ``navigation.py``."""
    _entries.append(entry)
    _entries.sort(key=lambda one: one.order)


def navigation_for(request: HttpRequest) -> list[Shown]:
    """The entries this person may use, in order."""
    shown = []
    for entry in _entries:
        if entry.permission and not request.user.may(entry.permission):
            continue
        url = reverse(entry.url_name)
        current = request.path == url if url == "/" else request.path.startswith(url)
        badge = entry.badge(request) if entry.badge else ""
        shown.append(Shown(entry.label, entry.icon, url, entry.group, entry.on_phone, current, badge))
    return shown


register(
    Entry(_("Background work"), "layers", "job-list", "core.manage_jobs", group=_("Administration"), order=92)
)
register(
    Entry(_("Webhooks"), "send", "webhook-list", "core.manage_webhooks", group=_("Administration"), order=93)
)
