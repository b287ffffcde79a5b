"""The calendar of the year that comes: made by itself in November, provisional until somebody has looked at it.

Without it deadlines of January would count straight through New Year's Day and Spring Festival. Where the notice
of the State Council is known here its days are entered, else the days off that the law gives. Either way the year
stays provisional, whoever keeps the calendar is told, and reminded while nobody confirms it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock, notifications
from core.actors import SystemActor
from core.calendar import is_confirmed
from core.models import CalendarDay
from core.permissions import MANAGE_CALENDAR
from core.services import calendar as services
from core.services.calendar import Day
from core.services.holidays import announced_days
from core.services.statutory_days import statutory_days
from core.who import holders_of

ACTOR = SystemActor("core.coming_year")
MADE, REMIND = "calendar_made", "calendar_provisional"
# From this month on the next year is made: the notice comes out in November.
FROM_MONTH = 11
# From these days on (month, day) who keeps the calendar hears that a year is still provisional: the one that
# comes, and the one that has begun.
BEFORE = ((12, 15), (12, 28))
AFTER = ((1, 5), (2, 1))


def tend_calendar() -> bool:
    """Make the coming year's calendar when it is time, and remind of one that nobody has confirmed. Says whether
    one was made."""
    today = clock.today()
    made = today.month >= FROM_MONTH and make_year(today.year + 1)
    for year, days in ((today.year + 1, BEFORE), (today.year, AFTER)):
        _remind(year, today, days)
    return made


@transaction.atomic
def make_year(year: int) -> bool:
    """Enter what is known of a year, once: what somebody takes back stays away, what they entered stays."""
    services.one_at_a_time()
    if year > services.LAST_YEAR or is_confirmed(year) or _was_made(year):
        return False
    known = announced_days(year)
    entered = set(CalendarDay.objects.filter(day__year=year).values_list("day", flat=True))
    days = {
        day: Day(*stored) for day, stored in (known or statutory_days(year)).items() if day not in entered
    }
    if not days:
        return False
    services.enter_days(
        days=days,
        actor=ACTOR,
        note=_("Provisional calendar of %(year)s") % {"year": year},
        more={"made_for": year},
    )
    _tell(MADE, f"{MADE}:{year}", {"year": year, "announced": bool(known)}, year)
    return True


def _was_made(year: int) -> bool:
    return services.changes().filter(after__made_for=year).exists()


def _remind(year: int, today: date, days: tuple[tuple[int, int], ...]) -> None:
    """The newest of these days that has come; each is told once."""
    reached = [day for day in days if (today.month, today.day) >= day]
    # A company that took the days back works by the week and is not asked for more.
    if not reached or is_confirmed(year) or not CalendarDay.objects.filter(day__year=year).exists():
        return
    month, day = reached[-1]
    # The year that has begun is spoken of in its first months only.
    if days is AFTER and today.month > AFTER[-1][0]:
        return
    _tell(REMIND, f"{REMIND}:{year}:{month}-{day}", {"year": year, "begun": days is AFTER}, year)


def _tell(kind: str, key: str, params: Mapping[str, object], year: int) -> None:
    people = [holder.person for holder in holders_of(MANAGE_CALENDAR)]
    notifications.notify(people, kind, key, params, f"{reverse('calendar')}?year={year}")


# How it is said -----------------------------------------------------------------------------------


def _made(params: notifications.Params, people: notifications.People) -> notifications.Said:
    year = {"year": params["year"]}
    text = (
        _(
            "With the announced holidays and make-up days. Compare them with the notice, then confirm the year."
        )
        if params["announced"]
        else _(
            "With the days off by law. When the State Council's notice is out, enter its make-up days and longer "
            "holidays, then confirm the year."
        )
    )
    return notifications.Said(_("The calendar of %(year)s is made, provisionally") % year, text)


def _provisional(params: notifications.Params, people: notifications.People) -> notifications.Said:
    year = {"year": params["year"]}
    title = (
        _("%(year)s has begun, and its calendar is still provisional")
        if params["begun"]
        else _("%(year)s begins soon, and its calendar is still provisional")
    )
    text = _("Deadlines count by it. Compare it with the notice of the State Council, then confirm the year.")
    return notifications.Said(title % year, text)


notifications.register(
    notifications.Kind(MADE, "calendar-days", _made, name=gettext_lazy("Next year's calendar is made"))
)
notifications.register(
    notifications.Kind(
        REMIND,
        "calendar-days",
        _provisional,
        by_mail=True,
        name=gettext_lazy("A year's calendar is still provisional"),
    )
)
