"""What people are told: once each, in their language, behind the bell and by mail."""

import re
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from core import clock, notifications
from core.models import BackgroundJob, Notification, User
from core.notifications import Kind, Said, notify

URL = "/inbox/"


def _say(params, people) -> Said:
    name = people[params["who"]].name if params.get("who") in people else "—"
    with_words = {"en": "From"}.get(translation.get_language()[:2], "来自")
    return Said(f"{with_words} {name}", params.get("text", ""))


@pytest.fixture(autouse=True)
def _kinds(monkeypatch):
    """Two kinds of these tests only, one of them by mail."""
    known = dict(notifications._kinds)
    monkeypatch.setattr(notifications, "_kinds", known)
    notifications.register(Kind("test.plain", "bell", _say, people=("who",)))
    notifications.register(Kind("test.mailed", "bell", _say, people=("who",), by_mail=True))


def tell(*people: User, key: str = "k", kind: str = "test.plain", **params) -> None:
    notify(people, kind, key, params, URL)


class TestTelling:
    def test_everybody_is_told_once_for_each_key(self, cast):
        tell(cast.rep1, cast.rep2)
        tell(cast.rep1, cast.rep3, cast.rep3)
        tell(cast.rep1, key="another")
        rows = Notification.objects.order_by("pk").values_list("person__username", "key")
        assert list(rows) == [("rep1", "k"), ("rep2", "k"), ("rep3", "k"), ("rep1", "another")]

    def test_whoever_left_is_not_told(self, cast):
        cast.rep1.is_active = False
        tell(cast.rep1)
        assert not Notification.objects.exists()

    def test_a_kind_that_nobody_has_registered_is_a_mistake(self, cast):
        with pytest.raises(KeyError):
            tell(cast.rep1, kind="test.unknown")
        with pytest.raises(ValueError, match="twice"):
            notifications.register(Kind("test.plain", "bell", _say))

    @pytest.mark.parametrize("url", ["https://example.com/", "//example.com/", "javascript:alert(1)"])
    def test_a_link_to_another_site_is_refused_by_the_database(self, cast, url):
        with pytest.raises(IntegrityError), transaction.atomic():
            notify([cast.rep1], "test.plain", "k", {}, url)
        assert not Notification.objects.exists()

    @pytest.mark.django_db(transaction=True)
    def test_two_at_once_tell_it_once(self, cast):
        together, failed = threading.Barrier(2), []

        def run() -> None:
            try:
                connection.ensure_connection()
                together.wait()
                for number in range(10):
                    tell(cast.rep1, cast.rep2, key=f"{number}")
            except Exception as error:
                failed.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=run) for _number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        assert Notification.objects.count() == 20


def test_every_kind_is_called_by_a_chinese_name_in_chinese():
    named = [str(one.name) for one in notifications.kinds() if not one.code.startswith("test.")]
    assert named
    assert [name for name in named if name.isascii()] == []


class TestShowing:
    def test_each_reader_gets_it_in_their_language_and_people_are_asked_for_at_once(
        self, cast, django_assert_num_queries
    ):
        for number in range(5):
            tell(cast.rep1, key=str(number), who=cast.rep2.pk)
        rows = list(Notification.objects.all())
        with django_assert_num_queries(1):
            assert [one.title for one in notifications.shown(rows)] == ["来自 韩梅"] * 5
        with translation.override("en"):
            assert notifications.shown(rows)[0].title == "From Han Mei"

    def test_one_whose_kind_is_gone_still_stands(self, cast):
        tell(cast.rep1)
        Notification.objects.update(kind="gone")
        assert notifications.shown(list(Notification.objects.all()))[0].title == "通知"

    def test_the_bell_counts_to_a_limit(self, cast):
        assert notifications.unread_words(cast.rep1) == ""
        for number in range(101):
            tell(cast.rep1, key=str(number))
        assert notifications.unread_words(cast.rep1) == "99+"
        Notification.objects.filter(key__in=["1", "2", "3"]).update(read_at=clock.now())
        assert notifications.unread_words(cast.rep1) == "98"

    def test_the_bell_reads_an_index_of_the_unread_only(self, cast):
        now = clock.now()
        Notification.objects.bulk_create(
            Notification(person=cast.rep1, kind="test.plain", key=str(number), created_at=now, read_at=now)
            for number in range(3000)
        )
        tell(cast.rep1, key="new")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE core_notification")
        plan = Notification.objects.filter(person=cast.rep1.pk, read_at=None).values("pk")[:100].explain()
        assert "notification_unread" in plan


class TestByMail:
    @pytest.fixture(autouse=True)
    def _mail(self, settings):
        settings.EMAIL_URL = "smtp://127.0.0.1:1"
        settings.SITE_URL = "https://flow.example.com"

    def letters(self) -> list[tuple[int, str, str]]:
        rows = BackgroundJob.objects.filter(kind="mail").order_by("pk")
        return [(row.payload["person"], row.payload["subject"], row.payload["text"]) for row in rows]

    def test_a_reminder_is_a_letter_too_in_the_persons_language(self, cast):
        User.objects.filter(pk=cast.rep2.pk).update(language="en")
        cast.rep2.refresh_from_db()
        tell(cast.rep1, cast.rep2, kind="test.mailed", who=cast.rep3.pk, text="合同")
        assert self.letters() == [
            (cast.rep1.pk, "来自 陈晨", "合同\n\nhttps://flow.example.com/inbox/"),
            (cast.rep2.pk, "From Chen Chen", "合同\n\nhttps://flow.example.com/inbox/"),
        ]

    def test_told_again_it_is_no_second_letter(self, cast):
        for _time in range(2):
            tell(cast.rep1, kind="test.mailed")
        assert len(self.letters()) == 1

    def test_whoever_wants_none_or_has_no_address_gets_none(self, cast):
        cast.rep1.wants_mail = False
        cast.rep2.email = ""
        tell(cast.rep1, cast.rep2, kind="test.mailed")
        tell(cast.rep3)
        assert self.letters() == []
        assert Notification.objects.count() == 3

    def test_where_mail_is_off_nothing_waits_to_be_sent(self, cast, settings):
        settings.EMAIL_URL = ""
        tell(cast.rep1, kind="test.mailed")
        assert self.letters() == []

    def test_a_title_of_several_lines_is_one_subject(self, cast, monkeypatch):
        User.objects.filter(pk=cast.rep3.pk).update(display_name="陈\n晨")
        tell(cast.rep1, kind="test.mailed", who=cast.rep3.pk)
        assert self.letters()[0][1] == "来自 陈 晨"


