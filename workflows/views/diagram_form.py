"""The fields that a diagram names, as a form of a page. Those with a condition come and go as one types: the page
sends what was typed to the form's own address with the header X-Shown, and hears which are hidden now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, JsonResponse, QueryDict
from django.utils.functional import cached_property
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from core import clock
from core.generic.drafting import without_complaints
from core.generic.widgets import DateInput, dress
from workflows.engine import Field
from workflows.engine.showing import Glance, shown_fields
from workflows.engine.values import Mismatch, stored
from workflows.views.words import Labels

PREFIX = "f"
HEADER = "X-Shown"


class DiagramForm(forms.Form):
    """Fields with conditions. What is not shown is never wrong, and its value is not among the cleaned ones."""

    conditional: frozenset[str] = frozenset()
    _shown_with: Callable[[Mapping[str, Any]], frozenset[str]]

    @cached_property
    def hidden_names(self) -> frozenset[str]:
        """The fields that are not shown with what stands in the form."""
        return self.conditional - self._shown_with(self._typed()) if self.conditional else frozenset()

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound:
            for name in self.hidden_names:
                self.errors.pop(name, None)
                self.cleaned_data.pop(name, None)

    def _typed(self) -> dict[str, Any]:
        """What stands in the fields; nothing for what is malformed. What is only shown is known without it."""
        typed = {}
        for name, field in self.fields.items():
            if field.disabled:
                continue
            given = self[name].data if self.is_bound else self.get_initial_for_field(field, name)
            try:
                typed[name] = plain(field.to_python(given))
            except forms.ValidationError:
                typed[name] = None
        return typed


def diagram_form(
    fields: Sequence[Field],
    labels: Labels,
    data: Any = None,
    files: Any = None,
    *,
    current: Mapping[str, Any] | None = None,
    shown_with: Callable[[Mapping[str, Any]], frozenset[str]] | None = None,
    prefix: str = PREFIX,
) -> DiagramForm:
    """The form of some fields. `current` are the values so far, which a field that is only shown shows.
    `shown_with` says which are shown with some data; without it as at a start, where nothing else is known."""
    built: dict[str, Any] = {one.id: form_field(one, labels) for one in fields}
    for one in fields:
        if one.readonly and current is not None:
            built[one.id].initial = _shown_value(one, current.get(one.id))
    class_ = type("DiagramForm", (DiagramForm,), built)
    form = class_(data, files, prefix=prefix)
    form.conditional = frozenset(one.id for one in fields if one.shown_if is not None)
    form._shown_with = shown_with or (lambda typed: shown_fields(fields, typed, around=Glance(clock.now())))
    return dress(form)


def preview_form(fields: Sequence[Field], data: QueryDict) -> DiagramForm:
    """How people will see a form, with what was typed into its preview; a default that nobody has touched follows
    the default. A condition that reads the case as well is taken to hold, for there is no case."""
    own = {one.id for one in fields}
    of_case = {one.id for one in fields if one.shown_if is not None and not one.shown_if.names <= own}
    known = [replace(one, shown_if=None) if one.id in of_case else one for one in fields]
    typed = data.copy()
    for one in known:
        name = f"preview-{one.id}"
        is_untouched = data.get(name, "") in ("", data.get(f"was-{name}"))
        if is_untouched and one.default not in (None, False):
            typed[name] = "on" if one.default is True else str(one.default)
    form = diagram_form(known, Labels(), typed, prefix="preview")
    for name in of_case:
        form.fields[name].help_text = _("Shown depending on the data of the case.")
    return without_complaints(form)


def is_asked(request: HttpRequest) -> bool:
    return request.method == "POST" and HEADER in request.headers


def shown_answer(form: forms.BaseForm) -> JsonResponse:
    """{"hidden": [name], "words": {name: what is said when it comes}}; nothing is judged and nothing written."""
    conditional = getattr(form, "conditional", frozenset())
    hidden = getattr(form, "hidden_names", frozenset())
    words = {
        name: _("Asked for now: %(field)s") % {"field": form[name].label} for name in conditional - hidden
    }
    return JsonResponse(
        {
            "hidden": sorted(form.add_prefix(name) for name in hidden),
            "words": {form.add_prefix(name): text for name, text in words.items()},
        }
    )


class ShownAsTyped:
    """For a view with `get_form`: it also says which fields are shown. It stands before the view's own class."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if is_asked(request):
            return shown_answer(self.get_form(request.POST, request.FILES))  # type: ignore[attr-defined]
        return super().post(request, *args, **kwargs)  # type: ignore[misc]


def form_field(field: Field, labels: Labels) -> forms.Field:
    """A field of the diagram as a field of a page."""
    language = labels.language
    common: dict[str, Any] = {
        "label": field.label(language),
        "required": field.required and field.type != "boolean" and not field.readonly,
        "initial": field.default,
        "disabled": field.readonly,
    }
    if field.choices:
        choices = [
            (value, texts.get(language) or texts.get("zh-hans") or value) for value, texts in field.choices
        ]
        if field.type == "list":
            return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **common)
        return forms.ChoiceField(choices=[("", _("Please choose")), *choices], **common)
    if field.type == "boolean":
        return forms.BooleanField(**common)
    if field.type == "integer":
        return forms.IntegerField(min_value=_whole(field.minimum), max_value=_whole(field.maximum), **common)
    if field.type == "decimal":
        return forms.DecimalField(
            min_value=_number(field.minimum), max_value=_number(field.maximum), **common
        )
    if field.type == "date":
        return forms.DateField(widget=DateInput(), **common)
    if field.type == "datetime":
        return forms.DateTimeField(
            widget=forms.DateTimeInput(attrs={"placeholder": "2026-12-20 09:30"}, format="%Y-%m-%d %H:%M"),
            **common,
        )
    widget = forms.Textarea(attrs={"rows": 3}) if field.multiline else None
    return forms.CharField(min_length=field.min_length, max_length=field.max_length, widget=widget, **common)


def _whole(text: str | None) -> int | None:
    return None if text is None else int(Decimal(text))


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return None if value == "" else value


def _shown_value(field: Field, value: Any) -> Any:
    """A stored value as a field of a page takes it; nothing for one of another type."""
    try:
        value = None if value is None else stored(value, field.variable_type)
    except Mismatch:
        return None
    if field.type == "date" and value:
        return date.fromisoformat(value)
    if field.type == "datetime" and value:
        return localtime(datetime.fromisoformat(value))
    return value
