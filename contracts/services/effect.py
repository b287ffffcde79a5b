"""When a contract takes effect: by which rule, whether the rule is met, and from which day it counts.

The rules are domain.md section 0: a membership is opened after the customer has paid, so it takes effect on the
first payment unless its drafter chose otherwise; everything else on signature.
"""

from __future__ import annotations

from datetime import date

from django.db import models, transaction

from contracts.models import Contract, Payment, Product
from contracts.services.moves import lock_main_contract, require_process
from core import clock
from core.actors import Actor

Rule = Contract.EffectiveRule


def rule_of(contract: Contract) -> str:
    """The rule that the contract names, else the one that comes with what it sells."""
    if contract.effective_rule:
        return contract.effective_rule
    opens_a_membership = contract.lines.filter(product__kind=Product.Kind.MEMBERSHIP).exists()
    return Rule.ON_FIRST_PAYMENT if opens_a_membership else Rule.ON_SIGNATURE


def first_payment_on(contract: Contract) -> date | None:
    """The day on which the first confirmed money for a contract came in, be it an advance."""
    paid: date | None = Payment.objects.filter(
        state=Payment.State.CONFIRMED, allocations__plan_line__contract=contract.pk
    ).aggregate(first=models.Min("received_on"))["first"]
    return paid


def day_of_effect(contract: Contract) -> date | None:
    """From which day a signed contract is in effect; None as long as its rule is not met.

    Never before the signature: an advance, or a day that has passed by then, waits for it.
    """
    if contract.signed_on is None:
        return None
    if contract.effective_rule == Rule.ON_FIRST_PAYMENT:
        reached = first_payment_on(contract)
    elif contract.effective_rule == Rule.ON_DATE:
        reached = contract.effective_due_on
    else:
        reached = contract.signed_on
    if reached is None or reached > clock.today():
        return None
    return max(reached, contract.signed_on)


@transaction.atomic
def check_first_payment(*, contract_id: int, actor: Actor) -> bool:
    """Whether money has come in for a contract, with the contract locked until the step is written.

    Confirming and reversing a payment lock it too: what they change is either seen here, or they find the case
    waiting for them.
    """
    require_process(actor)
    lock_main_contract(contract_id)
    contract = Contract.objects.select_for_update(of=("self",), no_key=True).get(pk=contract_id)
    return first_payment_on(contract) is not None
