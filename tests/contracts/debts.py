"""Customers who owe, in the states that tests of collection start from."""

from datetime import timedelta
from decimal import Decimal

from contracts import services
from contracts.models import Contract
from contracts.services import Share
from core import clock
from core.actors import SystemActor
from tests.contracts.conftest import PROCESS
from tests.contracts.factory import draft_of, instalments, membership, term

COLLECTION = SystemActor("collection:test")
DAILY = {"late_rule": "daily", "late_daily_rate": "0.0005"}


def owing(
    company, plan=((-40, "5000.00"), (-10, "4000.00"), (30, "3800.00")), customer=None, **terms
) -> Contract:
    """A contract in effect with these instalments (days from today, amount); it bears interest."""
    rows = instalments(*plan)
    total = sum((Decimal(amount) for _days, amount in plan), Decimal(0))
    with clock.travel(clock.today() - timedelta(days=90)):
        fields = {**term(), **DAILY, **terms}
        contract = draft_of(company.rep1, customer, lines=[membership(str(total))], plan=rows, fields=fields)
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


def recorded(company, contract: Contract, amount: str, seq: int = 1, **fields):
    line = contract.plan_lines.get(seq=seq)
    return services.record_payment(
        customer_id=contract.customer_id,
        fields={"received_on": clock.today(), "amount": amount, "method": "transfer", **fields},
        shares=[Share(line.pk, Decimal(amount))],
        actor=company.finance,
    )


def paid(company, contract: Contract, amount: str, seq: int = 1, **fields):
    payment = recorded(company, contract, amount, seq, **fields)
    return services.confirm_payment(payment_id=payment.pk, actor=company.finance2)


def at_level(contract: Contract, level: int, approved_by=None):
    return services.raise_level(
        customer_id=contract.customer_id, level=level, actor=COLLECTION, approved_by=approved_by
    )


def approved_run(company, **kwargs):
    """Proposed by finance, approved by a colleague."""
    proposal = services.propose_run(actor=company.finance, **kwargs)
    services.submit_run(proposal_id=proposal.pk, actor=company.finance)
    return services.approve_run(proposal_id=proposal.pk, actor=company.finance2)
