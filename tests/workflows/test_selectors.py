"""Inbox, history, diagram: what is asked about processes."""

from datetime import timedelta

import pytest
from django.utils import translation

from core import clock
from core.models import Department
from tests.workflows.conftest import open_item
from workflows import selectors, services
from workflows.models import WorkItem


@pytest.fixture
def case(start):
    return start("approval")


class TestInbox:
    def test_an_item_moves_from_box_to_box(self, case, cast):
        item = open_item(case, "draft")

        def boxes(person) -> set[str]:
            return {box for box in selectors.BOXES if item in selectors.inbox(person, box=box)}

        assert boxes(cast.rep1) == {"queue", "started", "all"}
        services.claim_work_item(work_item_id=item.pk, actor=cast.rep2)
        assert boxes(cast.rep2) == {"mine", "all"}
        assert boxes(cast.rep1) == {"started", "all"}
        services.complete_work_item(work_item_id=item.pk, actor=cast.rep2, data={"amount": "1"})
        assert boxes(cast.rep2) == {"done"}
        following = open_item(case, "review")
        assert following in selectors.inbox(cast.rep2, box="watching")
        assert following in selectors.inbox(cast.rep1, box="started")

    def test_the_order_is_by_due_time_and_undated_last(self, start, case, cast):
        undated = open_item(start("renaming"), "ask")
        later = open_item(start("approval", about=Department.objects.get(code="sales2")), "draft")
        WorkItem.objects.filter(pk=later.pk).update(due_at=later.due_at + timedelta(days=1))
        assert list(selectors.inbox(cast.rep1, box="queue")) == [open_item(case, "draft"), later, undated]

    def test_snoozed_items_come_back_by_themselves(self, case, cast):
        item = open_item(case, "draft")
        WorkItem.objects.filter(pk=item.pk).update(visible_from=clock.now() + timedelta(hours=3))
        assert item not in selectors.inbox(cast.rep1, box="queue")
        with clock.travel(timedelta(hours=4)):
            assert item in selectors.inbox(cast.rep1, box="queue")

    @pytest.mark.parametrize("q", ["销售一", "xsyb", "yibu", "XIAOSHOU"])
    def test_is_searched_by_pieces_and_pinyin(self, case, cast, q):
        assert open_item(case, "draft") in selectors.inbox(cast.rep1, box="queue", q=q)
        assert not selectors.inbox(cast.rep1, box="queue", q=q + "没有")

    def test_is_narrowed_by_what_one_asks(self, case, cast):
        item = open_item(case, "draft")
        now = clock.now()
        for narrowed, found in [
            ({"definition": "approval"}, True),
            ({"definition": "renaming"}, False),
            ({"element": "draft"}, True),
            ({"instance": case.pk}, True),
            ({"instance": case.pk + 1}, False),
            ({"subject": (case.subject_type, case.subject_id)}, True),
            ({"priority": 50}, True),
            ({"priority": 1}, False),
            ({"overdue": True}, False),
            ({"due_before": now}, False),
            ({"due_before": now + timedelta(days=9)}, True),
        ]:
            assert (item in selectors.inbox(cast.rep1, box="queue", **narrowed)) is found, narrowed

    def test_counts_stop_at_the_cap(self, case, cast, monkeypatch):
        assert selectors.inbox_counts(cast.rep1) == {"mine": 0, "queue": 1}
        monkeypatch.setattr("workflows.selectors.boxes.COUNT_CAP", 0)
        assert selectors.count_capped(selectors.inbox(cast.rep1, box="queue")) == 1


class TestCases:
    def test_those_of_a_business_row(self, case, start, subject, cast):
        other = start("renaming")
        assert list(selectors.processes_of(subject)) == [other, case]
        assert selectors.running_process_of(subject, definition="approval") == case
        services.cancel_instance(instance_id=other.pk, reason="x", actor=cast.admin)
        assert selectors.running_process_of(subject) == case

    def test_the_open_step_somebody_may_finish(self, case, subject, cast):
        item = open_item(case, "draft")
        assert selectors.open_work_item_of(subject, element="draft", actor=cast.rep1) == item
        assert selectors.open_work_item_of(subject, element="review", actor=cast.rep1) is None
        assert selectors.open_work_item_of(subject, element="draft", actor=cast.legal) is None

    def test_a_list_is_narrowed_and_shows_what_one_may_see(self, case, cast):
        assert list(selectors.cases(cast.rep1, definition="approval", status="active")) == [case]
        assert list(selectors.cases(cast.rep1, status="completed")) == []
        assert list(selectors.cases(cast.admin, subject=(case.subject_type, case.subject_id))) == [case]
        assert list(selectors.cases(cast.legal)) == []


class TestHistory:
    @pytest.fixture
    def decided(self, case, cast):
        services.complete_work_item(
            work_item_id=open_item(case, "draft").pk, actor=cast.rep1, data={"amount": "7"}
        )
        services.complete_work_item(
            work_item_id=open_item(case, "review").pk,
            actor=cast.manager1,
            outcome="reject",
            comment="不合适",
        )
        return case

    def test_is_told_in_the_readers_language(self, decided):
        line = selectors.history(decided)[2]
        assert (line.element_label, line.outcome_label, line.actor_name) == ("审批", "驳回", "王芳")
        assert (line.kind_label, line.comment, line.by_system) == ("办理", "不合适", False)
        with translation.override("en"):
            line = selectors.history(decided)[2]
        assert (line.element_label, line.outcome_label, line.actor_name) == ("Review", "Reject", "Wang Fang")

    def test_is_complete_and_in_order(self, decided):
        lines = selectors.history(decided)
        assert [(one.kind, one.element, one.by_system) for one in lines] == [
            ("started", "start", False),
            ("completed", "draft", False),
            ("completed", "review", False),
            ("completed", "decide", True),
        ]
        assert [one.event.seq for one in lines] == [1, 2, 3, 4]
        assert lines[1].data["answers"] == {"amount": "7"}


class TestDiagram:
    def test_says_what_was_passed_and_what_waits_for_whom(self, case, cast):
        item = open_item(case, "draft")
        services.claim_work_item(work_item_id=item.pk, actor=cast.rep2)
        state = selectors.diagram_state(case)
        assert state.elements["start"].done == 1
        draft = state.elements["draft"]
        assert (draft.done, draft.active, draft.assignees, draft.since) == (0, 1, ["韩梅"], item.created_at)
        services.complete_work_item(work_item_id=item.pk, actor=cast.rep2, data={"amount": "7"})
        state = selectors.diagram_state(case)
        assert (state.elements["draft"].done, state.elements["draft"].active) == (1, 0)
        assert state.elements["review"].roles == ["manager"]
        assert state.flows == {"f0": 1, "f1": 1}

    def test_shows_a_failure_at_its_step(self, start, cast):
        case = start("renaming")
        services.complete_work_item(
            work_item_id=open_item(case, "ask").pk, actor=cast.rep1, data={"name": "fail"}
        )
        assert selectors.diagram_state(case).elements["rename"].failed == 1
