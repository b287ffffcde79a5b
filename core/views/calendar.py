"""The working calendar: a year at a glance, and everything that changes it."""

from __future__ import annotations

import calendar as months
import re
from datetime import date, time

from django import forms
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core import clock
from core.calendar import HOLIDAY, MAKE_UP, read
from core.errors import ApplicationError
from core.generic import Action, ActionView, FormPage, Page
from core.generic.base import Crumb
from core.models import AuditEntry, CalendarDay, CalendarYear, WorkShift
from core.models.people import in_reader_language
from core.permissions import MANAGE_CALENDAR
from core.services import calendar as services
from core.templatetags.ui import weekday as weekday_name

CALENDAR = Crumb(_("Working calendar"), reverse_lazy("calendar"))
_STRETCH = re.compile(r"(\d{1,2}):(\d\d)\s*[-–—~至到]\s*(\d{1,2}):(\d\d)")
CHANGES_SHOWN = 8


class Calendar(Page):
    """Twelve months. Each day opens a dialog in which it can be changed."""

    title = _("Working calendar")
    permission = MANAGE_CALENDAR
    template_name = "core/calendar.html"

    @property
    def year(self) -> int:
        asked = self.request.GET.get("year", "")
        year = int(asked) if asked.isdecimal() and len(asked) == 4 else clock.today().year
        return min(max(year, services.FIRST_YEAR), services.LAST_YEAR)

    def actions(self):
        year = self.year
        confirmed = CalendarYear.objects.filter(year=year, is_confirmed=True).exists()
        confirm = Action(
            _("Provisional again") if confirmed else _("Confirm the year"),
            reverse("calendar-confirm", args=[year]),
            "rotate-ccw" if confirmed else "check",
            style="quiet" if confirmed else "primary",
            in_dialog=True,
            in_menu=confirmed,
        )
        return [
            confirm,
            Action(
                _("Enter announced holidays"),
                reverse("calendar-import", args=[year]),
                "download",
                in_dialog=True,
            ),
            Action(_("Hours of the week"), reverse("calendar-week"), "clock"),
        ]

    def get_context_data(self, **kwargs):
        year, today, shown = self.year, clock.today(), read()
        rows = {row.day: row for row in CalendarDay.objects.filter(day__year=year)}
        weeks = months.Calendar()
        grid = [
            (
                date(year, month, 1),
                [
                    [self._cell(day, month, shown, rows, today) for day in week]
                    for week in weeks.monthdatescalendar(year, month)
                ],
            )
            for month in range(1, 13)
        ]
        working = sum(cell["works"] for _first, lines in grid for line in lines for cell in line if cell)
        return super().get_context_data(
            year=year,
            grid=grid,
            weekdays=[weekday_name(date(2024, 1, day)) for day in range(1, 8)],
            provisional=shown.is_provisional(year),
            known=bool(services.announced_days(year)),
            days=sorted(rows.values(), key=lambda row: row.day),
            working=working,
            hours=[
                (label, ", ".join(f"{a:%H:%M}–{b:%H:%M}" for a, b in shown.week[number]))
                for number, label in WorkShift.Weekday.choices
            ],
            changes=self._changes(),
            **kwargs,
        )

    @staticmethod
    def _cell(day, month, shown, rows, today):
        if day.month != month:
            return None
        row, works = rows.get(day), shown.is_working_day(day)
        kind = shown.days.get(day, "")
        words = [f"{day:%Y-%m-%d}", weekday_name(day)]
        words.append(
            str(CalendarDay.Kind(kind).label) if kind else _now("working day") if works else _now("day off")
        )
        name = in_reader_language(row.name, row.name_en) if row else ""
        return {
            "day": day,
            "works": works,
            "kind": kind or ("" if works else "off"),
            "today": day == today,
            "text": " ".join([*words, name]).strip(),
        }

    @staticmethod
    def _changes():
        newest = services.newest_change()
        entries = AuditEntry.objects.filter(
            subject_type=CalendarYear._meta.label_lower, action__in=[services.CHANGE, services.UNDO]
        ).order_by("-pk")[:CHANGES_SHOWN]
        return [
            (
                entry,
                services.words_of(entry),
                entry.action == services.UNDO,
                newest is not None and entry.pk == newest.pk,
            )
            for entry in entries
        ]


