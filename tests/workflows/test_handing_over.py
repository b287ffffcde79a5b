"""Work that changes hands: who may give it to whom, and who hears of it."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from core import clock
from core.errors import ApplicationError, Conflict
from core.models import Grant, Notification, Role, User
from tests.workflows.conftest import Unchanged, open_item
from tests.workflows.test_deadlines import COPY, HANDOVER, MONDAY, at, events, personal, told
from workflows import selectors, services
from workflows.audit import audit
from workflows.models import HistoryEvent, WorkItem
from workflows.services.handing_over import Standing, possible_assignees, standing_of

DUE = '<flow:due in="P1D"/>'


@pytest.fixture
def claimed(start, cast) -> WorkItem:
    """A draft that rep1 has taken, due in a working day."""
    with clock.travel(MONDAY):
        item = open_item(start("approval"), "draft")
        services.claim_work_item(work_item_id=item.pk, actor=cast.rep1)
    item.refresh_from_db()
    return item


def give(item: WorkItem, to: User, actor, reason: str = "出差", **more) -> WorkItem:
    return services.transfer_work_item(work_item_id=item.pk, to=to, reason=reason, actor=actor, **more)


class TestByItsAssignee:
    def test_the_other_one_has_it_and_hears_why(self, claimed, cast):
        give(claimed, cast.rep2, cast.rep1, " 出差 ")
        claimed.refresh_from_db()
        assert (claimed.assignee, claimed.claimed_at, claimed.status) == (cast.rep2, None, "open")
        event = HistoryEvent.objects.get(instance=claimed.instance_id, kind="reassigned")
        assert (event.actor, event.comment) == (cast.rep1, "出差")
        assert (event.data["from"], event.data["to"]) == (cast.rep1.pk, cast.rep2.pk)
        assert told() == {"rep2": ["handed_to"]}
        services.complete_work_item(work_item_id=claimed.pk, actor=cast.rep2, data={"amount": "1"})
        assert audit(deep="all") == []

    def test_and_back_again_is_told_again(self, claimed, cast):
        give(claimed, cast.rep2, cast.rep1)
        give(claimed, cast.rep1, cast.rep2)
        give(claimed, cast.rep2, cast.rep1)
        assert told() == {"rep2": ["handed_to", "handed_to"], "rep1": ["handed_to"]}

    def test_its_moments_stay(self, claimed, cast):
        before = WorkItem.objects.values("due_at", "remind_at", "copy_at", "handover_at", "alert_at").get()
        give(claimed, cast.rep2, cast.rep1)
        assert (
            WorkItem.objects.values("due_at", "remind_at", "copy_at", "handover_at", "alert_at").get()
            == before
        )

    @pytest.mark.parametrize("reason", ["", "  "])
    def test_without_a_reason_it_stays(self, claimed, cast, reason):
        with Unchanged(claimed.instance), pytest.raises(ApplicationError) as refusal:
            give(claimed, cast.rep2, cast.rep1, reason)
        assert refusal.value.errors.keys() == {"reason"}

    def test_whoever_has_given_it_away_hears_where_it_is(self, claimed, cast):
        give(claimed, cast.rep2, cast.rep1)
        with Unchanged(claimed.instance), pytest.raises(Conflict) as refusal:
            give(claimed, cast.rep3, cast.rep1)
        assert "韩梅" in str(refusal.value)


class TestToWhom:
    def refused(self, item: WorkItem, to: User, actor) -> str:
        with Unchanged(item.instance), pytest.raises(ApplicationError) as refusal:
            give(item, to, actor)
        assert refusal.value.errors.keys() == {"to"}
        assert to.name in str(refusal.value)
        assert not possible_assignees(item).filter(pk=to.pk).exists()
        assert told() == {}
        return refusal.value.code

    def test_not_to_somebody_without_the_role(self, claimed, cast):
        assert self.refused(claimed, cast.finance, cast.rep1) == "not_able"

    def test_not_to_somebody_out_of_reach(self, claimed, cast):
        Grant.objects.create(
            role=Role.objects.get(code="rep"), permission="workflows.take_from_queue", scope="department"
        )
        assert self.refused(claimed, cast.rep3, cast.rep1) == "not_able"
        give(claimed, cast.rep2, cast.rep1)

    def test_not_to_somebody_who_left(self, claimed, cast):
        User.objects.filter(pk=cast.rep2.pk).update(is_active=False)
        cast.rep2.refresh_from_db()
        assert self.refused(claimed, cast.rep2, cast.rep1) == "inactive"

    def test_not_to_whoever_has_it(self, claimed, cast):
        assert self.refused(claimed, cast.rep1, cast.rep1) == "same_person"

    def test_not_to_whoever_did_the_step_that_it_checks(self, claimed, cast):
        cast.rep1.roles.add(Role.objects.get(code="manager"))
        services.complete_work_item(work_item_id=claimed.pk, actor=cast.rep1, data={"amount": "1"})
        review = open_item(claimed.instance, "review")
        services.claim_work_item(work_item_id=review.pk, actor=cast.manager1)
        assert self.refused(review, cast.rep1, cast.manager1) == "separation_of_duties"

    def test_what_nobody_is_entitled_to_an_administrator_gives_to_anybody(self, start, cast):
        User.objects.filter(username__startswith="rep").exclude(pk=cast.rep1.pk).update(is_active=False)
        case = start("approval")
        User.objects.filter(pk=cast.rep1.pk).update(is_active=False)
        services.reassign_orphans()
        item = open_item(case, "draft")
        assert item.alarm
        give(item, cast.assistant, cast.admin)
        item.refresh_from_db()
        assert (item.assignee, item.role, item.alarm) == (cast.assistant, "rep", "")
        services.complete_work_item(work_item_id=item.pk, actor=cast.assistant, data={"amount": "1"})


class TestByOthers:
    def test_an_administrator_may_at_any_time_and_both_people_hear_of_it(self, claimed, cast):
        give(claimed, cast.rep2, cast.admin)
        assert told() == {"rep2": ["handed_to"], "rep1": ["handed_away"]}

    def test_a_manager_may_when_the_deadline_says_so_and_not_before(self, claimed, cast):
        with at(HANDOVER, timedelta(minutes=-1)):
            assert standing_of(cast.manager1, claimed) is Standing.TOO_EARLY
            with Unchanged(claimed.instance), pytest.raises(ApplicationError) as refusal:
                give(claimed, cast.rep2, cast.manager1)
            assert refusal.value.code == "too_early"
        with at(HANDOVER):
            assert standing_of(cast.manager1, claimed) is Standing.MANAGER
            give(claimed, cast.rep2, cast.manager1)
        assert told() == {"rep2": ["handed_to"], "rep1": ["handed_away"]}

    def test_so_may_the_managers_above_but_not_those_beside(self, claimed, cast):
        with at(HANDOVER):
            for person in (cast.director, cast.gm, cast.boss):
                assert standing_of(person, claimed) is Standing.MANAGER
            for person in (cast.manager2, cast.rep2, cast.finance):
                assert standing_of(person, claimed) is Standing.NONE

    def test_work_in_a_queue_is_given_by_the_managers_of_its_people(self, start, cast):
        with clock.travel(MONDAY):
            item = open_item(start("approval"), "draft")
        with at(HANDOVER):
            assert standing_of(cast.manager2, item) is Standing.MANAGER
            assert standing_of(cast.rep1, item) is Standing.NONE
            give(item, cast.rep3, cast.manager2)
        item.refresh_from_db()
        assert item.assignee == cast.rep3

    def test_where_the_deadline_gives_no_right_no_manager_has_it(self, start, subject, cast):
        item = personal(start, subject, "finance2", '<flow:due in="P1D" handover="none"/>')
        with at(HANDOVER):
            assert standing_of(cast.finance, item) is Standing.NONE

    def test_a_looker_on_may_not(self, claimed, cast):
        Grant.objects.create(
            role=Role.objects.get(code="legal"), permission="workflows.view_instance", scope="all"
        )
        with Unchanged(claimed.instance), pytest.raises(PermissionDenied):
            give(claimed, cast.rep2, cast.legal)

    def test_a_stranger_learns_nothing(self, claimed, cast):
        with Unchanged(claimed.instance), pytest.raises(WorkItem.DoesNotExist):
            give(claimed, cast.rep2, cast.legal)

    def test_a_manager_whom_the_deadline_has_told_may_look_at_the_task(self, start, subject, cast):
        item = personal(start, subject, "rep1", DUE)
        boss = User.objects.get(pk=cast.manager1.pk)
        boss.roles.clear()
        with at(MONDAY), pytest.raises(WorkItem.DoesNotExist):
            selectors.work_item_for(boss, item.pk)
        with at(COPY):
            assert selectors.work_item_for(boss, item.pk) == item
            assert selectors.case_for(boss, item.instance_id) == item.instance
            with pytest.raises(WorkItem.DoesNotExist):
                selectors.work_item_for(cast.aftersales, item.pk)


class TestNotNow:
    def test_not_while_the_case_is_suspended(self, claimed, cast):
        services.suspend_instance(instance_id=claimed.instance_id, reason="等", actor=cast.admin)
        with Unchanged(claimed.instance), pytest.raises(Conflict) as refusal:
            give(claimed, cast.rep2, cast.rep1)
        assert refusal.value.code == "suspended"

    def test_not_when_it_is_done(self, claimed, cast):
        services.complete_work_item(work_item_id=claimed.pk, actor=cast.rep1, data={"amount": "1"})
        with Unchanged(claimed.instance), pytest.raises(Conflict) as refusal:
            give(claimed, cast.rep2, cast.admin)
        assert "李雷" in str(refusal.value)

    def test_a_second_decision_on_what_was_seen_is_refused(self, claimed, cast):
        give(claimed, cast.rep2, cast.admin, seen_assignee_id=cast.rep1.pk)
        with Unchanged(claimed.instance), pytest.raises(Conflict) as refusal:
            give(claimed, cast.rep3, cast.admin, seen_assignee_id=cast.rep1.pk)
        assert "韩梅" in str(refusal.value)


@pytest.mark.chaos
@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_wins_and_the_others_hear_who_has_it(claimed, cast):
    deeds = [(cast.rep1, cast.rep2), (cast.admin, cast.rep3)] * 4
    together, results = threading.Barrier(len(deeds)), []

    def run(actor: User, to: User) -> None:
        try:
            connection.ensure_connection()
            together.wait()
            give(claimed, to, actor, seen_assignee_id=cast.rep1.pk)
            results.append(to)
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=deed) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [one for one in results if isinstance(one, User)]
    assert len(winners) == 1, results
    assert all(isinstance(one, Conflict) for one in results if one is not winners[0])
    claimed.refresh_from_db()
    assert claimed.assignee == winners[0]
    assert HistoryEvent.objects.filter(kind="reassigned").count() == 1
    assert Notification.objects.filter(kind="work_item.handed_to").count() == 1
    assert events(claimed) == []
    assert audit(deep="all") == []
