"""What people fill in about activities and statuses. The services check all of it once more."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core import clock
from core.files.checks import ACCEPTED
from core.generic.widgets import DateInput
from core.models import User
from crm.models import Activity, ActivityType, Customer, CustomerStatus, ExecutorGroup, StatusTransition
from crm.services.activities import ACTIVITY_FIELDS
from crm.services.activity_files import MOST_FILES
from crm.services.statuses import GIVEN_UP

# The first type of the list is chosen to begin with.
FIRST_TYPE = "phone_call"
_DAY: Any = DateInput


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFiles(forms.FileField):
    """Several files in one field; a phone takes pictures straight into it."""

    def __init__(self, **kwargs: Any) -> None:
        widget = SeveralFilesInput(attrs={"accept": ",".join(("image/*", *ACCEPTED))})
        super().__init__(widget=widget, required=False, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[tuple[str, bytes]]:
        given = data if isinstance(data, list | tuple) else [data]
        return [(one.name, one.read()) for one in given if one]


def rules_of(kind: ActivityType | None) -> dict[str, str]:
    """What a record of this type must hold, said beside the fields: by the field's name."""
    if kind is None:
        return {"type": "", "transcript": "", "next_on": ""}
    counts = _("Counts as a contact.") if kind.counts_as_contact else _("Does not count as a contact.")
    return {
        "type": counts,
        "transcript": _("Required here: paste the chat, or add a picture of it below.")
        if kind.transcript_required
        else _("Not needed: the key points are enough."),
        "next_on": _("Required here: say when you ask what became of it.")
        if kind.next_required
        else _("On that day the customer stands in the list of customers to contact."),
    }


