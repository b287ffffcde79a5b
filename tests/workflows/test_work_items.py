"""Claim, release, complete: what is done, what is refused, and that a refusal changes nothing."""

import pytest
from django.core.exceptions import PermissionDenied

from core.errors import ApplicationError, Conflict
from core.models import Department, Role, User
from tests.workflows.conftest import Unchanged, open_item
from workflows import services
from workflows.models import HistoryEvent, Incident, WorkItem


@pytest.fixture
def case(start):
    return start("approval")


@pytest.fixture
def draft(case):
    return open_item(case, "draft")


@pytest.fixture
def review(case, draft, cast):
    services.complete_work_item(work_item_id=draft.pk, actor=cast.rep1, data={"amount": "100"})
    return open_item(case, "review")


class TestClaim:
    def test_an_item_of_the_queue_becomes_ones_own(self, draft, cast):
        services.claim_work_item(work_item_id=draft.pk, actor=cast.rep2)
        draft.refresh_from_db()
        assert draft.assignee == cast.rep2
        assert draft.claimed_at is not None
        event = HistoryEvent.objects.get(instance=draft.instance, kind="claimed")
        assert (event.actor, event.element) == (cast.rep2, "draft")

    def test_claiming_again_changes_nothing(self, case, draft, cast):
        services.claim_work_item(work_item_id=draft.pk, actor=cast.rep2)
        with Unchanged(case):
            services.claim_work_item(work_item_id=draft.pk, actor=cast.rep2)

    def test_says_who_was_faster_and_when(self, case, draft, cast):
        services.claim_work_item(work_item_id=draft.pk, actor=cast.rep2)
        draft.refresh_from_db()
        with Unchanged(case), pytest.raises(Conflict) as refusal:
            services.claim_work_item(work_item_id=draft.pk, actor=cast.rep1)
        assert "韩梅" in str(refusal.value)
        assert f"{draft.claimed_at:%Y}" in str(refusal.value)

    def test_a_stranger_does_not_find_the_item(self, case, draft, cast):
        with Unchanged(case), pytest.raises(WorkItem.DoesNotExist):
            services.claim_work_item(work_item_id=draft.pk, actor=cast.marketer)

    def test_a_reader_may_not_take_it(self, case, draft, cast):
        with Unchanged(case), pytest.raises(PermissionDenied):
            services.claim_work_item(work_item_id=draft.pk, actor=cast.boss)

    def test_an_item_that_never_existed_is_not_found(self, cast):
        with pytest.raises(WorkItem.DoesNotExist):
            services.claim_work_item(work_item_id=10**9, actor=cast.rep1)

    def test_the_queue_of_another_department_is_not_found(self, case, review, cast):
        with Unchanged(case), pytest.raises(WorkItem.DoesNotExist):
            services.claim_work_item(work_item_id=review.pk, actor=cast.manager2)

    def test_is_refused_while_the_case_is_suspended(self, case, draft, cast):
        services.suspend_instance(instance_id=case.pk, reason="audit", actor=cast.admin)
        with Unchanged(case), pytest.raises(Conflict, match="挂起"):
            services.claim_work_item(work_item_id=draft.pk, actor=cast.rep2)


class TestRelease:
    def test_goes_back_to_the_queue(self, draft, cast):
        services.claim_work_item(work_item_id=draft.pk, actor=cast.rep2)
        services.release_work_item(work_item_id=draft.pk, actor=cast.rep2)
        draft.refresh_from_db()
        assert draft.assignee is None
        assert draft.claimed_at is None
        services.claim_work_item(work_item_id=draft.pk, actor=cast.rep1)

    def test_nobody_else_can_give_it_back(self, case, draft, cast):
        services.claim_work_item(work_item_id=draft.pk, actor=cast.rep2)
        with Unchanged(case), pytest.raises(Conflict, match="韩梅"):
            services.release_work_item(work_item_id=draft.pk, actor=cast.rep1)

    def test_is_refused_for_an_item_in_the_queue(self, case, draft, cast):
        with Unchanged(case), pytest.raises(Conflict):
            services.release_work_item(work_item_id=draft.pk, actor=cast.rep2)

    def test_is_refused_for_an_item_given_personally(self, start, subject, cast):
        Department.objects.filter(pk=subject.pk).update(name_en="rep2")
        case = start("personal", actor=cast.finance)
        with Unchanged(case), pytest.raises(ApplicationError) as refusal:
            services.release_work_item(work_item_id=open_item(case, "do").pk, actor=cast.rep2)
        assert refusal.value.code == "not_from_queue"


