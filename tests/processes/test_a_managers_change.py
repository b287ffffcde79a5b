"""A manager changes who approves and until when, in the drawing alone, over the REST API: no program is touched.

For each shipped process: the published diagram is fetched, another approver and another deadline are written into
it, it is imported and published by a second person. What begins then follows it; what runs goes on as it began.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from config.reference import load_all
from core.calendar import current
from core.tokens import create_token
from crm.models import CustomerStatus
from crm.models.status import forget_statuses
from tests.api.conftest import ApiClient
from tests.contracts.debts import owing
from tests.contracts.factory import customer_of
from tests.processes.complaint_walk import ComplaintWalk
from tests.processes.onboarding_walk import OnboardingWalk
from tests.processes.renewal_walk import RenewalWalk
from tests.processes.scenes import collects
from tests.processes.status_walk import StatusWalk, settle
from tests.processes.walk import Walk
from workflows.models import ProcessDefinition, ProcessInstance, WorkItem

DAYS = 7


@dataclass(frozen=True)
class Change:
    """A step and what it asks for; who does it and in how many days, as shipped; who does it from now on.

    ``begin`` starts a case and says how it is brought to the step.
    """

    process: str
    element: str
    by: str
    days: int
    role: str
    begin: Callable[[Any], tuple[ProcessInstance, Callable[[], Any]]]
    outcome: str
    data: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.process


def follow_up(company: Any):
    CustomerStatus.objects.filter(code="quoted").update(needs_approval=True)
    forget_statuses()
    walk = StatusWalk(company)
    return walk.case, lambda: walk.follow_up("advance", in_days=3, to_status="quoted", facts="已发报价单")


def contract(company: Any):
    walk = Walk(company)
    return walk.case, walk.submit


def collection(company: Any):
    customer = customer_of(company.rep1)
    line = owing(company, plan=((-2, "5000.00"),), customer=customer).plan_lines.get()
    settle()
    case = ProcessInstance.objects.get(definition__key="collection", subject_id=str(customer.pk))
    answers = {"result": "disputed", "instalment": str(line.pk), "note": "未上线"}
    return case, collects(company, "rep1", "chase_payment", case=case, **answers)


def onboarding(company: Any):
    walk = OnboardingWalk(company)
    return walk.case, lambda: walk.check("mismatch", "套餐与合同不符")


def complaint(company: Any):
    walk = ComplaintWalk(company)
    return walk.case, walk.until_handled


def renewal(company: Any):
    walk = RenewalWalk(company)

    def do() -> None:
        with walk.at(-60):
            walk.do("rep1", "talk_renewal", "refused", "询盘太少")

    return walk.case, do


CHANGES = [
    Change("customer_status", "approve_status", "manager1", 1, "director", follow_up, "approve"),
    Change("contract_lifecycle", "manager_review", "manager1", 1, "director", contract, "approve"),
    Change(
        "collection",
        "resolve_dispute",
        "manager1",
        10,
        "director",
        collection,
        "release",
        {"until": "", "note": "已上线"},
    ),
    Change("onboarding", "settle_mismatch", "manager1", 2, "director", onboarding, "settled"),
    Change("complaint", "instruct_director", "director", 1, "gm", complaint, "agree"),
    Change("renewal", "win_back", "director", 5, "gm", renewal, "try_again"),
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_another_approver_and_deadline_hold_for_what_begins_then(company, change):
    load_all()
    running, bring = change.begin(company)

    publish(company, change)

    new, bring_new = change.begin(company)
    assert (new.version.number, running.version.number) == (2, 1)
    bring()
    bring_new()
    before, after = waiting(running, change), waiting(new, change)
    assert due_in(before, change.days)
    assert due_in(after, DAYS)
    assert change.by in {before.assignee and before.assignee.username, before.role}
    assert (after.assignee, after.role) == (None, change.role)

    # The new approver does the one, the old approver the other.
    complete(company, change, before, change.by)
    complete(company, change, after, change.role)
    for item in (before, after):
        item.refresh_from_db()
        assert item.status == "completed"


def publish(company: Any, change: Change) -> None:
    """The sales manager draws and the general manager publishes: what came with the program takes four eyes."""
    drawer, second = client(company.manager1), client(company.gm)
    there = f"process-definitions/{change.process}/"
    shipped = drawer.read(f"{there}versions/1/")
    drawing = drawer.read(f"{there}versions/1/bpmn/")
    assert (shipped.status_code, drawing.status_code) == (200, 200)
    body = b"".join(drawing.streaming_content) if drawing.streaming else drawing.content
    bpmn = changed(body.decode(), change)

    imported = drawer.send("POST", "process-definitions/import/", {"bpmn": bpmn})
    assert imported.status_code == 200, imported.content
    # The tables of decisions stay the ones that were published.
    draft = {
        "bpmn": bpmn,
        "revision": imported.json()["processes"][0]["revision"],
        "decisions": shipped.json()["decisions"],
    }
    saved = drawer.send("PUT", f"{there}draft/", draft)
    assert saved.status_code == 200, saved.content
    note = {"note": "审批人和时限调整"}
    assert drawer.send("POST", f"{there}draft/publish/", note).status_code == 403
    assert second.send("POST", f"{there}draft/publish/", note).status_code == 201
    assert ProcessDefinition.objects.get(key=change.process).current_version.number == 2


def changed(bpmn: str, change: Change) -> str:
    """The drawing with another approver and deadline at the step."""
    step = re.search(rf'<bpmn:userTask id="{change.element}".*?</bpmn:userTask>', bpmn, re.DOTALL)
    assert step is not None
    words = re.sub(r"<flow:assign [^>]*/>", "", step[0])
    words, deadlines = re.subn(r'<flow:due in="\w+"', f'<flow:due in="P{DAYS}D"', words)
    assert deadlines == 1
    words = words.replace("<flow:due", f'<flow:assign role="{change.role}"/><flow:due', 1)
    return bpmn.replace(step[0], words)


def waiting(case: ProcessInstance, change: Change) -> WorkItem:
    return WorkItem.objects.get(instance=case, element=change.element, status="open")


def due_in(item: WorkItem, days: int) -> bool:
    return abs(item.due_at - current().add(item.created_at, days, timedelta(0))) < timedelta(minutes=1)


def complete(company: Any, change: Change, item: WorkItem, who: str) -> None:
    body = {"outcome": change.outcome, "comment": "已核实", "data": change.data}
    answer = client(getattr(company, who)).send("POST", f"work-items/{item.pk}/complete/", body)
    assert answer.status_code == 200, answer.content


def client(person: Any) -> ApiClient:
    _row, key = create_token(actor=person)
    return ApiClient(key)
