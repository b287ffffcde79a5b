"""Whatever people, money, days and failures do to contracts, in whatever order: contract and case never disagree.

Hypothesis makes up the sequences; after each deed the rules of ``contract_rules`` are held against the database.
"""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from contracts import services
from contracts.models import Contract, PaperDeviation, Payment
from core import clock
from core.errors import ApplicationError
from tests.contracts import foreign_papers as papers
from tests.processes.contract_rules import ContractRules
from tests.processes.failing import BrokenError, broken_operation, everything, same
from tests.processes.walk import Walk, settle
from workflows.definitions import definition_of
from workflows.models import Incident, WorkItem
from workflows.services import cancel_instance, complete_work_item, retry_incident

# Who does a role's tasks.
HOLDERS = {
    "legal": "legal",
    "finance": "finance",
    "gm": "gm",
    "director": "director",
    "seal_keeper": "seal",
    "assistant": "assistant",
    "aftersales": "aftersales",
    "content": "content",
    "ad_planner": "adplan",
    "tech": "tech",
}
OPERATIONS = (
    "submit_contract",
    "return_contract",
    "reject_contract",
    "appraise_contract",
    "conclude_appraisal",
    "approve_contract",
    "check_first_payment",
    "activate_contract",
    "remind_signature",
    "give_up_contract",
)
PRICES = ("12800.00", "9800.00", "50000.00", "188000.00", "0.03")
RULES = ("on_signature", "on_first_payment", "on_date")
NUMBERS = st.integers(min_value=0, max_value=10_000)
# What ends everything, now and then.
SELDOM = st.sampled_from([False, False, False, False, True])
TWO = pytest.param(4, 14, id="short"), pytest.param(40, 40, id="deep", marks=pytest.mark.long)


class Fire:
    """Fails after (or before) everything was done; what it did has to be undone."""

    def __init__(self, *, late: bool) -> None:
        self.late = late

    def around(self, run: Any) -> None:
        if self.late:
            run()
        raise BrokenError("the machine is on fire")


@pytest.mark.parametrize(("examples", "steps"), TWO)
def test_contract_and_case_agree_whatever_happens_in_whatever_order(company, examples, steps):
    class Machine(Contracts):
        people = company

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            # A sequence that fails is long to try again; it is said as it was.
            phases=[Phase.generate],
        ),
    )


