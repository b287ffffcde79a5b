"""What a company sets for itself on a page: each setting declared once, its value a row where it differs.

CONFIRMER_DIFFERS = declare(
    "contracts.confirmer_differs", forms.BooleanField, default=True,
    group=_("Money"), label=_("Whoever records a payment does not confirm it"),
)
if value(CONFIRMER_DIFFERS): ...
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db import transaction
from django.utils.functional import Promise

from core import audit, clock
from core.actors import Actor, SystemActor
from core.models import Setting
from core.permissions import MANAGE_SETTINGS
from core.rights import require

Text = str | Promise


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


@transaction.atomic
def change(*, actor: Actor, changes: Mapping[str, Any]) -> None:
    """Set some of them. Raises ValidationError of the field for a value that it refuses."""
    require(actor, MANAGE_SETTINGS)
    before = values()
    for code, wanted in changes.items():
        cleaned = _declared[code].form_field().clean(wanted)
        if cleaned == before[code]:
            continue
        row, _created = Setting.objects.update_or_create(
            code=code,
            defaults={
                "value": cleaned,
                "changed_by": None if isinstance(actor, SystemActor) else actor,
                "changed_at": clock.now(),
            },
        )
        audit.record(actor, "core.change_setting", row, before={code: before[code]}, after={code: cleaned})
