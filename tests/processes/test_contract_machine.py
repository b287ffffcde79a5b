"""Whatever people, money, days and failures do to contracts, in whatever order: contract and case never disagree.

Hypothesis makes up the sequences; after each deed everything is compared with what the database holds, by rules
that are written down here a second time and share nothing with the services.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from contextlib import ExitStack
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from contracts import services
from contracts.models import Allocation, Contract, ContractVersion, Payment, SignatureRecord
from core import clock
from core.errors import ApplicationError
from tests.processes.failing import BrokenError, broken_operation, everything, same
from tests.processes.walk import Walk, settle
from workflows.audit import audit
from workflows.definitions import definition_of
from workflows.models import Incident, ProcessInstance, WorkItem
from workflows.services import cancel_instance, complete_work_item, retry_incident

# What a contract is while its case waits at an element, be it for somebody or because something failed there.
REVIEWING, APPRAISING = {"reviewing"}, {"appraising"}
UNDER_REVIEW = REVIEWING | APPRAISING
AT: dict[str, set[str]] = {
    "draft_contract": {"draft"},
    "submit_contract": {"draft"},
    "choose_reviews": REVIEWING,
    "manager_review": REVIEWING,
    "legal_review": REVIEWING,
    "finance_review": REVIEWING,
    "reject_by_manager": REVIEWING,
    "reject_by_legal": REVIEWING,
    "reject_by_finance": REVIEWING,
    "choose_appraisal": REVIEWING,
    "appraise_contract": REVIEWING,
    "choose_panel": APPRAISING,
    "panel_review": APPRAISING,
    "conclude_appraisal": APPRAISING,
    "gm_review": APPRAISING,
    "reject_by_gm": APPRAISING,
    "return_contract": UNDER_REVIEW,
    "approve_contract": UNDER_REVIEW,
    "seal_contract": {"approved"},
    "record_signature": {"signing"},
    "remind_signature": {"signing"},
    "press_signature": {"signing"},
    "urge_signature": {"signing"},
    "give_up_contract": {"signing"},
    "check_first_payment": {"signed"},
    "remind_first_payment": {"signed"},
    "activate_contract": {"signed"},
}
# What a contract is when its case is over.
ENDED = {
    "completed": {"active", "completed", "expired", "terminated", "rejected", "voided"},
    "cancelled": {"voided", "terminated"},
}
# What a contract cannot come back from.
LAST = {"rejected", "voided", "terminated", "completed"}
NUMBER = re.compile(r"^(?P<series>.+-)(?P<place>\d+)$")
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


class Contracts(RuleBasedStateMachine):
    """Some contracts of one company, from an empty desk on."""

    people: Any

    def __init__(self) -> None:
        super().__init__()
        self.around = ExitStack()
        savepoint = transaction.atomic()
        # As the transaction that each test runs in: what is done outside refuses any other.
        savepoint._from_testcase = True  # type: ignore[attr-defined]
        self.around.enter_context(savepoint)
        self.walks: list[Walk] = []
        self.frozen: dict[int, tuple[str, str]] = {}
        self.seen: dict[int, str] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.around.close()

    # What people do ------------------------------------------------------------------------------

    @precondition(lambda self: len(self.walks) < 3)
    @rule(price=st.sampled_from(PRICES), effect=st.sampled_from(RULES), softer=st.booleans())
    def somebody_drafts(self, price: str, effect: str, softer: bool) -> None:
        fields = {"effective_due_on": clock.today() + timedelta(days=20)} if effect == "on_date" else {}
        walk = Walk(self.people, price, owner="rep1", rule=effect, **fields)
        if softer:
            walk.deviate()
        self.walks.append(walk)

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

    @precondition(lambda self: self.incidents())
    @rule(pick=NUMBERS)
    def the_administrator_tries_again(self, pick: int) -> None:
        found = self.incidents()
        self.attempt(retry_incident, incident_id=found[pick % len(found)], actor=self.people.admin)
        settle()

    @precondition(lambda self: self.walks)
    @rule(pick=NUMBERS)
    def the_director_voids(self, pick: int) -> None:
        walk = self.walk(pick)
        self.attempt(
            services.void_contract,
            contract_id=walk.contract.pk,
            reason="客户取消",
            actor=self.people.director,
        )

    @precondition(lambda self: self.walks)
    @rule(pick=NUMBERS)
    def the_administrator_cancels_the_case(self, pick: int) -> None:
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

    # What holds at every moment -------------------------------------------------------------------

    @invariant()
    def the_engine_is_in_order(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        assert audit() == []

    @invariant()
    def contract_and_case_agree(self) -> None:
        for walk in self.walks:
            case = ProcessInstance.objects.get(pk=walk.case.pk)
            state = Contract.objects.get(pk=walk.contract.pk).state
            if case.status in ENDED:
                assert state in ENDED[case.status], (state, case.status)
                continue
            at = self.elements_of(case)
            # Nobody and nothing that failed: it waits for money or its day.
            assert state in set.intersection(*(AT[one] for one in at)) if at else state == "signed", (
                state,
                at,
            )

    @invariant()
    def what_ended_stays_ended(self) -> None:
        for pk, state in Contract.objects.values_list("pk", "state"):
            assert self.seen.get(pk) not in LAST or self.seen[pk] == state
            self.seen[pk] = state

    @invariant()
    def frozen_texts_do_not_change(self) -> None:
        for version in ContractVersion.objects.all():
            written = json.dumps(
                version.content, ensure_ascii=False, sort_keys=True, separators=(",", ":")
            ).encode()
            found = (version.sha256, hashlib.sha256(written).hexdigest())
            assert found[0] == found[1]
            assert self.frozen.setdefault(version.pk, found) == found
        for contract in Contract.objects.exclude(state__in=["draft", "voided"]):
            newest = contract.versions.order_by("-seq").first()
            assert newest is not None
            assert newest.content["no"] == contract.no
            assert newest.content["party_a"] == contract.party_a
            assert Decimal(newest.content["amount"]) == contract.amount

    @invariant()
    def numbers_have_no_gap_and_no_double(self) -> None:
        places: dict[str, list[int]] = defaultdict(list)
        for number in Contract.objects.filter(no__isnull=False).values_list("no", flat=True):
            found = NUMBER.match(number or "")
            assert found is not None
            places[found["series"]].append(int(found["place"]))
        for found in places.values():
            assert sorted(found) == list(range(1, len(found) + 1))

    @invariant()
    def no_sum_is_off_by_a_fen(self) -> None:
        for contract in Contract.objects.exclude(state__in=["draft", "voided"]):
            assert contract.plan_lines.aggregate(sum=Sum("amount"))["sum"] == contract.amount
            assert sum(one.quantity * one.price for one in contract.lines.all()) == contract.amount
            for line in contract.plan_lines.all():
                kept = Allocation.objects.filter(plan_line=line).exclude(payment__state="reversed")
                assert (kept.aggregate(sum=Sum("amount"))["sum"] or 0) <= line.amount
        for payment in Payment.objects.all():
            assert (payment.allocations.aggregate(sum=Sum("amount"))["sum"] or 0) <= payment.amount

    @invariant()
    def nothing_takes_effect_unsigned_or_too_early(self) -> None:
        for contract in Contract.objects.filter(effective_on__isnull=False):
            signed = SignatureRecord.objects.filter(contract=contract)
            assert {one.party for one in signed} == {"A", "B"}
            assert contract.effective_on <= clock.today()
            assert contract.effective_on >= max(one.signed_on for one in signed)
            if contract.effective_rule == "on_first_payment":
                assert Allocation.objects.filter(plan_line__contract=contract).exists()
            if contract.effective_rule == "on_date":
                assert contract.effective_on >= contract.effective_due_on

    # How ------------------------------------------------------------------------------------------

    def open_items(self) -> list[WorkItem]:
        cases = [walk.case.pk for walk in self.walks]
        return list(WorkItem.objects.filter(instance__in=cases, status="open").order_by("pk"))

    def incidents(self) -> list[int]:
        return list(Incident.objects.filter(status="open").order_by("pk").values_list("pk", flat=True))

    def elements_of(self, case: ProcessInstance) -> set[str]:
        items = WorkItem.objects.filter(instance=case, status="open").values_list("element", flat=True)
        held = Incident.objects.filter(instance=case, status="open").values_list("element", flat=True)
        return {*items, *held}

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
            data = {
                "signed_on": clock.today().isoformat(),
                "customer_signer": "刘经理",
                "our_signer": "郑国栋",
                "method": "paper",
            }
        self.attempt(
            complete_work_item,
            work_item_id=item.pk,
            actor=doer,
            outcome=outcome,
            comment="付款条件需修改",
            data=data,
        )
        settle()

    def attempt(self, deed: Any, *args: Any, **kwargs: Any) -> Any:
        """What was refused has changed nothing at all."""
        before = everything()
        try:
            return deed(*args, **kwargs)
        except (ApplicationError, PermissionDenied, WorkItem.DoesNotExist):
            same(everything(), before)
            return None
