"""Asking the member platform and taking down its answer: one wish, one key, one answer that counts."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from contracts.models import Contract
from core import clock
from core.actors import SystemActor
from core.errors import ApplicationError
from core.models import AuditEntry
from crm.models import MemberAccount
from service.models import MemberActivation
from service.services import ask_for_activation, record_answer
from service.services.activation import command_of, kind_for
from tests.contracts.factory import membership
from tests.service.factory import bare_onboarding, contract_in_effect
from workflows.models import Message

STEP = SystemActor("onboarding:test")


@pytest.fixture
def contract(company) -> Contract:
    return contract_in_effect(company, company.rep1)


def ask(contract, kind="activate") -> MemberActivation:
    key = ask_for_activation(contract_id=contract.pk, kind=kind, actor=STEP)
    return MemberActivation.objects.get(request_key=key)


def answer(one, ok=True, **more) -> MemberActivation:
    return record_answer(request_key=one.request_key, answer={"ok": ok, **more}, actor=STEP)


class TestAsking:
    def test_says_plan_and_term_of_the_contract(self, contract):
        one = ask(contract)
        assert (one.plan, one.kind, one.state) == ("VIP-S", "activate", "pending")
        assert (one.starts_on, one.ends_on) == (contract.start_on, contract.end_on)
        told = command_of(one)
        assert (told["customer_no"], told["contract_no"]) == (contract.customer.no, contract.no)

    def test_without_an_answer_it_is_the_same_wish(self, contract):
        assert ask(contract).request_key == ask(contract).request_key
        assert MemberActivation.objects.count() == 1

    def test_the_first_one_names_the_account_that_its_people_sign_in_with(self, contract):
        for number, (approved, seen) in enumerate([(30, 20), (20, 2), (10, None), (None, 1)], 1):
            MemberAccount.objects.create(
                external_id=f"M-{number}",
                customer=contract.customer,
                created_at=clock.now(),
                approved_at=clock.now() - timedelta(days=approved) if approved else None,
                last_login_at=clock.now() - timedelta(days=seen) if seen else None,
            )
        one = ask(contract)
        assert (one.external_id, command_of(one)["external_id"]) == ("M-2", "M-2")

    def test_what_is_granted_is_not_asked_anew(self, contract):
        one = answer(ask(contract))
        assert ask(contract).pk == one.pk

    def test_what_was_declined_is_asked_anew(self, contract):
        first = answer(ask(contract), ok=False, reason="无此套餐")
        second = ask(contract)
        assert second.pk != first.pk
        assert second.state == "pending"

    def test_a_contract_without_a_membership_has_none(self, company):
        contract = contract_in_effect(company, company.rep1, lines=[membership("12800.00", "AD-HOME")])
        with pytest.raises(ApplicationError) as refusal:
            ask(contract)
        assert refusal.value.code == "no_membership"

    def test_a_contract_that_is_over_opens_none_but_ends_it(self, contract):
        Contract.objects.filter(pk=contract.pk).update(state="terminated")
        with pytest.raises(ApplicationError) as refusal:
            ask(contract)
        assert refusal.value.code == "wrong_state"
        assert ask(contract, "deactivate").kind == "deactivate"

    def test_people_do_not_walk_around_the_process(self, company, contract):
        with pytest.raises(PermissionDenied):
            ask_for_activation(contract_id=contract.pk, kind="activate", actor=company.admin)

    def test_a_renewal_extends(self, contract):
        assert kind_for(contract) == "activate"
        contract.kind = "renewal"
        assert kind_for(contract) == "extend"


class TestAnswers:
    def test_done_is_told_once_and_shown_at_the_onboarding(self, contract):
        onboarding = bare_onboarding(contract)
        one = answer(ask(contract), external_id="M-7")
        assert (one.state, one.external_id) == ("ok", "M-7")
        onboarding.refresh_from_db()
        assert onboarding.activated_at == one.answered_at
        answer(one)
        message = Message.objects.get(name="member.activated")
        assert message.payload == {"request": one.request_key, "ok": True}
        assert AuditEntry.objects.filter(action="service.record_answer").count() == 1

    @pytest.mark.parametrize(("first", "second"), [(True, False), (False, True)])
    def test_the_second_answer_changes_nothing(self, contract, first, second):
        one = answer(ask(contract), ok=first, external_id="M-7")
        again = answer(one, ok=second, external_id="M-8")
        assert (again.state, again.external_id) == ("ok" if first else "failed", "M-7")

    def test_declined_keeps_the_reason(self, contract):
        one = answer(ask(contract), ok=False, reason="无此套餐")
        assert (one.state, one.answer["reason"]) == ("failed", "无此套餐")

    def test_an_answer_after_the_contracts_end_opens_nothing(self, contract):
        one = ask(contract)
        Contract.objects.filter(pk=contract.pk).update(state="terminated")
        late = answer(one)
        assert late.state == "failed"
        assert "终止" in late.answer["reason"]

    def test_the_next_request_names_the_account(self, contract):
        answer(ask(contract), external_id="M-7")
        assert ask(contract, "deactivate").external_id == "M-7"
