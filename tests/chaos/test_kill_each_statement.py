"""A process killed at every statement of every kind of step: case and business row always agree.

Set-up happens before the fork, so that each death falls into the step itself.
"""

import pytest
from django.db import transaction

from core.models import Department
from tests.chaos.dying import Kind, kill_everywhere
from tests.workflows import diagrams
from tests.workflows.conftest import open_item, publish_diagram
from tests.workflows.engine.drawing import Drawing
from tests.workflows.running import ABOUT_DEPARTMENT, Hand, each, event, publish_drawing, user
from workflows import services
from workflows.models import Incident, Job, ProcessInstance, WorkItem

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

LEAST_KILLS = 200


def status_and_name(case: ProcessInstance, row: Department) -> tuple[str, str]:
    return (
        ProcessInstance.objects.values_list("status", flat=True).get(pk=case.pk),
        Department.objects.values_list("name", flat=True).get(pk=row.pk),
    )


class Makers:
    """Builds each kind on a department of its own, so that none disturbs another."""

    def __init__(self, start, cast) -> None:
        self.start, self.cast = start, cast
        team = Department.objects.get(code="sales1")
        self.rows = (
            Department.objects.create(code=f"row{number}", name=f"部门{number}", parent=team)
            for number in range(20)
        )

    def kinds(self) -> list[Kind]:
        return [
            self.start_with_business_row(),
            self.claim(),
            self.release(),
            self.complete(),
            self.complete_with_operation(),
            self.complete_with_work_form(),
            self.complete_with_failure(),
            self.retry(),
            self.retry_in_vain(),
            self.cancel(),
            self.suspend(),
            self.resume(),
            self.continuation(),
            self.decide_and_end(),
            self.last_of_several_in_a_called_process(),
            self.error_that_an_event_catches(),
        ]

    def start_with_business_row(self) -> Kind:
        row = next(self.rows)
        publish_diagram("approval", diagrams.APPROVAL)

        def deed() -> None:
            with transaction.atomic():
                Department.objects.filter(pk=row.pk).update(name="submitted")
                services.start_process(definition_key="approval", subject=row, actor=self.cast.rep1)

        def look() -> tuple[str, int, int]:
            items = WorkItem.objects.filter(subject_id=str(row.pk), element="draft").count()
            cases = ProcessInstance.objects.filter(subject_id=str(row.pk)).count()
            return (Department.objects.get(pk=row.pk).name, cases, items)

        return Kind("start", deed, look, ("submitted", 1, 1))

    def claim(self) -> Kind:
        case = self.start("approval", about=next(self.rows))
        item = open_item(case, "draft")
        return Kind(
            "claim",
            lambda: services.claim_work_item(work_item_id=item.pk, actor=self.cast.rep2),
            lambda: self._assignee_and_events(item),
            (self.cast.rep2.pk, 2),
        )

    def release(self) -> Kind:
        case = self.start("approval", about=next(self.rows))
        item = open_item(case, "draft")
        services.claim_work_item(work_item_id=item.pk, actor=self.cast.rep2)
        return Kind(
            "release",
            lambda: services.release_work_item(work_item_id=item.pk, actor=self.cast.rep2),
            lambda: self._assignee_and_events(item),
            (None, 3),
        )

    def complete(self) -> Kind:
        case = self.start("approval", about=next(self.rows))
        item = open_item(case, "draft")
        return Kind(
            "complete",
            lambda: services.complete_work_item(
                work_item_id=item.pk, actor=self.cast.rep1, data={"amount": "5"}
            ),
            lambda: self._steps(case),
            {"draft": "completed", "review": "open"},
        )

    def complete_with_operation(self) -> Kind:
        case, item, row = self._renaming()
        return Kind(
            "complete with operation",
            lambda: services.complete_work_item(
                work_item_id=item.pk, actor=self.cast.rep1, data={"name": "renamed"}
            ),
            lambda: (self._steps(case), status_and_name(case, row)),
            ({"ask": "completed", "check": "open"}, ("active", "renamed")),
        )

    def complete_with_work_form(self) -> Kind:
        row = next(self.rows)
        case = self.start("formed", about=row)
        item = open_item(case, "fill")
        return Kind(
            "complete with form",
            lambda: services.complete_work_item(
                work_item_id=item.pk, actor=self.cast.rep1, data={"name": "filled"}
            ),
            lambda: status_and_name(case, row),
            ("completed", "filled"),
        )

    def complete_with_failure(self) -> Kind:
        case, item, row = self._renaming()
        name = row.name
        return Kind(
            "complete with failure",
            lambda: services.complete_work_item(
                work_item_id=item.pk, actor=self.cast.rep1, data={"name": "fail"}
            ),
            lambda: (self._steps(case), status_and_name(case, row), self._incidents(case)),
            ({"ask": "completed"}, ("waiting_incident", name), ["open"]),
        )

    def retry(self) -> Kind:
        case, item, row = self._renaming()
        services.complete_work_item(work_item_id=item.pk, actor=self.cast.rep1, data={"name": "fail once"})
        Department.objects.filter(pk=row.pk).update(name="mended")
        incident = Incident.objects.get(instance=case)
        return Kind(
            "retry",
            lambda: services.retry_incident(incident_id=incident.pk, actor=self.cast.admin),
            lambda: (self._incidents(case), status_and_name(case, row)),
            (["resolved"], ("active", "fail once")),
        )

    def retry_in_vain(self) -> Kind:
        case, item, _row = self._renaming()
        services.complete_work_item(work_item_id=item.pk, actor=self.cast.rep1, data={"name": "fail"})
        incident = Incident.objects.get(instance=case)
        return Kind(
            "retry in vain",
            lambda: services.retry_incident(incident_id=incident.pk, actor=self.cast.admin),
            lambda: Incident.objects.values_list("status", "attempts").get(pk=incident.pk),
            ("open", 2),
        )

    def cancel(self) -> Kind:
        row = next(self.rows)
        case = self.start("approval", about=row)
        name = row.name
        return Kind(
            "cancel",
            lambda: services.cancel_instance(instance_id=case.pk, reason="over", actor=self.cast.admin),
            lambda: (self._steps(case), status_and_name(case, row)),
            ({"draft": "cancelled"}, ("cancelled", f"{name} cancelled")),
        )

    def suspend(self) -> Kind:
        row = next(self.rows)
        case = self.start("approval", about=row)
        return Kind(
            "suspend",
            lambda: services.suspend_instance(instance_id=case.pk, reason="wait", actor=self.cast.admin),
            lambda: status_and_name(case, row)[0],
            "suspended",
        )

    def resume(self) -> Kind:
        case = self.start("parallel")
        services.suspend_instance(instance_id=case.pk, reason="wait", actor=self.cast.admin)
        return Kind(
            "resume",
            lambda: services.resume_instance(instance_id=case.pk, actor=self.cast.admin),
            lambda: ProcessInstance.objects.get(pk=case.pk).status,
            "active",
        )

    def continuation(self) -> Kind:
        case = self.start("long_run")
        services.complete_work_item(work_item_id=open_item(case, "go").pk, actor=self.cast.rep1)
        job = Job.objects.get(instance=case)
        return Kind(
            "continuation",
            lambda: services.run_job(job_id=job.pk),
            lambda: (Job.objects.get(pk=job.pk).status, self._steps(case)),
            ("done", {"go": "completed", "rest": "open"}),
        )

    def decide_and_end(self) -> Kind:
        row = next(self.rows)
        case = self.start("approval", about=row)
        services.complete_work_item(
            work_item_id=open_item(case, "draft").pk, actor=self.cast.rep1, data={"amount": "5"}
        )
        item = open_item(case, "review")
        return Kind(
            "decide and end",
            lambda: services.complete_work_item(
                work_item_id=item.pk, actor=self.cast.manager1, outcome="approve"
            ),
            lambda: (self._steps(case), status_and_name(case, row)),
            ({"draft": "completed", "review": "completed"}, ("completed", "approved")),
        )

    def last_of_several_in_a_called_process(self) -> Kind:
        """The last signature of a called process, then its operation, then the caller's next people."""
        row = next(self.rows)
        called = Drawing("signing", extensions=ABOUT_DEPARTMENT).start("s").end("e")
        user(called, "sign", inner=each('["rep1", "rep2"]', "signer"))
        called.service("charge", "tests.charge", account="'fine'").chain("s", "sign", "charge", "e")
        publish_drawing(called)
        caller = Drawing("caller", extensions=ABOUT_DEPARTMENT).start().end()
        caller.element("callActivity", "call", calledElement="signing")
        user(caller, "after", inner=each("[1, 2, 3]", "number"))
        publish_drawing(caller.chain("start", "call", "after", "end"))
        hand = Hand.start("caller", self.cast.rep1, subject=row).do("call/sign#0", self.cast.rep1)
        item = hand.open["call/sign#1"]
        return Kind(
            "last of several in a called process",
            lambda: services.complete_work_item(work_item_id=item.pk, actor=self.cast.rep2),
            lambda: (sorted(hand.open), status_and_name(hand.instance, row)),
            (["after#0", "after#1", "after#2"], ("active", "charged fine")),
        )

    def error_that_an_event_catches(self) -> Kind:
        row = next(self.rows)
        name = row.name
        drawing = Drawing("charging", extensions=ABOUT_DEPARTMENT).start().end()
        user(drawing, "ask").service("charge", "tests.charge", account="'declined'")
        drawing.add(event("boundaryEvent", "on_declined", "error", "declined", attachedToRef="charge"))
        user(drawing, "mend").chain("start", "ask", "charge", "end").chain("on_declined", "mend", "end")
        publish_drawing(drawing)
        hand = Hand.start("charging", self.cast.rep1, subject=row)
        item = hand.open["ask"]
        return Kind(
            "error that an event catches",
            lambda: services.complete_work_item(work_item_id=item.pk, actor=self.cast.rep1),
            lambda: (sorted(hand.open), status_and_name(hand.instance, row)),
            (["mend"], ("active", name)),
        )

    def _renaming(self) -> tuple[ProcessInstance, WorkItem, Department]:
        row = next(self.rows)
        case = self.start("renaming", about=row)
        return case, open_item(case, "ask"), row

    def _steps(self, case: ProcessInstance) -> dict[str, str]:
        return dict(WorkItem.objects.filter(instance=case).order_by("pk").values_list("element", "status"))

    def _incidents(self, case: ProcessInstance) -> list[str]:
        return list(Incident.objects.filter(instance=case).values_list("status", flat=True))

    def _assignee_and_events(self, item: WorkItem) -> tuple[int | None, int]:
        item = WorkItem.objects.select_related("instance").get(pk=item.pk)
        assert item.instance.last_event == item.instance.events.count()
        return item.assignee_id, item.instance.last_event


@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.long)])
def test_case_and_business_row_agree_wherever_the_process_dies(start, cast, monkeypatch, every):
    monkeypatch.setattr("workflows.services.rows.wake_workers", lambda job_ids: None)
    kills = {kind.name: kill_everywhere(kind, every=every) for kind in Makers(start, cast).kinds()}
    assert sum(kills.values()) >= LEAST_KILLS // every, kills
    assert min(kills.values()) >= 7 // every, "each kind dies at its lock, its writing and its commit"
