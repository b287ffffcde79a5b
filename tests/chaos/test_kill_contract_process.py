"""A process killed at every statement of every step of a real contract: contract and case always agree.

Every deed is what a page or the API calls; the rows are the contract's own, with all that belongs to it.
"""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contracts import services
from contracts.models import Contract
from contracts.services.wording import Change
from core import clock
from core.models import Notification, NumberRule
from tests.chaos.dying import Kind, kill_everywhere
from tests.contracts.factory import customer_of, instalments, membership, term
from tests.contracts.test_payments import record
from tests.processes.walk import settle
from workflows.models import ProcessInstance, Subscription, Timer, WorkItem
from workflows.services import cancel_instance, complete_work_item, fire_timer

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

# At every moment; a statement has three.
LEAST_KILLS = 600
SMALL, LARGE = "12800.00", "50000.00"
# At its list price, so that the manager alone reviews it.
CHEAP, CHEAP_PRODUCT = "5980.00", "VIP-B"
PANEL = ("aftersales", "director", "finance", "legal")
TABLES = (
    "contracts_contract",
    "contracts_contractline",
    "contracts_paymentplanline",
    "contracts_contractversion",
    "contracts_contractdecision",
    "contracts_clausechange",
    "contracts_clausedeviation",
    "contracts_sealrecord",
    "contracts_signaturerecord",
    "crm_customer",
    "core_numberrule",
    "core_document",
    "core_auditentry",
    "core_notification",
    "contracts_payment",
    "contracts_allocation",
)
# Which step waits while the contract is in a state, and how its case stands.
AGREED: dict[str, tuple[set[str], str]] = {
    "draft": ({"draft_contract"}, "active"),
    "reviewing": ({"manager_review", "legal_review", "finance_review"}, "active"),
    "appraising": ({"panel_review", "gm_review"}, "active"),
    "approved": ({"seal_contract"}, "active"),
    "signing": ({"record_signature", "press_signature"}, "active"),
    "signed": (set(), "active"),
    "active": (set(), "completed"),
    "rejected": (set(), "completed"),
    "voided": (set(), "cancelled"),
}
# The steps before each, with who does them and what they answer.
STEPS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "draft_contract": ("rep1", "submit", {}),
    "manager_review": ("manager1", "approve", {}),
    "legal_review": ("legal", "approve", {}),
    "finance_review": ("finance", "approve", {}),
    "gm_review": ("gm", "approve", {}),
    "seal_contract": ("seal", "", {"seal_kind": "contract", "copies": "2", "cross_page": "on"}),
}
SIGNATURE = {"customer_signer": "刘经理", "our_signer": "郑国栋", "method": "paper"}

Deed = Callable[[], Any]


