"""What people fill in about webhooks. The services check all of it once more."""

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from core.webhooks.catalogue import events


def event_choices():
    """Label and name of each event: people choose by one, programs know the other."""
    return [
        (one.name, format_html('{} <small class="faint">{}</small>', one.label, one.name)) for one in events()
    ]


class WebhookForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    url = forms.CharField(
        label=_("Address"),
        max_length=2000,
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://", "autocomplete": "off"}),
        help_text=_("Where messages are sent by POST. Better https than http."),
    )
    events = forms.MultipleChoiceField(
        label=_("Events"), choices=event_choices, widget=forms.CheckboxSelectMultiple
    )
    allow_private = forms.BooleanField(
        label=_("May lie in a private network"),
        required=False,
        help_text=_("The answers of that machine can then be read here."),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        if not user.is_superuser:
            del self.fields["allow_private"]


class SecretForm(forms.Form):
    overlap_hours = forms.ChoiceField(
        label=_("The old secret"),
        choices=[
            ("24", _("signs as well for one more day")),
            ("168", _("signs as well for seven more days")),
            ("0", _("ends at once: it may have leaked")),
        ],
        widget=forms.RadioSelect,
        initial="24",
    )


class ReplayForm(forms.Form):
    since = forms.DateTimeField(
        label=_("What happened since"),
        widget=forms.DateTimeInput(format="%Y-%m-%d %H:%M", attrs={"autocomplete": "off"}),
    )
