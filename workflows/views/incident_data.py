"""The data of a case at a held step, as a form: the widgets of task forms, by the types of the diagram."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from core.generic.widgets import dress
from workflows.engine import Definition, Field
from workflows.engine.vocabulary import Type
from workflows.views.diagram_form import form_field
from workflows.views.words import Labels

PREFIX = "value_"


class JsonField(forms.CharField):
    """A list or a record that has no form of its own."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "class": "as-sent"})

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError(_("This is no JSON: check brackets and quotes.")) from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except forms.ValidationError:
            return True


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def to_python(self, value: Any) -> Any:
        lines = [line.strip() for line in (value or "").splitlines()]
        return [line for line in lines if line]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(initial) != self.to_python(data))


class DataForm(forms.Form):
    """Fields for what the step sees. Only what was changed is handed over.

    ``many``: for several cases at once; the fields begin empty, and what stays empty stays as it is.
    """

    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), max_length=2000)

    def __init__(
        self,
        *args: Any,
        values: Mapping[str, tuple[Type, Any]],
        definition: Definition,
        many: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.types = {name: type_ for name, (type_, _value) in values.items()}
        for name, (type_, value) in values.items():
            self.fields[PREFIX + name] = field_of(name, type_, None if many else value, definition)
        self.fields["reason"].label = _("Reason")
        self.order_fields([*(PREFIX + name for name in values), "reason"])
        dress(self)

    def changes(self) -> dict[str, Any]:
        """The names that were changed, with their new values as the service takes them."""
        found = {}
        for changed in self.changed_data:
            if changed.startswith(PREFIX):
                name = changed.removeprefix(PREFIX)
                found[name] = _plain(self.cleaned_data[changed], self.types[name])
        return found


def field_of(name: str, type_: Type, value: Any, definition: Definition) -> forms.Field:
    """A field by its type, called as the form calls it in which people fill it in."""
    labels = Labels()
    known = next((one for one in known_fields(definition) if one.id == name), None)
    label = known.label(labels.language) if known is not None else name
    common: dict[str, Any] = {"label": label, "required": False, "initial": _initial(value, type_)}
    if type_.kind == "boolean":
        choices = [("", "—"), ("true", _("Yes")), ("false", _("No"))]
        return forms.ChoiceField(choices=choices, **common)
    if type_.kind == "list" and type_.item is not None and type_.item.kind == "text":
        return LinesField(**common, help_text=_("One a line."))
    if type_.kind in ("list", "record"):
        return JsonField(**common, help_text=_("As JSON."))
    if known is not None and known.type == type_.kind:
        plain = replace(known, required=False, readonly=False, default=None, minimum=None, maximum=None)
        field = form_field(replace(plain, min_length=None), labels)
    else:
        choices_of = tuple((code, {}) for code in type_.choices or ())
        field = form_field(Field(name, type_.kind, choices=choices_of), labels)
    field.label, field.initial = label, common["initial"]
    return field


def known_fields(definition: Definition) -> Iterator[Field]:
    """Every field people fill in, also in the processes it calls."""
    yield from definition.start_fields
    for element in definition.elements.values():
        yield from element.form
    for called in definition.calls.values():
        yield from known_fields(called)


def _initial(value: Any, type_: Type) -> Any:
    if value is None:
        return None
    if type_.kind == "boolean":
        return "true" if value else "false"
    if type_.kind == "decimal":
        return Decimal(str(value))
    if type_.kind == "date":
        return date.fromisoformat(value)
    if type_.kind == "datetime":
        return localtime(datetime.fromisoformat(value))
    if type_.kind == "list" and type_.item is not None and type_.item.kind == "text":
        return "\n".join(map(str, value))
    if type_.kind in ("list", "record"):
        return json.dumps(value, ensure_ascii=False, indent=1)
    return value


def _plain(value: Any, type_: Type) -> Any:
    if value in ("", None):
        return None
    if type_.kind == "boolean":
        return value == "true"
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value if isinstance(value, (int, list, dict)) else str(value)
