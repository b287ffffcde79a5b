"""Deadlines that pass: whom they remind, whom they tell, each time exactly once."""

import threading
from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from core.models import Department, Notification, User
from tests.workflows import diagrams
from tests.workflows.clockwork import begin
from tests.workflows.conftest import Unchanged, open_item, publish_diagram
from tests.workflows.engine.drawing import Drawing
from tests.workflows.running import user
from workflows import services
from workflows.audit import audit
from workflows.models import HistoryEvent, ProcessInstance, WorkItem
from workflows.oversight import is_told
from workflows.services import deadlines, due_items

# A Monday: what begins at 10:00 and takes a working day reminds on Tuesday, tells the manager on Tuesday at
# 15:15 (seven and a half hours a day), and may be handed on from Wednesday.
MONDAY = datetime(2026, 11, 16, 10, tzinfo=clock.COMPANY_ZONE)
REMIND, COPY, HANDOVER = (
    datetime(2026, 11, day, hour, minute, tzinfo=clock.COMPANY_ZONE)
    for day, hour, minute in ((17, 10, 0), (17, 15, 15), (18, 10, 0))
)


def at(moment: datetime, after: timedelta = timedelta(minutes=1)):
    return clock.travel(moment + after)


def alert_at(moment: datetime) -> int:
    with at(moment):
        return services.alert_due()


def told(**which) -> dict[str, list[str]]:
    """Who was told what, in order."""
    found: dict[str, list[str]] = {}
    for row in Notification.objects.filter(**which).select_related("person").order_by("pk"):
        found.setdefault(row.person.username, []).append(row.kind.removeprefix("work_item."))
    return found


def events(item: WorkItem) -> list[tuple[str, str | None]]:
    kinds = (HistoryEvent.Kind.REMINDED, HistoryEvent.Kind.COPIED)
    rows = HistoryEvent.objects.filter(instance=item.instance_id, kind__in=kinds).order_by("seq")
    return [(row.kind, row.data["level"]) for row in rows]


def moments(item: WorkItem) -> list[datetime | None]:
    """Due, reminder, manager, handing on, and the next of these: to the minute."""
    rows = (item.due_at, item.remind_at, item.copy_at, item.handover_at, item.alert_at)
    return [row and row.replace(second=0, microsecond=0) for row in rows]


@pytest.fixture
def drafting(start):
    """A draft that is due in a working day, in the queue of the representatives."""
    with clock.travel(MONDAY):
        return open_item(start("approval"), "draft")


@pytest.fixture
def claimed(drafting, cast) -> WorkItem:
    with clock.travel(MONDAY):
        services.claim_work_item(work_item_id=drafting.pk, actor=cast.rep1)
    drafting.refresh_from_db()
    return drafting


def personal(start, subject, leader: str, settings: str) -> WorkItem:
    """A step of one person with these settings of its deadline."""
    Department.objects.filter(pk=subject.pk).update(name_en=leader)
    words = '<flow:assign person="subject.leader"/>'
    assert diagrams.PERSONAL.count(words) == 1
    publish_diagram("personal", diagrams.PERSONAL.replace(words, words + settings))
    with clock.travel(MONDAY):
        return open_item(start("personal", actor=User.objects.get(username="finance")), "do")


class TestMoments:
    def test_an_item_knows_when_its_people_and_their_manager_hear_of_it(self, drafting):
        assert moments(drafting) == [REMIND, REMIND, COPY, HANDOVER, REMIND]

    def test_what_is_due_on_a_day_is_late_when_the_day_is_over(self, start, subject):
        item = personal(start, subject, "rep1", '<flow:due on="today() + 2" in="P2D"/>')
        end = datetime(2026, 11, 18, 23, 59, tzinfo=clock.COMPANY_ZONE)
        # Half of two working days after it, and the whole of them, from the next morning on.
        copy, handover = (datetime(2026, 11, day, 9, 0, tzinfo=clock.COMPANY_ZONE) for day in (20, 23))
        assert moments(item) == [end, end, copy, handover, end]
        with clock.travel(end - timedelta(minutes=1)):
            assert services.alert_due() == 0
        assert alert_at(end) == 1
        assert told() == {"rep1": ["remind"]}

    def test_where_no_day_is_known_the_time_that_it_may_take_counts(self, cast):
        drawing = Drawing("someday", extensions='<flow:variable name="day" type="date"/>').start().end()
        user(drawing, "work", '<flow:due on="day" in="P1D"/>')
        with clock.travel(MONDAY):
            hand = begin(drawing.chain("start", "work", "end"), cast)
        assert moments(WorkItem.objects.get(instance=hand.instance))[:2] == [REMIND, REMIND]

    def test_without_a_deadline_nobody_is_told_anything(self, start):
        with clock.travel(MONDAY):
            item = open_item(start("renaming"), "ask")
        assert moments(item) == [None] * 5
        assert alert_at(HANDOVER) == 0

    def test_what_is_switched_off_never_comes(self, start, subject):
        off = '<flow:due in="P1D" remind="none" copy="none" handover="none"/>'
        item = personal(start, subject, "rep1", off)
        assert moments(item) == [REMIND, None, None, None, None]
        assert alert_at(HANDOVER) == 0

    def test_handing_work_to_somebody_else_keeps_its_moments(self, claimed, cast):
        User.objects.filter(pk=cast.rep1.pk).update(is_active=False)
        with clock.travel(MONDAY):
            services.reassign_orphans()
        claimed.refresh_from_db()
        assert claimed.assignee != cast.rep1
        assert moments(claimed) == [REMIND, REMIND, COPY, HANDOVER, REMIND]


