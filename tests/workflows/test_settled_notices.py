"""What asked for a task is read once the task is done: by whoever did it, and for all who were told."""

import pytest

from core import clock
from core.models import Notification
from tests.workflows.test_deadlines import HANDOVER, MONDAY, REMIND, alert_at, claimed, drafting  # noqa: F401
from workflows import services
from workflows.notices import settle_notices

pytestmark = pytest.mark.django_db


def unread() -> set[tuple[str, str]]:
    rows = Notification.objects.filter(read_at=None)
    return set(rows.values_list("kind", "person__username"))


def test_reminders_of_a_task_that_is_done_are_read(claimed, cast):
    alert_at(REMIND)
    alert_at(HANDOVER)
    before = unread()
    assert {kind for kind, _person in before} >= {"work_item.remind", "work_item.handover"}
    with clock.travel(HANDOVER):
        assert settle_notices() == 0
        assert unread() == before
        services.complete_work_item(work_item_id=claimed.pk, actor=cast.rep1, data={"amount": "1"})
        assert settle_notices() == len(before)
        assert unread() == set()
        assert settle_notices() == 0


def test_what_only_tells_something_stays(claimed, cast):
    Notification.objects.create(
        person=cast.rep1,
        kind="work_item.handed_away",
        key="told",
        subject_type="workflows.workitem",
        subject_id="987654321",
        created_at=clock.now(),
    )
    Notification.objects.create(person=cast.rep1, kind="tests.told", key="other", created_at=clock.now())
    before = unread()
    assert settle_notices() == 0
    assert unread() == before
