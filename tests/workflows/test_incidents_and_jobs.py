"""What happens after a failure, and when a run of automatic steps is cut."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from core import clock
from core.errors import ApplicationError, Conflict
from core.models import Department
from tests.workflows.conftest import Unchanged, open_item
from tests.workflows.diagrams import LONG_RUN_STEPS
from workflows import services
from workflows.audit import audit
from workflows.models import HistoryEvent, Incident, Job, ProcessInstance
from workflows.services import jobs


@pytest.fixture
def held(start, cast):
    """A case held at an operation that works once the department is called "mended"."""
    case = start("renaming")
    services.complete_work_item(
        work_item_id=open_item(case, "ask").pk, actor=cast.rep1, data={"name": "fail once"}
    )
    return case


@pytest.fixture
def incident(held):
    return Incident.objects.get(instance=held)


class TestRetry:
    def test_goes_on_when_the_cause_is_mended(self, held, incident, subject, cast):
        Department.objects.filter(pk=subject.pk).update(name="mended")
        services.retry_incident(incident_id=incident.pk, actor=cast.admin)
        incident.refresh_from_db()
        held.refresh_from_db()
        subject.refresh_from_db()
        assert (incident.status, incident.closed_by) == ("resolved", cast.admin)
        assert incident.closed_at is not None
        assert (held.status, subject.name) == ("active", "fail once")
        assert open_item(held, "check")
        assert HistoryEvent.objects.get(instance=held, kind="retried").actor == cast.admin

    def test_counts_another_failure_and_stays_held(self, held, incident, subject, cast):
        services.retry_incident(incident_id=incident.pk, actor=cast.admin)
        incident.refresh_from_db()
        held.refresh_from_db()
        subject.refresh_from_db()
        assert (incident.status, incident.attempts) == ("open", 2)
        assert (held.status, subject.name) == ("waiting_incident", "销售一部")
        assert audit() == []

    def test_says_who_dealt_with_it_before(self, held, incident, subject, cast):
        Department.objects.filter(pk=subject.pk).update(name="mended")
        services.retry_incident(incident_id=incident.pk, actor=cast.admin)
        with Unchanged(held), pytest.raises(Conflict, match="贺明"):
            services.retry_incident(incident_id=incident.pk, actor=cast.admin)

    def test_a_refusal_of_the_domain_changes_nothing(self, start, cast, subject):
        case = start("renaming")
        item = open_item(case, "ask")
        services.set_allowed_operations(definition_key="renaming", operations=[], actor=cast.admin)
        services.complete_work_item(work_item_id=item.pk, actor=cast.rep1, data={"name": "refuse"})
        services.set_allowed_operations(
            definition_key="renaming", operations=["tests.rename"], actor=cast.admin
        )
        held = Incident.objects.get(instance=case)
        with Unchanged(case), pytest.raises(ApplicationError, match="refused"):
            services.retry_incident(incident_id=held.pk, actor=cast.admin)

    def test_others_may_not(self, held, incident, cast):
        with Unchanged(held), pytest.raises(PermissionDenied):
            services.retry_incident(incident_id=incident.pk, actor=cast.rep1)

    def test_is_refused_while_the_case_is_suspended(self, held, incident, cast):
        services.suspend_instance(instance_id=held.pk, reason="wait", actor=cast.admin)
        with Unchanged(held), pytest.raises(Conflict):
            services.retry_incident(incident_id=incident.pk, actor=cast.admin)

    def test_equal_failures_of_two_cases_are_one_group(self, held, incident, start, cast):
        other = start("renaming", about=Department.objects.get(code="sales2"))
        services.complete_work_item(
            work_item_id=open_item(other, "ask").pk, actor=cast.rep3, data={"name": "fail once"}
        )
        assert Incident.objects.get(instance=other).group_key == incident.group_key


@pytest.fixture
def cut(start, cast, monkeypatch):
    """A case whose run of automatic steps was cut; nothing is sent to a broker."""
    offered: list[int] = []
    monkeypatch.setattr("workflows.services.rows.wake_workers", offered.extend)
    monkeypatch.setattr("workflows.services.jobs.wake_workers", offered.extend)
    case = start("long_run")
    services.complete_work_item(work_item_id=open_item(case, "go").pk, actor=cast.rep1)
    case.refresh_from_db()
    case.offered = offered
    return case


class TestContinuation:
    def test_a_long_run_is_cut_and_goes_on_by_a_job(self, cut):
        job = Job.objects.get(instance=cut)
        assert cut.offered == [job.pk]
        assert (cut.status, cut.open_rows, job.status) == ("active", 1, "open")
        assert audit() == []
        assert services.run_job(job_id=job.pk)
        job.refresh_from_db()
        cut.refresh_from_db()
        assert job.status == "done"
        assert cut.state["vars"]["count"] == LONG_RUN_STEPS
        assert open_item(cut, "rest")
        assert audit() == []

    def test_a_job_offered_twice_runs_once(self, cut):
        job = Job.objects.get(instance=cut)
        services.run_job(job_id=job.pk)
        with Unchanged(cut):
            assert not services.run_job(job_id=job.pk)
            assert not services.run_job(job_id=10**9)

    def test_the_sweeper_offers_what_nobody_has_run(self, cut):
        job = Job.objects.get(instance=cut)
        assert services.sweep_jobs() == 1
        assert services.sweep_jobs() == 0, "it is left alone for a while"
        with clock.travel(jobs.LEASE + timedelta(seconds=1)):
            assert services.sweep_jobs() == 1
        assert cut.offered == [job.pk] * 3

    def test_a_suspended_case_waits(self, cut, cast):
        services.suspend_instance(instance_id=cut.pk, reason="wait", actor=cast.admin)
        job = Job.objects.get(instance=cut)
        assert not services.run_job(job_id=job.pk)
        assert Job.objects.get(pk=job.pk).status == "open"
        services.resume_instance(instance_id=cut.pk, actor=cast.admin)
        assert services.run_job(job_id=job.pk)

    def test_a_crash_postpones_it(self, cut, monkeypatch):
        def crash(*_args: object) -> bool:
            raise RuntimeError("the machine is on fire")

        monkeypatch.setattr(jobs, "_continue", crash)
        job = Job.objects.get(instance=cut)
        with Unchanged(cut), pytest.raises(RuntimeError):
            services.run_job(job_id=job.pk)
        again = Job.objects.get(pk=job.pk)
        assert (again.status, again.attempts) == ("open", 1)
        assert again.due_at > job.due_at

    def test_cancelling_the_case_withdraws_it(self, cut, cast):
        services.cancel_instance(instance_id=cut.pk, reason="over", actor=cast.admin)
        assert Job.objects.get(instance=cut).status == "cancelled"
        assert ProcessInstance.objects.get(pk=cut.pk).open_rows == 0
