"""The day's letter: what somebody wants to hear of together, once a working day at the company's hour."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django import forms
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core import clock, configuration, mail
from core.models import Notification, User
from core.notifications import in_language_of, shown

DIGEST_HOUR = configuration.declare(
    "core.digest_hour",
    forms.IntegerField,
    default=8,
    group=gettext_lazy("Notifications"),
    label=gettext_lazy("Hour of the day's letter"),
    help_text=gettext_lazy("0 to 23. Who chose “once a day, together” gets one letter at this hour."),
    min_value=0,
    max_value=23,
)
# A letter names this many; the page has them all.
MOST_TOLD = 50


def boundary(now: datetime) -> datetime:
    """The last moment at which the day's letter was due: what came before it goes out, the rest waits."""
    local = now.astimezone(clock.COMPANY_ZONE)
    hour = time(configuration.value(DIGEST_HOUR))
    today = datetime.combine(local.date(), hour, clock.COMPANY_ZONE)
    return today if today <= local else today - timedelta(days=1)


def send_digests() -> int:
    """Write the letters that are due; gives how many. Each person's in a transaction of its own.

    Any number of workers may do this at once: the rows of a person are locked, and a letter has the key of
    its person and day.
    """
    until = boundary(clock.now())
    waiting = Notification.objects.filter(in_digest=True, created_at__lt=until)
    people = User.objects.filter(pk__in=waiting.values("person"))
    return sum(_send(person, until) for person in people.order_by("pk"))


@transaction.atomic
def _send(person: User, until: datetime) -> bool:
    rows = list(
        Notification.objects.select_for_update(skip_locked=True)
        .filter(person=person.pk, in_digest=True, created_at__lt=until)
        .order_by("pk")
    )
    if not rows:
        return False
    Notification.objects.filter(pk__in=[row.pk for row in rows]).update(in_digest=False)
    if not (person.is_active and person.email and person.wants_mail and mail.is_on()):
        return False
    with in_language_of(person):
        subject = ngettext(
            "%(count)s thing you wanted to hear of", "%(count)s things you wanted to hear of", len(rows)
        )
        mail.send_mail_later(
            to=person,
            subject=subject % {"count": len(rows)},
            text=_text(rows),
            key=f"digest:{person.pk}:{rows[-1].pk}",
        )
    return True


def _text(rows: list[Notification]) -> str:
    told = shown(rows[-MOST_TOLD:])
    lines = [f"· {one.title}" + (f"\n  {one.text}" if one.text else "") + _link(one.row.url) for one in told]
    if len(rows) > len(told):
        lines.append(_("and %(count)s more") % {"count": len(rows) - len(told)})
    where = settings.SITE_URL + reverse("notifications") if settings.SITE_URL else ""
    return "\n\n".join(filter(None, [*lines, where]))


def _link(path: str) -> str:
    return f"\n  {settings.SITE_URL}{path}" if settings.SITE_URL and path else ""