class Makers:
    """Builds each kind on a contract of its own, carried to the step that dies."""

    def __init__(self, company: Any) -> None:
        self.company = company

    def kinds(self) -> list[Kind]:
        return [
            self.draft(),
            self.step("draft_contract", "reviewing", "manager_review"),
            self.step("manager_review", "reviewing", "finance_review"),
            self.step("finance_review", "approved", "seal_contract"),
            self.step("finance_review", "appraising", "gm_review", price=LARGE),
            self.step("gm_review", "approved", "seal_contract", price=LARGE),
            self.step("manager_review", "approved", "seal_contract", price=CHEAP),
            self.step("manager_review", "reviewing", "legal_review", deviates=True),
            self.step("legal_review", "reviewing", "finance_review", deviates=True),
            self.step("finance_review", "appraising", *["panel_review"] * len(PANEL), deviates=True),
            self.last_of_the_panel(),
            self.veto(),
            self.step("manager_review", "draft", "draft_contract", outcome="return"),
            self.step("finance_review", "rejected", outcome="reject"),
            self.step("seal_contract", "signing", "record_signature"),
            self.signature(),
            self.signature_of_an_unpaid_one(),
            self.reminder(),
            self.voiding_by_the_director(),
            self.first_payment(),
            self.given_up("draft_contract", self.void),
            self.given_up("seal_contract", self.void),
            self.given_up("finance_review", self.cancel),
        ]

    def draft(self) -> Kind:
        customer = customer_of(self.company.rep1)

        def look() -> tuple[int, int, int]:
            drafts = Contract.objects.filter(customer=customer)
            assert all(picture(one) == ("draft", ["draft_contract"], "active", 0, 0) for one in drafts)
            cases = ProcessInstance.objects.filter(
                subject_type="contracts.contract", subject_id__in=[str(one.pk) for one in drafts]
            )
            return drafts.count(), cases.count(), sum(one.plan_lines.count() for one in drafts)

        return Kind("draft", lambda: self.drafted(SMALL, customer), look, (1, 1, 1), TABLES)

    def step(
        self,
        element: str,
        state: str,
        *waiting: str,
        outcome: str | None = None,
        price: str = SMALL,
        deviates: bool = False,
    ) -> Kind:
        """People do a step; what follows moves the contract in the same transaction."""
        contract = self.carried_to(element, price, deviates=deviates)
        who, usual, data = STEPS[element]
        versions, decisions = contract.versions.count(), contract.decisions.count()
        after = (
            state,
            list(waiting),
            AGREED[state][1],
            versions + (element == "draft_contract"),
            decisions + element.endswith("review"),
        )
        return Kind(
            f"{element}: {outcome or usual or 'done'} -> {waiting[0] if waiting else state}",
            self.completing(contract, element, who, usual if outcome is None else outcome, data),
            lambda: picture(contract),
            after,
            TABLES,
        )

    def last_of_the_panel(self) -> Kind:
        """The fourth who agrees: the votes are counted, and the contract is approved."""
        contract = self.carried_to("panel_review", SMALL, deviates=True)
        *others, last = PANEL
        for role in others:
            self.completing(contract, "panel_review", role, "approve", {}, role=role)()
        deed = self.completing(contract, "panel_review", last, "approve", {}, role=last)
        after = ("approved", ["seal_contract"], "active", 1, 7)
        return Kind("last of the panel", deed, lambda: picture(contract), after, TABLES)

    def veto(self) -> Kind:
        """The no of legal: the others are asked no more, and the contract is the drafter's again."""
        contract = self.carried_to("panel_review", SMALL, deviates=True)
        case = case_of(contract)

        def look() -> tuple[Any, ...]:
            asked = WorkItem.objects.filter(instance=case, element="panel_review")
            return (*picture(contract), *sorted(asked.values_list("status", flat=True)))

        deed = self.completing(contract, "panel_review", "legal", "reject", {}, role="legal")
        ends = ("cancelled", "cancelled", "cancelled", "completed")
        return Kind("veto", deed, look, ("draft", ["draft_contract"], "active", 1, 4, *ends), TABLES)

    def signature(self) -> Kind:
        """The scan is filed, the signatures are written, the contract takes effect, the customer is signed."""
        contract = self.carried_to("record_signature", SMALL)
        data = {**SIGNATURE, "signed_on": clock.today().isoformat()}
        scan = b"%PDF-1.7 signed"

        def deed() -> None:
            files = {"scan": SimpleUploadedFile("scan.pdf", scan)}
            self.completing(contract, "record_signature", "assistant", "", data, files)()

        def look() -> tuple[Any, ...]:
            contract.refresh_from_db()
            contract.customer.refresh_from_db()
            signatures = contract.signatures.filter(scan__isnull=False).count()
            return (*picture(contract), signatures, contract.customer.status == "signed")

        return Kind("signature", deed, look, ("active", [], "completed", 1, 2, 2, True), TABLES)

    def signature_of_an_unpaid_one(self) -> Kind:
        """Signed by both, it waits for its first payment, and a clock runs beside it."""
        contract = self.carried_to("record_signature", SMALL, rule="on_first_payment")

        def look() -> tuple[Any, ...]:
            waits = Subscription.objects.filter(instance=case_of(contract), status="open").count()
            return (*picture(contract), waits)

        return Kind("unpaid", self.signing(contract), look, ("signed", [], "active", 1, 2, 1), TABLES)

    def reminder(self) -> Kind:
        """The fifteenth day: the owner is told once, and the moment has passed."""
        with clock.travel(-timedelta(days=16)):
            contract = self.carried_to("record_signature", SMALL)
        timer = Timer.objects.get(instance=case_of(contract), element="signature_late")

        def look() -> tuple[Any, ...]:
            timer.refresh_from_db()
            told = Notification.objects.filter(subject_id=str(contract.pk)).count()
            return (*picture(contract), timer.status, told)

        after = ("signing", ["record_signature"], "active", 1, 2, "fired", 1)
        return Kind("reminder", lambda: fire_timer(timer_id=timer.pk), look, after, TABLES)

    def voiding_by_the_director(self) -> Kind:
        """The case goes on to its end, and the signature is asked for no more."""
        with clock.travel(-timedelta(days=31)):
            contract = self.carried_to("record_signature", SMALL)
        for timer in Timer.objects.filter(instance=case_of(contract)):
            fire_timer(timer_id=timer.pk)
        deed = self.completing(contract, "press_signature", "director", "void", {})
        after = ("voided", [], "completed", 1, 2)
        return Kind("void by the director", deed, lambda: picture(contract, ends="completed"), after, TABLES)

    def first_payment(self) -> Kind:
        """Confirmed money and the contract in effect: the one leads to the other, whoever dies between them."""
        contract = self.carried_to("record_signature", SMALL, rule="on_first_payment")
        self.signing(contract)()
        share = services.Share(contract.plan_lines.get().pk, Decimal("10.00"))
        payment = record(self.company, contract, "10.00", shares=[share])

        def look() -> tuple[Any, ...]:
            payment.refresh_from_db()
            if payment.state == payment.State.CONFIRMED:
                settle()
            return (*picture(contract), payment.state)

        def deed() -> None:
            services.confirm_payment(payment_id=payment.pk, actor=self.company.finance2)

        return Kind("first payment", deed, look, ("active", [], "completed", 1, 2, "confirmed"), TABLES)

    def signing(self, contract: Contract) -> Deed:
        data = {**SIGNATURE, "signed_on": clock.today().isoformat()}
        return self.completing(contract, "record_signature", "assistant", "", data)

    def given_up(self, element: str, how: Callable[[Contract], Deed]) -> Kind:
        contract = self.carried_to(element, SMALL)
        after = ("voided", [], "cancelled", contract.versions.count(), contract.decisions.count())
        return Kind(f"{how.__name__} at {element}", how(contract), lambda: picture(contract), after, TABLES)

    # The deeds ------------------------------------------------------------------------------------

    def void(self, contract: Contract) -> Deed:
        who = self.company.rep1 if contract.state == "draft" else self.company.manager1
        return lambda: services.void_contract(contract_id=contract.pk, reason="客户取消", actor=who)

    def cancel(self, contract: Contract) -> Deed:
        case = case_of(contract)
        return lambda: cancel_instance(instance_id=case.pk, reason="客户取消", actor=self.company.admin)

    def completing(
        self,
        contract: Contract,
        element: str,
        who: str,
        outcome: str,
        data: dict[str, Any],
        files: dict[str, Any] | None = None,
        role: str | None = None,
    ) -> Deed:
        items = WorkItem.objects.filter(instance=case_of(contract), element=element, status="open")
        item = items.get(role=role) if role else items.get()
        comment = "" if outcome in ("", "approve", "submit") else "条款不妥"
        return lambda: complete_work_item(
            work_item_id=item.pk,
            actor=getattr(self.company, who),
            outcome=outcome,
            comment=comment,
            data=data,
            files=files,
        )

    def drafted(self, price: str, customer: Any = None, rule: str = "on_signature") -> Contract:
        return services.start_contract(
            customer_id=(customer or customer_of(self.company.rep1)).pk,
            actor=self.company.rep1,
            fields=term(rule=rule),
            lines=[membership(price, *([CHEAP_PRODUCT] if price == CHEAP else []))],
            plan=instalments((10, price)),
        )

    def carried_to(
        self, element: str, price: str, rule: str = "on_signature", *, deviates: bool = False
    ) -> Contract:
        """A contract whose next step is the named one; one that deviates yields at a locked clause."""
        contract = self.drafted(price, rule=rule)
        if deviates:
            softer = [{"text": "甲方逾期付款超过90日的，乙方可以暂停服务。"}]
            change = Change("refund", "changed", paragraphs=softer, reason="客户账期较长", risk="mid")
            services.update_contract(
                contract_id=contract.pk,
                revision=contract.revision,
                actor=self.company.rep1,
                clauses=[change],
            )
        while set(waiting := picture(contract)[1]) != {element}:
            who, outcome, data = STEPS[waiting[0]]
            self.completing(contract, waiting[0], who, outcome, data)()
        contract.refresh_from_db()
        return contract


