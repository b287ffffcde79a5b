"""Alerts to administrators: what opens, rises, lasts and ends, and that each is told exactly once."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, close_old_connections, transaction
from django.utils import translation

from core import clock, presence
from core.configuration import change
from core.errors import ApplicationError, Conflict
from core.jobs import health
from core.models import BackgroundJob, Notification, Role, WebhookDelivery
from core.notifications import shown
from core.webhooks.endpoints import create_endpoint
from tests.core.mail_server import MailServer
from tests.workflows.test_operations_status import ago, background, incident
from workflows import services
from workflows.models import Alert, AlertWatch, Incident
from workflows.services import alerts as watching

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(start):
    return start("approval")


@pytest.fixture
def all_seen(own_marks):
    presence.note(presence.expected())


@pytest.fixture
def gone(monkeypatch):
    """Programs that are not seen; changed by the test while time goes by."""
    names: set[str] = set()

    def ages(asked):
        return {name: None if name in names else 1.0 for name in asked}

    monkeypatch.setattr(presence, "seconds_since", ages)
    return names


@pytest.fixture
def mail_server(settings):
    server = MailServer()
    settings.EMAIL_URL = server.start()
    yield server
    server.stop()


def watch(*minutes: float) -> None:
    """Watch at each of these minutes from now."""
    for at in minutes:
        with clock.travel(clock.now() + timedelta(minutes=at)):
            services.watch_over()


def notice_of(person):
    """The only notice of an alert that the person has, in words."""
    return shown([Notification.objects.get(person=person, kind="operations.alert")])[0]


def told(person) -> list[list[tuple[str, str]]]:
    rows = Notification.objects.filter(person=person, kind="operations.alert").order_by("pk")
    return [[(one["what"], one["code"]) for one in row.params["alerts"]] for row in rows]


class TestOpening:
    def test_a_program_that_is_away_is_told_after_the_patience_and_once(self, cast, gone):
        gone.add("beat")
        watch(0, 1, 2)
        assert told(cast.admin) == []
        assert Alert.objects.get().state == "watched"
        watch(3, 4, 5, 60)
        assert told(cast.admin) == [[("opened", "not_seen")]]

    def test_what_goes_before_its_patience_was_nothing(self, cast, gone):
        gone.add("beat")
        watch(0, 1)
        gone.clear()
        watch(2, 3, 4, 5)
        assert not Alert.objects.exists()
        assert told(cast.admin) == []

    def test_the_end_is_told_once_after_a_calm(self, cast, gone):
        gone.add("beat")
        watch(0, 3)
        gone.clear()
        watch(4, 5)
        assert told(cast.admin) == [[("opened", "not_seen")]]
        watch(6, 7, 8)
        assert told(cast.admin) == [[("opened", "not_seen")], [("over", "not_seen")]]
        assert Alert.objects.get().state == "closed"

    def test_a_rise_is_told_once_and_a_fall_not(self, cast, gone):
        background("a", due_at=ago(minutes=2))
        watch(0, 3, 4)
        assert told(cast.admin) == [[("opened", "late")]]
        watch(9, 10)
        assert told(cast.admin)[1:] == [[("raised", "late")]]
        BackgroundJob.objects.update(due_at=clock.now() + timedelta(minutes=9))
        watch(11, 30)
        assert len(told(cast.admin)) == 2

    def test_it_is_told_again_after_a_day_while_nobody_has_taken_it(self, cast, gone):
        gone.add("beat")
        watch(0, 3, 60 * 23, 60 * 24 + 3, 60 * 24 + 4)
        assert told(cast.admin) == [[("opened", "not_seen")], [("again", "not_seen")]]
        services.take_alert(alert_id=Alert.objects.get().pk, actor=cast.admin, note="restarting")
        watch(60 * 49, 60 * 73)
        assert len(told(cast.admin)) == 2
        cast.admin.is_active = False
        cast.admin.save()
        watch(60 * 74)
        assert Alert.objects.get().tellings == 3

    def test_whoever_may_not_watch_hears_nothing(self, cast, gone):
        gone.add("beat")
        watch(0, 3)
        people = set(Notification.objects.filter(kind="operations.alert").values_list("person", flat=True))
        assert cast.admin.pk in people
        assert cast.rep1.pk not in people

    def test_several_at_once_are_one_notification(self, cast, gone):
        gone.update(presence.expected())
        watch(0, 3)
        assert [len(one) for one in told(cast.admin)] == [len(presence.expected())]
        said = shown(list(Notification.objects.filter(person=cast.admin, kind="operations.alert")))[0]
        assert said.title.startswith(str(len(presence.expected())))

    def test_while_redis_is_away_nothing_is_known_of_programs(self, cast, gone, monkeypatch):
        import redis

        gone.add("beat")
        watch(0, 3)

        def away(_names):
            raise redis.ConnectionError

        monkeypatch.setattr(presence, "seconds_since", away)
        watch(4, 8, 20)
        assert told(cast.admin) == [[("opened", "not_seen")], [("opened", "redis")]]
        assert Alert.objects.get(code="not_seen").state == "open"


class TestFlapping:
    def test_coming_and_going_every_minute_is_one_alert(self, cast, gone):
        for minute in range(40):
            (gone.clear if minute % 2 else gone.update)(*([] if minute % 2 else [{"beat"}]))
            watch(minute)
        gone.clear()
        watch(45)
        assert told(cast.admin) == [[("opened", "not_seen")], [("over", "not_seen")]]

    def test_what_comes_back_stays_open_for_an_hour(self, cast, gone):
        for minute in range(0, 180, 2):
            gone.clear()
            if minute % 20 < 10:
                gone.add("beat")
            watch(minute)
        assert [one[0][0] for one in told(cast.admin)] == ["opened", "over", "opened"]


class TestCauses:
    def test_a_new_cause_is_told_at_once_and_its_like_not_again(self, cast, case, gone):
        incident(case, "1", message="no money")
        watch(0)
        incident(case, "2", message="no money")
        watch(1, 2)
        assert told(cast.admin) == [[("opened", "cause")]]
        incident(case, "3", group_key="other")
        watch(3)
        assert len(told(cast.admin)) == 2
        said = shown(list(Notification.objects.filter(person=cast.admin, kind="operations.alert")))
        assert "no money" in said[0].title + said[1].title

    def test_a_cause_that_is_dealt_with_is_over(self, cast, case, gone):
        incident(case, "1")
        watch(0)
        Incident.objects.update(status="resolved", closed_at=clock.now())
        watch(3)
        assert told(cast.admin)[1] == [("over", "cause")]

    def test_two_hundred_causes_at_once_are_one_alert(self, cast, case, gone):
        for number in range(200):
            incident(case, str(number), group_key=f"g{number}")
        watch(0, 1, 5)
        assert told(cast.admin) == [[("opened", "causes")]]
        assert Alert.objects.get().params == {"count": 200, "cases": 200}
        Incident.objects.filter(group_key__gt="g100").update(status="resolved", closed_at=clock.now())
        watch(6)
        assert Alert.objects.count() == 1
        Incident.objects.update(status="resolved", closed_at=clock.now())
        watch(10)
        assert told(cast.admin)[1:] == [[("over", "causes")]]

    def test_what_joins_a_flood_is_counted_in_the_alert_and_in_notices_that_are_unread(
        self, cast, case, gone
    ):
        other = _watcher(cast.rep2)
        for number in range(9):
            incident(case, str(number), group_key=f"g{number}")
        watch(0)
        Notification.objects.filter(person=other).update(read_at=clock.now())
        for number in range(3):
            incident(case, f"later{number}", group_key=f"l{number}", opened_at=ago(minutes=-5))
        watch(6)
        assert Alert.objects.get().params == {"count": 12, "cases": 12, "joined": 3}
        assert told(cast.admin) == told(other) == [[("opened", "causes")]]
        with translation.override("en"):
            assert "12 new causes at once; 12 are held. 3 of them joined later" in notice_of(cast.admin).title
            assert "9 new causes at once; 9 are held" in notice_of(other).title

    def test_long_after_a_flood_a_new_cause_is_told_for_itself(self, cast, case, gone):
        for number in range(9):
            incident(case, str(number), group_key=f"g{number}")
        watch(0)
        later = clock.now() + timedelta(hours=2)
        incident(case, "new", group_key="new", opened_at=later)
        watch(121)
        assert told(cast.admin)[1:] == [[("opened", "cause")]]

    def test_cases_that_disagree_are_told_at_once(self, cast, case, gone):
        incident(case, "", kind="breach", error_type="count", group_key="b")
        watch(0)
        assert told(cast.admin) == [[("opened", "breaches")]]
        assert Alert.objects.get().level == "red"


class TestSettings:
    def test_switched_off_nothing_is_told_and_switched_on_what_stands(self, cast, gone):
        change(actor=cast.admin, changes={"workflows.alert": False})
        gone.add("beat")
        watch(0, 3)
        assert Alert.objects.get().state == "open"
        assert told(cast.admin) == []
        change(actor=cast.admin, changes={"workflows.alert": True})
        watch(4)
        assert told(cast.admin) == [[("opened", "not_seen")]]

    def test_only_what_is_serious(self, cast, case, gone):
        change(actor=cast.admin, changes={"workflows.alert_from_level": "red"})
        incident(case, "1")
        gone.add("beat")
        watch(0, 3)
        assert told(cast.admin) == [[("opened", "not_seen")]]

    def test_a_kind_that_is_not_ticked_is_shown_and_not_told(self, cast, case, gone):
        change(actor=cast.admin, changes={"workflows.alert_kinds": ["cause", "breaches"]})
        incident(case, "1")
        gone.add("beat")
        watch(0, 3)
        assert told(cast.admin) == [[("opened", "cause")]]
        assert Alert.objects.get(code="not_seen").state == "open"
        change(actor=cast.admin, changes={"workflows.alert_kinds": ["not_seen"]})
        watch(4)
        gone.clear()
        Incident.objects.update(status="resolved", closed_at=clock.now())
        watch(8)
        assert told(cast.admin)[1:] == [[("opened", "not_seen")], [("over", "not_seen")]]

    def test_no_kind_at_all_may_be_ticked_but_none_that_does_not_exist(self, cast, gone):
        change(actor=cast.admin, changes={"workflows.alert_kinds": []})
        gone.add("beat")
        watch(0, 3)
        assert told(cast.admin) == []
        with pytest.raises(ApplicationError):
            change(actor=cast.admin, changes={"workflows.alert_kinds": ["storm"]})

    def test_patience_and_repetition(self, cast, gone):
        change(
            actor=cast.admin,
            changes={"workflows.alert_patience_minutes": 0, "workflows.alert_repeat_hours": 1},
        )
        gone.add("beat")
        watch(0, 59, 61)
        assert [one[0][0] for one in told(cast.admin)] == ["opened", "again"]


class TestLookingAfter:
    def open_one(self, gone):
        gone.add("beat")
        watch(0, 3)
        return Alert.objects.get()

    def test_one_at_a_time_and_given_back(self, cast, gone):
        alert = self.open_one(gone)
        other = _watcher(cast.rep2)
        services.take_alert(alert_id=alert.pk, actor=cast.admin, note="on it")
        with pytest.raises(Conflict):
            services.take_alert(alert_id=alert.pk, actor=other)
        services.release_alert(alert_id=alert.pk, actor=other, note="he is ill")
        with pytest.raises(Conflict):
            services.release_alert(alert_id=alert.pk, actor=other)
        assert services.take_alert(alert_id=alert.pk, actor=other).taken_by == other

    def test_not_by_everybody_and_not_when_it_is_over(self, cast, gone):
        alert = self.open_one(gone)
        with pytest.raises(PermissionDenied):
            services.take_alert(alert_id=alert.pk, actor=cast.rep1)
        gone.clear()
        watch(7)
        with pytest.raises(Conflict):
            services.take_alert(alert_id=alert.pk, actor=cast.admin)

    def test_old_ones_are_forgotten(self, cast, gone):
        self.open_one(gone)
        gone.clear()
        watch(7)
        assert services.forget_old_alerts() == 0
        with clock.travel(clock.now() + timedelta(days=401)):
            assert services.forget_old_alerts() == 1


def _watcher(person):
    role = Role.objects.create(code="jobs", name_zh="作业", name_en="Jobs")
    role.grants.create(permission="core.manage_jobs", scope="all")
    person.roles.add(role)
    return type(person).objects.get(pk=person.pk)


class TestTelling:
    def test_webhooks_hear_of_each(self, cast, gone):
        create_endpoint(
            fields={
                "name": "ERP",
                "url": "https://hooks.example.com/x",
                "events": ["alert.opened", "alert.closed"],
            },
            actor=cast.admin,
        )
        gone.add("beat")
        watch(0, 3, 4)
        gone.clear()
        watch(8, 9)
        rows = (
            WebhookDelivery.objects.filter(payload__about="beat")
            .order_by("pk")
            .values_list("event", "payload__about")
        )
        assert list(rows) == [("alert.opened", "beat"), ("alert.closed", "beat")]

    def test_a_letter_that_no_worker_takes_is_sent_by_who_watches(self, cast, gone, mail_server):
        cast.admin.email = "admin@example.com"
        cast.admin.wants_mail = True
        cast.admin.save()
        gone.add("beat")
        watch(0, 3)
        assert BackgroundJob.objects.filter(kind="mail", status="open").count() == 1
        assert mail_server.letters == []
        watch(5, 6)
        assert len(mail_server.letters) == 1

    def test_a_watcher_that_dies_half_way_loses_and_repeats_nothing(self, cast, gone, monkeypatch):
        gone.add("beat")
        watch(0)
        with monkeypatch.context() as patch:

            def dies(*_args):
                raise SystemExit

            patch.setattr("workflows.services.alert_telling.announce_all", dies)
            with pytest.raises(SystemExit), transaction.atomic():
                watch(3)
        assert told(cast.admin) == []
        watch(4, 5)
        assert told(cast.admin) == [[("opened", "not_seen")]]

    def test_one_live_alert_for_each_trouble(self, db):
        now = clock.now()
        given = {"code": "redis", "level": "red", "opened_at": now, "last_seen_at": now}
        Alert.objects.create(**given)
        with pytest.raises(IntegrityError):
            Alert.objects.create(**given)


class TestWhoWatches:
    def test_a_worker_watches_when_nobody_has_for_two_minutes(self, gone):
        assert services.watch_if_nobody_does()
        assert not services.watch_if_nobody_does()
        with clock.travel(clock.now() + timedelta(minutes=2, seconds=1)):
            assert services.watch_if_nobody_does()

    def test_the_notice_of_late_work_says_that_nobody_watches(self, gone):
        watch(0)
        assert not health.state_of_background().is_delayed
        with clock.travel(clock.now() + timedelta(minutes=4)):
            assert health.state_of_background().what == "the watch over the background"

    def test_dead_programs_by_their_marks(self, cast, own_marks):
        presence.note([name for name in presence.expected() if name != "beat"])
        watch(0, 3)
        assert list(Alert.objects.values_list("about", flat=True)) == ["beat"]


@pytest.mark.django_db(transaction=True)
def test_two_watchers_at_once_tell_once(cast, gone):
    gone.add("beat")
    services.watch_over()
    AlertWatch.objects.update(at=clock.now() - timedelta(minutes=9))
    Alert.objects.update(opened_at=clock.now() - timedelta(minutes=9))
    ready, failures = threading.Barrier(4), []

    def run():
        try:
            ready.wait(10)
            watching.watch_over()
        except Exception as error:
            failures.append(error)
        finally:
            close_old_connections()
            from django.db import connections

            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    assert failures == []
    assert told(cast.admin) == [[("opened", "not_seen")]]
    assert Alert.objects.get().tellings == 1
