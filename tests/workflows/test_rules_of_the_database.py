"""What the database refuses whoever asks: rules nobody can walk around."""

import pytest
from django.db import IntegrityError, transaction

from core import clock
from tests.workflows.conftest import open_item
from workflows.models import HistoryEvent, Incident, Job, ProcessInstance, WorkItem


@pytest.fixture
def case(start):
    return start("approval")


def refused(deed, constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        deed()


def copy_of(row, **changes):
    row.pk = None
    row._state.adding = True
    for name, value in changes.items():
        setattr(row, name, value)
    return row


def test_two_open_cases_of_a_process_about_one_row(case):
    refused(copy_of(case).save, "one_open_case_per_subject_and_process")


def test_two_open_items_at_one_token(case):
    refused(copy_of(open_item(case, "draft")).save, "one_open_work_item_per_token")


def test_two_open_incidents_or_jobs_at_one_token(case):
    now = clock.now()
    times = {"instance": case, "element": "x", "token": "5"}
    Incident.objects.create(
        **times, error_type="x", message="x", group_key="x", opened_at=now, last_failed_at=now
    )
    refused(
        lambda: Incident.objects.create(
            **times, error_type="x", message="x", group_key="x", opened_at=now, last_failed_at=now
        ),
        "one_open_incident_per_token",
    )
    waits = {**times, "kind": Job.CONTINUATION, "due_at": now, "created_at": now}
    Job.objects.create(**waits, key="one")
    refused(lambda: Job.objects.create(**waits, key="two"), "one_open_job_per_token")


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"status": "completed"}, "done_work_item_says_who_and_when"),
        ({"completed_at": "2026-01-01T00:00Z"}, "done_work_item_says_who_and_when"),
        ({"role": ""}, "work_item_belongs_to_somebody"),
        ({"status": "lost"}, "work_item_status_is_known"),
        ({"wakes_at": "2026-01-01T00:00Z"}, "work_item_is_put_off_by_somebody"),
    ],
)
def test_half_true_work_items(case, changes, constraint):
    items = WorkItem.objects.filter(instance=case)
    refused(lambda: items.update(**changes), constraint)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"status": "completed"}, "ended_case_waits_for_nothing"),
        ({"open_rows": 0}, "ended_case_waits_for_nothing"),
        ({"status": "lost"}, "case_status_is_known|ended_case"),
        ({"subject_type": ""}, "case_subject_has_kind_and_key"),
    ],
)
def test_half_true_cases(case, changes, constraint):
    refused(lambda: ProcessInstance.objects.filter(pk=case.pk).update(**changes), constraint)


def test_history_that_is_changed_or_taken_away(case):
    events = HistoryEvent.objects.filter(instance=case)
    refused(lambda: events.update(comment="it was not me"), "only ever added")
    refused(lambda: events._raw_delete("default"), "only ever added")
    refused(lambda: copy_of(events.get()).save(), "history_event_number_once")


def test_the_inboxes_order_follows_the_due_time_by_itself(case):
    item = open_item(case, "draft")
    WorkItem.objects.filter(pk=item.pk).update(due_at=None)
    item.refresh_from_db()
    assert item.sort_at.year == 9999
