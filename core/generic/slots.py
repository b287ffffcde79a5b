"""The things of a form that are compared as wholes when two people have changed a row: fields, and tables of rows.

Each knows its value of now in a plain form that survives signing, reads the same form from what was typed,
writes it back into sent data, and says it as a person reads it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Protocol

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from core.enumeration import listed
from core.generic.widgets import MoneyInput

NOTHING = "—"
# Of a long text the beginning says which it is; the whole stands in the form.
LONGEST = 300
# Somebody may type 1e999999, which is better not written out.
SIZE_OF_NUMBERS = 28


class Slot(Protocol):
    """``source``: the kind of row and the column from which its history is read; a column of None stands
    for all columns. None for the column of the same name in the row itself."""

    name: str
    now: Any
    source: tuple[str, str | None] | None

    @property
    def label(self) -> str: ...

    def typed(self, data: QueryDict) -> Any: ...

    def put(self, data: QueryDict, value: Any) -> None: ...

    def said(self, value: Any, *, trusted: bool = True) -> str: ...

    def raw(self, value: Any) -> str | None: ...


class FieldSlot:
    """One field, from a form that nobody has typed into yet."""

    def __init__(self, bound: BoundField) -> None:
        self.bound = bound
        self.name = bound.html_name
        self.now = plain(bound.field, bound.value())
        # The column of its name, where the row has one.
        self.source: tuple[str, str | None] | None = None

    @property
    def label(self) -> str:
        return str(self.bound.label)

    def typed(self, data: QueryDict) -> Any:
        raw = self.bound.field.widget.value_from_datadict(data, {}, self.name)
        if not isinstance(self.bound.field, forms.ChoiceField):
            try:
                raw = self.bound.field.to_python(raw)
            except ValidationError:
                pass  # it is shown as it was typed
        return plain(self.bound.field, raw)

    def put(self, data: QueryDict, value: Any) -> None:
        if value is False:
            data.pop(self.name, None)
        elif value is True:
            data[self.name] = "on"
        elif isinstance(value, list):
            data.setlist(self.name, value)
        else:
            data[self.name] = value

    def raw(self, value: Any) -> str | None:
        """What a script writes into the control; None where one value does not fill it."""
        if isinstance(value, bool):
            return "on" if value else ""
        if isinstance(value, list):
            return None
        return str(self.bound.field.widget.format_value(value) or "") if _is_text(self.bound) else value

    def said(self, value: Any, *, trusted: bool = True) -> str:
        return said(self.bound.field, value, trusted=trusted)


def field_slots(form: forms.BaseForm) -> list[Slot]:
    """The fields of an unbound form that people change: no files, no passwords, nothing hidden."""
    return [
        FieldSlot(bound)
        for bound in form
        if not bound.is_hidden and not bound.field.disabled and not is_secret(bound.field)
    ]


def is_secret(field: forms.Field) -> bool:
    """What is neither kept nor shown again: passwords, and files."""
    widget = field.widget
    return isinstance(widget, forms.FileInput) or getattr(widget, "input_type", "") == "password"


class RowsSlot:
    """A table of rows in a form (a formset): compared, taken over and kept as one."""

    def __init__(
        self,
        label: str,
        rows: forms.BaseFormSet,
        read: Callable[[QueryDict], list[forms.BaseForm]],
        source: str,
    ) -> None:
        """``rows``: the formset with the values of now; ``read``: the filled rows of sent data, in order."""
        self.label = label
        self.rows = rows
        self.name = str(rows.prefix)
        self.read = read
        self.source: tuple[str, str | None] | None = (source, None)
        self.now = [
            {bound.name: plain(bound.field, bound.value()) for bound in form if bound.name != "DELETE"}
            for form in rows.initial_forms
        ]

    def typed(self, data: QueryDict) -> Any:
        return [
            {bound.name: FieldSlot(bound).typed(data) for bound in form if bound.name != "DELETE"}
            for form in self.read(data)
        ]

    def put(self, data: QueryDict, value: Any) -> None:
        for name in [one for one in data if one.startswith(f"{self.name}-")]:
            del data[name]
        data[f"{self.name}-TOTAL_FORMS"] = str(len(value))
        data[f"{self.name}-INITIAL_FORMS"] = "0"
        for number, row in enumerate(value):
            for name, one in row.items():
                data[f"{self.name}-{number}-{name}"] = one

    def raw(self, value: Any) -> str | None:
        return None

    def said(self, value: Any, *, trusted: bool = True) -> str:
        fields = self.rows.empty_form.fields
        lines = (
            " · ".join(said(fields[name], one, trusted=trusted) for name, one in row.items() if one)
            for row in value
        )
        return "\n".join(lines) or NOTHING


# Values ---------------------------------------------------------------------------------------------


def plain(field: forms.Field, value: Any) -> Any:
    """A value as text, truth, or a list of texts: the same for the row's value and for what was typed."""
    if isinstance(field, forms.BooleanField) and not isinstance(field, forms.NullBooleanField):
        return bool(value)
    if isinstance(value, (list, tuple, set, models.QuerySet)):
        return sorted(_text(one) for one in value)
    return _text(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < SIZE_OF_NUMBERS:
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        local = timezone.make_naive(value) if timezone.is_aware(value) else value
        return local.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value).replace("\r\n", "\n").strip()


def said(field: forms.Field, value: Any, *, trusted: bool = True) -> str:
    """A plain value in words. What was typed is not ``trusted``: it names no rows that are not offered."""
    if value is True or value is False:
        return _("Yes") if value else _("No")
    if value in ("", []):
        return NOTHING
    if isinstance(field, forms.ModelChoiceField):
        values = value if isinstance(value, list) else [value]
        return listed(_row_name(field, one, trusted) for one in values)
    if isinstance(field, forms.ChoiceField):
        names = _choice_names(field)
        values = value if isinstance(value, list) else [value]
        return listed(names.get(one, one) for one in values)
    if isinstance(field.widget, MoneyInput):
        return str(field.widget.format_value(value))
    text = listed(value) if isinstance(value, list) else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _choice_names(field: forms.ChoiceField) -> dict[str, str]:
    found: dict[str, str] = {}
    for value, label in field.choices:
        if isinstance(label, (list, tuple)):
            found.update({str(key): str(text) for key, text in label})
        else:
            found[str(value)] = str(label)
    return found


def _row_name(field: forms.ModelChoiceField, key: str, trusted: bool) -> str:
    offered = field.queryset
    if offered is None:
        return key
    sources = [offered, offered.model._base_manager.all()] if trusted else [offered]
    try:
        for rows in sources:
            row = rows.filter(**{field.to_field_name or "pk": key}).first()
            if row is not None:
                return str(field.label_from_instance(row))
    except (ValueError, TypeError, ValidationError):
        pass
    return f"#{key}"[:40]


def _is_text(bound: BoundField) -> bool:
    return isinstance(bound.field.widget, forms.TextInput | forms.Textarea)
