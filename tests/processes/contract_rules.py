"""What holds of contracts and their cases at every moment, whatever was done to them.

Written down here a second time, from what the database holds; nothing is shared with the services that keep it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from decimal import Decimal

from django.db import connection
from django.db.models import Sum
from hypothesis.stateful import RuleBasedStateMachine, invariant

from contracts.models import (
    Allocation,
    ClauseDeviation,
    Contract,
    ContractDecision,
    ContractVersion,
    Payment,
    SignatureRecord,
)
from core import clock
from tests.processes.walk import Walk
from workflows.audit import audit
from workflows.models import Incident, ProcessInstance, WorkItem

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
# The party that signs before the other one.
FIRST = {"customer_first": "A", "we_first": "B"}
# A text that nobody has approved yet.
NOT_APPROVED = {"draft", "reviewing", "appraising", "rejected", "voided"}


class ContractRules(RuleBasedStateMachine):
    """The contracts of a company, as ``walks``, and what was seen of them before."""

    def __init__(self) -> None:
        super().__init__()
        self.walks: list[Walk] = []
        self.frozen: dict[int, tuple[str, str]] = {}
        self.seen: dict[int, str] = {}

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

    @invariant()
    def the_customers_paper_is_their_file_and_legal_has_read_it(self) -> None:
        for version in ContractVersion.objects.select_related("contract"):
            theirs = version.content.get("counterparty_paper")
            if theirs is None:
                continue
            paper = version.contract.counterparty_papers.get(seq=theirs["upload"])
            assert hashlib.sha256(paper.document.read()).hexdigest() == theirs["sha256"]
            read = ContractDecision.objects.filter(
                version=version, step="legal_review", outcome="approve", accepts_deviations=True
            ).first()
            noted = set(version.paper_deviations.values_list("title", flat=True))
            kept = set(ClauseDeviation.objects.filter(version=version).values_list("title", flat=True))
            assert kept == (noted if read else set())
            if read:
                assert noted or read.comment
            newest = version.contract.versions.order_by("-seq").first()
            if version == newest and version.contract.state not in NOT_APPROVED:
                assert read

    @invariant()
    def who_signs_first_signed_first(self) -> None:
        for contract in Contract.objects.exclude(signing_order="either"):
            signed = list(SignatureRecord.objects.filter(contract=contract).order_by("pk"))
            if signed:
                assert signed[0].party == FIRST[contract.signing_order]
                assert signed[0].signed_on == min(one.signed_on for one in signed)

    @invariant()
    def a_contract_in_two_languages_has_both_and_any_other_has_one(self) -> None:
        for contract in Contract.objects.exclude(state__in=["draft", "voided"]):
            content = contract.versions.order_by("-seq")[0].content
            is_theirs = "counterparty_paper" in content
            assert content.get("paper_language", "zh") == ("zh" if is_theirs else contract.paper_language)
            if content.get("paper_language") == "both":
                parts = [part for clause in content["clauses"] for part in clause["paragraphs"]]
                assert all(part.get("text_en") for part in parts if part["text"])
                assert all(clause.get("title_en") for clause in content["clauses"])

    def elements_of(self, case: ProcessInstance) -> set[str]:
        items = WorkItem.objects.filter(instance=case, status="open").values_list("element", flat=True)
        held = Incident.objects.filter(instance=case, status="open").values_list("element", flat=True)
        return {*items, *held}