class TestLevels:
    def test_nothing_comes_early(self, claimed):
        with Unchanged(claimed.instance), at(REMIND, timedelta(seconds=-1)):
            assert services.alert_due() == 0
        assert told() == {}

    def test_first_its_person_then_their_manager_and_each_once(self, claimed, cast):
        assert [alert_at(REMIND), alert_at(REMIND)] == [1, 0]
        assert told() == {"rep1": ["remind"]}
        claimed.refresh_from_db()
        assert moments(claimed)[-1] == COPY
        assert [alert_at(COPY), alert_at(COPY)] == [1, 0]
        assert told() == {"rep1": ["remind"], "manager1": ["copy"]}
        assert [alert_at(HANDOVER), alert_at(HANDOVER)] == [1, 0]
        assert told() == {"rep1": ["remind"], "manager1": ["copy", "handover"]}
        claimed.refresh_from_db()
        assert claimed.alert_at is None
        assert events(claimed) == [("reminded", "remind"), ("copied", "copy"), ("copied", "handover")]
        last = HistoryEvent.objects.filter(instance=claimed.instance_id).order_by("seq").last()
        assert (last.actor_label, last.data["people"]) == ("workflows.alert_due", [cast.manager1.pk])
        assert audit() == []

    def test_after_a_long_pause_everybody_hears_the_highest_level_only(self, claimed):
        assert alert_at(HANDOVER + timedelta(days=30)) == 1
        assert told() == {"rep1": ["remind"], "manager1": ["handover"]}
        assert events(claimed) == [("reminded", "remind"), ("copied", "copy"), ("copied", "handover")]

    def test_a_queue_reminds_everybody_who_may_take_it_and_tells_their_managers(self, drafting):
        alert_at(COPY)
        assert told() == {
            "rep1": ["remind"],
            "rep2": ["remind"],
            "rep3": ["remind"],
            "manager1": ["copy"],
            "manager2": ["copy"],
        }

    def test_a_queue_of_hundreds_reminds_so_many(self, drafting, cast):
        role = cast.rep1.roles.get()
        more = User.objects.bulk_create(
            [User(username=f"more{number}", display_name="多", manager=cast.manager1) for number in range(80)]
        )
        role.users.add(*more)
        alert_at(REMIND)
        assert Notification.objects.count() == 50

    def test_levels_may_fall_on_one_moment(self, start, subject):
        item = personal(start, subject, "rep1", '<flow:due in="P1D" remind="100" copy="100" handover="100"/>')
        assert alert_at(REMIND) == 1
        assert told() == {"rep1": ["remind"], "manager1": ["handover"]}
        item.refresh_from_db()
        assert item.alert_at is None

    def test_a_manager_may_be_told_first(self, start, subject):
        item = personal(start, subject, "rep1", '<flow:due in="P2D" copy="50" handover="none"/>')
        assert moments(item)[-1] == REMIND
        alert_at(REMIND)
        assert told() == {"manager1": ["copy"]}
        alert_at(HANDOVER)
        assert told() == {"manager1": ["copy"], "rep1": ["remind"]}


class TestNeverNobody:
    SETTINGS = '<flow:due in="P1D" remind="none" copy="100" handover="none"/>'

    def test_a_manager_who_left_is_passed_over(self, start, subject, cast):
        personal(start, subject, "rep1", self.SETTINGS)
        User.objects.filter(pk=cast.manager1.pk).update(is_active=False)
        alert_at(REMIND)
        assert told() == {"director": ["copy"]}

    def test_above_the_highest_stands_the_general_manager(self, start, subject, cast):
        User.objects.filter(pk=cast.rep1.pk).update(manager=None)
        personal(start, subject, "rep1", self.SETTINGS)
        alert_at(REMIND)
        assert told() == {"gm": ["copy"]}

    def test_else_the_process_administrators_and_else_the_system_administrator(self, start, subject, cast):
        User.objects.filter(pk=cast.rep1.pk).update(manager=None)
        personal(start, subject, "rep1", self.SETTINGS)
        User.objects.filter(pk=cast.gm.pk).update(is_active=False)
        with at(REMIND):
            assert is_told(cast.admin, WorkItem.objects.get())
            assert not is_told(cast.manager1, WorkItem.objects.get())
            User.objects.filter(pk=cast.admin.pk).update(is_active=False)
            User.objects.filter(pk=cast.boss.pk).update(is_superuser=True)
            services.alert_due()
        assert told() == {"boss": ["copy"]}

    def test_a_circle_of_managers_ends(self, start, subject, cast):
        User.objects.filter(pk=cast.manager1.pk).update(manager=cast.rep1)
        User.objects.filter(pk=cast.manager1.pk).update(is_active=False)
        personal(start, subject, "rep1", self.SETTINGS)
        alert_at(REMIND)
        assert told() == {"gm": ["copy"]}


