"""How long a process keeps its ended cases."""

from __future__ import annotations

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core import configuration
from core.generic import Action, FormPage
from core.generic.base import Crumb
from workflows.models.retention import PURGE
from workflows.services import keep_cases_for
from workflows.settings_kinds import LONGEST_MONTHS, PURGE_AFTER_MONTHS
from workflows.views.versions import visible_definition


class KeepForm(forms.Form):
    """So long a process keeps ended cases."""

    COMPANY, NEVER, MONTHS = "company", "never", "months"

    rule = forms.ChoiceField(
        label=_("Ended cases"),
        choices=[
            (COMPANY, _("as the company has it")),
            (NEVER, _("are kept for good")),
            (MONTHS, _("are purged so many months after their end")),
        ],
    )
    months = forms.IntegerField(
        label=_("Months"),
        min_value=1,
        max_value=LONGEST_MONTHS,
        required=False,
        help_text=_(
            "Counted from the end of the case. What is older goes in the next night; “Purge ended cases” tells"
            " beforehand how many that are."
        ),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        months = configuration.value(PURGE_AFTER_MONTHS)
        rule = (
            ngettext(
                "purged %(count)s month after their end", "purged %(count)s months after their end", months
            )
            % {"count": months}
            if months
            else _now("kept for good")
        )
        company = _now("as the company has it: %(rule)s") % {"rule": rule}
        self.fields["rule"].choices = [(self.COMPANY, company), *self.fields["rule"].choices[1:]]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("rule") == self.MONTHS and not cleaned.get("months") and "months" not in self.errors:
            self.add_error("months", _("Please say how many months."))
        return cleaned

    def chosen(self) -> int | None:
        return {self.COMPANY: None, self.NEVER: 0}.get(
            self.cleaned_data["rule"], self.cleaned_data.get("months")
        )


class DefinitionRetention(FormPage):
    """How long the ended cases of a process are kept."""

    permission = PURGE
    title = _("Keeping of cases")
    form_class = KeepForm
    keep_no_draft = True

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.object = visible_definition(request.user, kwargs["key"])
        return super().dispatch(request, *args, **kwargs)

    def crumbs(self):
        return [
            Crumb(_("Processes"), reverse("workflows:definition-list")),
            Crumb(self.object.name, self.cancel_url()),
        ]

    def initial(self):
        months = self.object.keep_months
        if months is None:
            return {"rule": KeepForm.COMPANY}
        return {"rule": KeepForm.MONTHS, "months": months} if months else {"rule": KeepForm.NEVER}

    def actions(self):
        return [Action(_("Purge ended cases"), reverse("workflows:purge"), "trash-2", PURGE)]

    def cancel_url(self):
        return reverse("workflows:definition-detail", args=[self.object.key])

    def save(self, form):
        keep_cases_for(definition_key=self.object.key, months=form.chosen(), actor=self.request.user)
        return self.cancel_url()