class TestComplete:
    def test_an_item_of_the_queue_is_claimed_by_finishing_it(self, case, draft, cast):
        services.complete_work_item(work_item_id=draft.pk, actor=cast.rep1, data={"amount": "12.50"})
        draft.refresh_from_db()
        assert (draft.status, draft.completed_by, draft.assignee) == ("completed", cast.rep1, cast.rep1)
        assert open_item(case, "review").role == "manager"

    def test_an_approval_runs_to_the_end_and_writes_the_business_row(self, case, review, subject, cast):
        services.complete_work_item(work_item_id=review.pk, actor=cast.manager1, outcome="approve")
        case.refresh_from_db()
        subject.refresh_from_db()
        assert subject.name == "approved"
        assert (case.status, case.open_rows) == ("completed", 0)
        assert case.ended_at is not None
        assert not WorkItem.objects.open().filter(instance=case).exists()
        kinds = list(HistoryEvent.objects.filter(instance=case).values_list("kind", "element"))
        assert kinds == [
            ("started", "start"),
            ("completed", "draft"),
            ("completed", "review"),
            ("completed", "decide"),
            ("completed", "rename"),
            ("completed", "end"),
            ("ended", ""),
        ]

    def test_a_rejection_leads_back_to_the_drafter(self, case, review, subject, cast):
        services.complete_work_item(
            work_item_id=review.pk, actor=cast.manager1, outcome="reject", comment="太贵"
        )
        case.refresh_from_db()
        assert case.status == "active"
        assert open_item(case, "draft").pk != review.pk
        event = HistoryEvent.objects.get(instance=case, element="review")
        assert (event.outcome, event.comment, event.actor) == ("reject", "太贵", cast.manager1)
        assert HistoryEvent.objects.get(instance=case, element="decide").data == {
            "flows": ["f3"],
            "reads": {"review.outcome": "reject"},
        }

    @pytest.mark.parametrize(
        ("answers", "field"),
        [
            ({"outcome": ""}, "outcome"),
            ({"outcome": "burn"}, "outcome"),
            ({"outcome": "reject"}, "comment"),
            ({"outcome": "approve", "data": {"bonus": "1"}}, "bonus"),
        ],
    )
    def test_wrong_answers_are_refused_by_field(self, case, review, cast, answers, field):
        with Unchanged(case), pytest.raises(ApplicationError) as refusal:
            services.complete_work_item(work_item_id=review.pk, actor=cast.manager1, **answers)
        assert refusal.value.code == "invalid"
        assert list(refusal.value.errors) == [field]

    @pytest.mark.parametrize("data", [{}, {"amount": "-1"}, {"amount": "many"}, {"amount": None}])
    def test_a_form_that_does_not_fit_changes_nothing(self, case, draft, cast, data):
        with Unchanged(case), pytest.raises(ApplicationError) as refusal:
            services.complete_work_item(work_item_id=draft.pk, actor=cast.rep1, data=data)
        assert list(refusal.value.errors) == ["amount"]

    def test_says_who_was_faster_and_when(self, case, draft, cast):
        services.complete_work_item(work_item_id=draft.pk, actor=cast.rep2, data={"amount": "1"})
        with Unchanged(case), pytest.raises(Conflict, match="韩梅") as refusal:
            services.complete_work_item(work_item_id=draft.pk, actor=cast.rep1, data={"amount": "2"})
        assert refusal.value.code == "not_open"

    def test_another_persons_item_is_not_finished_for_them(self, case, draft, cast):
        services.claim_work_item(work_item_id=draft.pk, actor=cast.rep2)
        with Unchanged(case), pytest.raises(Conflict, match="韩梅"):
            services.complete_work_item(work_item_id=draft.pk, actor=cast.rep1, data={"amount": "2"})

    def test_a_stranger_does_not_find_the_item(self, case, draft, cast):
        with Unchanged(case), pytest.raises(WorkItem.DoesNotExist):
            services.complete_work_item(work_item_id=draft.pk, actor=cast.legal, data={"amount": "2"})

    def test_a_reader_may_not_finish_it(self, case, draft, cast):
        with Unchanged(case), pytest.raises(PermissionDenied):
            services.complete_work_item(work_item_id=draft.pk, actor=cast.gm, data={"amount": "2"})

    def test_somebody_who_left_cannot_finish_their_item(self, case, draft, cast):
        services.claim_work_item(work_item_id=draft.pk, actor=cast.rep2)
        User.objects.filter(pk=cast.rep2.pk).update(is_active=False)
        gone = User.objects.get(pk=cast.rep2.pk)
        with Unchanged(case), pytest.raises((PermissionDenied, Conflict)):
            services.complete_work_item(work_item_id=draft.pk, actor=gone, data={"amount": "2"})

    def test_is_refused_while_the_case_is_suspended_and_works_after(self, case, draft, cast):
        services.suspend_instance(instance_id=case.pk, reason="audit", actor=cast.admin)
        with Unchanged(case), pytest.raises(Conflict, match="挂起"):
            services.complete_work_item(work_item_id=draft.pk, actor=cast.rep1, data={"amount": "2"})
        services.resume_instance(instance_id=case.pk, actor=cast.admin)
        services.complete_work_item(work_item_id=draft.pk, actor=cast.rep1, data={"amount": "2"})
        assert open_item(case, "review")


