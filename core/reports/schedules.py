"""Reports that come by mail: who gets which, when, and when the next time is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core import audit, calendar, clock
from core.actors import Actor
from core.errors import ApplicationError
from core.models import ReportSchedule, User
from core.permissions import MANAGE_JOBS, SCHEDULE_REPORTS
from core.reports.params import ParamsForm
from core.reports.registry import find
from core.rights import require

Rhythm = ReportSchedule.Rhythm
FIELDS = ("report", "params", "format", "rhythm", "weekday", "day_of_month", "hour")
MOST_RECIPIENTS = 50
# So far ahead a working day is looked for; no company closes for longer.
FURTHEST = 60


def schedules_for(actor: Actor) -> models.QuerySet[ReportSchedule]:
    """One's own, those that one gets, and all of them for whoever looks after background work."""
    rows = ReportSchedule.objects.select_related("created_by")
    if actor.may(MANAGE_JOBS):
        return rows
    own = ReportSchedule.recipients.through.objects.filter(user=actor.pk).values("reportschedule")
    return rows.filter(Q(created_by=actor.pk) | Q(pk__in=own))


def changeable_by(actor: Actor) -> models.QuerySet[ReportSchedule]:
    """Those that one made, as long as one may; all of them for whoever looks after background work."""
    rows = ReportSchedule.objects.all()
    if actor.may(MANAGE_JOBS):
        return rows
    return rows.filter(created_by=actor.pk) if actor.may(SCHEDULE_REPORTS) else rows.none()


@transaction.atomic
def create_schedule(*, actor: User, fields: Mapping[str, Any], recipients: Iterable[User]) -> ReportSchedule:
    """A report that comes by itself from now on."""
    require(actor, SCHEDULE_REPORTS)
    people = _checked(actor, fields, recipients)
    now = clock.now()
    schedule = ReportSchedule(created_by=actor, created_at=now, next_at=now, **_only_known(fields))
    schedule.next_at = next_time(schedule, after=now)
    schedule.full_clean(exclude=["created_by", "last_at", "params"])
    schedule.save()
    schedule.recipients.set(people)
    audit.record(actor, "core.schedule_report", schedule, after=_said(schedule, people))
    return schedule


@transaction.atomic
def change_schedule(
    *, schedule_id: int, actor: User, fields: Mapping[str, Any], recipients: Iterable[User]
) -> ReportSchedule:
    """Another time, other parameters, other people."""
    schedule = _for_change(schedule_id, actor)
    people = _checked(actor, {"report": schedule.report, **fields}, recipients)
    before = _said(schedule, schedule.recipients.all())
    for name, value in _only_known(fields).items():
        setattr(schedule, name, value)
    schedule.next_at = next_time(schedule, after=clock.now())
    schedule.full_clean(exclude=["created_by", "last_at", "params"])
    schedule.save(update_fields=[*FIELDS, "next_at"])
    schedule.recipients.set(people)
    audit.record(
        actor, "core.change_scheduled_report", schedule, before=before, after=_said(schedule, people)
    )
    return schedule


@transaction.atomic
def pause_schedule(*, schedule_id: int, actor: User, active: bool) -> ReportSchedule:
    """Stop sending for a while, or go on; what would have come meanwhile does not come later."""
    schedule = _for_change(schedule_id, actor)
    schedule.is_active = active
    if active:
        schedule.next_at = next_time(schedule, after=clock.now())
    schedule.save(update_fields=["is_active", "next_at"])
    audit.record(actor, "core.pause_scheduled_report", schedule, after={"active": active})
    return schedule


@transaction.atomic
def delete_schedule(*, schedule_id: int, actor: User) -> None:
    """Nobody gets it any more."""
    schedule = _for_change(schedule_id, actor)
    audit.record(
        actor, "core.delete_scheduled_report", schedule, before=_said(schedule, schedule.recipients.all())
    )
    schedule.delete()


@transaction.atomic
def leave_schedule(*, schedule_id: int, actor: User) -> None:
    """A recipient does not want it any more. Without recipients it rests."""
    schedule = ReportSchedule.objects.select_for_update().get(pk=schedule_id, recipients=actor.pk)
    schedule.recipients.remove(actor)
    if not schedule.recipients.exists():
        schedule.is_active = False
        schedule.save(update_fields=["is_active"])
    audit.record(actor, "core.leave_scheduled_report", schedule)


def next_time(schedule: ReportSchedule, *, after: datetime) -> datetime:
    """The first moment of its rhythm behind a moment. Daily ones keep the company's working days."""
    today = after.astimezone(clock.COMPANY_ZONE).date()
    working = calendar.current()
    for days in range(FURTHEST):
        day = today + timedelta(days=days)
        moment = datetime.combine(day, time(schedule.hour), clock.COMPANY_ZONE)
        if moment > after and _falls_on(schedule, day, working):
            return moment
    return datetime.combine(today + timedelta(days=1), time(schedule.hour), clock.COMPANY_ZONE)


def _falls_on(schedule: ReportSchedule, day: date, working: calendar.Calendar) -> bool:
    if schedule.rhythm == Rhythm.DAILY:
        return working.is_working_day(day)
    if schedule.rhythm == Rhythm.WEEKLY:
        return day.weekday() == schedule.weekday
    return day.day == schedule.day_of_month


def _for_change(schedule_id: int, actor: User) -> ReportSchedule:
    """The row, locked: 404 to whoever does not know of it, 403 to whoever only gets it."""
    schedules_for(actor).get(pk=schedule_id)
    if not changeable_by(actor).filter(pk=schedule_id).exists():
        raise PermissionDenied(SCHEDULE_REPORTS)
    return ReportSchedule.objects.select_for_update().get(pk=schedule_id)


def _only_known(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name in FIELDS}


def _checked(actor: User, fields: Mapping[str, Any], recipients: Iterable[User]) -> list[User]:
    """The recipients, if each of them may read the report and its parameters make sense."""
    people = sorted({one.pk: one for one in recipients}.values(), key=lambda one: one.pk)
    if not people:
        raise ApplicationError(_("Choose at least one recipient."), code="no_recipient")
    if len(people) > MOST_RECIPIENTS:
        raise ApplicationError(
            _("A report goes to %(most)s people at most.") % {"most": MOST_RECIPIENTS},
            code="too_many_recipients",
        )
    try:
        report = find(actor, str(fields["report"]))
    except ObjectDoesNotExist as error:
        raise ApplicationError(_("You may not read this report."), code="report_not_yours") from error
    refused = [one.name for one in people if not (one.is_active and report.is_open_to(one))]
    if refused:
        raise ApplicationError(
            _("These people may not read this report: %(names)s.") % {"names": ", ".join(refused)},
            code="recipient_may_not",
            errors={"recipients": [_("Some may not read this report.")]},
        )
    if not ParamsForm(report, fields.get("params") or {}).is_valid():
        raise ApplicationError(_("The parameters of the report make no sense."), code="report_params")
    return people


def _said(schedule: ReportSchedule, people: Iterable[User]) -> dict[str, Any]:
    return {
        **{name: getattr(schedule, name) for name in FIELDS},
        "recipients": [one.username for one in people],
    }
