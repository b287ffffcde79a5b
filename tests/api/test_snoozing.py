"""Putting a task off over the API."""

from datetime import timedelta

import pytest

from core import clock
from tests.api.diagrams import travel
from workflows import services
from workflows.models import WorkItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(company) -> WorkItem:
    """A task of rep1's, taken from the queue."""
    services.import_bpmn(bpmn=travel().encode(), actor=company.admin)
    services.publish_draft(definition_key="travel", actor=company.admin)
    case = services.start_process(definition_key="travel", actor=company.rep1)
    item = WorkItem.objects.open().get(instance=case)
    services.claim_work_item(work_item_id=item.pk, actor=company.rep1)
    return item


def ids(client, box: str) -> list[str]:
    return [row["id"] for row in client.read(f"work-items/?box={box}").json()["results"]]


def snooze(client, item, until) -> tuple[int, dict]:
    answer = client.send("POST", f"work-items/{item.pk}/snooze/", {"until": until})
    return answer.status_code, answer.json()


def test_it_stands_in_its_own_box_until_its_time_or_until_it_is_woken(item, as_):
    rep1, until = as_("rep1"), clock.now() + timedelta(hours=2)
    status, answer = snooze(rep1, item, until.isoformat())
    assert (status, answer["id"], answer["warning"]) == (200, str(item.pk), "")
    assert answer["snoozed_until"] is not None
    assert (ids(rep1, "mine"), ids(rep1, "snoozed"), ids(rep1, "started")) == (
        [],
        [str(item.pk)],
        [str(item.pk)],
    )
    rights = rep1.read(f"work-items/{item.pk}/form/").json()["rights"]
    assert (rights["snooze"], rights["wake"]) == (True, True)
    woken = rep1.send("POST", f"work-items/{item.pk}/wake/")
    assert (woken.status_code, woken.json()["snoozed_until"]) == (200, None)
    assert (ids(rep1, "mine"), ids(rep1, "snoozed")) == ([str(item.pk)], [])
    again = rep1.send("POST", f"work-items/{item.pk}/wake/")
    assert (again.status_code, again.json()["code"]) == (409, "not_snoozed")


def test_the_box_is_in_the_order_in_which_things_come_back(item, company, as_):
    case = services.start_process(definition_key="travel", actor=company.rep1)
    other = WorkItem.objects.open().get(instance=case)
    services.claim_work_item(work_item_id=other.pk, actor=company.rep1)
    rep1, now = as_("rep1"), clock.now()
    snooze(rep1, item, (now + timedelta(days=2)).isoformat())
    snooze(rep1, other, (now + timedelta(days=1)).isoformat())
    assert ids(rep1, "snoozed") == [str(other.pk), str(item.pk)]


def test_the_answer_warns_of_the_deadline(item, as_):
    due = clock.now() + timedelta(days=1)
    WorkItem.objects.filter(pk=item.pk).update(due_at=due, alert_at=None)
    status, answer = snooze(as_("rep1"), item, (due + timedelta(days=1)).isoformat())
    assert (status, bool(answer["warning"])) == (200, True)


@pytest.mark.parametrize(
    ("until", "code"),
    [
        ("2020-01-01T09:00:00+08:00", "until_passed"),
        ("2031-01-01T09:00:00+08:00", "until_too_far"),
        ("tomorrow", "invalid"),
        (None, "invalid"),
    ],
)
def test_a_refused_time_names_its_field_and_changes_nothing(item, as_, until, code):
    before = WorkItem.objects.filter(pk=item.pk).values().get()
    status, answer = snooze(as_("rep1"), item, until)
    assert (status, answer["code"]) == (400, code)
    assert "until" in answer["errors"]
    assert WorkItem.objects.filter(pk=item.pk).values().get() == before
