"""What the contract's process calls fails: before, amid and after its writes, or because a rule says no.

The case is a real one and runs through the services. What should have happened is not written down here: each
step is first done without the fault and undone again, and the mended one must come to the same rows.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DataError
from django.urls import reverse

from contracts import services
from contracts.models import Contract
from core import clock
from core.errors import ApplicationError, Conflict
from core.models import Document
from tests.contracts.test_editor import form_of
from tests.processes.failing import (
    MOMENTS,
    BrokenError,
    Fault,
    broken_form,
    broken_operation,
    business,
    outcome,
    same,
    would_come_to,
)
from tests.processes.walk import LARGE, SMALL, Walk, settle
from tests.tiers import sampled
from workflows.audit import audit
from workflows.definitions import definition_of
from workflows.models import HistoryEvent, Incident, ProcessInstance, WorkItem
from workflows.services import cancel_instance, retry_incident


def appraise(walk: Walk, outcome: str = "approve", comment: str = "") -> None:
    """The next of the panel speaks."""
    items = WorkItem.objects.filter(instance=walk.case, element="panel_review", status="open")
    item = items.earliest("pk")
    walk.appraise(item.role, item.role, outcome, comment)


# How each step is done; by default it agrees.
STEPS: dict[str, Callable[..., None]] = {
    "draft_contract": Walk.submit,
    "manager_review": Walk.manager,
    "legal_review": Walk.legal,
    "panel_review": appraise,
    "finance_review": Walk.finance,
    "gm_review": Walk.gm,
    "seal_contract": Walk.seal,
    "record_signature": lambda walk: walk.sign(scan=SimpleUploadedFile("scan.pdf", b"%PDF-1.7 signed")),
    "press_signature": Walk.director,
}
REASON = "付款计划不合理"
# Only contracts that deviate come there.
NEGOTIATED = ("legal_review", "panel_review")


@dataclass(frozen=True)
class Deed:
    """What a person does at a step, and which operation the case then runs at which element."""

    step: str
    outcome: str = "approve"
    price: str = SMALL
    operation: str = ""
    element: str = ""
    rule: str = "on_signature"

    def __str__(self) -> str:
        return f"{self.step}-{self.outcome}-{self.element}".rstrip("-")

    def do(self, walk: Walk) -> None:
        if self.outcome == "approve":
            STEPS[self.step](walk)
        else:
            STEPS[self.step](walk, self.outcome, REASON)


# Every operation, by every way that leads to it.
OPERATIONS = [
    Deed("draft_contract", operation="contracts.submit_contract", element="submit_contract"),
    Deed("manager_review", "return", operation="contracts.return_contract", element="return_contract"),
    Deed("finance_review", "return", operation="contracts.return_contract", element="return_contract"),
    Deed("gm_review", "return", LARGE, "contracts.return_contract", "return_contract"),
    Deed("manager_review", "reject", operation="contracts.reject_contract", element="reject_by_manager"),
    Deed("legal_review", "reject", operation="contracts.reject_contract", element="reject_by_legal"),
    Deed("finance_review", "reject", operation="contracts.reject_contract", element="reject_by_finance"),
    Deed("panel_review", operation="contracts.conclude_appraisal", element="conclude_appraisal"),
    Deed("gm_review", "reject", LARGE, "contracts.reject_contract", "reject_by_gm"),
    Deed("finance_review", "approve", LARGE, "contracts.appraise_contract", "appraise_contract"),
    Deed("finance_review", operation="contracts.approve_contract", element="approve_contract"),
    Deed("gm_review", "approve", LARGE, "contracts.approve_contract", "approve_contract"),
    Deed("press_signature", "press", SMALL, "contracts.remind_signature", "urge_signature"),
    Deed("press_signature", "void", SMALL, "contracts.give_up_contract", "give_up_contract"),
    Deed(
        "record_signature",
        operation="contracts.check_first_payment",
        element="check_first_payment",
        rule="on_first_payment",
    ),
    Deed("record_signature", operation="contracts.activate_contract", element="activate_contract"),
]
# These look and change nothing.
READING = ("contracts.check_first_payment",)
# How long ago the seal was put on: by now the director is asked.
LONG_AGO = timedelta(days=31)
# Every form of the process, at every step that shows it.
FORMS = [
    Deed("draft_contract", operation="contracts.draft_contract"),
    Deed("manager_review", operation="contracts.review_contract"),
    Deed("legal_review", operation="contracts.review_contract"),
    Deed("finance_review", "return", operation="contracts.review_contract"),
    Deed("panel_review", operation="contracts.panel_review"),
    Deed("gm_review", "reject", LARGE, "contracts.review_contract"),
    Deed("seal_contract", operation="contracts.seal_contract"),
    Deed("record_signature", operation="contracts.record_signature"),
]


def fails(operation: str, moment: str, error: Exception | None = None) -> Fault:
    return Fault(moment, error, writes=operation not in READING)


def stored(walk: Walk) -> dict[str, Any]:
    """Every row to the last column: two equal ones mean that nothing at all was changed."""
    return {
        **business(),
        "case": list(ProcessInstance.objects.filter(pk=walk.case.pk).values()),
        "items": list(WorkItem.objects.filter(instance=walk.case).order_by("pk").values()),
        "history": list(HistoryEvent.objects.filter(instance=walk.case).order_by("seq").values()),
        "incidents": list(Incident.objects.filter(instance=walk.case).order_by("pk").values()),
    }


def carried_to(company: Any, step: str, price: str = SMALL, rule: str = "on_signature") -> Walk:
    """A contract of its own, whose next step is the named one."""
    if step == "press_signature":
        with clock.travel(-LONG_AGO):
            walk = carried_to(company, "record_signature", price, rule)
        settle()
        return walk
    walk = Walk(company, price, rule=rule)
    if step in NEGOTIATED:
        walk.deviate()
    # Of a panel the last one is to speak.
    while waiting_at(walk).count(step) != 1:
        STEPS[waiting_at(walk)[0]](walk)
    return walk


def waiting_at(walk: Walk) -> list[str]:
    items = WorkItem.objects.filter(instance=walk.case, status="open").order_by("pk")
    return list(items.values_list("element", flat=True))


def incident_of(walk: Walk) -> Incident:
    return Incident.objects.get(instance=walk.case, status="open")


# What happens by itself: a moment that comes, money that is confirmed -------------------------------


@dataclass(frozen=True)
class Moment:
    """Something that sets an operation off while nobody stands before it, and a contract that waits for it."""

    what: str
    operation: str
    element: str
    waiting: Callable[[Any], Walk]

    def __str__(self) -> str:
        return self.what


def unsigned(company: Any) -> Walk:
    with clock.travel(timedelta(days=-16)):
        return carried_to(company, "record_signature")


def signed(company: Any, rule: str, days_ago: int = 0, **fields: Any) -> Walk:
    with clock.travel(timedelta(days=-days_ago)):
        walk = Walk(company, rule=rule, **fields)
        walk.sealed()
        walk.sign()
        return walk


def unpaid(company: Any) -> Walk:
    return signed(company, "on_first_payment", days_ago=31)


def paid(company: Any) -> Walk:
    """The money is confirmed, the case has not heard of it yet."""
    walk = signed(company, "on_first_payment")
    services.confirm_payment(payment_id=walk.record().pk, actor=company.finance2)
    return walk


def on_its_day(company: Any) -> Walk:
    return signed(company, "on_date", days_ago=9, effective_due_on=clock.today() - timedelta(days=2))


BY_ITSELF = [
    Moment("15 days", "contracts.remind_signature", "remind_signature", unsigned),
    Moment("30 days unpaid", "contracts.remind_first_payment", "remind_first_payment", unpaid),
    Moment("money", "contracts.check_first_payment", "check_first_payment", paid),
    Moment("money counts", "contracts.activate_contract", "activate_contract", paid),
    Moment("its day", "contracts.activate_contract", "activate_contract", on_its_day),
]


# The tests ----------------------------------------------------------------------------------------


def test_every_operation_and_every_form_of_the_diagram_is_tried(company):
    walk = Walk(company)
    elements = definition_of(walk.case.version_id).elements.values()
    called = {(one.id, one.operation) for one in elements if one.operation}
    by_itself = {(moment.element, moment.operation) for moment in BY_ITSELF}
    shown = {(one.id, one.work_form) for one in elements if one.work_form}
    assert {(deed.element, deed.operation) for deed in OPERATIONS} | by_itself == called
    assert {(deed.step, deed.operation) for deed in FORMS} == shown


@pytest.mark.parametrize("moment", sampled(reversed(MOMENTS), every=4))
@pytest.mark.parametrize("deed", OPERATIONS, ids=str)
def test_a_failing_operation_holds_the_case_and_is_mended_by_a_retry(company, deed, moment):
    walk = carried_to(company, deed.step, deed.price, deed.rule)
    expected = would_come_to(lambda: deed.do(walk))
    item = WorkItem.objects.get(instance=walk.case, status="open", element=deed.step)
    # The signature waits on while the director presses for it.
    beside = ["record_signature"] if deed.outcome == "press" else []
    fault = fails(deed.operation, moment)

    with broken_operation(deed.operation, fault):
        deed.do(walk)

    # What the person did is kept: the item, its line in the history, what its form wrote.
    item.refresh_from_db()
    assert item.status == WorkItem.Status.COMPLETED
    done = HistoryEvent.objects.get(
        instance=walk.case, kind="completed", element=deed.step, actor=item.completed_by
    )
    assert done.outcome == item.outcome
    assert done.comment == ("" if deed.outcome == "approve" else REASON)
    # The operation has changed nothing, and one open incident holds the token.
    assert len(fault.found) == 1
    assert business() == fault.found[0]
    incident = incident_of(walk)
    assert incident.element == deed.element
    assert incident.error_type == ("DataError" if moment == "in the database" else "BrokenError")
    assert incident.attempts == 1
    walk.case.refresh_from_db()
    assert (walk.case.status, walk.case.open_rows) == ("waiting_incident", 1 + len(beside))
    assert waiting_at(walk) == beside
    assert audit() == []

    # Tried again too early, it fails again and changes nothing.
    with broken_operation(deed.operation, fault):
        retry_incident(incident_id=incident.pk, actor=company.admin)
    assert business() == fault.found[0] == fault.found[1]
    assert incident_of(walk).attempts == 2
    assert audit() == []

    # Mended: the very rows that there would have been without the failure.
    retry_incident(incident_id=incident.pk, actor=company.admin)
    same(outcome(), expected)
    assert not Incident.objects.filter(instance=walk.case, status="open").exists()
    assert audit() == []
    with pytest.raises(Conflict):
        retry_incident(incident_id=incident.pk, actor=company.admin)
    same(outcome(), expected)


@pytest.mark.parametrize("moment", [*MOMENTS, "refused"])
@pytest.mark.parametrize("what", BY_ITSELF, ids=str)
def test_what_happens_by_itself_is_held_when_it_fails_and_mended_by_a_retry(company, what, moment):
    """Also a refusal is held: nobody stands there who could be told."""
    walk = what.waiting(company)
    expected = would_come_to(settle)
    refusal = ApplicationError("客户在黑名单上。") if moment == "refused" else None
    fault = fails(what.operation, "after" if moment == "refused" else moment, refusal)

    with broken_operation(what.operation, fault):
        settle()
    assert len(fault.found) == 1
    assert business() == fault.found[0]
    incident = incident_of(walk)
    assert (incident.element, incident.attempts) == (what.element, 1)
    assert audit() == []

    # Coming again changes nothing: the moment has passed, the message was heard.
    settle()
    assert business() == fault.found[0]

    retry_incident(incident_id=incident.pk, actor=company.admin)
    settle()
    same(outcome(), expected)
    assert audit() == []


@pytest.mark.parametrize("moment", sampled(reversed(MOMENTS), every=2))
@pytest.mark.parametrize("deed", FORMS, ids=str)
def test_a_failing_form_changes_nothing_and_the_task_is_done_again(company, deed, moment):
    walk = carried_to(company, deed.step, deed.price)
    expected = would_come_to(lambda: deed.do(walk))
    before = stored(walk)
    fault = Fault(moment, writes=deed.operation != "contracts.draft_contract")
    expects = DataError if moment == "in the database" else BrokenError

    with broken_form(deed.operation, fault), pytest.raises(expects):
        deed.do(walk)
    assert len(fault.found) == 1
    assert stored(walk) == before
    assert deed.step in waiting_at(walk)
    assert audit() == []

    deed.do(walk)
    same(outcome(), expected)
    assert audit() == []
    with pytest.raises(WorkItem.DoesNotExist):
        deed.do(walk)


@pytest.mark.parametrize("deed", OPERATIONS, ids=str)
def test_a_refusal_after_its_writes_undoes_the_whole_step_and_says_why(company, deed):
    walk = carried_to(company, deed.step, deed.price, deed.rule)
    expected = would_come_to(lambda: deed.do(walk))
    before = stored(walk)
    fault = fails(deed.operation, "after", ApplicationError("客户在黑名单上，请先联系法务。"))

    with broken_operation(deed.operation, fault), pytest.raises(ApplicationError, match="黑名单"):
        deed.do(walk)
    assert len(fault.found) == 1
    assert stored(walk) == before
    assert deed.step in waiting_at(walk)
    assert audit() == []

    deed.do(walk)
    same(outcome(), expected)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ApplicationError("客户在黑名单上，请先联系法务。"), 400),
        (Conflict("客户在黑名单上，请先联系法务。"), 409),
        (ValidationError("客户在黑名单上，请先联系法务。"), 400),
        (PermissionDenied("客户在黑名单上，请先联系法务。"), 403),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, Exception) else "",
)
def test_the_reviewer_reads_on_the_page_why_it_was_refused(company, client, error, status):
    walk = carried_to(company, "finance_review", SMALL)
    before = stored(walk)
    client.force_login(company.finance)
    with broken_operation("contracts.approve_contract", Fault("after", error)):
        answer = client.post(complete_url(walk), {"outcome": "approve", "comment": "付款条件无异议"})
    assert answer.status_code == status
    page = answer.content.decode()
    if status != 403:
        assert "客户在黑名单上，请先联系法务。" in page
    assert stored(walk) == before


class TestOnThePages:
    """The same failures, as people meet them."""

    def test_a_reviewer_reads_that_the_next_step_failed_and_the_administrator_retries_it(
        self, company, client
    ):
        walk = carried_to(company, "finance_review", SMALL)
        expected = would_come_to(lambda: walk.finance("approve", "付款条件无异议"))
        client.force_login(company.finance)
        with broken_operation("contracts.approve_contract", Fault("after")):
            answer = client.post(
                complete_url(walk), {"outcome": "approve", "comment": "付款条件无异议"}, follow=True
            )
        assert "已提交，但下一环节出现异常" in answer.content.decode()
        assert Contract.objects.get(pk=walk.contract.pk).state == "reviewing"

        client.force_login(company.admin)
        assert "the machine is on fire" in client.get(reverse("workflows:incident-list")).content.decode()
        client.post(reverse("workflows:incident-retry", args=[incident_of(walk).pk]))
        same(outcome(), expected)
        assert audit() == []

    def test_a_drafter_is_not_told_a_number_that_there_is_not(self, company, client):
        walk = Walk(company)
        client.force_login(company.rep1)
        with broken_operation("contracts.submit_contract", Fault("after")):
            page = client.post(edit_url(walk), typed(walk), follow=True).content.decode()
        assert "None" not in page
        assert "已提交，但下一环节出现异常" in page
        assert Contract.objects.get(pk=walk.contract.pk).no is None

        # Whoever submits once more hears where it stands; nothing happens twice.
        before = stored(walk)
        answer = client.post(edit_url(walk), typed(walk))
        assert answer.status_code == 409
        assert "该合同已提交" in answer.content.decode()
        # (The draft itself is saved each time.)
        after = stored(walk)
        assert all(after[name] == before[name] for name in ("case", "items", "history", "incidents"))
        assert all(after[name] == before[name] for name in ("ContractVersion", "NumberRule"))

        retry_incident(incident_id=incident_of(walk).pk, actor=company.admin)
        walk.stands("reviewing", "manager_review")
        assert walk.contract.no.endswith("-0001")

    def test_a_failing_form_answers_with_a_page_and_takes_the_task_the_second_time(self, company, client):
        walk = carried_to(company, "seal_contract", SMALL)
        before = stored(walk)
        client.force_login(company.seal)
        client.raise_request_exception = False
        answers = {"f-seal_kind": "contract", "f-copies": "2", "f-cross_page": "on"}
        with broken_form("contracts.seal_contract", Fault("amid")):
            answer = client.post(complete_url(walk), answers)
        assert answer.status_code == 500
        assert "fire" not in answer.content.decode()
        assert stored(walk) == before

        assert client.post(complete_url(walk), answers).status_code == 302
        walk.stands("signing", "record_signature")
        assert walk.contract.seal_records.count() == 1


class TestWhileItIsHeld:
    def test_others_get_the_number_and_none_is_lost(self, company):
        held, other = Walk(company), Walk(company)
        with broken_operation("contracts.submit_contract", Fault("after")):
            held.submit()
        other.submit()
        retry_incident(incident_id=incident_of(held).pk, actor=company.admin)
        assert other.contract_now().no.endswith("-0001")
        assert held.contract_now().no.endswith("-0002")

    @pytest.mark.parametrize("deed", OPERATIONS[:-1], ids=str)
    def test_it_can_be_given_up(self, company, deed):
        walk = carried_to(company, deed.step, deed.price, deed.rule)
        with broken_operation(deed.operation, fails(deed.operation, "after")):
            deed.do(walk)
        cancel_instance(instance_id=walk.case.pk, reason="客户取消", actor=company.admin)
        is_signed = deed.step == "record_signature"
        walk.stands("terminated" if is_signed else "voided", case="cancelled")
        assert Incident.objects.get(instance=walk.case).status == "cancelled"
        assert audit() == []

    def test_a_signed_contract_is_not_given_up_with_its_case(self, company):
        deed = OPERATIONS[-1]
        walk = carried_to(company, deed.step, deed.price)
        with broken_operation(deed.operation, fails(deed.operation, "after")):
            deed.do(walk)
        with pytest.raises(Conflict):
            services.void_contract(contract_id=walk.contract.pk, reason="取消", actor=company.director)
        assert walk.contract_now().state == "signed"
        assert incident_of(walk).element == "activate_contract"
        assert audit() == []


def test_when_everything_fails_once_the_contract_still_takes_effect_once(company):
    """A negotiated contract, returned once, then approved by everybody: each operation fails at first."""
    walk = Walk(company, LARGE)
    walk.deviate()
    agreed = [deed for deed in OPERATIONS if deed.outcome == "approve" and deed.rule == "on_signature"]
    # Finance passes a large contract on to those who appraise it, and does not approve it.
    after = {deed.step: deed for deed in agreed if (deed.step, deed.price) != ("finance_review", SMALL)}
    returned = OPERATIONS[1]

    def steps() -> Iterator[Deed]:
        """What is done next; no operation follows as long as others of the panel have to speak."""
        number = 0
        while waiting := waiting_at(walk):
            step = waiting[0]
            is_last = waiting.count(step) == 1
            yield returned if number == 1 else (after.get(step) if is_last else None) or Deed(step)
            number += 1

    def whole_way() -> None:
        for deed in steps():
            deed.do(walk)

    expected = would_come_to(whole_way)
    failed = []
    for deed in steps():
        if not deed.operation:
            deed.do(walk)
            continue
        moment = MOMENTS[len(failed) % len(MOMENTS)]
        with broken_operation(deed.operation, fails(deed.operation, moment)):
            deed.do(walk)
        retry_incident(incident_id=incident_of(walk).pk, actor=company.admin)
        failed.append(deed.element)
    assert failed == [
        "submit_contract",
        "return_contract",
        "submit_contract",
        "appraise_contract",
        "conclude_appraisal",
        "approve_contract",
        "activate_contract",
    ]
    walk.stands("active", case="completed")
    same(outcome(), expected)
    assert Document.objects.filter(kind="signed_contract").count() == 1
    assert audit() == []


def complete_url(walk: Walk) -> str:
    item = WorkItem.objects.get(instance=walk.case, status="open")
    return reverse("workflows:work-item-complete", args=[item.pk], query={"box": "queue"})


def edit_url(walk: Walk) -> str:
    return reverse("contracts:contract-edit", args=[walk.contract.pk])


def typed(walk: Walk) -> dict[str, Any]:
    """The editor's form as the browser sends it, unchanged, with the button that submits."""
    contract = walk.contract_now()
    return form_of(contract, plan=(("10", SMALL),), action="submit")
