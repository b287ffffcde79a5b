"""Changing when the company works. Every change is one entry of the audit log that can be undone as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from itertools import pairwise
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import audit, clock
from core.actors import Actor, SystemActor
from core.calendar import HOLIDAY, MAKE_UP, Calendar, Count, followers, forget, read
from core.errors import ApplicationError, Conflict
from core.models import AuditEntry, CalendarDay, CalendarYear, WorkShift
from core.permissions import MANAGE_CALENDAR
from core.rights import require
from core.services.holidays import announced_days, last_announced_year

CHANGE, UNDO = "core.change_calendar", "core.undo_calendar"
FIRST_YEAR, LAST_YEAR = 2000, 2100
# Weekday, from, to.
Hours = tuple[int, time, time]


@dataclass(frozen=True)
class Day:
    """How a day differs: its kind, and its name in both languages."""

    kind: str
    name: str = ""
    name_en: str = ""

    def stored(self) -> list[str]:
        return [self.kind, self.name, self.name_en]


Days = Mapping[date, "Day | None"]


@transaction.atomic
def change_days(*, days: Days, actor: Actor, note: str = "") -> AuditEntry:
    """Make days holidays or make-up days, or (None) ordinary ones again."""
    require(actor, MANAGE_CALENDAR)
    one_at_a_time()
    calendar = read()
    for day, wanted in days.items():
        _check_day(calendar, day, wanted)
    return _change_days(days, actor=actor, action=CHANGE, note=note)


@transaction.atomic
def change_week(*, hours: Iterable[Hours], actor: Actor) -> AuditEntry:
    """Set the hours of an ordinary week."""
    require(actor, MANAGE_CALENDAR)
    one_at_a_time()
    return _change_week(check_week(hours), actor=actor, action=CHANGE)


@transaction.atomic
def import_year(*, year: int, actor: Actor) -> AuditEntry:
    """Enter the holidays and make-up days that the State Council announced for a year.

    The year stays provisional until somebody has compared it with the notice and confirms it.
    """
    require(actor, MANAGE_CALENDAR)
    one_at_a_time()
    days = days_of_import(year)
    return _change_days(days, actor=actor, action=CHANGE, note=_("Import of %(year)s") % {"year": year})


@transaction.atomic
def confirm_year(*, year: int, confirmed: bool, actor: Actor) -> AuditEntry:
    """Say that the holidays of a year are settled, or that they are provisional after all."""
    require(actor, MANAGE_CALENDAR)
    one_at_a_time()
    _check_year(year)
    return _confirm(year, confirmed, actor=actor, action=CHANGE)


@transaction.atomic
def undo_change(*, change: int, actor: Actor) -> AuditEntry:
    """Take back the newest change that stands."""
    require(actor, MANAGE_CALENDAR)
    one_at_a_time()
    entry = newest_change()
    if entry is None or entry.pk != change:
        raise Conflict(_("Meanwhile the calendar was changed again. Look at it first."), code="changed_since")
    before, undone = entry.before, {"undoes": entry.pk}
    if "week" in before:
        hours = [(day, time.fromisoformat(a), time.fromisoformat(b)) for day, a, b in before["week"]]
        return _change_week(hours, actor=actor, action=UNDO, more=undone)
    if "confirmed" in before:
        return _confirm(before["year"], before["confirmed"], actor=actor, action=UNDO, more=undone)
    days = {
        date.fromisoformat(day): Day(*stored) if stored else None for day, stored in before["days"].items()
    }
    return _change_days(days, actor=actor, action=UNDO, more=undone)


def enter_days(*, days: Days, actor: SystemActor, note: str, more: Mapping[str, Any]) -> AuditEntry:
    """The same, by the program itself; ``more`` says in the record why. The caller holds ``one_at_a_time``."""
    return _change_days(days, actor=actor, action=CHANGE, note=note, more=more)


# What would change --------------------------------------------------------------------------------


def with_days(calendar: Calendar, days: Days) -> Calendar:
    """The calendar as it would be."""
    changed = {**calendar.days, **{day: one.kind for day, one in days.items() if one is not None}}
    return replace(
        calendar, days={day: kind for day, kind in changed.items() if days.get(day, kind) is not None}
    )


def with_week(calendar: Calendar, hours: Sequence[Hours]) -> Calendar:
    """The calendar with these hours."""
    week: list[tuple[tuple[time, time], ...]] = [()] * 7
    for weekday, opens, closes in sorted(hours):
        week[weekday] += ((opens, closes),)
    return replace(calendar, week=tuple(week))


def preview(calendar: Calendar) -> list[Count]:
    """What would move if that were the calendar: kinds of rows with their numbers."""
    return [count for one in followers() for count in one.preview(calendar) if count.number]


def days_of_import(year: int) -> dict[date, Day | None]:
    """What importing a year would set; days that were entered by hand and are not announced go."""
    _check_year(year)
    announced = announced_days(year)
    if not announced:
        raise ApplicationError(
            _(
                "The holidays of %(year)s are not known yet: the last year known here is %(last)s. Enter them by hand."
            )
            % {"year": year, "last": last_announced_year()},
            code="year_not_known",
        )
    entered = dict.fromkeys(CalendarDay.objects.filter(day__year=year).values_list("day", flat=True))
    return entered | {day: Day(*stored) for day, stored in announced.items()}


def check_week(hours: Iterable[Hours]) -> list[Hours]:
    """The hours in order. Raises ApplicationError when they overlap, or nobody would ever work."""
    found = sorted(hours)
    if not found:
        raise ApplicationError(_("At least one weekday needs working hours."), code="no_hours")
    for weekday, opens, closes in found:
        if opens >= closes:
            raise ApplicationError(
                _("%(day)s: the end lies before the beginning.") % {"day": _weekday(weekday)},
                code="hours_backwards",
            )
    for one, following in pairwise(found):
        if one[0] == following[0] and following[1] < one[2]:
            raise ApplicationError(
                _("%(day)s: two stretches of working time overlap.") % {"day": _weekday(one[0])},
                code="hours_overlap",
            )
    return found


def changes() -> QuerySet[AuditEntry]:
    """Every change of the calendar, and every undoing of one."""
    return AuditEntry.objects.filter(subject_type=CalendarYear._meta.label_lower, action__in=[CHANGE, UNDO])


def newest_change() -> AuditEntry | None:
    """The newest change of the calendar that nobody has taken back."""
    entries = AuditEntry.objects.filter(subject_type=CalendarYear._meta.label_lower)
    undone = {one["undoes"] for one in entries.filter(action=UNDO).values_list("after", flat=True)}
    return entries.filter(action=CHANGE).exclude(pk__in=undone).order_by("-pk").first()


def words_of(entry: AuditEntry) -> str:
    """What a change did, in a line."""
    if entry.note:
        return str(entry.note)
    after = entry.after
    if "week" in after:
        return _("Hours of the week")
    if "confirmed" in after:
        text = _("%(year)s confirmed") if after["confirmed"] else _("%(year)s provisional again")
        return text % {"year": after["year"]}
    days = sorted(after["days"])
    if len(days) == 1:
        stored = after["days"][days[0]]
        kind = CalendarDay.Kind(stored[0]).label if stored else _("Ordinary day")
        return f"{days[0]}: {kind}"
    return ngettext("%(count)s day", "%(count)s days", len(days)) % {"count": len(days)}


# Doing it -----------------------------------------------------------------------------------------


def _change_days(
    days: Days, *, actor: Actor, action: str, note: str = "", more: Mapping[str, Any] | None = None
) -> AuditEntry:
    rows = {row.day: row for row in CalendarDay.objects.filter(day__in=days)}
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for day, wanted in sorted(days.items()):
        row = rows.get(day)
        old = [row.kind, row.name, row.name_en] if row else None
        new = wanted.stored() if wanted else None
        if old == new:
            continue
        before[day.isoformat()], after[day.isoformat()] = old, new
        if wanted is None:
            CalendarDay.objects.filter(day=day).delete()
        else:
            values = {"kind": wanted.kind, "name": wanted.name, "name_en": wanted.name_en}
            CalendarDay.objects.update_or_create(day=day, defaults=values)
    if not after:
        raise ApplicationError(
            _("Nothing would change: the calendar says so already."), code="nothing_changes"
        )
    years = {date.fromisoformat(day).year for day in after}
    for year in years:
        CalendarYear.objects.get_or_create(year=year)
    return _record(actor, action, min(years), {"days": before}, {"days": after, **(more or {})}, note=note)


def _change_week(
    hours: Sequence[Hours], *, actor: Actor, action: str, more: Mapping[str, Any] | None = None
) -> AuditEntry:
    before = [_stored(*row) for row in WorkShift.objects.values_list("weekday", "opens", "closes")]
    after = [_stored(*one) for one in hours]
    if before == after:
        raise ApplicationError(
            _("Nothing would change: the calendar says so already."), code="nothing_changes"
        )
    WorkShift.objects.all().delete()
    WorkShift.objects.bulk_create([WorkShift(weekday=day, opens=a, closes=b) for day, a, b in hours])
    year = clock.today().year
    return _record(actor, action, year, {"week": before}, {"week": after, **(more or {})})


def _confirm(
    year: int, confirmed: bool, *, actor: Actor, action: str, more: Mapping[str, Any] | None = None
) -> AuditEntry:
    row, _created = CalendarYear.objects.get_or_create(year=year)
    if row.is_confirmed == confirmed:
        raise Conflict(_("Somebody was faster: the year stands so already."), code="nothing_changes")
    row.is_confirmed = confirmed
    row.save(update_fields=["is_confirmed"])
    return _record(
        actor,
        action,
        year,
        {"year": year, "confirmed": not confirmed},
        {"year": year, "confirmed": confirmed, **(more or {})},
        moves=False,
    )


def _record(
    actor: Actor,
    action: str,
    year: int,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    note: str = "",
    moves: bool = True,
) -> AuditEntry:
    subject, _created = CalendarYear.objects.get_or_create(year=year)
    entry = audit.record(actor, action, subject, before=before, after=after, note=note)
    if moves:
        for one in followers():
            one.follow(entry.pk)
    transaction.on_commit(forget)
    return entry


def one_at_a_time() -> None:
    """Two people who change the calendar follow each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('core.calendar', 0))")


def _check_day(calendar: Calendar, day: date, wanted: Day | None) -> None:
    _check_year(day.year)
    if wanted is None:
        return
    if wanted.kind not in (HOLIDAY, MAKE_UP):
        text = _("Choose a holiday or a make-up working day.")
        raise ApplicationError(text, code="unknown_kind", errors={"kind": [text]})
    if wanted.kind == MAKE_UP and calendar.week[day.weekday()]:
        text = _("On this weekday everybody works anyway: it needs no make-up day.")
        raise ApplicationError(text, code="works_anyway", errors={"kind": [text]})


def _check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ApplicationError(
            _("A year from %(first)s to %(last)s.") % {"first": FIRST_YEAR, "last": LAST_YEAR},
            code="year_out_of_range",
        )


def _stored(weekday: int, opens: time, closes: time) -> list[Any]:
    return [weekday, f"{opens:%H:%M}", f"{closes:%H:%M}"]


def _weekday(weekday: int) -> str | Promise:
    return WorkShift.Weekday(weekday).label
