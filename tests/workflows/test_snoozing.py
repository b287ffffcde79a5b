"""Tasks that are put off: out of the box, back by themselves, and never lost."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from core import clock
from core.errors import ApplicationError, Conflict
from core.models import Notification
from core.services.substitutions import create_substitution
from tests.workflows.conftest import Unchanged, open_item
from tests.workflows.test_deadlines import COPY, MONDAY, REMIND, at
from workflows import selectors, services
from workflows.audit import audit
from workflows.models import HistoryEvent, WorkItem
from workflows.services.taking_over import hand_over_items

Kind = HistoryEvent.Kind
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def item(start, cast) -> WorkItem:
    """A draft of rep1's, due on Tuesday at ten; it is Monday, ten."""
    with clock.travel(MONDAY):
        item = open_item(start("approval"), "draft")
        services.claim_work_item(work_item_id=item.pk, actor=cast.rep1)
        item.refresh_from_db()
        yield item


def snooze(item: WorkItem, actor, until) -> WorkItem:
    return services.snooze_work_item(work_item_id=item.pk, until=until, actor=actor)


def boxes(person, item: WorkItem) -> set[str]:
    return {box for box in selectors.BOXES if item in selectors.inbox(person, box=box)}


def kinds(item: WorkItem) -> list[str]:
    rows = HistoryEvent.objects.filter(instance=item.instance_id, kind__in=(Kind.SNOOZED, Kind.WOKEN))
    return [f"{row.kind} {row.actor_label}" for row in rows.order_by("seq")]


def told(item: WorkItem) -> list[str]:
    rows = Notification.objects.filter(subject_id=str(item.pk), kind="work_item.woken").order_by("pk")
    return [row.person.username for row in rows]


class TestPuttingOff:
    def test_it_leaves_the_box_and_comes_back_by_itself_and_is_told_once(self, item, cast):
        until = clock.now() + HOUR
        snooze(item, cast.rep1, until)
        assert boxes(cast.rep1, item) == {"snoozed", "started", "all"}
        item.refresh_from_db()
        assert (item.snoozed_until, item.visible_from) == (until, until)
        assert services.wake_due() == 0
        with clock.travel(until + MINUTE):
            assert boxes(cast.rep1, item) == {"mine", "started", "all"}
            assert (services.wake_due(), services.wake_due()) == (1, 0)
        item.refresh_from_db()
        assert (item.wakes_at, item.visible_from) == (None, until)
        assert kinds(item) == [f"snoozed {cast.rep1.display_name}", "woken workflows.wake_due"]
        assert told(item) == ["rep1"]

    def test_the_deadline_stays_and_the_case_waits_as_before(self, item, cast):
        names = ("due_at", "remind_at", "copy_at", "handover_at", "alert_at", "assignee_id", "sort_at")
        before = [getattr(item, name) for name in names]
        snooze(item, cast.rep1, clock.now() + HOUR)
        item.refresh_from_db()
        assert [getattr(item, name) for name in names] == before
        assert audit() == []
        assert item in WorkItem.objects.open()

    def test_a_second_time_replaces_the_first(self, item, cast):
        first, second = clock.now() + HOUR, clock.now() + 3 * HOUR
        snooze(item, cast.rep1, first)
        snooze(item, cast.rep1, second)
        with clock.travel(first + MINUTE):
            assert services.wake_due() == 0
        with clock.travel(second + MINUTE):
            assert services.wake_due() == 1

    def test_it_is_brought_back_before_its_time(self, item, cast):
        snooze(item, cast.rep1, clock.now() + HOUR)
        services.wake_work_item(work_item_id=item.pk, actor=cast.rep1)
        assert "mine" in boxes(cast.rep1, item)
        assert kinds(item)[-1] == f"woken {cast.rep1.display_name}"
        with clock.travel(clock.now() + 2 * HOUR):
            assert services.wake_due() == 0
        assert told(item) == []

    def test_it_can_be_finished_while_it_is_put_off(self, item, cast):
        snooze(item, cast.rep1, clock.now() + HOUR)
        services.complete_work_item(work_item_id=item.pk, actor=cast.rep1, data={"amount": "1"})
        with clock.travel(clock.now() + 2 * HOUR):
            assert services.wake_due() == 0
            assert boxes(cast.rep1, item) == {"done"}
        assert told(item) == []
        assert audit() == []

    def test_of_a_suspended_case_it_waits_for_the_case(self, item, cast):
        snooze(item, cast.rep1, clock.now() + HOUR)
        services.suspend_instance(instance_id=item.instance_id, reason="等", actor=cast.admin)
        with clock.travel(clock.now() + 2 * HOUR):
            assert services.wake_due() == 0
            services.resume_instance(instance_id=item.instance_id, reason="好", actor=cast.admin)
            assert services.wake_due() == 1


