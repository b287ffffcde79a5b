"""Each person hears of each kind as they chose: behind the bell, at once by mail, in the day's letter, or not."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from core import clock, notifications
from core.digests import boundary, send_digests
from core.errors import ApplicationError
from core.models import BackgroundJob, Notification, NotificationPreference
from core.notifications import Choice, unread_count
from core.services.notification_choices import choices_of, choose
from core.services.tidying import forget_old_rows
from tests.core.test_notifications import _kinds, tell  # noqa: F401  (kinds of tests)

pytestmark = pytest.mark.django_db
DIGEST, NONE, NOW = "digest", "none", "now"


@pytest.fixture
def rep(cast, settings):
    settings.EMAIL_URL = "smtp://localhost:25"
    cast.rep1.email = "rep1@example.com"
    cast.rep1.save(update_fields=["email"])
    return cast.rep1


def want(person, kind: str, mail: str, *, in_page: bool = True) -> None:
    choose(person=person, choices={kind: Choice(in_page, mail)})


def letters() -> list[str]:
    return list(BackgroundJob.objects.filter(kind="mail").values_list("title", flat=True))


def next_morning() -> timedelta:
    return boundary(clock.now()) + timedelta(days=1, minutes=5) - clock.now()


class TestChoices:
    def test_without_a_choice_it_is_as_the_kind_says(self, rep):
        found = {one.kind.code: one.choice for one in choices_of(rep)}
        assert found["test.plain"] == Choice(True, NONE)
        assert found["test.mailed"] == Choice(True, NOW)

    def test_no_mail_at_once_where_none_is_wanted(self, rep):
        want(rep, "test.mailed", NONE)
        tell(rep, kind="test.mailed")
        assert letters() == []
        assert unread_count(rep) == 1

    def test_a_plain_kind_comes_by_mail_where_somebody_wants_that(self, rep):
        want(rep, "test.plain", NOW)
        tell(rep)
        assert len(letters()) == 1

    def test_not_behind_the_bell_it_is_neither_counted_nor_listed(self, rep, signed_in):
        want(rep, "test.plain", NONE, in_page=False)
        tell(rep)
        assert unread_count(rep) == 0
        assert "来自" not in signed_in(rep).get("/notifications/?box=all").content.decode()
        assert Notification.objects.filter(person=rep).count() == 1

    def test_what_is_usual_keeps_no_row(self, rep):
        want(rep, "test.mailed", NONE)
        want(rep, "test.mailed", NOW)
        assert not NotificationPreference.objects.filter(person=rep).exists()

    def test_an_unknown_kind_or_way_changes_nothing(self, rep):
        want(rep, "test.mailed", NONE)
        for choices in ({"test.nothing": Choice(True, NOW)}, {"test.mailed": Choice(True, "pigeon")}):
            with pytest.raises(ApplicationError):
                choose(person=rep, choices=choices)
        assert NotificationPreference.objects.get(person=rep).mail == NONE


class TestTheDaysLetter:
    def test_it_comes_once_a_day_with_all_that_came_before(self, rep):
        want(rep, "test.plain", DIGEST)
        for number in range(3):
            tell(rep, key=f"k{number}", text=f"第{number}件")
        assert send_digests() == 0
        assert letters() == []
        with clock.travel(next_morning()):
            assert send_digests() == 1
            assert send_digests() == 0
        (job,) = BackgroundJob.objects.filter(kind="mail")
        assert "3" in job.title
        assert all(f"第{number}件" in job.payload["text"] for number in range(3))
        assert not Notification.objects.filter(in_digest=True).exists()

    def test_whoever_left_or_lost_the_address_gets_none_and_nothing_waits(self, rep):
        want(rep, "test.plain", DIGEST)
        tell(rep)
        rep.email = ""
        rep.save(update_fields=["email"])
        with clock.travel(next_morning()):
            assert send_digests() == 0
        assert letters() == []
        assert not Notification.objects.filter(in_digest=True).exists()

    def test_it_speaks_the_persons_language(self, rep):
        rep.language = "en"
        rep.save(update_fields=["language"])
        want(rep, "test.plain", DIGEST)
        tell(rep)
        with clock.travel(next_morning()):
            send_digests()
        assert letters() == ["1 thing you wanted to hear of"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_write_one_letter(cast, settings):
    settings.EMAIL_URL = "smtp://localhost:25"
    cast.rep1.email = "rep1@example.com"
    cast.rep1.save(update_fields=["email"])
    want(cast.rep1, "test.plain", DIGEST)
    tell(cast.rep1)
    written: list[int] = []

    def work() -> None:
        written.append(send_digests())
        connection.close()

    with clock.travel(next_morning()):
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
    assert sorted(written) == [0, 0, 0, 1]
    assert len(letters()) == 1


class TestThePage:
    def test_it_keeps_what_is_chosen(self, rep, signed_in):
        client = signed_in(rep)
        assert "test.mailed" in client.get("/notifications/choices/").content.decode()
        answer = client.post("/notifications/choices/", {"mail:test.mailed": "digest", "wants_mail": "on"})
        assert answer.url == "/notifications/choices/"
        row = NotificationPreference.objects.get(person=rep, kind="test.mailed")
        assert (row.in_page, row.mail) == (False, DIGEST)

    def test_a_wrong_choice_is_refused_and_changes_nothing(self, rep, signed_in):
        answer = signed_in(rep).post("/notifications/choices/", {"mail:test.mailed": "pigeon"})
        assert answer.status_code == 400
        assert not NotificationPreference.objects.filter(person=rep).exists()

    def test_one_button_forgets_every_choice(self, rep, signed_in):
        want(rep, "test.mailed", NONE)
        signed_in(rep).post("/notifications/choices/", {"usual": "1"})
        assert not NotificationPreference.objects.filter(person=rep).exists()


def test_what_was_read_long_ago_goes_and_the_unread_stays(rep):
    tell(rep, key="read")
    tell(rep, key="unread")
    notifications.mark_read(person=rep, notification_id=Notification.objects.get(key="read").pk)
    assert forget_old_rows() == 0
    with clock.travel(timedelta(days=200)):
        assert forget_old_rows() == 1
    assert Notification.objects.get(person=rep).key == "unread"
