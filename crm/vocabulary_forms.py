"""The forms of those who maintain statuses and types of activity."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.generic.model_forms import ServiceModelForm
from core.generic.sections import Section, Sectioned
from crm.models import ActivityType, CustomerStatus
from crm.services.activity_types import TYPE_FIELDS
from crm.services.statuses import STATUS_FIELDS

WAY = "way_"
NO_WAY, FREE, PROVED = "", "free", "fact"
_CODE_HELP = gettext_lazy("Small letters, digits, hyphen and underscore; it stays for good.")


class StatusForm(Sectioned, ServiceModelForm):
    """A status with the ways that lead on from it."""

    class Meta:
        model = CustomerStatus
        fields = ("code", *STATUS_FIELDS)
        help_texts = {
            "code": _CODE_HELP,
            "kind": gettext_lazy("What the follow-up makes of it: whoever is worked on is asked for again."),
            "order": gettext_lazy("Lists and choices are sorted by it."),
            "max_days": gettext_lazy("After so many days in the status its manager is told. Empty: never."),
            "needs_approval": gettext_lazy("The follow-up asks the manager before a customer gets here."),
            "is_active": gettext_lazy("Out of use: nobody chooses it any more; whoever stands in it stays."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_new = self.instance.pk is None
        if not is_new:
            del self.fields["code"]
        others = list(CustomerStatus.objects.exclude(pk=self.instance.pk))
        drawn = {} if is_new else dict(self.instance.ways.values_list("to_status__code", "needs_fact"))
        for one in others:
            begins = NO_WAY if one.code not in drawn else PROVED if drawn[one.code] else FREE
            label = one.name if one.is_active else _("%(status)s (out of use)") % {"status": one.name}
            self.fields[f"{WAY}{one.code}"] = forms.ChoiceField(
                label=label,
                required=False,
                initial=begins,
                choices=[(NO_WAY, _("No way")), (FREE, _("Way")), (PROVED, _("Way that needs a fact"))],
            )
        self.sections = (
            Section(_("Status"), ("code", *STATUS_FIELDS)),
            Section(
                _("Where it leads"),
                tuple(f"{WAY}{one.code}" for one in others),
                _("People take these ways by themselves; every other change is made by a manager by hand."),
            ),
        )

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in STATUS_FIELDS}

    def ways(self) -> dict[str, bool]:
        """Code of the next status, and whether a fact must prove it."""
        return {
            name.removeprefix(WAY): value == PROVED
            for name, value in self.cleaned_data.items()
            if name.startswith(WAY) and value != NO_WAY
        }


class TypeForm(ServiceModelForm):
    """A type of activity and what its records must hold."""

    class Meta:
        model = ActivityType
        fields = ("code", *TYPE_FIELDS)
        help_texts = {
            "code": _CODE_HELP,
            "order": gettext_lazy("Lists and choices are sorted by it."),
            "transcript_required": gettext_lazy("The chat is pasted, or a picture of it added."),
            "counts_as_contact": gettext_lazy("Moves the last contact and the count of contacts."),
            "next_required": gettext_lazy("Whoever records it says when to ask what became of it."),
            "is_active": gettext_lazy("Out of use: nobody chooses it any more."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            del self.fields["code"]

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in TYPE_FIELDS}