class TestWarning:
    def test_whoever_puts_it_off_beyond_its_deadline_is_told(self, item):
        assert services.snooze_warning(item, REMIND - MINUTE) == ""
        assert "期限会使其提前回到待办" in services.snooze_warning(item, REMIND + MINUTE)
        item.alert_at = None
        assert "早于该时间到期" in services.snooze_warning(item, item.due_at + MINUTE)
        with clock.travel(item.due_at + HOUR):
            assert services.snooze_warning(item, item.due_at + 2 * HOUR) == "此任务已逾期。"
        item.due_at = None
        assert services.snooze_warning(item, REMIND + 9 * HOUR) == ""


class TestRefusals:
    @pytest.mark.parametrize(
        ("after", "code"),
        [
            (timedelta(0), "until_passed"),
            (-MINUTE, "until_passed"),
            (timedelta(days=30) + MINUTE, "until_too_far"),
        ],
    )
    def test_times_that_make_no_sense(self, item, cast, after, code):
        with Unchanged(item.instance), pytest.raises(ApplicationError) as refusal:
            snooze(item, cast.rep1, clock.now() + after)
        assert (refusal.value.code, list(refusal.value.errors)) == (code, ["until"])

    def test_thirty_days_are_not_too_many(self, item, cast):
        snooze(item, cast.rep1, clock.now() + timedelta(days=30))
        assert "snoozed" in boxes(cast.rep1, item)

    @pytest.mark.parametrize("deed", ["snooze", "wake"])
    @pytest.mark.parametrize(
        ("who", "error"),
        [
            ("rep2", Conflict),  # of the queue, but somebody else has it
            ("manager1", PermissionDenied),
            ("admin", PermissionDenied),
            ("finance", WorkItem.DoesNotExist),
        ],
    )
    def test_others_may_not(self, item, cast, who, error, deed):
        snooze(item, cast.rep1, clock.now() + HOUR)
        actor = getattr(cast, who)
        with Unchanged(item.instance), pytest.raises(error):
            if deed == "snooze":
                snooze(item, actor, clock.now() + 2 * HOUR)
            else:
                services.wake_work_item(work_item_id=item.pk, actor=actor)

    def test_what_lies_in_the_queue(self, item, cast):
        services.release_work_item(work_item_id=item.pk, actor=cast.rep1)
        with Unchanged(item.instance), pytest.raises(Conflict) as refusal:
            snooze(item, cast.rep1, clock.now() + HOUR)
        assert refusal.value.code == "not_claimed"

    def test_what_is_done_or_suspended_or_not_put_off(self, item, cast):
        with Unchanged(item.instance), pytest.raises(Conflict) as refusal:
            services.wake_work_item(work_item_id=item.pk, actor=cast.rep1)
        assert refusal.value.code == "not_snoozed"
        services.suspend_instance(instance_id=item.instance_id, reason="等", actor=cast.admin)
        with Unchanged(item.instance), pytest.raises(Conflict) as refusal:
            snooze(item, cast.rep1, clock.now() + HOUR)
        assert refusal.value.code == "suspended"
        services.resume_instance(instance_id=item.instance_id, reason="好", actor=cast.admin)
        services.complete_work_item(work_item_id=item.pk, actor=cast.rep1, data={"amount": "1"})
        with Unchanged(item.instance), pytest.raises(Conflict) as refusal:
            snooze(item, cast.rep1, clock.now() + HOUR)
        assert refusal.value.code == "not_open"


