"""What a report is asked for: a period, a department, a person, and what it wants to know besides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core import clock
from core.generic.widgets import DateInput
from core.models import Department, User

if TYPE_CHECKING:
    from core.reports.registry import Report

CUSTOM = "custom"
PERIODS = {
    "this_month": _("This month"),
    "last_month": _("Last month"),
    "this_quarter": _("This quarter"),
    "last_quarter": _("Last quarter"),
    "this_year": _("This year"),
    "last_year": _("Last year"),
    CUSTOM: _("From … to …"),
}
LONGEST = timedelta(days=5 * 366)
FIRST_YEAR, LAST_YEAR = 1990, 2200


@dataclass(frozen=True)
class Params:
    """What was asked, checked. ``query`` is the same as it stands in an address: presets stay presets."""

    start: date | None = None
    end: date | None = None
    department: Department | None = None
    person: User | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    words: tuple[tuple[str, str], ...] = ()

    @property
    def days(self) -> tuple[date, date]:
        """The period of a report that has one."""
        if self.start is None or self.end is None:
            raise ValueError("This report has no period.")
        return self.start, self.end

    @property
    def months(self) -> list[date]:
        """The first day of each month that the period touches."""
        start, end = self.days
        found, first = [], start.replace(day=1)
        while first <= end:
            found.append(first)
            first = next_month(first)
        return found


def next_month(day: date) -> date:
    """The first day of the month after."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def period_of(preset: str, today: date) -> tuple[date, date]:
    """The first and the last day of a preset, seen from a day."""
    month, quarter = today.replace(day=1), date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    one = timedelta(days=1)
    if preset == "this_month":
        return month, next_month(month) - one
    if preset == "last_month":
        return (month - one).replace(day=1), month - one
    if preset == "this_quarter":
        return quarter, _quarter_end(quarter)
    if preset == "last_quarter":
        last = quarter - one
        return date(last.year, last.month - 2, 1), last
    year = today.year - (preset == "last_year")
    return date(year, 1, 1), date(year, 12, 31)


def _quarter_end(first: date) -> date:
    return next_month(next_month(next_month(first))) - timedelta(days=1)


class ParamsForm(forms.Form):
    """The form of a report's parameters, made of those that it takes."""

    def __init__(self, report: Report, data: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        self.report = report
        super().__init__(self._asked(data or {}), **kwargs)
        if "period" in report.params:
            self.fields["period"] = forms.ChoiceField(label=_("Period"), choices=list(PERIODS.items()))
            self.fields["from"] = forms.DateField(label=_("From day"), required=False, widget=DateInput())  # type: ignore[no-untyped-call]
            self.fields["to"] = forms.DateField(label=_("To day"), required=False, widget=DateInput())  # type: ignore[no-untyped-call]
        if "department" in report.params:
            self.fields["department"] = forms.ModelChoiceField(
                Department.objects.all(),
                label=_("Department"),
                required=False,
                empty_label=_("All departments"),
            )
        if "person" in report.params:
            self.fields["person"] = forms.ModelChoiceField(
                User.objects.order_by("-is_active", "name_sort", "pk"),
                label=_("Person"),
                required=False,
                empty_label=_("Everybody"),
            )
        for name, make in report.fields.items():
            self.fields[name] = make()

    def _asked(self, data: Mapping[str, str]) -> MultiValueDict[str, str]:
        """What was given over what holds when nothing is; own days begin with the year until today."""
        asked: MultiValueDict[str, str] = MultiValueDict(
            {name: [text] for name, text in self.first_values().items()}
        )
        if isinstance(data, MultiValueDict):
            for name in data:
                asked.setlist(name, data.getlist(name))
        else:
            for name, text in data.items():
                asked[name] = text
        if asked.get("period") == CUSTOM and not asked.get("from") and not asked.get("to"):
            today = clock.today()
            asked["from"], asked["to"] = f"{today.year}-01-01", f"{today:%Y-%m-%d}"
        return asked

    def first_values(self) -> dict[str, str]:
        first = {"period": "this_year"} if "period" in self.report.params else {}
        return {**first, **self.report.defaults}

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
                raise ValidationError(_now("A report covers five years at most."), code="period")
            elif start.year < FIRST_YEAR or end.year > LAST_YEAR:
                raise ValidationError(_now("There is nothing to report of such days."), code="period")
        return cleaned

    def params(self) -> Params:
        """What was asked; only of a form that is valid."""
        cleaned = self.cleaned_data
        start = end = None
        if "period" in self.report.params:
            if cleaned["period"] == CUSTOM:
                start, end = cleaned["from"], cleaned["to"]
            else:
                start, end = period_of(cleaned["period"], clock.today())
        return Params(
            start=start,
            end=end,
            department=cleaned.get("department"),
            person=cleaned.get("person"),
            more={name: cleaned.get(name) for name in self.report.fields},
            query=self._query(),
            words=tuple(self._words(start, end)),
        )

    def _query(self) -> dict[str, str]:
        names = [
            name
            for name in self.fields
            if name not in ("from", "to") or self.cleaned_data["period"] == CUSTOM
        ]
        return {name: str(self.data.get(name, "")) for name in names if self.data.get(name)}

    def _words(self, start: date | None, end: date | None) -> list[tuple[str, str]]:
        """The parameters as a reader of the sheet understands them."""
        said = []
        if start and end:
            said.append((str(_("Period")), f"{start:%Y-%m-%d} – {end:%Y-%m-%d}"))
        for name in ("department", "person"):
            if self.cleaned_data.get(name):
                said.append((str(self.fields[name].label), str(self.cleaned_data[name])))
        for name in self.report.fields:
            value = self.cleaned_data.get(name)
            if value not in (None, ""):
                choices = dict(getattr(self.fields[name], "choices", ()))
                said.append((str(self.fields[name].label), str(choices.get(value, value))))
        return said
