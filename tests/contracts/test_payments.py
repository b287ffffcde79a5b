"""Money: two people for each payment, never more allocated than there is, reversals that stay readable."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from contracts import selectors, services
from contracts.models import Allocation, Contract, Payment, PaymentReversal, SignatureRecord
from contracts.settings_kinds import CONFIRMER_DIFFERS
from core import clock
from core.configuration import change
from core.errors import ApplicationError, Conflict
from tests.contracts.conftest import PROCESS
from tests.contracts.factory import customer_of, draft_of, instalments, membership


def active_contract(
    company, customer=None, plan=((-40, "5000.00"), (-10, "4000.00"), (30, "3800.00"))
) -> Contract:
    """A contract in effect, signed before its first instalment was due."""
    day = clock.today() - timedelta(days=60)
    total = sum((Decimal(amount) for _days, amount in plan), Decimal(0))
    rows = instalments(*plan)
    with clock.travel(day):
        contract = draft_of(company.rep1, customer, lines=[membership(str(total))], plan=rows)
        services.submit_contract(contract_id=contract.pk, actor=PROCESS)
        services.approve_contract(contract_id=contract.pk, actor=PROCESS)
        services.seal_contract(contract_id=contract.pk, actor=company.seal, seal_kind="contract", copies=2)
        services.record_signature(
            contract_id=contract.pk,
            actor=company.assistant,
            signed_on=clock.today(),
            customer_signer="刘经理",
            our_signer="郑国栋",
        )
        return services.activate_contract(contract_id=contract.pk, actor=PROCESS)


@pytest.fixture
def contract(company) -> Contract:
    return active_contract(company)


def record(company, contract, amount="5000.00", shares=(), **fields) -> Payment:
    return services.record_payment(
        customer_id=contract.customer_id,
        fields={"received_on": clock.today(), "amount": amount, **fields},
        shares=shares,
        actor=company.finance,
    )


def outstanding(company) -> list[Decimal]:
    return [line.outstanding for line in selectors.open_instalments(company.finance, clock.today())]


class TestRecordPayment:
    def test_gets_a_number_and_counts_only_when_confirmed(self, company, contract):
        line = contract.plan_lines.first()
        payment = record(company, contract, shares=[services.Share(line.pk, Decimal("5000.00"))])
        assert payment.no == f"HK-{clock.today():%Y}-0001"
        assert payment.payer == contract.customer.name
        assert outstanding(company) == [Decimal(5000), Decimal(4000), Decimal(3800)]
        services.confirm_payment(payment_id=payment.pk, actor=company.finance2)
        assert outstanding(company) == [Decimal(4000), Decimal(3800)]

    @pytest.mark.parametrize(
        ("fields", "wrong"),
        [
            ({"amount": "0"}, "amount"),
            ({"amount": "-1"}, "amount"),
            ({"amount": "1.005"}, "amount"),
            ({"amount": "NaN"}, "amount"),
            ({"amount": None}, "amount"),
            ({"received_on": None}, "received_on"),
            ({"received_on": "2999-01-01"}, "received_on"),
            ({"method": "barter"}, "method"),
            ({"state": "confirmed"}, "state"),
        ],
    )
    def test_names_the_wrong_field_and_saves_nothing(self, company, contract, fields, wrong):
        with pytest.raises(ApplicationError) as refusal:
            record(company, contract, **{"amount": "5000.00", **fields})
        assert list(refusal.value.errors) == [wrong]
        assert not Payment.objects.exists()

    def test_a_bank_reference_stands_in_one_payment_only(self, company, contract):
        record(company, contract, bank_ref="ICBC1")
        with pytest.raises(ApplicationError) as refusal:
            record(company, contract, bank_ref="ICBC1")
        assert list(refusal.value.errors) == ["bank_ref"]
        assert Payment.objects.count() == 1
        record(company, contract, bank_ref="")
        record(company, contract, bank_ref="")

    def test_refuses_whoever_may_not(self, company, contract):
        with pytest.raises(PermissionDenied):
            services.record_payment(
                customer_id=contract.customer_id,
                fields={"received_on": clock.today(), "amount": "1.00"},
                actor=company.rep1,
            )
        assert not Payment.objects.exists()


class TestConfirmPayment:
    def test_whoever_recorded_it_does_not_confirm_it(self, company, contract):
        payment = record(company, contract)
        with pytest.raises(ApplicationError) as refusal:
            services.confirm_payment(payment_id=payment.pk, actor=company.finance)
        assert refusal.value.code == "second_person_needed"
        payment.refresh_from_db()
        assert (payment.state, payment.confirmed_by) == ("draft", None)

    def test_the_database_refuses_it_too(self, company, contract):
        payment = record(company, contract)
        with pytest.raises(IntegrityError, match="confirmed_by_a_second_person"), transaction.atomic():
            Payment.objects.filter(pk=payment.pk).update(
                state="confirmed", confirmed_by=company.finance, confirmed_at=clock.now()
            )

    def test_a_company_of_one_may_and_the_row_says_so(self, company, contract):
        change(actor=company.admin, changes={CONFIRMER_DIFFERS: False})
        payment = record(company, contract)
        services.confirm_payment(payment_id=payment.pk, actor=company.finance)
        payment.refresh_from_db()
        assert (payment.state, payment.second_person_waived) == ("confirmed", True)

    def test_the_second_confirmation_hears_who_was_faster(self, company, contract):
        payment = record(company, contract)
        services.confirm_payment(payment_id=payment.pk, actor=company.finance2)
        with pytest.raises(Conflict, match="钱进"):
            services.confirm_payment(payment_id=payment.pk, actor=company.finance2)

    def test_a_confirmed_payment_does_not_change(self, company, contract):
        payment = record(company, contract)
        services.confirm_payment(payment_id=payment.pk, actor=company.finance2)
        for attempt in (
            {"amount": Decimal(1)},
            {"received_on": clock.today() - timedelta(days=9)},
            {"state": "draft"},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                Payment.objects.filter(pk=payment.pk).update(**attempt)


class TestAllocatePayment:
    def test_proposes_the_oldest_due_first(self, company, contract):
        first, second, _third = contract.plan_lines.all()
        shares = services.propose_shares(
            customer_id=contract.customer_id, amount=Decimal("7000.00"), actor=company.finance
        )
        assert shares == [
            services.Share(first.pk, Decimal("5000.00")),
            services.Share(second.pk, Decimal("2000.00")),
        ]

    def test_the_proposal_leaves_out_what_is_reserved(self, company, contract):
        first, second, _third = contract.plan_lines.all()
        record(company, contract, shares=[services.Share(first.pk, Decimal("5000.00"))])
        shares = services.propose_shares(
            customer_id=contract.customer_id, amount=Decimal("1.00"), actor=company.finance
        )
        assert shares == [services.Share(second.pk, Decimal("1.00"))]

    def test_a_draft_is_allocated_anew(self, company, contract):
        first, second, _third = contract.plan_lines.all()
        payment = record(company, contract, shares=[services.Share(first.pk, Decimal("5000.00"))])
        services.allocate_payment(
            payment_id=payment.pk,
            shares=[services.Share(second.pk, Decimal("4000.00"))],
            actor=company.finance,
        )
        assert list(payment.allocations.values_list("plan_line", "amount")) == [(second.pk, Decimal(4000))]

    def test_what_a_confirmed_payment_has_left_can_be_allocated_later(self, company, contract):
        first, second, _third = contract.plan_lines.all()
        payment = record(company, contract, "9000.00", shares=[services.Share(first.pk, Decimal("5000.00"))])
        services.confirm_payment(payment_id=payment.pk, actor=company.finance2)
        services.allocate_payment(
            payment_id=payment.pk,
            shares=[services.Share(second.pk, Decimal("4000.00"))],
            actor=company.finance,
        )
        assert outstanding(company) == [Decimal(3800)]

    @pytest.mark.parametrize("amount", ["5000.01", "0", "-1", "0.001"])
    def test_refuses_more_than_is_open_and_what_is_no_money(self, company, contract, amount):
        line = contract.plan_lines.first()
        with pytest.raises(ApplicationError) as refusal:
            record(company, contract, "9000.00", shares=[services.Share(line.pk, Decimal(amount))])
        assert list(refusal.value.errors) == [f"shares.{line.pk}"]
        assert not Payment.objects.exists()
        assert not Allocation.objects.exists()

    def test_refuses_more_than_the_payment(self, company, contract):
        first, second, _third = contract.plan_lines.all()
        with pytest.raises(ApplicationError) as refusal:
            record(
                company,
                contract,
                "5000.00",
                shares=[
                    services.Share(first.pk, Decimal("5000.00")),
                    services.Share(second.pk, Decimal("0.01")),
                ],
            )
        assert refusal.value.code == "payment_exceeded"
        assert not Payment.objects.exists()

    def test_refuses_another_customers_instalment(self, company, contract):
        other = active_contract(company, customer_of(company.rep1))
        with pytest.raises(ApplicationError):
            record(company, contract, shares=[services.Share(other.plan_lines.first().pk, Decimal(1))])
        assert not Payment.objects.exists()

    def test_refuses_an_instalment_of_a_contract_that_is_not_approved(self, company, contract):
        reviewing = draft_of(company.rep1, contract.customer)
        services.submit_contract(contract_id=reviewing.pk, actor=PROCESS)
        with pytest.raises(ApplicationError):
            record(company, contract, shares=[services.Share(reviewing.plan_lines.first().pk, Decimal(1))])
        assert not Payment.objects.exists()

    def test_the_database_refuses_too_much_by_itself(self, company, contract):
        first, second, _third = contract.plan_lines.all()
        payment = record(company, contract, "5500.00")
        with pytest.raises(IntegrityError, match="Instalment"), transaction.atomic():
            Allocation.objects.create(payment=payment, plan_line=first, amount=Decimal("5000.01"))
        Allocation.objects.create(payment=payment, plan_line=first, amount=Decimal(5000))
        with pytest.raises(IntegrityError, match="Payment"), transaction.atomic():
            Allocation.objects.create(payment=payment, plan_line=second, amount=Decimal("500.01"))


class TestReversePayment:
    def test_opens_the_instalment_again_and_stays_readable(self, company, contract):
        line = contract.plan_lines.first()
        payment = record(company, contract, shares=[services.Share(line.pk, Decimal("5000.00"))])
        services.confirm_payment(payment_id=payment.pk, actor=company.finance2)
        services.reverse_payment(payment_id=payment.pk, reason="银行退回", actor=company.finance)
        payment.refresh_from_db()
        assert (payment.state, payment.reversal.reason) == ("reversed", "银行退回")
        assert payment.allocations.count() == 1
        assert outstanding(company) == [Decimal(5000), Decimal(4000), Decimal(3800)]
        # The instalment can be paid again, although the reversed allocation is still there.
        record(company, contract, shares=[services.Share(line.pk, Decimal("5000.00"))])

    def test_takes_a_reason(self, company, contract):
        payment = record(company, contract)
        with pytest.raises(ApplicationError):
            services.reverse_payment(payment_id=payment.pk, reason="  ", actor=company.finance)
        payment.refresh_from_db()
        assert payment.state == "draft"
        assert not PaymentReversal.objects.exists()

    def test_is_done_once(self, company, contract):
        payment = record(company, contract)
        services.reverse_payment(payment_id=payment.pk, reason="重复登记", actor=company.finance)
        with pytest.raises(Conflict):
            services.reverse_payment(payment_id=payment.pk, reason="再来一次", actor=company.finance)
        with pytest.raises(Conflict):
            services.confirm_payment(payment_id=payment.pk, actor=company.finance2)
        assert PaymentReversal.objects.count() == 1


class TestReceivables:
    def test_days_count_from_the_day_after_and_ages_tie(self, company):
        plan = ((-100, "100.00"), (-90, "200.00"), (-60, "300.00"), (-31, "400.00"), (-30, "500.00"),
                (-1, "600.00"), (0, "700.00"), (5, "800.00"))  # fmt: skip
        active_contract(company, plan=plan)
        lines = selectors.open_instalments(company.finance, clock.today())
        assert [(line.days_overdue, line.ageing) for line in lines] == [
            (100, "over_90"),
            (90, "61_90"),
            (60, "31_60"),
            (31, "31_60"),
            (30, "1_30"),
            (1, "1_30"),
            (0, "current"),
            (0, "current"),
        ]
        ages = {one.age: (one.count, one.total) for one in selectors.ageing(company.finance, clock.today())}
        assert ages == {
            "current": (2, Decimal(1500)),
            "1_30": (2, Decimal(1100)),
            "31_60": (2, Decimal(700)),
            "61_90": (1, Decimal(200)),
            "over_90": (1, Decimal(100)),
        }

    def test_contracts_that_do_not_bind_are_not_owed(self, company, submitted):
        assert not selectors.open_instalments(company.finance, clock.today()).exists()

    def test_a_rep_sees_the_own_contracts_only(self, company, contract):
        assert selectors.open_instalments(company.rep1, clock.today()).count() == 3
        assert not selectors.open_instalments(company.rep2, clock.today()).exists()
        assert not selectors.open_instalments(company.tech, clock.today()).exists()


@pytest.mark.django_db(transaction=True)
def test_many_who_pay_one_instalment_at_once_never_pay_it_twice(company):
    contract = active_contract(company, plan=((-5, "1000.00"),))
    line = contract.plan_lines.get()
    payments = [record(company, contract, "300.00") for _n in range(8)]
    refused = []

    def allocate(payment: Payment) -> None:
        try:
            services.allocate_payment(
                payment_id=payment.pk,
                shares=[services.Share(line.pk, Decimal("300.00"))],
                actor=company.finance,
            )
        except ApplicationError as refusal:
            refused.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=allocate, args=[payment]) for payment in payments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(Allocation.objects.values_list("amount", flat=True)) == Decimal(900)
    assert len(refused) == 5
    assert SignatureRecord.objects.filter(contract=contract).count() == 2
