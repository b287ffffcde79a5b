"""Start, cancel, suspend and resume."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from core.actors import SystemActor
from core.errors import ApplicationError, Conflict
from core.models import Department
from tests.workflows import diagrams
from tests.workflows.conftest import Unchanged, open_item, publish_diagram
from workflows import services
from workflows.models import HistoryEvent, Incident, ProcessInstance, WorkItem


class TestStart:
    def test_a_case_stands_at_its_first_step_with_what_lists_show(self, start, subject, cast):
        case = start("approval")
        item = open_item(case, "draft")
        assert (case.status, case.open_rows, case.starter) == ("active", 1, cast.rep1)
        assert (item.name_zh, item.name_en, item.role) == ("起草", "Draft", "rep")
        assert (item.subject_title, item.department_path) == (subject.name, subject.path)
        assert item.due_at > item.created_at
        assert "销售" in item.search_tokens

    def test_a_second_case_about_the_same_row_is_refused_with_who_and_when(self, start, cast):
        case = start("approval")
        with Unchanged(case), pytest.raises(Conflict, match="李雷") as refusal:
            start("approval", actor=cast.rep2)
        assert refusal.value.code == "already_running"
        assert ProcessInstance.objects.count() == 1

    def test_after_the_end_another_case_may_start(self, start, cast):
        first = start("approval")
        services.cancel_instance(instance_id=first.pk, reason="again", actor=cast.admin)
        assert start("approval").pk != first.pk

    def test_another_process_about_the_same_row_may_run_beside_it(self, start):
        start("approval")
        assert start("renaming").status == "active"

    def test_people_without_its_first_role_do_not_find_the_process(self, start, cast):
        publish_diagram("approval", diagrams.APPROVAL)
        with pytest.raises(Exception, match="does not exist"):
            start("approval", actor=cast.marketer)
        assert not ProcessInstance.objects.exists()

    def test_people_who_see_it_without_the_right_are_refused(self, start, cast):
        publish_diagram("approval", diagrams.APPROVAL)
        with pytest.raises(PermissionDenied):
            start("approval", actor=cast.boss)
        assert not ProcessInstance.objects.exists()

    def test_an_unpublished_process_does_not_start(self, start, cast):
        definition = publish_diagram("approval", diagrams.APPROVAL)
        definition.current_version = None
        definition.save(update_fields=["current_version"])
        with pytest.raises(ApplicationError) as refusal:
            start("approval")
        assert refusal.value.code == "not_published"

    def test_a_process_about_a_row_needs_one_of_its_kind(self, start, cast):
        publish_diagram("approval", diagrams.APPROVAL)
        for wrong in (None, cast.rep1):
            with pytest.raises(ApplicationError) as refusal:
                services.start_process(definition_key="approval", subject=wrong, actor=cast.rep1)
            assert refusal.value.code == "subject_needed"
        assert not ProcessInstance.objects.exists()

    def test_nobody_starts_a_case_about_a_row_they_cannot_see(self, start, subject, monkeypatch):
        publish_diagram("approval", diagrams.APPROVAL)
        monkeypatch.setattr(diagrams.DepartmentSubject, "is_hidden_from", lambda *_: True)
        with pytest.raises(Department.DoesNotExist):
            start("approval")
        assert not ProcessInstance.objects.exists()

    def test_data_nobody_declared_is_refused(self, start):
        with pytest.raises(ApplicationError) as refusal:
            start("approval", data={"amount": "1", "price": 2})
        assert "price" in refusal.value.errors
        assert not ProcessInstance.objects.exists()

    def test_it_is_undone_with_the_callers_transaction(self, start, cast, subject):
        publish_diagram("approval", diagrams.APPROVAL)

        def submit_and_fail() -> None:
            start("approval")
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError), transaction.atomic():
            submit_and_fail()
        assert not ProcessInstance.objects.exists()
        assert not WorkItem.objects.exists()
        assert not HistoryEvent.objects.exists()

    def test_an_old_version_can_be_asked_for(self, start, cast):
        definition = publish_diagram("parallel", diagrams.PARALLEL)
        old = definition.current_version
        services.import_bpmn(bpmn=diagrams.PARALLEL.replace("收尾", "结尾").encode(), actor=cast.admin)
        new = services.publish_draft(definition_key="parallel", actor=cast.admin)
        assert services.start_process(definition_key="parallel", actor=cast.rep1).version == new
        assert services.start_process(definition_key="parallel", actor=cast.rep1, version=1).version == old

    def test_the_system_may_start_a_case(self, subject):
        publish_diagram("approval", diagrams.APPROVAL)
        case = services.start_process(
            definition_key="approval", subject=subject, actor=SystemActor("tests.job")
        )
        assert (case.starter, case.starter_label) == (None, "tests.job")


class TestCancel:
    def test_open_work_is_withdrawn_and_the_business_row_says_so(self, start, subject, cast):
        case = start("approval")
        services.cancel_instance(instance_id=case.pk, reason="客户不要了", actor=cast.admin)
        case.refresh_from_db()
        subject.refresh_from_db()
        assert (case.status, case.open_rows) == ("cancelled", 0)
        assert subject.name == "销售一部 cancelled"
        assert not WorkItem.objects.open().filter(instance=case).exists()
        event = HistoryEvent.objects.get(instance=case, kind="cancelled")
        assert (event.actor, event.comment) == (cast.admin, "客户不要了")

    def test_an_incident_is_withdrawn_too(self, start, cast):
        case = start("renaming")
        item = open_item(case, "ask")
        services.complete_work_item(work_item_id=item.pk, actor=cast.rep1, data={"name": "fail"})
        services.cancel_instance(instance_id=case.pk, reason="broken", actor=cast.admin)
        assert Incident.objects.get(instance=case).status == "cancelled"

    def test_needs_a_reason(self, start, cast):
        case = start("approval")
        with Unchanged(case), pytest.raises(ApplicationError) as refusal:
            services.cancel_instance(instance_id=case.pk, reason="  ", actor=cast.admin)
        assert list(refusal.value.errors) == ["reason"]

    def test_twice_is_a_conflict(self, start, cast):
        case = start("approval")
        services.cancel_instance(instance_id=case.pk, reason="one", actor=cast.admin)
        with Unchanged(case), pytest.raises(Conflict):
            services.cancel_instance(instance_id=case.pk, reason="two", actor=cast.admin)

    def test_readers_may_not_and_strangers_do_not_find_it(self, start, cast):
        case = start("approval")
        with Unchanged(case), pytest.raises(PermissionDenied):
            services.cancel_instance(instance_id=case.pk, reason="no", actor=cast.rep1)
        with Unchanged(case), pytest.raises(ProcessInstance.DoesNotExist):
            services.cancel_instance(instance_id=case.pk, reason="no", actor=cast.legal)

    def test_a_domain_service_ends_it_on_behalf_of_its_person(self, start, cast):
        case = start("approval")
        services.cancel_instance(
            instance_id=case.pk, reason="void", actor=SystemActor("tests.void"), on_behalf_of=cast.rep1
        )
        event = HistoryEvent.objects.get(instance=case, kind="cancelled")
        assert (event.actor, event.actor_label, event.on_behalf_of) == (None, "tests.void", cast.rep1)


class TestSuspend:
    def test_resuming_restores_what_it_was(self, start, cast):
        case = start("renaming")
        item = open_item(case, "ask")
        services.complete_work_item(work_item_id=item.pk, actor=cast.rep1, data={"name": "fail"})
        services.suspend_instance(instance_id=case.pk, reason="wait", actor=cast.admin)
        case.refresh_from_db()
        assert case.status == "suspended"
        services.resume_instance(instance_id=case.pk, actor=cast.admin)
        case.refresh_from_db()
        assert case.status == "waiting_incident"

    def test_only_what_runs_is_suspended_and_only_what_is_suspended_resumed(self, start, cast):
        case = start("approval")
        with Unchanged(case), pytest.raises(Conflict):
            services.resume_instance(instance_id=case.pk, actor=cast.admin)
        services.suspend_instance(instance_id=case.pk, reason="wait", actor=cast.admin)
        with Unchanged(case), pytest.raises(Conflict):
            services.suspend_instance(instance_id=case.pk, reason="wait", actor=cast.admin)

    def test_a_suspended_case_can_be_cancelled(self, start, cast):
        case = start("approval")
        services.suspend_instance(instance_id=case.pk, reason="wait", actor=cast.admin)
        services.cancel_instance(instance_id=case.pk, reason="over", actor=cast.admin)
        case.refresh_from_db()
        assert case.status == "cancelled"

    def test_others_may_not(self, start, cast):
        case = start("approval")
        with Unchanged(case), pytest.raises(PermissionDenied):
            services.suspend_instance(instance_id=case.pk, reason="no", actor=cast.rep1)


def test_the_step_sees_the_business_row_as_it_is_now(start, subject, cast):
    case = start("approval")
    Department.objects.filter(pk=subject.pk).update(name="改过的名")
    services.complete_work_item(
        work_item_id=open_item(case, "draft").pk, actor=cast.rep1, data={"amount": "1"}
    )
    assert open_item(case, "review").subject_title == "改过的名"
    case.refresh_from_db()
    assert case.subject_title == "改过的名"