class TestWhenNot:
    def test_a_suspended_case_waits_until_it_is_resumed(self, claimed, cast):
        case = claimed.instance_id
        services.suspend_instance(instance_id=case, reason="等", actor=cast.admin)
        assert alert_at(COPY) == 0
        assert told() == {}
        services.resume_instance(instance_id=case, actor=cast.admin)
        assert alert_at(COPY) == 1
        assert told() == {"rep1": ["remind"], "manager1": ["copy"]}

    @pytest.mark.parametrize("how", ["done", "withdrawn"])
    def test_what_is_over_reminds_nobody(self, claimed, cast, how):
        if how == "done":
            services.complete_work_item(work_item_id=claimed.pk, actor=cast.rep1, data={"amount": "1"})
        else:
            services.cancel_instance(instance_id=claimed.instance_id, reason="完", actor=cast.admin)
        assert alert_at(HANDOVER) == 0
        assert told() == {}

    def test_one_that_fails_keeps_nobody_waiting_and_is_tried_again(self, claimed, start, cast, monkeypatch):
        with clock.travel(MONDAY):
            other = open_item(start("approval", about=Department.objects.get(code="sales2")), "draft")
        tell = deadlines._tell

        def fail_for_the_first(item, *given):
            if item.pk == claimed.pk:
                raise ZeroDivisionError
            tell(item, *given)

        with monkeypatch.context() as broken:
            broken.setattr(deadlines, "_tell", fail_for_the_first)
            with Unchanged(claimed.instance):
                assert alert_at(REMIND) == 1
        assert set(Notification.objects.values_list("subject_id", flat=True)) == {str(other.pk)}
        assert alert_at(REMIND) == 1
        assert events(claimed) == [("reminded", "remind")]


@pytest.mark.chaos
@pytest.mark.django_db(transaction=True)
class TestManyAtOnce:
    ITEMS = 50

    def test_any_number_of_beats_tell_everybody_once(self, cast, subject):
        publish_diagram("approval", diagrams.APPROVAL)
        with clock.travel(MONDAY):
            for number in range(self.ITEMS):
                row = Department.objects.create(code=f"d{number}", name=f"部{number}", parent=subject)
                services.start_process(definition_key="approval", subject=row, actor=cast.rep1)
        counts: list[int] = []
        together = threading.Barrier(4)

        def beat() -> None:
            try:
                connection.ensure_connection()
                together.wait()
                counts.append(services.alert_due())
            finally:
                connection.close()

        with at(COPY):
            threads = [threading.Thread(target=beat) for _number in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            # What a beat passed over because another one held it, the next beat finds.
            counts.append(services.alert_due())
            assert services.alert_due() == 0
        assert sum(counts) == self.ITEMS
        kinds = HistoryEvent.objects.filter(kind__in=["reminded", "copied"]).values_list("instance", "kind")
        assert set(Counter(kinds).values()) == {1}
        assert len(kinds) == 2 * self.ITEMS
        assert Notification.objects.count() == 5 * self.ITEMS
        assert ProcessInstance.objects.filter(status="active").count() == self.ITEMS
        assert audit(deep="all") == []


class TestCost:
    @pytest.mark.parametrize(
        ("moment", "index"), [("alert_at", "work_item_alert"), ("wakes_at", "work_item_wakes")]
    )
    def test_looking_for_what_is_due_reads_an_index_of_what_can_be(self, claimed, moment, index):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            now = {"now": COPY, "at": MONDAY, "id": 0}
            cursor.execute(f"EXPLAIN {due_items.take_next(moment)}", now)
            plan = "\n".join(row[0] for row in cursor.fetchall())
        assert index in plan
        assert "Sort" not in plan

    def test_telling_one_costs_the_same_however_many_hear_of_it(self, drafting, cast):
        def statements() -> int:
            with CaptureQueriesContext(connection) as captured:
                services.alert_due()
            return len(captured)

        with at(REMIND):
            few = statements()
        role = cast.rep1.roles.get()
        more = User.objects.bulk_create(
            [User(username=f"more{number}", display_name="多", manager=cast.manager2) for number in range(40)]
        )
        role.users.add(*more)
        WorkItem.objects.update(alert_at=REMIND)
        Notification.objects.all().delete()
        with at(REMIND):
            assert statements() == few
        assert Notification.objects.count() == 43
