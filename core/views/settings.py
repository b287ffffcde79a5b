"""What a company sets for itself, on one page in groups, with its history."""

from __future__ import annotations

from django import forms
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core import configuration
from core.enumeration import listed
from core.generic import ActionView, FormPage
from core.generic.base import Crumb
from core.models import AuditEntry
from core.permissions import MANAGE_SETTINGS

CHANGES_SHOWN = 20


def words_of(kind, value) -> str:
    """A value as one reads it."""
    if isinstance(value, bool):
        return _now("yes") if value else _now("no")
    choices = dict(getattr(kind.form_field(), "choices", []) or [])
    if isinstance(value, list):
        return _of_several(value, choices)
    return str(choices.get(value, "—" if value in (None, "") else value))


def _of_several(chosen, choices):
    """Several of the choices, in their order."""
    if set(chosen) >= set(choices):
        return _now("All")
    return listed(label for one, label in choices.items() if one in chosen) or _now("none")


class SettingsForm(forms.Form):
    """A field for each setting; its name is the setting's code."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for kind in configuration.kinds():
            self.fields[kind.code] = kind.form_field()


class Settings(FormPage):
    title = _("Settings")
    permission = MANAGE_SETTINGS
    template_name = "core/settings.html"
    form_class = SettingsForm
    done_message = _("The settings are saved.")

    def initial(self):
        return configuration.values()

    def cancel_url(self):
        return reverse("administration")

    def get_context_data(self, **kwargs):
        form, rows = kwargs["form"], configuration.rows()
        groups = {}
        for kind in configuration.kinds():
            row = rows.get(kind.code)
            groups.setdefault(str(kind.group), []).append(
                (form[kind.code], words_of(kind, kind.default), row, kind.code)
            )
        known = {kind.code: kind for kind in configuration.kinds()}
        changes = []
        for entry in AuditEntry.objects.filter(subject_type="core.setting")[:CHANGES_SHOWN]:
            for code, after in entry.after.items():
                kind = known.get(code)
                if kind is not None:
                    changes.append(
                        (entry, kind.label, words_of(kind, entry.before.get(code)), words_of(kind, after))
                    )
        return super().get_context_data(parts=list(groups.items()), changes=changes, **kwargs)

    def save(self, form):
        # Only what was changed on this page: what somebody else set meanwhile stays.
        changes = {code: form.cleaned_data[code] for code in form.changed_data}
        configuration.change(actor=self.request.user, changes=changes)
        return reverse("settings")


class SettingDefault(ActionView):
    """One setting back to what holds as long as nobody sets it."""

    title = _("Back to the default")
    permission = MANAGE_SETTINGS
    done_message = _("The settings are saved.")

    def dispatch(self, request, *args, **kwargs):
        self.kind = next((one for one in configuration.kinds() if one.code == kwargs["code"]), None)
        if request.user.is_authenticated and self.kind is None:
            raise Http404
        return super(ActionView, self).dispatch(request, *args, **kwargs)

    def crumbs(self):
        return [Crumb(Settings.title, reverse("settings"))]

    def get_question(self):
        return _now("“%(label)s” is set back to: %(default)s.") % {
            "label": self.kind.label,
            "default": words_of(self.kind, self.kind.default),
        }

    def done_url(self):
        return reverse("settings")

    def run(self, form):
        configuration.change(actor=self.request.user, changes={self.kind.code: self.kind.default})
