"""Letters: sent once, sent again only while nobody said yes, and recognisable then."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import clock
from core.errors import ApplicationError
from core.jobs.runner import run_background_job
from core.mail import message_id, send_mail_later
from core.models import BackgroundJob, User
from tests.core.mail_server import MailServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings):
    server = MailServer()
    settings.EMAIL_URL = server.start()
    settings.DEFAULT_FROM_EMAIL = "销流 <post@firm.example>"
    yield server
    server.stop()


def write(key: str = "reminder:7", to: User | str = "wang@customer.example", **more) -> BackgroundJob:
    return send_mail_later(
        **({"to": to, "subject": "合同到期提醒", "text": "你好，\n请签字。", "key": key} | more)
    )


def run(job: BackgroundJob, *, after: timedelta = timedelta(0)) -> BackgroundJob:
    with clock.travel(after):
        run_background_job(job.pk)
    return BackgroundJob.objects.get(pk=job.pk)


def test_a_letter_arrives_as_it_was_written(server):
    job = run(write())
    assert (job.status, job.result) == ("done", {"sent": True})
    (letter,) = server.letters
    assert (letter["Subject"], letter["To"]) == ("合同到期提醒", "wang@customer.example")
    assert letter.get_content().splitlines() == ["你好，", "请签字。"]
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Message-ID"] == message_id(job.key)
    assert letter["Message-ID"].endswith("@firm.example>")


def test_the_same_key_is_the_same_letter_also_after_it_was_sent(server):
    first = write()
    assert write().pk == first.pk
    run(first)
    again = write(subject="something else")
    assert again.pk == first.pk
    run(again)
    assert len(server.letters) == BackgroundJob.objects.count() == 1


def test_a_person_gets_it_where_they_are_when_it_is_sent(server, cast):
    job = write(to=cast.rep1)
    User.objects.filter(pk=cast.rep1.pk).update(email="new@firm.example")
    run(job)
    assert server.receivers == ["new@firm.example"]


def test_a_person_without_an_address_is_no_failure(server, cast):
    User.objects.filter(pk=cast.rep1.pk).update(email="")
    job = run(write(to=cast.rep1))
    assert (job.status, job.result["sent"]) == ("done", False)
    assert server.letters == []


def test_switched_off_it_says_so_and_sends_nothing(settings):
    settings.EMAIL_URL = ""
    job = run(write())
    assert (job.status, job.result) == ("done", {"sent": False, "why": "mail is switched off"})


@pytest.mark.parametrize("answer", ["hang", "break"])
def test_a_lost_answer_is_asked_for_again_and_the_repetition_is_recognisable(server, settings, answer):
    settings.EMAIL_TIMEOUT = 0.3
    server.answers = [answer]
    job = run(write())
    assert (job.status, job.attempts) == ("open", 1)
    assert job.error.startswith("core/mail.py:")
    settings.EMAIL_TIMEOUT = 10
    assert run(job, after=timedelta(minutes=1)).status == "done"
    first, second = server.letters
    assert first["Message-ID"] == second["Message-ID"]


def test_not_now_is_tried_again(server):
    server.answers = ["451 Come back later"]
    job = run(write())
    assert (job.status, job.error_type) == ("open", "smtplib.SMTPDataError")
    assert run(job, after=timedelta(minutes=1)).status == "done"
    assert len(server.letters) == 1


@pytest.mark.parametrize("where", ["receiver", "letter"])
def test_never_is_final(server, where):
    if where == "receiver":
        server.receiver_answer = "550 No such user"
    else:
        server.answers = ["554 Looks like spam"]
    job = run(write())
    assert (job.status, job.error_type) == ("failed", "GiveUp")
    assert server.letters == []


def test_a_server_that_is_away_is_waited_for(server, settings):
    server.stop()
    job = run(write())
    assert (job.status, job.error_type) == ("open", "ConnectionRefusedError")
    again = MailServer()
    settings.EMAIL_URL = again.start()
    assert run(job, after=timedelta(minutes=1)).status == "done"
    again.stop()


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": "Hello\r\nBcc: everybody@example.com"},
        {"subject": "Hello\nX: y"},
        {"to": "wang@customer.example\nBcc: everybody@example.com"},
        {"to": "wang"},
        {"to": "a@b.example, c@d.example"},
    ],
)
def test_headers_cannot_be_slipped_in(server, wrong):
    with pytest.raises(ApplicationError):
        write(**wrong)
    assert not BackgroundJob.objects.exists()
