"""The main navigation: each app adds its own entries, each person sees what they may use."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

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
    # What it is for, on the page of administration.
    text: str | Promise = ""
    # Whether it stands on the page of administration now; asked there only.
    shown: Callable[[], bool] | None = None

    # Only for those who hold the permission for the whole company.
    whole: bool = False
    # Another right with which it may be used, such as one that rows give (core.rights.given_by_rows).
    also: str = ""

    def is_open_to(self, person: Any) -> bool:
        if self.permission is None:
            return True
        if self.whole:
            return "all" in person.scopes_of(self.permission)
        return person.may(self.permission) or bool(self.also and person.may(self.also))

    @property
    def is_administration(self) -> bool:
        return str(self.group) == str(ADMINISTRATION)


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
    text: str | Promise = ""


_entries: list[Entry] = []
# What administrators use now and then stands on a page of its own, not in everybody's way.
ADMINISTRATION = _("Administration")


def register(entry: Entry) -> None:
    """Add an entry; an app calls this from its ``navigation.py``."""
    _entries.append(entry)
    _entries.sort(key=lambda one: one.order)


def entries() -> list[Entry]:
    """Every entry, whoever may use it."""
    return list(_entries)


def navigation_for(request: HttpRequest) -> list[Shown]:
    """The entries this person may use, in order; those of administration behind one."""
    mine = [entry for entry in _entries if _may_use(entry, request)]
    shown = [_shown(entry, request) for entry in mine if not entry.is_administration]
    behind = [_is_current(entry, request) for entry in mine if entry.is_administration]
    if behind:
        url = reverse("administration")
        current = any(behind) or request.path == url
        shown.append(Shown(ADMINISTRATION, "settings", url, "", False, current))
    return shown


def entries_for(person: Any) -> list[Entry]:
    """Every entry that a person may use, in order."""
    return [one for one in _entries if one.is_open_to(person)]


def administration_for(request: HttpRequest) -> list[Shown]:
    """The entries of administration that this person may use."""
    mine = [one for one in _entries if one.is_administration and _may_use(one, request)]
    return [_shown(one, request) for one in mine if one.shown is None or one.shown()]


def _may_use(entry: Entry, request: HttpRequest) -> bool:
    return entry.is_open_to(request.user)


def _is_current(entry: Entry, request: HttpRequest) -> bool:
    url = reverse(entry.url_name)
    return request.path == url if url == "/" else request.path.startswith(url)


def _shown(entry: Entry, request: HttpRequest) -> Shown:
    badge = entry.badge(request) if entry.badge else ""
    return Shown(
        label=entry.label,
        icon=entry.icon,
        url=reverse(entry.url_name),
        group=entry.group,
        on_phone=entry.on_phone,
        current=_is_current(entry, request),
        badge=badge,
        text=entry.text,
    )


register(
    Entry(
        _("Background work"),
        "layers",
        "job-list",
        "core.manage_jobs",
        group=ADMINISTRATION,
        order=92,
        text=_("What workers are doing, what failed, and trying it again."),
    )
)
register(
    Entry(
        _("Webhooks"),
        "send",
        "webhook-list",
        "core.manage_webhooks",
        group=ADMINISTRATION,
        order=93,
        text=_("Tell other programs what happens here."),
    )
)
register(
    Entry(
        _("Working calendar"),
        "calendar-days",
        "calendar",
        "core.manage_calendar",
        group=ADMINISTRATION,
        order=85,
        text=_("Holidays, make-up days and working hours, by which deadlines count."),
    )
)


def _set_up_is_open() -> bool:
    from core.set_up import is_open

    return is_open()


register(
    Entry(
        _("Set up"),
        "list-checks",
        "set-up",
        "core.manage_people",
        group=ADMINISTRATION,
        order=10,
        text=_("What a new company still needs: departments, people, products, numbers."),
        shown=_set_up_is_open,
    )
)
register(
    Entry(
        _("People"),
        "users-round",
        "person-list",
        "core.manage_people",
        group=ADMINISTRATION,
        order=12,
        text=_("Who works here, how they get in, and who takes over when somebody leaves."),
    )
)
register(
    Entry(
        _("Departments"),
        "network",
        "department-tree",
        "core.manage_people",
        group=ADMINISTRATION,
        order=14,
        text=_("The tree of the company: who sees whose business."),
    )
)
register(
    Entry(
        _("Reports"),
        "trending-up",
        "report-list",
        "core.view_reports",
        order=60,
    )
)
register(
    Entry(
        _("Roles and rights"),
        "shield-check",
        "role-list",
        "core.manage_people",
        group=ADMINISTRATION,
        order=82,
        text=_("What each role may see and do, who has it, and who may do what."),
        whole=True,
    )
)
register(
    Entry(
        _("Number rules"),
        "hash",
        "number-rule-list",
        "core.manage_numbers",
        group=ADMINISTRATION,
        order=84,
        text=_("How documents are numbered, and which number comes next."),
    )
)
register(
    Entry(
        _("Settings"),
        "settings",
        "settings",
        "core.manage_settings",
        group=ADMINISTRATION,
        order=86,
        text=_("Rules that the company sets for itself, with who changed them."),
    )
)
register(Entry(_("Desk"), "layout-dashboard", "home", order=5, on_phone=True))
