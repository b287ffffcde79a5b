"""What is asked of the figures: a period, a version, a department."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock
from core.generic.widgets import DateInput
from core.models import Department
from core.reports.params import FIRST_YEAR, LAST_YEAR, LONGEST
from core.rights import EVERYBODY
from workflows.models import ProcessDefinition, ProcessVersion
from workflows.selectors.figures import Asked, Reach

CUSTOM, FIRST = "custom", "90"
PERIODS = {
    "7": _("Last 7 days"),
    "30": _("Last 30 days"),
    "90": _("Last 90 days"),
    "365": _("Last 12 months"),
    CUSTOM: pgettext_lazy("period", "From … to …"),
}


class FiguresForm(forms.Form):
    """``asked()`` of a valid one is what the selectors take."""

    period = forms.ChoiceField(label=_("Period"), choices=list(PERIODS.items()))
    version = forms.ModelChoiceField(
        ProcessVersion.objects.none(), label=_("Version"), required=False, empty_label=_("All versions")
    )
    department = forms.ModelChoiceField(
        Department.objects.none(),
        label=pgettext_lazy("figures", "Department"),
        required=False,
        empty_label=_("All departments"),
    )

    def __init__(self, data: Any, *, definition: ProcessDefinition, reach: Reach) -> None:
        self.definition, self.reach = definition, reach
        asked = {name: data.get(name, "") for name in ("period", "from", "to", "version", "department")}
        asked["period"] = asked["period"] or FIRST
        if asked["period"] == CUSTOM and not asked["from"] and not asked["to"]:
            asked["to"], asked["from"] = f"{clock.today()}", f"{clock.today().replace(day=1)}"
        super().__init__(asked)
        for name, label in (("from", _("From day")), ("to", _("To day"))):
            self.fields[name] = forms.DateField(label=label, required=False, widget=DateInput())
        self.order_fields(["period", "from", "to", "version", "department"])
        versions = definition.versions.only("number", "definition").order_by("-number")
        self.fields["version"] = VersionField(versions)
        self.fields["department"].queryset = _departments(reach)
        self.order_fields(["period", "from", "to", "version", "department"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("period") == CUSTOM:
            start, end = cleaned.get("from"), cleaned.get("to")
            if not start or not end:
                if not self.errors:
                    raise ValidationError(_now("Say from which day to which day."), code="period")
            elif start > end:
                raise ValidationError(_now("The period ends before it begins."), code="period")
            elif end - start > LONGEST:
                raise ValidationError(_now("Figures cover five years at most."), code="period")
            elif start.year < FIRST_YEAR or end.year > LAST_YEAR:
                raise ValidationError(_now("There are no figures of such days."), code="period")
        return cleaned

    @property
    def days(self) -> tuple[date, date]:
        """Both of them belong to the period; presets end today."""
        if self.cleaned_data["period"] == CUSTOM:
            return self.cleaned_data["from"], self.cleaned_data["to"]
        today = clock.today()
        return today - timedelta(days=int(self.cleaned_data["period"]) - 1), today

    def asked(self) -> Asked:
        department = self.cleaned_data["department"]
        return Asked(
            self.definition,
            self.reach,
            *self.days,
            version=self.cleaned_data["version"],
            department_path=department.path if department else "",
        )

    @property
    def query(self) -> dict[str, str]:
        """The same as words of an address."""
        names = [name for name in self.fields if name not in ("from", "to") or self.data["period"] == CUSTOM]
        return {name: str(self.data[name]) for name in names if self.data[name]}


class VersionField(forms.ModelChoiceField):
    """A version by its number."""

    def __init__(self, versions: Any) -> None:
        super().__init__(
            versions,
            label=_("Version"),
            required=False,
            empty_label=_("All versions"),
            to_field_name="number",
        )

    def label_from_instance(self, obj: ProcessVersion) -> str:
        return _now("Version %(number)s") % {"number": obj.number}


def _departments(reach: Reach) -> Any:
    """Those whose cases the figures may tell of."""
    if reach.cases == EVERYBODY:
        return Department.objects.all()
    return Department.objects.filter(_by_path(reach.cases))


def _by_path(conditions: Q) -> Q:
    """The same conditions, asked of departments themselves."""
    found = Q(_connector=conditions.connector, _negated=conditions.negated)
    for one in conditions.children:
        if isinstance(one, Q):
            found.children.append(_by_path(one))
        else:
            name, value = one
            found.children.append((name.replace("department_path", "path"), value))
    return found
