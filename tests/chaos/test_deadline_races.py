"""A deadline that passes while the person works: each is halted at every statement against the other."""

from __future__ import annotations

from itertools import count

import pytest

from core import clock
from core.errors import Conflict
from core.models import Department, Notification
from tests.chaos.stepping import meet_everywhere
from tests.workflows.conftest import open_item
from tests.workflows.test_deadlines import COPY, MONDAY, at
from workflows import services
from workflows.audit import audit
from workflows.models import HistoryEvent, WorkItem

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _patience(settings):
    settings.STEP_LOCK_TIMEOUT_MS = 60_000


@pytest.fixture
def late(start, subject, cast):
    """late() -> a fresh draft of rep1's whose reminder and manager's notice are due."""
    numbers = count()

    def prepare() -> WorkItem:
        row = Department.objects.create(code=f"d{next(numbers)}", name="部", parent=subject)
        with clock.travel(MONDAY):
            item = open_item(start("approval", about=row), "draft")
            services.claim_work_item(work_item_id=item.pk, actor=cast.rep1)
        return item

    with at(COPY):
        yield prepare


def told(item: WorkItem) -> tuple[list[str], list[str]]:
    """(what the history says was told, who was told what)"""
    kinds = (HistoryEvent.Kind.REMINDED, HistoryEvent.Kind.COPIED)
    events = HistoryEvent.objects.filter(instance=item.instance_id, kind__in=kinds).order_by("seq")
    rows = Notification.objects.filter(subject_id=str(item.pk)).order_by("pk")
    return [row.kind for row in events], [f"{row.person.username} {row.kind}" for row in rows]


NOBODY: tuple[list[str], list[str]] = ([], [])
EVERYBODY = (["reminded", "copied"], ["rep1 work_item.remind", "manager1 work_item.copy"])


@pytest.mark.parametrize("beat_first", [True, False])
def test_a_task_is_done_while_its_people_are_told(late, cast, beat_first):
    seen, item = set(), None

    def prepare():
        nonlocal item
        item = late()
        beat = services.alert_due
        deed = lambda: services.complete_work_item(  # noqa: E731
            work_item_id=item.pk, actor=cast.rep1, data={"amount": "1"}
        )
        return (beat, deed) if beat_first else (deed, beat)

    for meeting in meet_everywhere(prepare):
        beat, deed = (meeting.first, meeting.second) if beat_first else (meeting.second, meeting.first)
        assert (beat.error, deed.error) == (None, None), f"halted at {meeting.halted_at}"
        item.refresh_from_db()
        assert item.status == WorkItem.Status.COMPLETED, "nobody is kept from finishing late work"
        # All or nothing: told before it was done, or not at all.
        assert told(item) in (NOBODY, EVERYBODY), f"halted at {meeting.halted_at}"
        assert (beat.result == 1) is (told(item) == EVERYBODY)
        assert services.alert_due() == 0
        assert audit() == []
        seen.add(told(item) == EVERYBODY)
    assert True in seen if not beat_first else seen == {True, False}


def test_two_beats_at_the_same_item(late, cast):
    item = None

    def prepare():
        nonlocal item
        item = late()
        return services.alert_due, services.alert_due

    for meeting in meet_everywhere(prepare):
        assert (meeting.first.error, meeting.second.error) == (None, None)
        # A beat that finds it locked passes it over; one that halts before its first look finds it dealt with.
        assert meeting.first.result + meeting.second.result == 1, f"halted at {meeting.halted_at}"
        assert told(item) == EVERYBODY
        assert services.alert_due() == 0
        assert audit() == []


def test_a_task_changes_hands_while_it_is_done(late, cast):
    item = None

    def prepare():
        nonlocal item
        item = late()
        return (
            lambda: services.transfer_work_item(
                work_item_id=item.pk, to=cast.rep2, reason="忙", actor=cast.admin
            ),
            lambda: services.complete_work_item(work_item_id=item.pk, actor=cast.rep1, data={"amount": "1"}),
        )

    winners = set()
    for meeting in meet_everywhere(prepare):
        handed, done = meeting.first.error is None, meeting.second.error is None
        item.refresh_from_db()
        assert handed is not done, f"halted at {meeting.halted_at}"
        loser = meeting.second.error if handed else meeting.first.error
        assert isinstance(loser, Conflict), loser
        assert (item.status == WorkItem.Status.COMPLETED) is done
        assert (item.assignee == cast.rep2) is handed
        assert audit() == []
        winners.add("handed" if handed else "done")
    assert winners == {"handed", "done"}