class TestPages:
    @pytest.fixture
    def client(self, cast, signed_in):
        return signed_in(cast.rep1)

    def test_the_page_shows_what_is_unread_and_all(self, cast, client):
        tell(cast.rep1, key="1", text="一")
        tell(cast.rep1, key="2", text="二")
        tell(cast.rep2, key="3", text="别人")
        Notification.objects.filter(key="1").update(read_at=clock.now())
        page = client.get("/notifications/").content.decode()
        assert ("二" in page, ">一<" in page, "别人" in page) == (True, False, False)
        page = client.get("/notifications/?box=all").content.decode()
        assert ("二" in page, ">一<" in page, "别人" in page) == (True, True, False)

    def test_opening_marks_it_read_and_leads_on(self, cast, client):
        tell(cast.rep1)
        row = Notification.objects.get()
        answer = client.get(f"/notifications/{row.pk}/open/")
        assert (answer.status_code, answer.url) == (302, "/notifications/")
        row.refresh_from_db()
        assert row.is_unread, "looking does nothing"
        answer = client.post(f"/notifications/{row.pk}/open/")
        assert (answer.status_code, answer.url) == (302, URL)
        row.refresh_from_db()
        assert not row.is_unread

    def test_nobody_opens_those_of_others(self, cast, client):
        tell(cast.rep2)
        row = Notification.objects.get()
        for answer in (
            client.post(f"/notifications/{row.pk}/open/"),
            client.get(f"/notifications/{row.pk}/open/"),
        ):
            assert answer.status_code == 404
        client.post("/notifications/read/", {"until": row.pk})
        row.refresh_from_db()
        assert row.is_unread

    def test_marking_all_leaves_what_came_meanwhile(self, cast, client):
        tell(cast.rep1, key="seen")
        until = Notification.objects.get().pk
        tell(cast.rep1, key="new")
        for wrong in ("", "x", "-1", "9" * 30):
            client.post("/notifications/read/", {"until": wrong})
        assert Notification.objects.filter(read_at=None).count() == 2
        client.post("/notifications/read/", {"until": until})
        assert list(Notification.objects.filter(read_at=None).values_list("key", flat=True)) == ["new"]

    def test_the_bell_is_answered_briefly_as_long_as_it_is_right(self, cast, client):
        tell(cast.rep1)
        answer = client.get("/notifications/bell/", headers={"If-None-Match": '"0"'})
        assert (answer.status_code, answer.content, answer.headers["ETag"]) == (200, b"1", '"1"')
        answer = client.get("/notifications/bell/", headers={"If-None-Match": 'W/"1"'})
        assert (answer.status_code, answer.content) == (304, b"")
        page = client.get("/inbox/").content.decode()
        assert "data-version='\"1\"'" in page

    def test_the_pages_cost_few_statements(self, cast, client, django_assert_max_num_queries):
        for number in range(60):
            tell(cast.rep1, key=str(number), who=cast.rep2.pk)
        client.get("/notifications/")
        with django_assert_max_num_queries(9):
            answer = client.get("/notifications/")
        assert answer.content.decode().count("来自 韩梅") == 40
        with django_assert_max_num_queries(4):
            client.get("/notifications/bell/")

    def test_the_list_goes_on_behind_the_last_row(self, cast, client, monkeypatch):
        from core.views import notifications as views

        monkeypatch.setattr(views, "PAGE", 2)
        for number in range(5):
            tell(cast.rep1, key=str(number), text=f"第{number}条")
        seen, after = "", ""
        while True:
            answer = client.get(
                f"/notifications/?after={after}", headers={"HX-Request": "true"} if after else {}
            )
            seen += answer.content.decode()
            further = re.search(r"after=(\w+)", answer.content.decode())
            if further is None:
                break
            after = further[1]
        assert [seen.count(f"第{number}条") for number in range(5)] == [1] * 5
        assert client.get("/notifications/?after=x").status_code == 404

    def test_mail_is_switched_off_and_on(self, cast, client):
        client.post("/notifications/by-mail/", {"wanted": "no"})
        assert not User.objects.get(pk=cast.rep1.pk).wants_mail
        client.post("/notifications/by-mail/", {"wanted": "perhaps"})
        assert not User.objects.get(pk=cast.rep1.pk).wants_mail
        client.post("/notifications/by-mail/", {"wanted": "yes"})
        assert User.objects.get(pk=cast.rep1.pk).wants_mail

    def test_all_of_it_is_for_people_who_are_signed_in(self, cast, client_of_nobody):
        for path in ("", "bell/", "read/", "1/open/"):
            assert client_of_nobody.get(f"/notifications/{path}").url.startswith("/account/login/")


@pytest.fixture
def client_of_nobody():
    from django.test import Client

    return Client()