class ActivityForm(forms.Form):
    """A record of something done with a customer; without ``activity`` a new one."""

    # What most records leave empty stands behind one click.
    rare = ("outcome", "executors", "group")

    type = forms.ChoiceField(label=gettext_lazy("Activity type"))
    subject = forms.CharField(label=pgettext_lazy("activity", "Subject"), max_length=120)
    occurred_on = forms.DateField(label=gettext_lazy("Date"), widget=_DAY())
    contact = forms.ChoiceField(label=gettext_lazy("Contact"), required=False)
    description = forms.CharField(
        label=gettext_lazy("What was said"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    transcript = forms.CharField(
        label=gettext_lazy("Chat record"),
        required=False,
        max_length=20000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    files: Any = SeveralFiles(label=gettext_lazy("Pictures and files"))
    outcome = forms.CharField(label=gettext_lazy("Result"), required=False, max_length=300)
    next_on = forms.DateField(label=gettext_lazy("Next contact"), required=False, widget=_DAY())
    next_text = forms.CharField(label=gettext_lazy("What is next"), required=False, max_length=300)
    executors = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Done by"),
        required=False,
        queryset=User.objects.none(),
        widget=forms.SelectMultiple(attrs={"size": 4}),
        help_text=gettext_lazy("Nobody chosen: yourself. Several with Ctrl."),
    )
    group = forms.ModelChoiceField(
        label=gettext_lazy("Executor group"),
        required=False,
        queryset=ExecutorGroup.objects.none(),
        empty_label="—",
        help_text=gettext_lazy("Everybody of the group did it too."),
    )

    def __init__(self, *args: Any, customer: Customer, activity: Activity | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        types = list(ActivityType.objects.filter(is_active=True))
        if activity is not None and activity.type not in types:
            types.insert(0, activity.type)
        self._fill(customer, types)
        if activity is not None:
            del self.fields["files"], self.fields["contact"]
        # Not self["type"]: a bound field keeps the help that it was made with.
        chosen = str((self.data if self.is_bound else self.initial).get("type", ""))
        for name, text in rules_of(next((one for one in types if one.code == chosen), None)).items():
            self.fields[name].help_text = text
        self.fields["type"].widget.attrs |= {
            "hx-get": reverse_lazy("crm:activity-rules"),
            "hx-target": "#id_type_help",
            "hx-trigger": "change",
        }

    def _fill(self, customer: Customer, types: list[ActivityType]) -> None:
        choices: dict[str, Any] = self.fields
        choices["type"].choices = [(one.code, one.name) for one in types]
        people = [(str(one.pk), one.name) for one in customer.contacts.all()]
        choices["contact"].choices = [("", _("None")), *people]
        if people:
            choices["contact"].initial = people[0][0]
        choices["executors"].queryset = User.objects.filter(is_active=True).order_by("username")
        choices["occurred_on"].initial = clock.today
        if "files" in choices:
            choices["files"].help_text = _("At most %(count)s files.") % {"count": MOST_FILES}
        if ExecutorGroup.objects.exists():
            choices["group"].queryset = ExecutorGroup.objects.all()
        else:
            del choices["group"]

    @property
    def says_more(self) -> bool:
        """Whether the rarer fields hold something, or something is wrong with them."""
        return any(self[name].value() or self.errors.get(name) for name in self.rare if name in self.fields)

    def values(self) -> dict[str, Any]:
        """What the service takes as fields."""
        data = self.cleaned_data
        return {"type": data["type"], **{name: data[name] for name in ACTIVITY_FIELDS}}

    def people(self) -> list[User]:
        """Who did it, each once; nobody for whoever records."""
        group = self.cleaned_data.get("group")
        found = [*self.cleaned_data["executors"], *(group.members.filter(is_active=True) if group else ())]
        return list(dict.fromkeys(found))

    def contact_id(self) -> int | None:
        chosen = self.cleaned_data.get("contact")
        return int(chosen) if chosen else None


def described(way: StatusTransition) -> str:
    """A way with what it asks for."""
    asks = []
    if way.needs_fact:
        asks.append(_("needs a fact"))
    if way.to_status.kind in GIVEN_UP:
        asks.append(_("needs a reason"))
    if way.to_status.kind in (CustomerStatus.Kind.OPEN, CustomerStatus.Kind.WAITING):
        asks.append(_("with a next contact"))
    return f"{way.to_status.name} ({', '.join(asks)})" if asks else way.to_status.name


class StatusForm(forms.Form):
    """Where a customer goes from its status: only the ways that lead on and that the person may take."""

    to = forms.ChoiceField(label=gettext_lazy("New status"), widget=forms.RadioSelect)
    facts = forms.CharField(
        label=gettext_lazy("Fact that proves it"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("A need, a budget, an offer. A feeling is not enough."),
    )
    next_on = forms.DateField(
        label=gettext_lazy("Next contact"),
        required=False,
        widget=_DAY(),
        help_text=gettext_lazy("Where the work goes on: without a date nobody comes back to it."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Whoever gives a customer up says why."),
    )

    def __init__(self, *args: Any, customer: Customer, ways: list[StatusTransition], **kwargs: Any):
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["to"].choices = [(way.to_status.code, described(way)) for way in ways]
        following = customer.next_contact_on
        if following is not None and following >= clock.today():
            fields["next_on"].initial = following
        self.kinds = {way.to_status.code: way.to_status.kind for way in ways}
        if not any(way.needs_fact for way in ways):
            fields["facts"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        works_on = self.kinds.get(data.get("to", "")) in (
            CustomerStatus.Kind.OPEN,
            CustomerStatus.Kind.WAITING,
        )
        if works_on and not data.get("next_on") and "next_on" not in self.errors:
            self.add_error(
                "next_on", _("Say when the next contact is: without a date nobody comes back to it.")
            )
        if not works_on:
            data["next_on"] = None
        return data


class StatusByHandForm(forms.Form):
    """Any status in use, with the reason: for managers."""

    to = forms.ChoiceField(label=gettext_lazy("New status"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any):
        super().__init__(*args, **kwargs)
        others: dict[str, Any] = self.fields
        rows = CustomerStatus.objects.filter(is_active=True).exclude(code=customer.status)
        others["to"].choices = [(one.code, one.name) for one in rows]
