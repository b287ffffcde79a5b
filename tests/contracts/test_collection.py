"""Promises, disputes and levels: what the services do, and what the database refuses whoever asks."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from contracts import services
from contracts.models import CollectionLevel, DisputeHold, PaymentChase, PromiseToPay
from core import clock
from core.errors import ApplicationError, Conflict
from crm.models import Customer
from tests.contracts.debts import COLLECTION, at_level, owing, paid
from workflows.models import Message


@pytest.fixture
def debt(company):
    return owing(company)


def account(contract):
    return services.account_of(customer_id=contract.customer_id, actor=COLLECTION)


def promise(company, contract, amount="9000.00", days=5, **more) -> PromiseToPay:
    return services.record_promise(
        customer_id=contract.customer_id,
        amount=Decimal(amount),
        promised_on=clock.today() + timedelta(days=days),
        actor=more.pop("actor", company.rep1),
        **more,
    )


def dispute(company, contract, seq=1, actor=None) -> DisputeHold:
    line = contract.plan_lines.get(seq=seq)
    return services.open_dispute(plan_line_id=line.pk, reason="广告未上线", actor=actor or company.rep1)


def told(contract, name="receivables.changed") -> list[str]:
    rows = Message.objects.filter(name=name, subject_id=str(contract.customer_id)).order_by("pk")
    return [one.payload.get("reason", one.payload.get("contract")) for one in rows]


def refused(rule: str):
    return pytest.raises(IntegrityError, match=rule)


class TestAccount:
    def test_sums_principal_and_interest_of_what_is_open(self, company, debt):
        found = account(debt)
        # 5000 × 0.0005 × 40 and 4000 × 0.0005 × 10; what is due later bears nothing.
        assert (found.principal, found.interest, found.overdue) == (
            Decimal("12800.00"),
            Decimal("120.00"),
            Decimal("9000.00"),
        )
        assert (found.days_overdue, found.level, found.promise) == (40, 0, None)

    def test_is_settled_when_all_is_paid(self, company, debt):
        for seq, amount in ((1, "5000.00"), (2, "4000.00"), (3, "3800.00")):
            paid(company, debt, amount, seq)
        assert account(debt).is_settled

    def test_shows_nobody_what_they_may_not_see(self, company, debt):
        found = services.account_of(customer_id=debt.customer_id, actor=company.rep3)
        assert found.is_settled

    def test_as_many_questions_for_many_customers_as_for_one(self, company, debt, django_assert_num_queries):
        others = [owing(company) for _number in range(3)]
        keys = [debt.customer_id, *(one.customer_id for one in others)]
        with django_assert_num_queries(6):
            services.accounts_of(keys[:1], actor=COLLECTION)
        with django_assert_num_queries(6):
            services.accounts_of(keys, actor=COLLECTION)


class TestPromise:
    def test_is_told_to_what_waits_and_replaces_the_one_before(self, company, debt):
        first, second = promise(company, debt), promise(company, debt, "2000.00")
        first.refresh_from_db()
        assert (first.state, second.state) == ("replaced", "open")
        assert told(debt) == ["promise", "promise"]

    @pytest.mark.parametrize(
        ("amount", "days", "field"),
        [("0", 5, "amount"), ("99999.00", 5, "amount"), ("1.005", 5, "amount"), ("5.00", -1, "promised_on"),
         ("5.00", 31, "promised_on")],
    )  # fmt: skip
    def test_what_is_none_is_refused(self, company, debt, amount, days, field):
        with pytest.raises(ApplicationError) as refusal:
            promise(company, debt, amount, days)
        assert list(refusal.value.errors) == [field]
        assert not PromiseToPay.objects.exists()

    def test_kept_broken_or_still_open(self, company, debt):
        one = promise(company, debt, "5000.00", 2)
        key = debt.customer_id
        assert services.settle_promise(customer_id=key, actor=COLLECTION).state == "open"
        with clock.travel(timedelta(days=1)):
            paid(company, debt, "5000.00")
            assert services.settle_promise(customer_id=key, actor=COLLECTION).state == "kept"
        with clock.travel(timedelta(days=2)):
            promise(company, debt, "4000.00", 1)
        with clock.travel(timedelta(days=3)):
            assert services.settle_promise(customer_id=key, actor=COLLECTION).state == "open"
        with clock.travel(timedelta(days=4)):
            assert services.settle_promise(customer_id=key, actor=COLLECTION).state == "broken"
            assert services.settle_promise(customer_id=key, actor=COLLECTION) is None
        one.refresh_from_db()
        assert one.state == "kept"

    def test_only_for_ones_own_customers(self, company, debt):
        with pytest.raises(Customer.DoesNotExist):
            promise(company, debt, actor=company.rep3)
        with pytest.raises(PermissionDenied):
            promise(company, debt, actor=company.gm)

    def test_the_database_keeps_one_open_and_what_was_promised(self, company, debt):
        one = promise(company, debt)
        fields = {
            "customer_id": debt.customer_id,
            "promised_on": clock.today(),
            "recorded_by": company.rep1,
            "recorded_at": clock.now(),
        }
        with refused("customer_has_one_open_promise"), transaction.atomic():
            PromiseToPay.objects.create(amount=Decimal(1), **fields)
        with refused("promised_amount_is_positive"), transaction.atomic():
            PromiseToPay.objects.create(amount=Decimal(0), state="kept", settled_at=clock.now(), **fields)
        with refused("settled_promise_says_when"), transaction.atomic():
            PromiseToPay.objects.filter(pk=one.pk).update(state="kept")
        for change in ({"amount": Decimal(1)}, {"promised_on": clock.today()}):
            with refused("what was promised stays"), transaction.atomic():
                PromiseToPay.objects.filter(pk=one.pk).update(**change)
        with refused("what was promised stays"), transaction.atomic():
            one.delete()
        assert PromiseToPay.objects.get().amount == Decimal("9000.00")


class TestDispute:
    def test_what_is_disputed_is_not_asked_for(self, company, debt):
        dispute(company, debt)
        found = account(debt)
        assert (found.days_overdue, [one.line.seq for one in found.demanded]) == (10, [2])
        preview = services.preview_dunning(actor=company.finance)
        assert [line.seq for one in preview for line in one.lines] == [2]
        assert told(debt) == ["dispute"]

    def test_upheld_until_a_day_or_released(self, company, debt):
        hold = dispute(company, debt)
        until = clock.today() + timedelta(days=20)
        services.uphold_dispute(hold_id=hold.pk, until=until, note="核实中", actor=company.manager1)
        hold.refresh_from_db()
        assert hold.until == until
        services.release_dispute(hold_id=hold.pk, actor=company.aftersales)
        assert account(debt).days_overdue == 40
        with pytest.raises(Conflict) as refusal:
            services.release_dispute(hold_id=hold.pk, actor=company.manager1)
        assert refusal.value.code == "dispute_settled"

    @pytest.mark.parametrize("days", [0, 91])
    def test_a_hold_ends(self, company, debt, days):
        hold = dispute(company, debt)
        with pytest.raises(ApplicationError):
            services.uphold_dispute(
                hold_id=hold.pk, until=clock.today() + timedelta(days=days), actor=company.manager1
            )

    def test_who_may(self, company, debt):
        hold = dispute(company, debt)
        with pytest.raises(PermissionDenied):
            services.release_dispute(hold_id=hold.pk, actor=company.rep1)
        with pytest.raises(Customer.DoesNotExist):
            services.release_dispute(hold_id=hold.pk, actor=company.rep3)
        with pytest.raises(Customer.DoesNotExist):
            dispute(company, debt, 2, company.rep3)
        dispute(company, debt, 2, company.aftersales)

    def test_not_what_is_paid_and_not_twice(self, company, debt):
        paid(company, debt, "5000.00")
        with pytest.raises(ApplicationError) as refusal:
            dispute(company, debt)
        assert refusal.value.code == "nothing_owed"
        dispute(company, debt, 2)
        with pytest.raises(Conflict) as refusal:
            dispute(company, debt, 2)
        assert refusal.value.code == "disputed_already"

    def test_the_database_keeps_one_open_and_its_reason(self, company, debt):
        hold = dispute(company, debt)
        fields = {"plan_line": hold.plan_line, "opened_by": company.rep1, "opened_at": clock.now()}
        with refused("instalment_has_one_open_hold"), transaction.atomic():
            DisputeHold.objects.create(reason="又一次", **fields)
        with refused("dispute_has_a_reason"), transaction.atomic():
            DisputeHold.objects.create(reason="", released_at=clock.now(), released_by=company.rep1, **fields)
        with refused("released_hold_says_by_whom"), transaction.atomic():
            DisputeHold.objects.filter(pk=hold.pk).update(released_at=clock.now())
        with refused("dispute_stays"), transaction.atomic():
            DisputeHold.objects.filter(pk=hold.pk).update(reason="别的")
        services.release_dispute(hold_id=hold.pk, actor=company.manager1)
        with refused("dispute_stays"), transaction.atomic():
            DisputeHold.objects.filter(pk=hold.pk).update(note="改")


class TestLevels:
    def test_every_overdue_undisputed_instalment_reaches_it_once(self, company, debt):
        dispute(company, debt, 2)
        rows = at_level(debt, 1)
        assert [one.plan_line.seq for one in rows] == [1]
        assert (account(debt).level, account(debt).days_overdue) == (1, 40)
        with pytest.raises(Conflict) as refusal:
            at_level(debt, 1)
        assert refusal.value.code == "level_reached"
        at_level(debt, 2, company.manager1)
        assert account(debt).level == 2

    def test_money_that_came_in_is_told(self, company, debt):
        paid(company, debt, "5000.00")
        paid(company, debt, "4000.00", 2)
        with pytest.raises(Conflict) as refusal:
            at_level(debt, 1)
        assert refusal.value.code == "nothing_overdue"
        assert not CollectionLevel.objects.exists()

    def test_a_promise_holds_it_back(self, company, debt):
        promise(company, debt)
        with pytest.raises(Conflict) as refusal:
            at_level(debt, 1)
        assert refusal.value.code == "promise_open"

    def test_belongs_to_the_process(self, company, debt):
        with pytest.raises(PermissionDenied):
            services.raise_level(customer_id=debt.customer_id, level=1, actor=company.director)

    def test_the_database_keeps_each_level_once_and_for_good(self, company, debt):
        (first, *_rest) = at_level(debt, 1)
        fields = {
            "customer_id": debt.customer_id,
            "plan_line_id": first.plan_line_id,
            "reached_at": clock.now(),
        }
        with refused("instalment_reaches_a_level_once"), transaction.atomic():
            CollectionLevel.objects.create(level=1, **fields)
        with refused("dunning_level_is_1_to_4"), transaction.atomic():
            CollectionLevel.objects.create(level=5, **fields)
        with refused("was reached and stays so"), transaction.atomic():
            CollectionLevel.objects.filter(pk=first.pk).update(level=3)
        with refused("was reached and stays so"), transaction.atomic():
            first.delete()


class TestCalls:
    def test_are_only_ever_added(self, company, debt):
        services.record_chase(
            customer_id=debt.customer_id, kind="call", outcome="no_answer", actor=company.rep1
        )
        assert account(debt).last_call is not None
        with refused("only ever added"), transaction.atomic():
            PaymentChase.objects.update(outcome="told")
        with pytest.raises(ApplicationError):
            services.record_chase(
                customer_id=debt.customer_id, kind="call", outcome="maybe", actor=company.rep1
            )


class TestWhatTheProcessesHear:
    def test_a_signature_opens_receivables(self, company, debt):
        assert told(debt, "receivables.opened") == [debt.no]

    def test_money_changes_them_and_its_reversal_opens_them_again(self, company, debt):
        payment = paid(company, debt, "5000.00")
        assert told(debt) == ["payment"]
        services.reverse_payment(payment_id=payment.pk, reason="退票", actor=company.finance)
        assert told(debt, "receivables.opened") == [debt.no, debt.no]
