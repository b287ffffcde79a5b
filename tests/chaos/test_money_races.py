"""Two people at the same money: one wins, the other hears it, and the sums agree."""

from decimal import Decimal

import pytest

from contracts import services
from contracts.models import Contract, ContractVersion, DunningNotice, DunningRun, Payment, PaymentReversal
from contracts.services import Share
from core.errors import ApplicationError, Conflict
from core.models import Document, NumberRule
from tests.chaos.test_races import WON, _patience, race
from tests.contracts.factory import customer_of, instalments, membership, term
from tests.contracts.test_payments import active_contract, record
from workflows.audit import audit
from workflows.models import ProcessInstance, WorkItem
from workflows.selectors import running_process_of
from workflows.services import complete_work_item

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

__all__ = ["_patience"]


def test_one_payment_is_confirmed_once_however_many_confirm_and_reverse_it(company):
    contract = active_contract(company)
    for _round in range(3):
        payment = record(company, contract, "10.00")
        results = race(
            [lambda key=payment.pk: services.confirm_payment(payment_id=key, actor=company.finance2)] * 6
            + [
                lambda key=payment.pk: services.reverse_payment(
                    payment_id=key, reason="错账", actor=company.finance2
                )
            ]
            * 6
        )
        assert all(one == WON or isinstance(one, Conflict) for one in results), results
        assert results[:6].count(WON) <= 1
        assert results[6:].count(WON) == 1
        payment.refresh_from_db()
        assert payment.state == Payment.State.REVERSED, "the reversal is the last word, whoever came first"
        assert PaymentReversal.objects.filter(payment=payment).count() == 1
        assert (payment.confirmed_by_id is not None) == (results[:6].count(WON) == 1)


def test_the_same_notices_printed_by_many_at_once_are_printed_once(company):
    contracts = [active_contract(company, customer_of(company.rep1)) for _number in range(2)]
    keys = [one.customer_id for one in contracts]
    results = race(
        [
            lambda chosen=keys if number % 2 else keys[::-1]: services.print_dunning(
                customer_ids=chosen, actor=company.finance
            )
            for number in range(6)
        ]
    )
    assert results.count(WON) == 1
    assert all(isinstance(one, Conflict) for one in results if one != WON), results
    assert DunningRun.objects.count() == 1
    assert sorted(DunningNotice.objects.values_list("customer", flat=True)) == sorted(keys)
    assert NumberRule.objects.get(code="dunning").last_value == 2, "nobody who lost took a number"
    assert Document.objects.filter(kind="dunning_notice").count() == 2


def test_overlapping_runs_print_each_customer_once(company):
    contracts = [active_contract(company, customer_of(company.rep1)) for _number in range(3)]
    keys = [one.customer_id for one in contracts]
    results = race(
        [
            lambda chosen=chosen: services.print_dunning(customer_ids=chosen, actor=company.finance)
            for chosen in (keys[:2], keys[1:], keys[::2])
        ]
    )
    assert all(one == WON or isinstance(one, Conflict) for one in results), results
    assert sorted(DunningNotice.objects.values_list("customer", flat=True)) == sorted(keys)
    numbers = sorted(DunningNotice.objects.values_list("no", flat=True))
    assert [no[-4:] for no in numbers] == ["0001", "0002", "0003"]


def test_a_contract_submitted_by_many_clicks_gets_one_number_and_one_version(company):
    contract = drafted(company)
    results = race(
        [
            lambda: services.send_for_approval(contract_id=contract.pk, actor=company.rep1)
            for _number in range(10)
        ]
    )
    assert results.count(WON) == 1
    assert all(isinstance(one, ApplicationError) for one in results if one != WON), results
    assert ContractVersion.objects.filter(contract=contract).count() == 1
    assert NumberRule.objects.get(code="contract").last_value == 1
    assert audit() == []


def test_money_is_never_on_a_contract_that_was_given_up(company):
    """Spreading a payment and voiding the contract at once: either there is no money on it, or it stands."""
    outcomes = set()
    for _round in range(4):
        contract = approved(company)
        line = contract.plan_lines.get()
        payment = record(company, contract, "100.00")
        results = race(
            [
                lambda key=payment.pk, to=line.pk: services.allocate_payment(
                    payment_id=key, shares=[Share(to, Decimal("100.00"))], actor=company.finance
                ),
                lambda key=contract.pk: services.void_contract(
                    contract_id=key, reason="客户取消", actor=company.manager1
                ),
            ]
        )
        assert results.count(WON) == 1, results
        assert all(isinstance(one, ApplicationError) for one in results if one != WON), results
        contract.refresh_from_db()
        assert (contract.state == Contract.State.VOIDED) == (results[1] == WON)
        assert payment.allocations.exists() == (contract.state == Contract.State.APPROVED)
        outcomes.add(contract.state)
    assert outcomes <= {"approved", "voided"}
    assert audit() == []


def test_a_contract_that_holds_money_is_given_up_only_after_the_reversal(company):
    contract = approved(company)
    share = Share(contract.plan_lines.get().pk, Decimal("100.00"))
    payment = record(company, contract, "100.00", shares=[share])
    with pytest.raises(ApplicationError) as refusal:
        services.void_contract(contract_id=contract.pk, reason="客户取消", actor=company.manager1)
    assert refusal.value.code == "contract_holds_money"
    assert payment.no in str(refusal.value)
    contract.refresh_from_db()
    assert contract.state == Contract.State.APPROVED
    assert running_process_of(contract).status == ProcessInstance.Status.ACTIVE
    services.reverse_payment(payment_id=payment.pk, reason="退款", actor=company.finance)
    services.void_contract(contract_id=contract.pk, reason="客户取消", actor=company.manager1)
    contract.refresh_from_db()
    assert contract.state == Contract.State.VOIDED


def drafted(company) -> Contract:
    return services.start_contract(
        customer_id=customer_of(company.rep1).pk,
        actor=company.rep1,
        fields=term(),
        lines=[membership()],
        plan=instalments((10, "12800.00")),
    )


def approved(company) -> Contract:
    """A contract that waits for the seal: an advance may come in, and it may still be given up."""
    contract = drafted(company)
    services.send_for_approval(contract_id=contract.pk, actor=company.rep1)
    for who in (company.manager1, company.finance):
        item = WorkItem.objects.get(instance=running_process_of(contract).pk, status="open")
        complete_work_item(work_item_id=item.pk, actor=who, outcome="approve")
    contract.refresh_from_db()
    return contract
