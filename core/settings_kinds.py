"""What a company sets for itself about the program as a whole."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.configuration import declare

LETTERS = _("Mail")
SEND_MAIL = declare(
    "core.send_mail",
    forms.BooleanField,
    default=True,
    group=LETTERS,
    label=_("Send mail"),
    help_text=_("Off: reminders and invitations stay in the program. Which server sends it, operators set."),
)
