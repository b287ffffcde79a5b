"""What a contract says otherwise than its template: choices, deviations with reason and risk, and how both freeze."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from contracts import services
from contracts.models import ClauseChange, ClauseDeviation, Contract, ContractTemplate
from contracts.services import templates
from contracts.services.checks import lacks_of
from contracts.services.moves import current_version
from contracts.services.snapshot import content_of
from contracts.services.wording import Change, deviations_of
from contracts.subjects import ContractSubject
from core.errors import ApplicationError
from tests.contracts.conftest import PROCESS
from tests.contracts.factory import draft_of
from tests.contracts.test_printing import pages_of

pytestmark = pytest.mark.django_db

SOFTER = {"text": "甲方逾期付款超过90日的，乙方可以暂停服务。"}


def changed(draft: Contract, *changes: Change, **more) -> Contract:
    return services.update_contract(
        contract_id=draft.pk, revision=draft.revision, clauses=changes, actor=draft.owner, **more
    )


def refund(**more) -> Change:
    return Change(
        "refund", "changed", paragraphs=[SOFTER], **{"reason": "客户账期较长", "risk": "high", **more}
    )


class TestChoices:
    def test_an_optional_clause_left_out_is_no_deviation(self, draft):
        contract = changed(draft, Change("invoice", "left_out", reason="无需发票"))
        assert deviations_of(contract) == []
        assert "invoice" not in [one["code"] for one in content_of(contract)["clauses"]]

    def test_a_locked_clause_left_out_is_one_with_the_risk_of_the_clause(self, draft):
        contract = changed(draft, Change("changes", "left_out", reason="客户要求"))
        (found,) = deviations_of(contract)
        assert (found.code, found.kind, found.risk, found.new) == ("changes", "left_out", "mid", [])

    def test_changed_words_are_one_and_stand_in_the_contract(self, draft):
        contract = changed(draft, refund())
        (found,) = deviations_of(contract)
        assert (found.kind, found.risk, found.reason, found.new) == (
            "changed",
            "high",
            "客户账期较长",
            [SOFTER],
        )
        old = contract.template.clauses.get(code="refund").paragraphs
        assert [one["text"] for one in found.old] == [one["text"] for one in old]
        stands = next(one for one in content_of(contract)["clauses"] if one["code"] == "refund")
        assert stands["paragraphs"] == [SOFTER]

    def test_the_same_words_again_leave_nothing(self, draft):
        same = draft.template.clauses.get(code="refund").paragraphs
        contract = changed(draft, Change("refund", "changed", paragraphs=same, reason="x"))
        assert not contract.clause_changes.exists()

    def test_an_added_clause_stands_where_it_was_put(self, draft):
        free = Change(
            "free-1",
            "added",
            "独家约定",
            [{"text": "乙方不服务甲方的竞争对手。"}],
            after="price",
            reason="大客户",
        )
        codes = [one["code"] for one in content_of(changed(draft, free))["clauses"]]
        assert codes[codes.index("price") + 1] == "free-1"

    @pytest.mark.parametrize(
        "change",
        [
            Change("services", "left_out"),
            Change("price", "changed", paragraphs=[{"text": "另议。"}]),
            Change(
                "price",
                "changed",
                paragraphs=[{"text": "付款：", "table": "payment_plan", "when": "is_person"}],
            ),
            Change("invoice", "taken_in"),
            Change("price", "chosen"),
            Change("gone", "left_out"),
            Change("refund", "burnt"),
            Change("refund", "changed", paragraphs=[]),
            Change("refund", "changed", paragraphs=[{"text": "{password}"}]),
            Change("refund", "changed", paragraphs=[{"text": "x", "style": "y"}]),
            Change("refund", "changed", paragraphs=[SOFTER], risk="none"),
            Change("refund", "changed", paragraphs=[SOFTER], reason="长" * 301),
            Change("price", "added", "x", [SOFTER]),
            Change("free-1", "added", "", [SOFTER]),
            Change("free-1", "added", "x", [SOFTER], after="gone"),
            Change("Free 1", "added", "x", [SOFTER]),
        ],
        ids=lambda one: f"{one.code}-{one.kind}-{str(one.paragraphs)[:30]}",
    )
    def test_what_cannot_be_decided_is_refused_and_nothing_changes(self, draft, change):
        contract = changed(draft, refund())
        with pytest.raises(ApplicationError) as refusal:
            changed(contract, change, Change("invoice", "left_out"))
        assert any(name.startswith("clauses") for name in refusal.value.errors)
        contract.refresh_from_db()
        assert list(contract.clause_changes.values_list("code", "kind")) == [("refund", "changed")]

    def test_two_decisions_about_one_clause_are_refused(self, draft):
        with pytest.raises(ApplicationError):
            changed(draft, refund(), Change("refund", "left_out"))
        assert not draft.clause_changes.exists()

    def test_another_template_keeps_what_it_also_has(self, company, draft):
        contract = changed(
            draft, refund(), Change("free-1", "added", "约定", [SOFTER], after="refund", reason="x")
        )
        other = templates.create_template(
            code="other", name="另一", source_id=contract.template_id, actor=company.legal
        )
        data = [
            {"code": one.code, "title": one.title, "kind": one.kind, "paragraphs": one.paragraphs}
            for one in other.clauses.exclude(code="refund")
        ]
        other = templates.save_template(template_id=other.pk, revision=1, clauses=data, actor=company.legal)
        templates.publish_template(template_id=other.pk, revision=2, note="x", actor=company.legal)
        contract = services.update_contract(
            contract_id=contract.pk,
            revision=contract.revision,
            fields={"template_id": other.pk},
            actor=company.rep1,
        )
        assert list(contract.clause_changes.values_list("code", "after")) == [("free-1", "")]


class TestWhoHasToLook:
    """What diagrams and tables of rules ask about."""

    def read(self, contract, *names):
        return {name: ContractSubject().read(contract, name) for name in names}

    def test_a_standard_order_at_list_price_yields_nowhere(self, draft):
        assert self.read(draft, "deviations", "risk", "discount", "is_below_floor", "is_standard", "template") == {
            "deviations": 0, "risk": "none", "discount": Decimal("0.00"), "is_below_floor": False, "is_standard": True,
            "template": "membership",
        }  # fmt: skip

    def test_the_highest_risk_counts_and_a_choice_is_none(self, draft):
        contract = changed(
            draft,
            refund(risk="mid"),
            Change("changes", "left_out", risk="high"),
            Change("invoice", "left_out"),
        )
        assert self.read(contract, "deviations", "risk") == {"deviations": 2, "risk": "high"}

    def test_a_price_below_the_floor_is_seen(self, company):
        product = draft_of(company.rep1).lines.get().product
        cheap = draft_of(company.rep1, price=str(product.floor_price - 1))
        found = self.read(cheap, "is_below_floor", "discount")
        assert found["is_below_floor"] is True
        listed = product.list_price
        assert found["discount"] == ((listed - cheap.amount) / listed * 100).quantize(Decimal("0.01"))


class TestAnswers:
    @pytest.fixture
    def open_fee(self, company):
        """A template that leaves the fee to the contract, with two answers to choose from, and the days open."""
        source = ContractTemplate.objects.get(code="membership")
        draft = templates.draft_template(template_id=source.pk, actor=company.legal)
        about = {
            "termination_fee": {"label": "违约金", "open": True, "choices": ["10%", "20%"]},
            "invoice_days": {"label": "开票天数", "open": True},
        }
        values = {**draft.texts["values"], "invoice_days": ""}
        draft = templates.save_template(
            template_id=draft.pk,
            revision=1,
            fields={"texts": {"variables": about, "values": values}},
            actor=company.legal,
        )
        return templates.publish_template(template_id=draft.pk, revision=2, note="x", actor=company.legal)

    def test_its_own_answer_stands_in_the_text(self, company, open_fee):
        contract = draft_of(company.rep1)
        contract = changed(contract, fields={"variables": {"termination_fee": "10%", "invoice_days": "7"}})
        _name, content = services.contract_pdf(contract_id=contract.pk, actor=company.rep1)
        assert "对应价款10%的违约金" in "".join(pages_of(content)).replace("\n", "")
        assert deviations_of(contract) == []

    def test_one_that_has_no_usual_answer_is_asked_for(self, company, open_fee):
        contract = draft_of(company.rep1)
        assert [one.field for one in lacks_of(contract)] == ["variables.invoice_days"]

    @pytest.mark.parametrize("data", [{"termination_fee": "1%"}, {"invoice_kind": "普票"}, {"invoice_days": "长" * 201},
                                      {"invoice_days": 7}, {"invoice_days": "1\n2"}])  # fmt: skip
    def test_what_is_not_offered_is_refused(self, company, open_fee, data):
        contract = draft_of(company.rep1)
        with pytest.raises(ApplicationError) as refusal:
            changed(contract, fields={"variables": data})
        assert f"variables.{next(iter(data))}" in refusal.value.errors
        contract.refresh_from_db()
        assert contract.variables == {}


class TestFrozen:
    def test_a_deviation_without_a_reason_is_not_submitted(self, draft):
        contract = changed(draft, refund(reason=" "))
        assert [one.field for one in lacks_of(contract)] == ["clauses.refund"]
        with pytest.raises(ApplicationError) as refusal:
            services.submit_contract(contract_id=contract.pk, actor=PROCESS)
        assert "clauses.refund" in refusal.value.errors
        contract.refresh_from_db()
        assert contract.state == "draft"

    def test_submission_puts_deviations_on_record(self, company, draft):
        contract = services.submit_contract(contract_id=changed(draft, refund()).pk, actor=PROCESS)
        version = current_version(contract)
        found = ClauseDeviation.objects.get(version=version)
        assert (found.template_code, found.code, found.risk, found.new) == (
            "membership",
            "refund",
            "high",
            [SOFTER],
        )
        assert version.content["deviations"][0]["reason"] == "客户账期较长"

    def test_nothing_of_it_changes_afterwards(self, draft):
        contract = services.submit_contract(contract_id=changed(draft, refund()).pk, actor=PROCESS)
        deeds = [
            lambda: contract.clause_changes.update(paragraphs=[]),
            lambda: contract.clause_changes.all().delete(),
            lambda: ClauseChange.objects.create(contract=contract, code="x", kind="left_out"),
            lambda: Contract.objects.filter(pk=contract.pk).update(variables={"x": "y"}),
            lambda: ClauseDeviation.objects.update(reason="x"),
            lambda: ClauseDeviation.objects.all().delete(),
        ]
        for deed in deeds:
            with pytest.raises(IntegrityError), transaction.atomic():
                deed()
        assert contract.clause_changes.get().paragraphs == [SOFTER]

    def test_what_was_frozen_does_not_follow_a_new_template(self, company, draft):
        contract = services.submit_contract(contract_id=draft.pk, actor=PROCESS)
        before = current_version(contract).content["clauses"]
        newer = templates.draft_template(template_id=contract.template_id, actor=company.legal)
        templates.publish_template(template_id=newer.pk, revision=1, note="x", actor=company.legal)
        assert current_version(contract).content["clauses"] == before
        assert "when" not in str(before)
