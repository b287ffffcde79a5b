"""Entries of the record in the reader's words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.models import AuditEntry

ACTIONS = {
    "core.create_person": gettext_lazy("entered"),
    "core.update_person": pgettext_lazy("record", "changed"),
    "core.update_own_profile": gettext_lazy("changed their own profile"),
    "core.set_manager": gettext_lazy("got another manager"),
    "core.take_over_roles": gettext_lazy("took over roles"),
    "core.invite_person": gettext_lazy("invited"),
    "core.accept_invitation": gettext_lazy("accepted the invitation"),
    "core.set_first_password": gettext_lazy("got a first password"),
    "core.choose_password": gettext_lazy("chose an own password"),
    "core.reset_second_factor": gettext_lazy("second factor was reset"),
    "core.end_access": gettext_lazy("was signed out everywhere"),
    "core.deactivate_person": gettext_lazy("deactivated, work handed over"),
    "core.reactivate_person": gettext_lazy("reactivated"),
    "core.create_substitution": gettext_lazy("got a substitute"),
    "core.end_substitution": gettext_lazy("substitution ended"),
    "core.remove_person": gettext_lazy("removed, never used"),
    "core.export_list": gettext_lazy("exported a list"),
}
FIELDS = {
    "username": gettext_lazy("User name"),
    "display_name": pgettext_lazy("person", "Name"),
    "display_name_en": gettext_lazy("English name"),
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Phone"),
    "position": gettext_lazy("Position"),
    "language": gettext_lazy("Language"),
    "department": pgettext_lazy("person", "Department"),
    "manager": gettext_lazy("Manager"),
    "roles": gettext_lazy("Roles"),
    "is_superuser": gettext_lazy("System administrator"),
    "substitute": gettext_lazy("Substitute"),
    "starts_on": gettext_lazy("From"),
    "ends_on": gettext_lazy("Until"),
}


@dataclass(frozen=True)
class Deed:
    """One line: when, who, what, and which values changed from what to what."""

    at: datetime
    who: str
    text: str
    note: str
    changes: list[tuple[str, str, str]]


def told(entries: Iterable[AuditEntry]) -> list[Deed]:
    return [_deed(entry) for entry in entries]


def _deed(entry: AuditEntry) -> Deed:
    known = [name for name in FIELDS if name in entry.before or name in entry.after]
    changes = [
        (str(FIELDS[name]), _value(entry.before.get(name)), _value(entry.after.get(name))) for name in known
    ]
    who = entry.actor.name if entry.actor else _("System")
    return Deed(entry.at, who, str(ACTIONS.get(entry.action, entry.action)), entry.note, changes)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or "—"
    return str(value) if value not in (None, "") else "—"