def known_year(year: int) -> int:
    """The year of an address. 404 for one that no calendar has."""
    if not services.FIRST_YEAR <= year <= services.LAST_YEAR:
        raise Http404
    return year


class CalendarDeed(ActionView):
    """A change of the calendar that is confirmed, and tells first what it moves. ``proposed()`` gives the
    calendar as it would be, or None where nothing moves."""

    permission = MANAGE_CALENDAR
    template_name = "core/calendar_deed.html"
    done_message = _("The calendar is changed. Deadlines that it moves are counted anew in the background.")
    year = 0

    def find(self, **keys) -> None:
        """What the address names. Raises Http404."""

    def dispatch(self, request, *args, **kwargs):
        # Whoever has not signed in does that first.
        if request.user.is_authenticated:
            self.find(**kwargs)
        return super(ActionView, self).dispatch(request, *args, **kwargs)

    def crumbs(self):
        return [CALENDAR]

    def done_url(self):
        return f"{reverse('calendar')}?year={self.year or clock.today().year}"

    def proposed(self):
        return None

    def get(self, request, *args, **kwargs):
        if request.GET.get("part") == "moves":
            return render(request, "core/calendar_moves.html", {"moves": self.moves()})
        return super().get(request, *args, **kwargs)

    def moves(self):
        try:
            proposed = self.proposed()
        except ApplicationError:
            return None
        return services.preview(proposed) if proposed is not None else None

    def get_context_data(self, **kwargs):
        return super().get_context_data(moves_url=self.request.path, counts=True, **kwargs)


