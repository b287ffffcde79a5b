"""Sending what is due: exactly once each time, to each recipient what that person may see.

Beat takes the schedules whose time has come, one by one under a lock that others skip; for each recipient a job
is wished for whose key names schedule, person and time. A worker that dies leaves the job to the next one.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock, mail, notifications
from core.errors import ApplicationError
from core.jobs import GiveUp, JobRun, enqueue, handler
from core.jobs.registry import SLOW
from core.models import ReportSchedule, User
from core.reports.outputs import WRITERS, file_name
from core.reports.params import ParamsForm
from core.reports.registry import find, title_of
from core.reports.results import Result, run
from core.reports.schedules import next_time

logger = logging.getLogger(__name__)
RETRIES = 6
KIND = "report_by_mail"


def send_due_reports() -> int:
    """Wish for the letters of every schedule whose time has come. How many schedules there were."""
    sent = 0
    while _send_one():
        sent += 1
    return sent


@transaction.atomic
def _send_one() -> bool:
    now = clock.now()
    due = ReportSchedule.objects.filter(is_active=True, next_at__lte=now).order_by("next_at", "pk")
    schedule = due.select_for_update(skip_locked=True).first()
    if schedule is None:
        return False
    at = schedule.next_at
    for person in schedule.recipients.filter(is_active=True).order_by("pk"):
        enqueue(
            KIND,
            {"schedule": schedule.pk, "person": person.pk, "at": at.isoformat()},
            key=f"report:{schedule.pk}:{person.pk}:{at.isoformat()}",
            title=title_of(schedule.report),
            created_by=schedule.created_by,
            once=True,
        )
    # After a long stand-still one letter comes, not one for each time that was missed.
    schedule.last_at, schedule.next_at = at, next_time(schedule, after=now)
    schedule.save(update_fields=["last_at", "next_at"])
    return True


@handler(KIND, name=gettext_lazy("Report by e-mail"), retries=RETRIES, queue=SLOW)
def report_by_mail(job: JobRun) -> Mapping[str, Any]:
    """One report for one recipient, asked with that person's rights and in that person's language."""
    schedule = ReportSchedule.objects.filter(pk=job.payload["schedule"]).select_related("created_by").first()
    person = User.objects.filter(pk=job.payload["person"], is_active=True).first()
    if schedule is None or person is None or not schedule.recipients.filter(pk=person.pk).exists():
        return {"sent": False, "why": "nobody waits for it any more"}
    with translation.override(person.language or settings.LANGUAGE_CODE):
        try:
            return _send(schedule, person, job)
        except (GiveUp, ApplicationError, ObjectDoesNotExist) as error:
            _tell_of_failure(schedule, person, job)
            raise GiveUp(str(error)) from error
        except Exception:
            if job.attempt > RETRIES:
                _tell_of_failure(schedule, person, job)
            raise


def _send(schedule: ReportSchedule, person: User, job: JobRun) -> Mapping[str, Any]:
    report = find(person, schedule.report)
    form = ParamsForm(report, schedule.params)
    if not form.is_valid():
        raise ApplicationError(_("The parameters of the report make no sense."), code="report_params")
    result = run(report, person, form.params())
    address = f"{reverse('report', args=[report.code])}?{urlencode(result.params.query)}"
    if not mail.is_on() or not person.email:
        notifications.notify([person], "report_ready", job.key, {"report": report.code}, address)
        return {"sent": False, "why": "told on the page: no address, or mail is switched off"}
    media_type, write = WRITERS[schedule.format]
    mail.deliver(
        [person.email],
        _subject(result),
        _text(result, schedule, address),
        key=job.key,
        attachments=[(file_name(result, schedule.format), write(result), media_type.split(";")[0])],
    )
    return {"sent": True, "rows": len(result.rows)}


def _subject(result: Result) -> str:
    period = [f"{one:%Y-%m-%d}" for one in (result.params.start, result.params.end) if one]
    return " ".join([str(result.report.title), " – ".join(period)]).strip()


def _text(result: Result, schedule: ReportSchedule, address: str) -> str:
    """What it is, what was asked, where to look on, and how to get rid of it."""
    site = settings.SITE_URL
    leave = reverse("report-schedule-leave", args=[schedule.pk])
    lines = [
        str(result.report.description),
        *(f"{label}: {text}" for label, text in result.params.words),
        _("Lines: %(count)s") % {"count": len(result.rows)},
        "",
        _("On the page: %(url)s") % {"url": site + address},
        _("%(name)s has set up this letter. To stop it: %(url)s")
        % {"name": schedule.created_by.name, "url": site + leave},
    ]
    return "\n".join(lines)


def _tell_of_failure(schedule: ReportSchedule, person: User, job: JobRun) -> None:
    """Whoever set it up hears that somebody got nothing."""
    notifications.notify(
        [schedule.created_by],
        "report_failed",
        job.key,
        {"report": schedule.report, "person": person.pk},
        reverse("report-schedule", args=[schedule.pk]),
    )


def _ready(params: notifications.Params, people: notifications.People) -> notifications.Said:
    return notifications.Said(_("Report: %(title)s") % {"title": title_of(params["report"])})


def _failed(params: notifications.Params, people: notifications.People) -> notifications.Said:
    person = people.get(params["person"])
    return notifications.Said(
        _("A report could not be sent: %(title)s") % {"title": title_of(params["report"])},
        _("%(name)s did not get it.") % {"name": person.name if person else "—"},
    )


notifications.register(
    notifications.Kind(
        "report_ready", "file-spreadsheet", _ready, name=gettext_lazy("A scheduled report is ready")
    )
)
notifications.register(
    notifications.Kind(
        "report_failed",
        "triangle-alert",
        _failed,
        people=("person",),
        by_mail=True,
        name=gettext_lazy("A scheduled report could not be sent"),
    )
)
