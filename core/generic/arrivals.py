"""How lists are narrowed by those who come from elsewhere: a figure or a report leads to exactly its rows.

These filters stand in no toolbar; the list says that it is narrowed, and how to see all of it again.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters as filters
from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.models import Department


class FromDay(filters.DateFilter):
    """Rows of that day and later; ``moments`` where the field holds moments and not days."""

    lookup, days = "gte", 0

    def __init__(self, field_name: str, *, moments: bool = False, **kwargs: Any) -> None:
        self.moments = moments
        super().__init__(field_name=field_name, widget=forms.HiddenInput, **kwargs)

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
    for bound in filterset.form.hidden_fields():
        of_list = filterset.filters.get(bound.name)
        if isinstance(of_list, FromDay | OfRow) and request.GET.get(bound.name):
            rest = request.GET.copy()
            for name in (bound.name, "after"):
                rest.pop(name, None)
            value = filterset.form.cleaned_data[bound.name]
            found.append(Narrowing(str(bound.label), str(value), f"?{rest.urlencode()}"))
    return found


def moments_of(start: date, end: date) -> tuple[datetime, datetime]:
    """The first moment of a day and the first one after another, where the company is."""
    after = end + timedelta(days=1)
    return (
        datetime.combine(start, time.min, clock.COMPANY_ZONE),
        datetime.combine(after, time.min, clock.COMPANY_ZONE),
    )
