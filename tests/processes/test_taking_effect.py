"""A signed contract takes effect on signature, on its first payment or on its day; until then it waits."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from contracts import selectors, services
from contracts.models import Contract, ContractVersion
from core import clock
from core.errors import ApplicationError, Conflict
from core.models import AuditEntry
from tests.contracts.factory import draft_of, membership, term
from tests.processes.walk import Walk, later, settle
from workflows.models import Incident, Timer
from workflows.services import cancel_instance

PAYMENT, OVERDUE, DAY = "wait_for_payment", "payment_overdue", "wait_for_day"


def signed(company, rule: str, **fields) -> Walk:
    walk = Walk(company, rule=rule, **fields)
    walk.sealed()
    walk.sign()
    return walk


class TestTheRule:
    @pytest.mark.parametrize(
        ("codes", "rule"),
        [
            (["VIP-S"], "on_first_payment"),
            (["AD-HOME", "VIP-G"], "on_first_payment"),
            (["AD-HOME"], "on_signature"),
            (["ART-PRO", "SRV-SHOP"], "on_signature"),
        ],
    )
    def test_comes_with_the_products_unless_the_drafter_chooses(self, company, process, codes, rule):
        lines = [membership("6400.00", code) for code in codes]
        total = Decimal("6400.00") * len(codes)
        contract = draft_of(company.rep1, price=str(total), lines=lines, fields=term(rule=""))
        assert (contract.effective_rule, services.rule_of(contract)) == ("", rule)
        services.submit_contract(contract_id=contract.pk, actor=process)
        contract.refresh_from_db()
        assert contract.effective_rule == rule
        assert ContractVersion.objects.get(contract=contract).content["effective_rule"] == rule

    def test_chosen_wins(self, company, process):
        contract = draft_of(company.rep1, fields=term(rule="on_signature"))
        services.submit_contract(contract_id=contract.pk, actor=process)
        contract.refresh_from_db()
        assert contract.effective_rule == "on_signature"

    def test_a_day_is_kept_only_with_its_rule(self, company):
        day = clock.today() + timedelta(days=30)
        contract = draft_of(company.rep1, fields={**term(rule="on_date"), "effective_due_on": day})
        assert contract.effective_due_on == day
        services.update_contract(
            contract_id=contract.pk,
            revision=contract.revision,
            actor=company.rep1,
            fields={"effective_rule": "on_signature"},
        )
        contract.refresh_from_db()
        assert contract.effective_due_on is None

    @pytest.mark.parametrize(
        ("days", "lacks"), [(None, True), (-1, True), (400, True), (0, False), (90, False)]
    )
    def test_a_day_that_cannot_be_is_named_before_submission(self, company, days, lacks):
        day = clock.today() + timedelta(days=days) if days is not None else None
        contract = draft_of(company.rep1, fields={**term(rule="on_date"), "effective_due_on": day})
        fields = [one.field for one in services.lacks_of(contract)]
        assert fields == (["effective_due_on"] if lacks else [])

    def test_an_unknown_rule_is_refused(self, company):
        with pytest.raises(ApplicationError) as refusal:
            draft_of(company.rep1, fields=term(rule="some_day"))
        assert list(refusal.value.errors) == ["effective_rule"]
        assert not Contract.objects.exists()


class TestOnSignature:
    def test_takes_effect_at_once(self, company):
        walk = signed(company, "on_signature")
        walk.stands("active", case="completed")
        assert walk.contract.effective_on == clock.today()


class TestOnTheFirstPayment:
    def test_waits_and_takes_effect_with_the_money(self, company):
        walk = signed(company, "on_first_payment")
        walk.stands("signed")
        assert walk.waits() == [OVERDUE, PAYMENT]
        assert (walk.contract.signed_on, walk.contract.effective_on) == (clock.today(), None)
        walk.contract.customer.refresh_from_db()
        assert walk.contract.customer.status != "signed"
        with later(days=5):
            payment = walk.record()
            settle()
            walk.stands("signed")  # recorded is not yet confirmed
            services.confirm_payment(payment_id=payment.pk, actor=company.finance2)
            settle()
            walk.stands("active", case="completed")
            assert walk.contract.effective_on == clock.today() != walk.contract.signed_on
        walk.contract.customer.refresh_from_db()
        assert walk.contract.customer.status == "signed"
        assert walk.waits() == []

    def test_what_is_due_meanwhile_is_owed(self, company):
        walk = signed(company, "on_first_payment")
        with later(days=12):
            lines = selectors.overdue_instalments(company.finance, clock.today())
            assert [one.contract for one in lines] == [walk.contract_now()]
            assert [one.customer.pk for one in services.preview_dunning(actor=company.finance)] == [
                walk.contract.customer_id
            ]

    @pytest.mark.parametrize("state", ["approved", "signing"])
    def test_an_advance_is_enough(self, company, state):
        walk = Walk(company, rule="on_first_payment")
        for step in (walk.submit, walk.manager, walk.finance):
            step()
        if state == "signing":
            walk.seal()
        with later(days=1):
            walk.pay()
            walk.stands(state, "seal_contract" if state == "approved" else "record_signature")
            if state == "approved":
                walk.seal()
            with later(days=3):
                walk.sign()
                settle()
                walk.stands("active", case="completed")
                # Not before both have signed.
                assert walk.contract.effective_on == walk.contract.signed_on == clock.today()

    def test_a_reversed_advance_is_none(self, company):
        walk = Walk(company, rule="on_first_payment")
        walk.sealed()
        payment = walk.pay()
        walk.reverse(payment)
        walk.sign()
        settle()
        # The kept message of the reversed payment was heard, and found no money.
        walk.stands("signed")
        assert walk.waits() == [OVERDUE, PAYMENT]
        walk.pay()
        walk.stands("active", case="completed")

    def test_money_reversed_before_the_case_heard_of_it_goes_back_to_waiting(self, company):
        walk = signed(company, "on_first_payment")
        payment = walk.record()
        services.confirm_payment(payment_id=payment.pk, actor=company.finance2)
        services.reverse_payment(payment_id=payment.pk, reason="退票", actor=company.finance)
        settle()
        walk.stands("signed")
        assert walk.waits() == [OVERDUE, PAYMENT]
        assert not Incident.objects.exists()
        walk.pay()
        walk.stands("active", case="completed")

    def test_money_reversed_afterwards_leaves_it_in_effect_and_owed(self, company):
        walk = signed(company, "on_first_payment")
        payment = walk.pay()
        walk.stands("active", case="completed")
        walk.reverse(payment)
        walk.stands("active", case="completed")
        assert selectors.paid_of(walk.contract) == 0

    def test_confirmed_money_that_is_allocated_later_counts_too(self, company):
        walk = signed(company, "on_first_payment")
        payment = services.record_payment(
            customer_id=walk.contract.customer_id,
            fields={"received_on": clock.today(), "amount": "500.00", "method": "transfer"},
            actor=company.finance,
        )
        services.confirm_payment(payment_id=payment.pk, actor=company.finance2)
        settle()
        walk.stands("signed")
        share = services.Share(walk.contract.plan_lines.get().pk, Decimal("500.00"))
        services.allocate_payment(payment_id=payment.pk, shares=[share], actor=company.finance)
        settle()
        walk.stands("active", case="completed")

    def test_money_of_another_contract_does_not_count(self, company):
        walk, other = signed(company, "on_first_payment"), signed(company, "on_first_payment")
        other.pay()
        walk.stands("signed")
        other.stands("active", case="completed")

    def test_owner_and_finance_are_reminded_every_30_days(self, company):
        walk = signed(company, "on_first_payment")
        with later(days=29):
            assert walk.told("rep1") == []
        with later(days=30, minutes=1):
            for who in ("rep1", "finance", "finance2"):
                assert walk.told(who) == ["contract.first_payment"]
            assert walk.told("director") == []
            walk.stands("signed")
            with later(days=30):
                assert walk.told("rep1") == ["contract.first_payment"] * 2
        assert AuditEntry.objects.filter(action="contracts.remind_first_payment").count() == 2


class TestOnADate:
    def test_waits_until_the_first_moment_of_its_day(self, company):
        day = clock.today() + timedelta(days=20)
        walk = signed(company, "on_date", effective_due_on=day)
        walk.stands("signed")
        due = Timer.objects.get(instance=walk.case, status="open").due_at.astimezone(clock.COMPANY_ZONE)
        assert (due.date(), due.hour, due.minute) == (day, 0, 0)
        with clock.travel(due - timedelta(seconds=5)):
            settle()
            walk.stands("signed")
        with clock.travel(due + timedelta(seconds=1)):
            settle()
            walk.stands("active", case="completed")
            assert walk.contract.effective_on == day
            assert walk.contract.signed_on < day

    def test_late_workers_do_not_move_the_day(self, company):
        day = clock.today() + timedelta(days=20)
        walk = signed(company, "on_date", effective_due_on=day)
        with later(days=33):
            walk.stands("active", case="completed")
            assert walk.contract.effective_on == day

    def test_signed_after_its_day_it_takes_effect_with_the_signature(self, company):
        walk = Walk(company, rule="on_date", effective_due_on=clock.today() + timedelta(days=3))
        walk.sealed()
        with later(days=9):
            walk.sign()
            walk.stands("active", case="completed")
            assert walk.contract.effective_on == walk.contract.signed_on == clock.today()

    def test_signed_on_its_very_day(self, company):
        walk = signed(company, "on_date", effective_due_on=clock.today())
        walk.stands("active", case="completed")
        assert walk.contract.effective_on == clock.today()


class TestGivingUpWhileItWaits:
    """Signed, not in effect: it ends by being terminated, and only without money on it."""

    @pytest.mark.parametrize("rule", ["on_first_payment", "on_date"])
    def test_the_director_terminates_it(self, company, rule):
        more = {"effective_due_on": clock.today() + timedelta(days=9)} if rule == "on_date" else {}
        walk = signed(company, rule, **more)
        services.void_contract(contract_id=walk.contract.pk, reason="双方协商解除", actor=company.director)
        walk.stands("terminated", case="cancelled")
        assert walk.waits() == []
        assert (walk.contract.void_reason, walk.contract.effective_on) == ("双方协商解除", None)
        with later(days=40):
            walk.stands("terminated", case="cancelled")
            assert walk.told("rep1") == []

    def test_the_administrator_cancels_the_case(self, company):
        walk = signed(company, "on_first_payment")
        cancel_instance(instance_id=walk.case.pk, reason="客户破产", actor=company.admin)
        walk.stands("terminated", case="cancelled")

    def test_the_owner_does_not(self, company):
        walk = signed(company, "on_first_payment")
        with pytest.raises(PermissionDenied):
            services.void_contract(contract_id=walk.contract.pk, reason="算了", actor=company.rep1)
        walk.stands("signed")

    def test_not_while_money_waits_for_confirmation(self, company):
        walk = signed(company, "on_first_payment")
        payment = walk.record()
        with pytest.raises(ApplicationError) as refusal:
            services.void_contract(contract_id=walk.contract.pk, reason="解除", actor=company.director)
        assert refusal.value.code == "contract_holds_money"
        walk.stands("signed")
        services.confirm_payment(payment_id=payment.pk, actor=company.finance2)
        settle()
        walk.stands("active", case="completed")

    def test_money_does_not_come_to_a_contract_that_was_terminated(self, company):
        walk = signed(company, "on_first_payment")
        services.void_contract(contract_id=walk.contract.pk, reason="解除", actor=company.director)
        with pytest.raises(ApplicationError):
            walk.record()


class TestActivating:
    @pytest.mark.parametrize("rule", ["on_first_payment", "on_date"])
    def test_is_refused_before_its_time(self, company, process, rule):
        more = {"effective_due_on": clock.today() + timedelta(days=9)} if rule == "on_date" else {}
        walk = signed(company, rule, **more)
        with pytest.raises(Conflict) as refusal:
            services.activate_contract(contract_id=walk.contract.pk, actor=process)
        assert refusal.value.code == "not_effective_yet"
        walk.stands("signed")

    def test_people_do_not_ask_for_money_in_place_of_the_process(self, company):
        walk = signed(company, "on_first_payment")
        for person in (company.rep1, company.finance, company.admin):
            with pytest.raises(PermissionDenied):
                services.check_first_payment(contract_id=walk.contract.pk, actor=person)