class DayForm(forms.Form):
    kind = forms.ChoiceField(label=_("This day is"), widget=forms.RadioSelect, required=False)
    name = forms.CharField(label=_("Name"), max_length=60, required=False)
    name_en = forms.CharField(label=_("English name"), max_length=60, required=False)

    def __init__(self, *args, ordinary, make_up, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [("", ordinary), (HOLIDAY, CalendarDay.Kind.HOLIDAY.label)]
        self.fields["kind"].choices = choices + (
            [(MAKE_UP, CalendarDay.Kind.MAKE_UP.label)] if make_up else []
        )


class CalendarDayChange(CalendarDeed):
    """One day: a holiday, a make-up day, or as its weekday says."""

    form_class = DayForm
    submit_label = _("Save")

    def find(self, **keys) -> None:
        try:
            self.day = date.fromisoformat(keys["day"])
        except ValueError:
            raise Http404 from None
        self.year = known_year(self.day.year)

    def get_title(self):
        return f"{self.day:%Y-%m-%d} {weekday_name(self.day)}"

    def form_options(self):
        works = bool(read().week[self.day.weekday()])
        ordinary = _("an ordinary working day") if works else _("an ordinary day off")
        return {"ordinary": ordinary, "make_up": not works}

    def initial(self):
        row = CalendarDay.objects.filter(day=self.day).first()
        return {"kind": row.kind, "name": row.name, "name_en": row.name_en} if row else {"kind": ""}

    def _wanted(self, given):
        kind = given.get("kind", "")
        return {
            self.day: services.Day(kind, given.get("name", ""), given.get("name_en", "")) if kind else None
        }

    def proposed(self):
        if self.request.GET.get("kind", "") not in ("", HOLIDAY, MAKE_UP):
            return None
        return services.with_days(read(), self._wanted(self.request.GET))

    def run(self, form):
        services.change_days(days=self._wanted(form.cleaned_data), actor=self.request.user)


class CalendarImport(CalendarDeed):
    """Enter what the State Council announced for a year."""

    title = _("Enter announced holidays")
    submit_label = _("Enter them")

    def find(self, **keys) -> None:
        self.year = known_year(keys["year"])

    def get_question(self):
        try:
            days = services.days_of_import(self.year)
        except ApplicationError as refusal:
            return str(refusal)
        kinds = [one.kind for one in days.values() if one is not None]
        return _now(
            "%(year)s: %(holidays)s holidays and %(make_up)s make-up working days. What was entered by hand for "
            "this year is replaced. The year stays provisional until you confirm it."
        ) % {"year": self.year, "holidays": kinds.count(HOLIDAY), "make_up": kinds.count(MAKE_UP)}

    def proposed(self):
        return services.with_days(read(), services.days_of_import(self.year))

    def run(self, form):
        services.import_year(year=self.year, actor=self.request.user)


class CalendarConfirm(CalendarDeed):
    """A year's holidays are settled, or are not after all."""

    done_message = _("Saved.")

    def find(self, **keys) -> None:
        self.year = known_year(keys["year"])
        self.confirmed = CalendarYear.objects.filter(year=self.year, is_confirmed=True).exists()

    def get_title(self):
        return _("Provisional again") if self.confirmed else _("Confirm the year")

    def get_question(self):
        if self.confirmed:
            return _now("%(year)s is marked as provisional again. No deadline moves.") % {"year": self.year}
        return _now(
            "You have compared the holidays and make-up days of %(year)s with the notice of the State Council. "
            "The mark “provisional” goes; no deadline moves."
        ) % {"year": self.year}

    def run(self, form):
        services.confirm_year(year=self.year, confirmed=not self.confirmed, actor=self.request.user)


class CalendarUndo(CalendarDeed):
    """Take back the newest change."""

    title = _("Take the change back")
    submit_label = _("Take back")

    def find(self, **keys) -> None:
        self.entry = AuditEntry.objects.filter(
            pk=keys["change"], subject_type=CalendarYear._meta.label_lower, action=services.CHANGE
        ).first()
        if self.entry is None:
            raise Http404
        self.year = int(CalendarYear.objects.get(pk=self.entry.subject_id).year)

    def get_question(self):
        return _now("“%(change)s” is taken back: the calendar is as it was before.") % {
            "change": services.words_of(self.entry)
        }

    def run(self, form):
        services.undo_change(change=self.entry.pk, actor=self.request.user)


# Hours ------------------------------------------------------------------------------------------


class StretchesField(forms.CharField):
    """Working time of a day as one types it: 9:00-12:00, 13:30-18:00. Empty for a day off."""

    def __init__(self, **kwargs):
        super().__init__(required=False, max_length=80, **kwargs)
        self.widget.attrs |= {"placeholder": _("day off"), "autocomplete": "off"}

    def clean(self, value):
        text = super().clean(value)
        found = _STRETCH.findall(text)
        rest = re.sub(r"[\s,，;；、和]+", "", _STRETCH.sub("", text))
        try:
            stretches = [(time(int(a), int(b)), time(int(c), int(d))) for a, b, c, d in found]
        except ValueError:
            rest = text
        if rest:
            raise forms.ValidationError(_("Write it like 9:00-12:00, 13:30-18:00."), code="invalid")
        return stretches


class WeekForm(forms.Form):
    """A line for each weekday."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for number, label in WorkShift.Weekday.choices:
            self.fields[f"day{number}"] = StretchesField(label=label)

    def hours(self):
        return [(number, a, b) for number in range(7) for a, b in self.cleaned_data[f"day{number}"]]


class CalendarWeek(FormPage):
    """The hours of an ordinary week."""

    title = _("Hours of the week")
    permission = MANAGE_CALENDAR
    form_class = WeekForm
    template_name = "core/calendar_week.html"
    done_message = CalendarDeed.done_message

    def crumbs(self):
        return [CALENDAR]

    def initial(self):
        week = read().week
        return {
            f"day{number}": ", ".join(f"{a:%H:%M}-{b:%H:%M}" for a, b in week[number]) for number in range(7)
        }

    def get(self, request, *args, **kwargs):
        if request.GET.get("part") != "moves":
            return super().get(request, *args, **kwargs)
        form, moves = WeekForm(request.GET), None
        if form.is_valid():
            try:
                moves = services.preview(services.with_week(read(), services.check_week(form.hours())))
            except ApplicationError:
                moves = None
        return render(request, "core/calendar_moves.html", {"moves": moves})

    def cancel_url(self):
        return reverse("calendar")

    def save(self, form):
        services.change_week(hours=form.hours(), actor=self.request.user)
        return reverse("calendar")
