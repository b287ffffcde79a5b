"""The audit finds every kind of disagreement, and nothing else."""

import os

import pytest
from django.core.management import call_command

from core import clock
from tests.workflows.conftest import open_item
from workflows import services
from workflows.audit import audit
from workflows.models import HistoryEvent, Incident, Job, ProcessInstance, WorkItem
from workflows.tasks import audit_instances


@pytest.fixture
def case(start):
    return start("approval")


def breaches(deep: str = "all") -> list[str]:
    return [one.text for one in audit(deep=deep)]


def test_sound_cases_have_no_breach(case, start, cast, capsys):
    start("parallel")
    held = start("renaming")
    services.complete_work_item(
        work_item_id=open_item(held, "ask").pk, actor=cast.rep1, data={"name": "fail"}
    )
    over = start("parallel")
    services.cancel_instance(instance_id=over.pk, reason="x", actor=cast.admin)
    assert breaches() == []
    call_command("audit_instances")
    assert "agree" in capsys.readouterr().out
    assert audit_instances() == 0


def test_a_missing_row_is_found_by_both_audits(case, capsys):
    WorkItem.objects.filter(instance=case).update(status="cancelled")
    assert breaches("none") == ["expects 1 open rows, but 0 are open"]
    assert "waits at token 2 (work_item) without an open row" in breaches()
    with pytest.raises(SystemExit) as ended:
        call_command("audit_instances")
    assert ended.value.code == 1
    assert f"case {case.pk}: expects 1" in capsys.readouterr().out
    assert audit_instances() == 2


def test_an_exchanged_row_is_found_by_both_audits(case):
    WorkItem.objects.filter(instance=case).update(token="99")
    assert breaches("none") == ["has other open rows than those it waits for"]
    assert breaches() == [
        "has other open rows than those it waits for",
        "waits at token 2 (work_item) without an open row",
        "has an open work_item for token 99, which does not wait",
    ]


def test_a_surplus_row_is_found(case):
    now = clock.now()
    Job.objects.create(
        kind=Job.CONTINUATION, key="x", instance=case, element="draft", token="77", due_at=now, created_at=now
    )
    assert breaches("none") == ["expects 1 open rows, but 2 are open"]


def test_open_rows_of_a_case_that_is_over_are_found(case):
    ProcessInstance.objects.filter(pk=case.pk).update(status="cancelled", ended_at=clock.now(), open_rows=0)
    assert breaches() == ["is over, but 1 rows are open"]


def test_a_status_that_hides_a_failure_is_found(start, cast):
    case = start("renaming")
    services.complete_work_item(
        work_item_id=open_item(case, "ask").pk, actor=cast.rep1, data={"name": "fail"}
    )
    ProcessInstance.objects.filter(pk=case.pk).update(status="active")
    assert breaches("none") == ["is active, but 1 failures are open"]
    Incident.objects.update(status="resolved", closed_at=clock.now())
    ProcessInstance.objects.filter(pk=case.pk).update(status="waiting_incident", open_rows=0 + 1)
    assert breaches("none") == ["expects 1 open rows, but 0 are open"]


def test_a_gap_in_the_history_is_found(case):
    ProcessInstance.objects.filter(pk=case.pk).update(last_event=5)
    assert breaches() == ["has history up to 1, but counted 5"]
    assert HistoryEvent.objects.filter(instance=case).count() == 1


def test_a_state_that_cannot_be_loaded_is_found(case):
    ProcessInstance.objects.filter(pk=case.pk).update(state={"v": 99})
    older, unreadable = breaches()
    assert older == "was last written in step 1, but its state is of step unknown"
    assert unreadable.startswith("cannot be loaded")


def test_an_older_state_is_found_by_the_light_audit(start, cast):
    case = start("parallel")
    before = case.state
    services.complete_work_item(work_item_id=open_item(case, "left").pk, actor=cast.rep1)
    ProcessInstance.objects.filter(pk=case.pk).update(state=before)
    assert breaches("none") == ["was last written in step 2, but its state is of step 1"]


def test_claiming_leaves_the_state_as_it_is(case, cast):
    services.claim_work_item(work_item_id=open_item(case, "draft").pk, actor=cast.rep1)
    services.release_work_item(work_item_id=open_item(case, "draft").pk, actor=cast.rep1)
    assert breaches() == []


def test_slices_go_round(start, cast, monkeypatch):
    from core.models import Department
    from workflows.services import auditing as module

    monkeypatch.setattr(module, "SLICE", 2)
    # Of this test alone: other processes of the tests go round in the same cache.
    monkeypatch.setattr(module, "_CURSOR_KEY", f"slices:{os.getpid()}")
    module.cache.delete(module._CURSOR_KEY)
    for row in Department.objects.all()[:3]:
        start("approval", about=row)
    WorkItem.objects.update(token="99")
    # Each has one line of the light audit, and two of the deep one when it is its turn.
    assert [len(audit(deep="slice")) for _ in range(4)] == [3 + 4, 3 + 2, 3 + 4, 3 + 2]
    assert len(audit()) == 3 + 6