class TestComingBackAtOnce:
    @pytest.fixture(autouse=True)
    def _put_off(self, item, cast):
        snooze(item, cast.rep1, clock.now() + timedelta(days=20))

    def stands_with(self, item, person) -> None:
        assert "mine" in boxes(person, item)
        item.refresh_from_db()
        assert item.wakes_at is None

    def test_handed_on(self, item, cast):
        services.transfer_work_item(work_item_id=item.pk, to=cast.rep2, reason="忙", actor=cast.rep1)
        self.stands_with(item, cast.rep2)

    def test_put_back(self, item, cast):
        services.release_work_item(work_item_id=item.pk, actor=cast.rep1)
        assert "queue" in boxes(cast.rep2, item)

    def test_taken_over_from_who_leaves(self, item, cast):
        hand_over_items(person=cast.rep1, to=cast.rep2, actor=cast.admin)
        self.stands_with(item, cast.rep2)

    def test_given_to_whoever_can_do_it(self, item, cast):
        type(cast.rep1).objects.filter(pk=cast.rep1.pk).update(is_active=False)
        assert services.reassign_orphans() == 1
        item.refresh_from_db()
        assert (item.wakes_at, item.assignee_id == cast.rep1.pk) == (None, False)
        assert item.visible_from <= clock.now()

    def test_a_deadline_that_reminds(self, item, cast):
        with at(REMIND):
            assert services.alert_due() == 1
            self.stands_with(item, cast.rep1)
        # The reminder says it all: no second word.
        assert told(item) == []
        assert kinds(item)[-1] == "woken workflows.alert_due"

    def test_a_deadline_of_which_only_the_manager_hears(self, item, cast):
        WorkItem.objects.filter(pk=item.pk).update(remind_at=None, alert_at=item.copy_at)
        with at(COPY):
            assert services.alert_due() == 1
            self.stands_with(item, cast.rep1)
        assert told(item) == ["rep1"]


def test_the_substitute_may_put_off_what_they_do_for_somebody(item, cast):
    today = clock.today()
    create_substitution(
        person=cast.rep1,
        substitute=cast.rep2,
        starts_on=today,
        ends_on=today + timedelta(days=3),
        with_open_work=True,
        actor=cast.rep1,
    )
    item.refresh_from_db()
    assert (item.assignee, item.on_behalf_of) == (cast.rep2, cast.rep1)
    snooze(item, cast.rep2, clock.now() + HOUR)
    assert "snoozed" in boxes(cast.rep2, item)
    row = HistoryEvent.objects.get(instance=item.instance_id, kind=Kind.SNOOZED)
    assert (row.actor, row.on_behalf_of) == (cast.rep2, cast.rep1)


def test_the_box_and_the_beat_read_only_what_is_put_off(item, cast):
    """Partial indexes, however many tasks there are; the box of what is to do keeps its own."""
    with connection.cursor() as cursor:
        # Where nearly nothing is put off, any plan is as cheap as any other: it has to be the only one.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    put_off = selectors.inbox(cast.rep1, box="snoozed").select_related(None).values("pk").explain()
    due = WorkItem.objects.open().filter(wakes_at__lte=clock.now()).order_by("wakes_at", "pk").values("pk")
    for plan in (put_off, due.explain()):
        assert "inbox_snoozed" in plan or "work_item_wakes" in plan
        assert "Sort" not in plan
