"""Form widgets: a date that is always written 2026-12-20, an amount of money."""

from decimal import Decimal, InvalidOperation

from django import forms
from django.forms.utils import flatatt
from django.template.loader import render_to_string


class DateInput(forms.DateInput):
    """A text field with the browser's picker beside it, since a native one follows the browser's language."""

    def __init__(self, attrs=None, format="%Y-%m-%d"):
        super().__init__(
            attrs={
                "placeholder": "2026-12-20",
                "inputmode": "numeric",
                "autocomplete": "off",
                **(attrs or {}),
            },
            format=format,
        )

    def render(self, name, value, attrs=None, renderer=None):
        context = self.get_context(name, value, attrs)["widget"]
        attributes = {**context["attrs"], "name": name, "type": "text"}
        if context["value"] is not None:
            attributes["value"] = context["value"]
        return render_to_string("components/date_input.html", {"attributes": flatatt(attributes)})


class MoneyInput(forms.TextInput):
    """An amount with separators; the browser adds them when the field is left."""

    def __init__(self, attrs=None):
        given = attrs or {}
        class_ = f"money-input {given.pop('class', '')}".strip()
        super().__init__(attrs={"inputmode": "decimal", "autocomplete": "off", "class": class_, **given})

    def format_value(self, value):
        try:
            return f"{Decimal(str(value).replace(',', '')):,.2f}"
        except (InvalidOperation, ValueError):
            return "" if value is None else str(value)

    def value_from_datadict(self, data, files, name):
        value = data.get(name)
        return value if value is None else value.translate(_SEPARATORS)


_SEPARATORS = str.maketrans("", "", ",， ¥￥")


def dress(form: forms.BaseForm) -> forms.BaseForm:
    """Give plain date fields our date widget. Forms that name their widgets keep them."""
    for bound in form.fields.values():
        if type(bound.widget) is forms.DateInput:
            bound.widget = DateInput(attrs=bound.widget.attrs)
            bound.widget.is_required = bound.required
    return form