def with_role(person: User, code: str) -> User:
    person.roles.add(Role.objects.get(code=code))
    return User.objects.get(pk=person.pk)


class TestSeparationOfDuties:
    def test_whoever_did_the_step_cannot_check_it(self, case, cast):
        # manager1 drafts as a representative; rep2 is a second manager of the team.
        both = with_role(cast.manager1, "rep")
        with_role(cast.rep2, "manager")
        draft = open_item(case, "draft")
        services.complete_work_item(work_item_id=draft.pk, actor=both, data={"amount": "1"})
        review = open_item(case, "review")
        assert review.excluded == [both.pk]
        with Unchanged(case), pytest.raises(ApplicationError) as refusal:
            services.complete_work_item(work_item_id=review.pk, actor=both, outcome="approve")
        assert refusal.value.code == "separation_of_duties"
        with Unchanged(case), pytest.raises(ApplicationError, match="起草"):
            services.claim_work_item(work_item_id=review.pk, actor=both)

    def test_without_anybody_else_the_administrators_are_alarmed(self, case, cast):
        both = with_role(cast.manager1, "rep")
        draft = open_item(case, "draft")
        services.complete_work_item(work_item_id=draft.pk, actor=both, data={"amount": "1"})
        review = open_item(case, "review")
        assert (review.role, review.alarm) == ("process_admin", "nobody_entitled")
        assert HistoryEvent.objects.filter(instance=case, kind="unassigned", element="review").exists()


class TestRefusalAndFailure:
    def test_a_refusal_of_the_domain_undoes_the_whole_step(self, start, subject, cast):
        case = start("renaming")
        item = open_item(case, "ask")
        with Unchanged(case), pytest.raises(ApplicationError, match="refused"):
            services.complete_work_item(work_item_id=item.pk, actor=cast.rep1, data={"name": "refuse"})

    def test_a_failure_keeps_the_persons_deed_and_holds_the_step(self, start, subject, cast):
        case = start("renaming")
        item = open_item(case, "ask")
        services.complete_work_item(work_item_id=item.pk, actor=cast.rep1, data={"name": "fail"})
        case.refresh_from_db()
        item.refresh_from_db()
        subject.refresh_from_db()
        assert item.status == "completed"
        assert subject.name == "销售一部", "what the failed operation wrote is undone"
        assert case.status == "waiting_incident"
        incident = Incident.objects.get(instance=case)
        assert (incident.element, incident.error_type, incident.attempts) == (
            "rename",
            "ZeroDivisionError",
            1,
        )
        assert HistoryEvent.objects.filter(instance=case, kind="failed", element="rename").exists()

    def test_an_operation_that_is_not_granted_any_more_holds_the_step(self, start, subject, cast):
        case = start("renaming")
        services.set_allowed_operations(definition_key="renaming", operations=[], actor=cast.admin)
        item = open_item(case, "ask")
        services.complete_work_item(work_item_id=item.pk, actor=cast.rep1, data={"name": "new"})
        subject.refresh_from_db()
        assert subject.name == "销售一部"
        assert Incident.objects.get(instance=case).error_type == "OperationNotGrantedError"


class TestWorkForm:
    def test_its_services_run_in_the_step(self, start, subject, cast):
        case = start("formed")
        item = open_item(case, "fill")
        services.complete_work_item(work_item_id=item.pk, actor=cast.rep1, data={"name": "filled"})
        subject.refresh_from_db()
        case.refresh_from_db()
        assert (subject.name, case.status) == ("filled", "completed")

    def test_the_way_behind_it_reads_what_it_has_written(self, start, cast):
        case = start("formed")
        services.complete_work_item(
            work_item_id=open_item(case, "fill").pk, actor=cast.rep1, data={"name": "very long"}
        )
        assert open_item(case, "shorten").status == "open"

    @pytest.mark.parametrize(
        ("data", "field"), [({}, "name"), ({"name": "x" * 21}, "name"), ({"name": "x", "more": 1}, "more")]
    )
    def test_what_it_refuses_changes_nothing(self, start, subject, cast, data, field):
        case = start("formed")
        item = open_item(case, "fill")
        with Unchanged(case), pytest.raises(ApplicationError) as refusal:
            services.complete_work_item(work_item_id=item.pk, actor=cast.rep1, data=data)
        assert list(refusal.value.errors) == [field]


def test_parallel_steps_wait_for_each_other(start, cast):
    case = start("parallel")
    services.complete_work_item(work_item_id=open_item(case, "left").pk, actor=cast.rep1)
    case.refresh_from_db()
    assert case.open_rows == 1, "the join waits without a row of its own"
    services.complete_work_item(work_item_id=open_item(case, "right").pk, actor=cast.finance)
    services.complete_work_item(work_item_id=open_item(case, "last").pk, actor=cast.rep2)
    case.refresh_from_db()
    assert case.status == "completed"
