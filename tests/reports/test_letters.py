"""Reports by mail: each recipient once, with what that person may see, as the file that was asked for."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from core import clock
from core.errors import ApplicationError
from core.jobs.runner import run_background_job
from core.models import BackgroundJob, ReportSchedule
from core.reports.mailing import KIND, send_due_reports
from core.reports.schedules import create_schedule, leave_schedule
from tests.core.mail_server import MailServer
from tests.reports.world import past_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings):
    server = MailServer()
    settings.EMAIL_URL = server.start()
    yield server
    server.stop()


def schedule_of(company, *people, kind: str = "xlsx") -> ReportSchedule:
    fields = {
        "report": "signed-contracts", "params": {"period": "this_year"}, "format": kind,
        "rhythm": "daily", "weekday": 0, "day_of_month": 1, "hour": 8,
    }  # fmt: skip
    return create_schedule(actor=company.director, fields=fields, recipients=people)


def send_all() -> int:
    taken = send_due_reports()
    for job in BackgroundJob.objects.filter(kind=KIND, status="open").order_by("pk"):
        run_background_job(job.pk)
    return taken


def total_in(letter) -> float:
    (sheet,) = letter.iter_attachments()
    rows = list(load_workbook(io.BytesIO(sheet.get_content())).active.values)
    return float(rows[-1][-1]) if len(rows) > 1 else 0.0


def test_each_recipient_gets_what_they_may_see_and_once(company, server):
    with clock.travel(clock.now().replace(year=2026, month=12, day=1)):
        past = past_of(company, 1)
        for person in (company.director, company.rep1):
            person.email = f"{person.username}@firm.example"
            person.save()
        schedule_of(company, company.director, company.rep1)
        with clock.travel(timedelta(days=7)):
            assert send_all() == 1
            assert send_all() == 0
    totals = {letter["To"].split("@")[0]: total_in(letter) for letter in server.letters}
    assert len(server.letters) == 2
    assert totals["director"] == float(sum(amount for _who, _day, amount in past.signed))
    assert totals["rep1"] == float(sum(amount for who, _day, amount in past.signed if who == "rep1"))
    assert totals["rep1"] < totals["director"]


def test_refuses_a_recipient_who_may_not_read_it_and_keeps_nothing(company):
    with pytest.raises(ApplicationError) as refused:
        schedule_of(company, company.director, company.content)
    assert refused.value.code == "recipient_may_not"
    assert not ReportSchedule.objects.exists()


def test_without_recipients_it_rests(company):
    schedule = schedule_of(company, company.rep1)
    leave_schedule(schedule_id=schedule.pk, actor=company.rep1)
    schedule.refresh_from_db()
    assert not schedule.is_active
    with clock.travel(timedelta(days=7)):
        assert send_due_reports() == 0
