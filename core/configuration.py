"""What a company sets for itself on a page: each setting declared once, its value a row where it differs.

CONFIRMER_DIFFERS = declare(
    "contracts.confirmer_differs", forms.BooleanField, default=True,
    group=_("Money"), label=_("Whoever records a payment does not confirm it"),
)
if value(CONFIRMER_DIFFERS): ...  # one read by key: only where the answer is needed
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core import audit, clock
from core.actors import Actor, SystemActor
from core.errors import ApplicationError
from core.models import Setting
from core.permissions import MANAGE_SETTINGS
from core.rights import require

Text = str | Promise
CHANGE = "core.change_setting"
KNOWN_FOR = 5.0


@dataclass(frozen=True)
class SettingKind:
    """A setting: its field on the page (which checks it), and what holds as long as nobody sets it."""

    code: str
    field_class: Callable[..., forms.Field]
    default: Any
    group: Text
    label: Text
    help_text: Text = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    def form_field(self) -> forms.Field:
        needed = self.options.get("required", self.field_class is not forms.BooleanField)
        options = {**self.options, "required": needed, "label": self.label, "help_text": self.help_text}
        return self.field_class(**options)


_declared: dict[str, SettingKind] = {}
_recent: dict[str, tuple[float, Any]] = {}


def declare(
    code: str,
    field_class: Callable[..., forms.Field],
    *,
    default: Any,
    group: Text,
    label: Text,
    help_text: Text = "",
    **options: Any,
) -> str:
    """Make a setting known; gives its code. ``options`` go to the field."""
    if code in _declared:
        raise ValueError(f"The setting {code} is declared twice.")
    _declared[code] = SettingKind(code, field_class, default, group, label, help_text, options)
    return code


def kinds() -> list[SettingKind]:
    """All settings in the order in which they were declared."""
    return list(_declared.values())


def value(code: str) -> Any:
    """What holds now. One read by key."""
    kind = _declared[code]
    found = Setting.objects.filter(code=code).values_list("value", flat=True).first()
    return kind.default if found is None else kind.form_field().to_python(found)


def values() -> dict[str, Any]:
    """What holds now for all of them, in one read."""
    rows = dict(Setting.objects.values_list("code", "value"))
    return {
        code: kind.default if rows.get(code) is None else kind.form_field().to_python(rows[code])
        for code, kind in _declared.items()
    }


def recent(code: str) -> Any:
    """The same, as it was at most ``KNOWN_FOR`` seconds ago: for what is asked again and again."""
    known = _recent.get(code)
    if known is not None and time.monotonic() < known[0]:
        return known[1]
    found = value(code)
    _recent[code] = (time.monotonic() + KNOWN_FOR, found)
    return found


def forget() -> None:
    """Read the rows again at the next question."""
    _recent.clear()


def rows() -> dict[str, Setting]:
    """The settings that differ from their defaults, with who changed them and when."""
    return {row.code: row for row in Setting.objects.select_related("changed_by") if row.code in _declared}


@transaction.atomic
def change(*, actor: Actor, changes: Mapping[str, Any]) -> None:
    """Set some of them; a value that is the default is stored as nothing. Raises ApplicationError that names the
    fields with what they refuse."""
    require(actor, MANAGE_SETTINGS)
    before, cleaned = values(), _cleaned(changes)
    for code, wanted in cleaned.items():
        if wanted == before[code]:
            continue
        row, _created = Setting.objects.update_or_create(
            code=code,
            defaults={
                "value": wanted,
                "changed_by": None if isinstance(actor, SystemActor) else actor,
                "changed_at": clock.now(),
            },
        )
        audit.record(actor, CHANGE, row, before={code: before[code]}, after={code: wanted})
        if wanted == _declared[code].default:
            row.delete()
    transaction.on_commit(forget)


def _cleaned(changes: Mapping[str, Any]) -> dict[str, Any]:
    cleaned: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for code, wanted in changes.items():
        kind = _declared.get(code)
        if kind is None:
            errors[code] = [_("There is no such setting.")]
            continue
        try:
            cleaned[code] = kind.form_field().clean(wanted)
        except ValidationError as error:
            errors[code] = list(error.messages)
    if errors:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=errors)
    return cleaned