class Contracts(ContractRules):
    """Some contracts of one company, from an empty desk on."""

    people: Any

    def __init__(self) -> None:
        super().__init__()
        self.around = ExitStack()
        savepoint = transaction.atomic()
        # As the transaction that each test runs in: what is done outside refuses any other.
        savepoint._from_testcase = True  # type: ignore[attr-defined]
        self.around.enter_context(savepoint)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.around.close()

    # What people do ------------------------------------------------------------------------------

    @precondition(lambda self: len(self.walks) < 3)
    @rule(
        price=st.sampled_from(PRICES),
        effect=st.sampled_from(RULES),
        softer=st.booleans(),
        first=st.sampled_from(Contract.SigningOrder.values),
        language=st.sampled_from(Contract.PaperLanguage.values),
        theirs=st.booleans(),
    )
    def somebody_drafts(
        self, price: str, effect: str, softer: bool, first: str, language: str, theirs: bool
    ) -> None:
        fields: dict[str, Any] = {"signing_order": first, "paper_language": language}
        if effect == "on_date":
            fields["effective_due_on"] = clock.today() + timedelta(days=20)
        walk = Walk(self.people, price, owner="rep1", rule=effect, **fields)
        if softer:
            walk.deviate()
        if theirs:
            services.take_counterparty_paper(
                contract_id=walk.contract.pk, content=papers.their_contract(), actor=self.people.rep1
            )
        self.walks.append(walk)

    @precondition(lambda self: self.walks)
    @rule(pick=NUMBERS, heading=st.sampled_from(["采购合同", "框架协议", ""]))
    def the_customer_sends_a_paper(self, pick: int, heading: str) -> None:
        """A draft is written on it; no heading stands for a file that cannot be kept."""
        self.attempt(
            services.take_counterparty_paper,
            contract_id=self.walk(pick).contract.pk,
            content=papers.their_contract(heading=heading) if heading else papers.with_script(),
            actor=self.people.rep1,
        )

    @precondition(lambda self: self.walks)
    @rule(pick=NUMBERS)
    def our_template_is_used_again(self, pick: int) -> None:
        contract = self.walk(pick).contract
        self.attempt(services.drop_counterparty_paper, contract_id=contract.pk, actor=self.people.rep1)

    @precondition(lambda self: self.walks)
    @rule(
        pick=NUMBERS,
        code=st.sampled_from(["refund", "liability", ""]),
        who=st.sampled_from(["legal", "rep1"]),
    )
    def a_deviation_is_noted(self, pick: int, code: str, who: str) -> None:
        self.attempt(
            services.note_deviation,
            contract_id=self.walk(pick).contract.pk,
            actor=getattr(self.people, who),
            code=code,
            title="" if code else "供货范围",
            text="迟延每日百分之一",
            risk="high",
            reason="上限须谈到百分之二十",
        )

    @precondition(lambda self: PaperDeviation.objects.exists())
    @rule(pick=NUMBERS)
    def a_note_is_taken_back(self, pick: int) -> None:
        found = list(PaperDeviation.objects.order_by("pk").values_list("pk", flat=True))
        note_id = found[pick % len(found)]
        self.attempt(services.remove_deviation_note, note_id=note_id, actor=self.people.legal)

    @precondition(lambda self: self.open_items())
    @rule(steps=st.integers(min_value=2, max_value=6))
    def a_contract_goes_on(self, steps: int) -> None:
        """As most do; otherwise hardly one of them would ever be signed."""
        case = self.open_items()[0].instance_id
        for _step in range(steps):
            here = [one for one in self.open_items() if one.instance_id == case]
            if here:
                self.do(here[0], 0)

    @precondition(lambda self: self.open_items())
    @rule(pick=NUMBERS, way=NUMBERS)
    def somebody_does_their_task(self, pick: int, way: int) -> None:
        self.do(self.item(pick), way)

    @precondition(lambda self: self.open_items())
    @rule(pick=NUMBERS, way=NUMBERS, who=st.sampled_from(["rep2", "product", "finance2", "manager2"]))
    def somebody_else_tries(self, pick: int, way: int, who: str) -> None:
        self.do(self.item(pick), way, who)

    @precondition(lambda self: self.open_items())
    @rule(pick=NUMBERS, way=NUMBERS, operation=st.sampled_from(OPERATIONS), late=st.booleans())
    def a_task_is_done_while_something_is_broken(
        self, pick: int, way: int, operation: str, late: bool
    ) -> None:
        with broken_operation(f"contracts.{operation}", Fire(late=late)):  # type: ignore[arg-type]
            self.do(self.item(pick), way)

    @precondition(lambda self: self.walks)
    @rule(pick=NUMBERS, party=st.sampled_from("AB"), days=st.integers(min_value=0, max_value=2))
    def one_party_signs(self, pick: int, party: str, days: int) -> None:
        self.attempt(
            services.record_party_signature,
            contract_id=self.walk(pick).contract.pk,
            party=party,
            signed_on=clock.today() - timedelta(days=days),
            signer="王五",
            actor=self.people.assistant,
        )

    @precondition(lambda self: self.incidents())
    @rule(pick=NUMBERS)
    def the_administrator_tries_again(self, pick: int) -> None:
        found = self.incidents()
        self.attempt(retry_incident, incident_id=found[pick % len(found)], actor=self.people.admin)
        settle()

    @precondition(lambda self: self.walks)
    @rule(pick=NUMBERS, seldom=SELDOM)
    def the_director_voids(self, pick: int, seldom: bool) -> None:
        if not seldom:
            return
        walk = self.walk(pick)
        self.attempt(
            services.void_contract,
            contract_id=walk.contract.pk,
            reason="客户取消",
            actor=self.people.director,
        )

    @precondition(lambda self: self.walks)
    @rule(pick=NUMBERS, seldom=SELDOM)
    def the_administrator_cancels_the_case(self, pick: int, seldom: bool) -> None:
        if not seldom:
            return
        walk = self.walk(pick)
        self.attempt(cancel_instance, instance_id=walk.case.pk, reason="流程有误", actor=self.people.admin)

    # Money and time ------------------------------------------------------------------------------

    @precondition(lambda self: self.walks)
    @rule(pick=NUMBERS, cents=st.integers(min_value=1, max_value=6_000_000), whole=st.booleans())
    def the_customer_pays(self, pick: int, cents: int, whole: bool) -> None:
        walk = self.walk(pick)
        amount = walk.contract.plan_lines.get().amount if whole else Decimal(cents) / 100
        payment = self.attempt(walk.record, str(amount))
        if payment is not None:
            self.attempt(services.confirm_payment, payment_id=payment.pk, actor=self.people.finance2)
            settle()

    @precondition(lambda self: Payment.objects.exclude(state="reversed").exists())
    @rule(pick=NUMBERS)
    def the_bank_takes_money_back(self, pick: int) -> None:
        found = list(Payment.objects.exclude(state="reversed").order_by("pk"))
        payment = found[pick % len(found)]
        self.attempt(
            services.reverse_payment, payment_id=payment.pk, reason="退票", actor=self.people.finance
        )
        settle()

    @rule(days=st.integers(min_value=1, max_value=40))
    def days_go_by(self, days: int) -> None:
        self.around.enter_context(clock.travel(timedelta(days=days)))
        settle()

    # How ------------------------------------------------------------------------------------------

    def open_items(self) -> list[WorkItem]:
        cases = [walk.case.pk for walk in self.walks]
        return list(WorkItem.objects.filter(instance__in=cases, status="open").order_by("pk"))

    def incidents(self) -> list[int]:
        return list(Incident.objects.filter(status="open").order_by("pk").values_list("pk", flat=True))

    def item(self, pick: int) -> WorkItem:
        found = self.open_items()
        return found[pick % len(found)]

    def walk(self, pick: int) -> Walk:
        return self.walks[pick % len(self.walks)]

    def do(self, item: WorkItem, way: int, who: str = "") -> None:
        """Does the task as whoever it is for, or refuses and changes nothing."""
        doer = (
            getattr(self.people, who or HOLDERS.get(item.role, ""))
            if who or not item.assignee_id
            else item.assignee
        )
        element = definition_of(item.instance.version_id).elements[item.element]
        codes = [one.code for one in element.outcomes] or [""]
        outcome = codes[0] if way % 3 else codes[way // 3 % len(codes)]
        data: dict[str, Any] = {}
        if item.element == "seal_contract":
            data = {"seal_kind": "contract", "copies": "2", "cross_page": "on"}
        if item.element == "record_signature":
            data = self.signatures_that_lack(item)
        self.attempt(
            complete_work_item,
            work_item_id=item.pk,
            actor=doer,
            outcome=outcome,
            comment="付款条件需修改",
            data=data,
        )
        settle()

    def signatures_that_lack(self, item: WorkItem) -> dict[str, str]:
        """Only who has not been recorded yet is asked for."""
        contract = next(one.contract for one in self.walks if one.case.pk == item.instance_id)
        known = contract.signatures.values_list("party", flat=True)
        names = {
            "customer_signer": "" if "A" in known else "刘经理",
            "our_signer": "" if "B" in known else "郑国栋",
        }
        return {"signed_on": clock.today().isoformat(), "method": "paper", **names}

    def attempt(self, deed: Any, *args: Any, **kwargs: Any) -> Any:
        """What was refused has changed nothing at all."""
        before = everything()
        try:
            return deed(*args, **kwargs)
        except (ApplicationError, PermissionDenied, WorkItem.DoesNotExist):
            same(everything(), before)
            return None
