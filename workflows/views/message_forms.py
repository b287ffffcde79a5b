"""What people fill in about messages. The services check all of it once more."""

import json

from django import forms
from django.utils.translation import gettext_lazy as _

from core.models import Role
from workflows import registry
from workflows.models import Message
from workflows.models.message import NAME_LENGTH


def _subject_choices():
    known = sorted(registry.subject_types().values(), key=lambda one: one.code)
    return [("", "—"), *((one.code, one.title_of_kind) for one in known)]


class PayloadField(forms.CharField):
    """JSON as people type it. Django's own field fails on numbers and depths without end."""

    widget = forms.Textarea
    default_error_messages = {"braces": _("Give names and values in braces.")}

    def to_python(self, value):
        text = super().to_python(value)
        try:
            found = json.loads(text) if text else {}
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise forms.ValidationError(self.error_messages["braces"], code="braces")
        return found


class MessageForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"list": "message-names", "autocomplete": "off"}),
        help_text=_("Choose a name that processes wait for, or type one."),
    )
    kind = forms.ChoiceField(
        label=_("To whom"),
        choices=[
            (Message.Kind.MESSAGE, _("One case of each process, the one that has waited longest")),
            (Message.Kind.SIGNAL, _("Every case that waits for it now (signal)")),
        ],
        initial=Message.Kind.MESSAGE,
        widget=forms.RadioSelect,
    )
    value = forms.CharField(
        label=_("Only cases that wait for this value"),
        required=False,
        max_length=500,
        help_text=_("For example an order number; leave it empty if they wait for no value."),
    )
    subject_type = forms.ChoiceField(label=_("Or only cases about"), choices=_subject_choices, required=False)
    subject_id = forms.CharField(
        label=_("with the key"),
        required=False,
        max_length=40,
        help_text=_("The number at the end of its page's address."),
    )
    kept_days = forms.IntegerField(
        label=_("Keep it for so many days"),
        min_value=0,
        max_value=365,
        initial=30,
        help_text=_("For those who do not wait for it yet. A signal is not kept."),
    )
    payload = PayloadField(
        label=_("Data (JSON)"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": '{"amount": "12.50"}', "spellcheck": "false"}),
        help_text=_("Only what the waiting steps ask for."),
    )

    def clean(self):
        given = super().clean()
        if given.get("value") and given.get("subject_id"):
            self.add_error("value", _("Either a value or a business row."))
        if bool(given.get("subject_type")) != bool(given.get("subject_id")):
            self.add_error("subject_id", _("Say both: what kind of row, and its key."))
        return given


def _role_choices():
    return [(role.code, str(role)) for role in Role.objects.all()]


class RightsForm(forms.Form):
    roles = forms.MultipleChoiceField(
        label=_("Roles whose people may send it"),
        choices=_role_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
