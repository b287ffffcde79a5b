"""How lists are narrowed to a period, a department or another row: a figure or a report leads to exactly its rows.

Periods are chosen behind a button of the toolbar, the others stand in none; the list says that it is narrowed,
and how to see all of it again.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters as filters
from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.generic.widgets import DateInput
from core.models import Department


class FromDay(filters.DateFilter):
    """Rows of that day and later; ``moments`` where the field holds moments and not days."""

    lookup, days = "gte", 0

    def __init__(self, field_name: str, *, moments: bool = False, **kwargs: Any) -> None:
        self.moments = moments
        super().__init__(field_name=field_name, widget=DateInput, **kwargs)

    def filter(self, queryset, value):
        if value is None:
            return queryset
        if self.moments:
            try:
                value = datetime.combine(value + timedelta(days=self.days), time.min, clock.COMPANY_ZONE)
            except OverflowError:
                return queryset.none()
        return queryset.filter(**{f"{self.field_name}__{self.lookup}": value})


class ToDay(FromDay):
    """Rows of that day and earlier."""

    lookup, days = "lte", 1

    def __init__(self, field_name: str, **kwargs: Any) -> None:
        super().__init__(field_name, **kwargs)
        # The whole day: until before the first moment of the next.
        self.lookup = "lt" if self.moments else "lte"


class OfRow(filters.ModelChoiceFilter):
    """Rows that belong to another row."""

    def __init__(self, field_name: str, **kwargs: Any) -> None:
        super().__init__(field_name=field_name, widget=forms.HiddenInput, **kwargs)


class OfWord(filters.CharFilter):
    """Rows by a word that only an address says."""

    def __init__(self, field_name: str, **kwargs: Any) -> None:
        super().__init__(field_name=field_name, widget=forms.HiddenInput, **kwargs)

    def shown(self, value: str) -> str:
        """How the list says what it is narrowed to."""
        return value


class BelowDepartment(OfRow):
    """Rows of a department and of those below it."""

    def __init__(self, field_name: str = "department_path", **kwargs: Any) -> None:
        super().__init__(field_name, queryset=Department.objects.all(), label=_("Department"), **kwargs)

    def filter(self, queryset, value):
        return (
            queryset if value is None else queryset.filter(**{f"{self.field_name}__startswith": value.path})
        )


@dataclass(frozen=True)
class Narrowing:
    """A chip above a list: what it is narrowed to, and the address without."""

    label: str
    text: str
    url: str


def narrowings(request: Any, filterset: Any) -> list[Narrowing]:
    """The filters in force that stand in no toolbar."""
    if filterset is None or not filterset.is_valid():
        return []
    found = []
    for bound in filterset.form:
        of_list = filterset.filters.get(bound.name)
        if isinstance(of_list, FromDay | OfRow | OfWord) and request.GET.get(bound.name):
            rest = request.GET.copy()
            for name in (bound.name, "after"):
                rest.pop(name, None)
            value = filterset.form.cleaned_data[bound.name]
            text = of_list.shown(value) if isinstance(of_list, OfWord) else str(value)
            found.append(Narrowing(str(bound.label), text, f"?{rest.urlencode()}"))
    return found


@dataclass(frozen=True)
class Quick:
    """A period by its name."""

    label: str
    url: str


@dataclass(frozen=True)
class Period:
    """Two days between which rows lie, and the periods that are asked for most."""

    label: str
    start: Any
    end: Any
    quick: list[Quick]


def periods(request: Any, filterset: Any) -> list[Period]:
    """The pairs x_from and x_to among the filters."""
    if filterset is None:
        return []
    found = []
    for name, one in filterset.filters.items():
        other = f"{name.removesuffix('_from')}_to"
        if type(one) is FromDay and name.endswith("_from") and other in filterset.filters:
            quick = [
                Quick(str(label), _address(request, {name: start, other: end}))
                for label, start, end in _named_periods(clock.today())
            ]
            found.append(Period(str(one.label), filterset.form[name], filterset.form[other], quick))
    return found


def _address(request: Any, days: dict[str, date]) -> str:
    asked = request.GET.copy()
    asked.pop("after", None)
    for name, day in days.items():
        asked[name] = day.isoformat()
    return f"?{asked.urlencode()}"


def _named_periods(today: date) -> list[tuple[Any, date, date]]:
    """From the first to the last day of each."""
    week = today - timedelta(days=today.weekday())
    month = today.replace(day=1)
    quarter = month.replace(month=(today.month - 1) // 3 * 3 + 1)
    before = month - timedelta(days=1)
    return [
        (_("Today"), today, today),
        (_("This week"), week, week + timedelta(days=6)),
        (_("This month"), month, _before_next(month, 1)),
        (_("Last month"), before.replace(day=1), before),
        (_("This quarter"), quarter, _before_next(quarter, 3)),
        (_("This year"), today.replace(month=1, day=1), today.replace(month=12, day=31)),
    ]


def _before_next(first: date, months: int) -> date:
    """The last day of so many months from the first of one on."""
    later = first.month - 1 + months
    return date(first.year + later // 12, later % 12 + 1, 1) - timedelta(days=1)


def moments_of(start: date, end: date) -> tuple[datetime, datetime]:
    """The first moment of a day and the first one after another, where the company is."""
    after = end + timedelta(days=1)
    return (
        datetime.combine(start, time.min, clock.COMPANY_ZONE),
        datetime.combine(after, time.min, clock.COMPANY_ZONE),
    )
