"""A task is put off while it is done, handed on, or told to be late: each halted at every statement of the other."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest

from core import clock
from core.errors import Conflict
from core.models import Department, Notification
from tests.chaos.stepping import meet_everywhere
from tests.workflows.conftest import open_item
from tests.workflows.test_deadlines import MONDAY, REMIND, at
from workflows import services
from workflows.audit import audit
from workflows.models import HistoryEvent, WorkItem

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _patience(settings):
    settings.STEP_LOCK_TIMEOUT_MS = 60_000


@pytest.fixture
def fresh(start, subject, cast):
    """fresh() -> a new draft of rep1's, whose reminder is due."""
    numbers = count()

    def prepare() -> WorkItem:
        row = Department.objects.create(code=f"d{next(numbers)}", name="部", parent=subject)
        with clock.travel(MONDAY):
            item = open_item(start("approval", about=row), "draft")
            services.claim_work_item(work_item_id=item.pk, actor=cast.rep1)
        return item

    with at(REMIND):
        yield prepare


def snooze(item, person):
    return services.snooze_work_item(
        work_item_id=item.pk, until=clock.now() + timedelta(days=2), actor=person
    )


def kinds(item: WorkItem) -> list[str]:
    return list(
        HistoryEvent.objects.filter(instance=item.instance_id).order_by("seq").values_list("kind", flat=True)
    )


def test_put_off_while_it_is_done(fresh, cast):
    item, winners = None, set()

    def prepare():
        nonlocal item
        item = fresh()
        return (
            lambda: snooze(item, cast.rep1),
            lambda: services.complete_work_item(work_item_id=item.pk, actor=cast.rep1, data={"amount": "1"}),
        )

    for meeting in meet_everywhere(prepare):
        put_off, done = meeting.first.error, meeting.second.error
        assert done is None, f"halted at {meeting.halted_at}"
        assert put_off is None or isinstance(put_off, Conflict), put_off
        item.refresh_from_db()
        assert item.status == WorkItem.Status.COMPLETED
        # The one that came second finds the truth: put off first it is done all the same, done it is not put off.
        assert ("snoozed" in kinds(item)) is (put_off is None) is (item.wakes_at is not None)
        assert audit() == []
        winners.add("snoozed first" if put_off is None else "done first")
    assert winners == {"snoozed first", "done first"}


def test_put_off_while_its_deadline_reminds(fresh, cast):
    item = None

    def prepare():
        nonlocal item
        item = fresh()
        return lambda: snooze(item, cast.rep1), services.alert_due

    for meeting in meet_everywhere(prepare):
        assert (meeting.first.error, meeting.second.error) == (None, None), f"halted at {meeting.halted_at}"
        services.alert_due()  # passed over while the other one held it
        item.refresh_from_db()
        told = Notification.objects.filter(subject_id=str(item.pk), kind="work_item.remind").count()
        happened = [kind for kind in kinds(item) if kind in ("snoozed", "woken", "reminded")]
        # Reminded once in each order; put off before that it is back, put off after that it stays away.
        assert told == 1
        assert (happened, item.wakes_at is None) in (
            (["snoozed", "reminded", "woken"], True),
            (["reminded", "snoozed"], False),
        )
        assert audit() == []


def test_two_beats_tell_once_that_it_is_back(fresh, cast):
    item = None

    def prepare():
        nonlocal item
        item = fresh()
        WorkItem.objects.filter(pk=item.pk).update(alert_at=None)
        past = clock.now() - timedelta(minutes=1)
        WorkItem.objects.filter(pk=item.pk).update(visible_from=past, wakes_at=past)
        return services.wake_due, services.wake_due

    for meeting in meet_everywhere(prepare):
        assert (meeting.first.error, meeting.second.error) == (None, None)
        assert meeting.first.result + meeting.second.result == 1, f"halted at {meeting.halted_at}"
        assert Notification.objects.filter(subject_id=str(item.pk), kind="work_item.woken").count() == 1
        assert services.wake_due() == 0