def case_of(contract: Contract) -> ProcessInstance:
    return ProcessInstance.objects.get(subject_type="contracts.contract", subject_id=str(contract.pk))


def picture(contract: Contract, *, ends: str = "cancelled") -> tuple[str, list[str], str, int, int]:
    """State, waiting steps, case, versions and decisions, read anew; asserts that they agree.

    A contract that is voided ends its case in the way that is named: from outside, or by its own path."""
    row, case = Contract.objects.get(pk=contract.pk), case_of(contract)
    waiting = sorted(WorkItem.objects.filter(instance=case, status="open").values_list("element", flat=True))
    steps, status = AGREED[row.state]
    assert case.status == (ends if row.state == "voided" else status), (row.state, case.status)
    beside = sum(kind.objects.filter(instance=case, status="open").count() for kind in (Timer, Subscription))
    assert case.open_rows == len(waiting) + beside, (row.state, waiting)
    assert bool(waiting) == bool(steps), (row.state, waiting)
    assert set(waiting) <= steps, (row.state, waiting)
    assert (row.no is not None) == row.versions.exists(), "a number is given with the first submission"
    assert (row.state in ("signed", "active")) == (row.signatures.count() == 2)
    return row.state, waiting, case.status, row.versions.count(), row.decisions.count()


@pytest.mark.parametrize("every", [11, pytest.param(1, marks=pytest.mark.long)])
def test_contract_and_case_agree_wherever_the_process_dies(company, every):
    kills = {kind.name: kill_everywhere(kind, every=every) for kind in Makers(company).kinds()}
    assert len(kills) == 23
    assert sum(kills.values()) >= LEAST_KILLS // every, kills
    assert min(kills.values()) >= 20 // every, kills
    # However often submissions died, no number was lost and none was given twice.
    numbers = sorted(Contract.objects.exclude(no=None).values_list("no", flat=True))
    assert [int(no[-4:]) for no in numbers] == list(range(1, len(numbers) + 1))
    assert NumberRule.objects.get(code="contract").last_value == len(numbers)
