"""The deeds of customers, contracts and money that other programs hear of: once each, with their rows."""

from decimal import Decimal

import pytest

from contracts import services
from contracts.models import Payment
from core import clock
from core.errors import ApplicationError
from core.models import WebhookDelivery
from tests.contracts.factory import customer_of
from tests.contracts.pages import signed_contract

pytestmark = pytest.mark.django_db


def payloads() -> dict[str, dict]:
    found = {}
    for event, payload in WebhookDelivery.objects.values_list("event", "payload"):
        assert event not in found, f"{event} was told twice"
        found[event] = payload
    return found


def test_a_payment_is_confirmed_and_reversed(company, subscribe):
    customer = customer_of(company.rep1)
    payment = services.record_payment(
        customer_id=customer.pk,
        fields={"amount": Decimal("100.00"), "received_on": clock.today()},
        actor=company.finance,
    )
    subscribe("payment.confirmed", "payment.reversed")
    services.confirm_payment(payment_id=payment.pk, actor=company.finance2)
    services.reverse_payment(payment_id=payment.pk, reason="银行退回", actor=company.finance)
    told = payloads()
    assert told["payment.confirmed"]["state"] == Payment.State.CONFIRMED
    assert told["payment.confirmed"]["amount"] == "100.00"
    assert told["payment.confirmed"]["customer"]["name"] == customer.name
    assert (told["payment.reversed"]["state"], told["payment.reversed"]["reason"]) == ("reversed", "银行退回")


def test_a_refused_deed_tells_nobody(company, subscribe):
    customer = customer_of(company.rep1)
    payment = services.record_payment(
        customer_id=customer.pk,
        fields={"amount": Decimal("100.00"), "received_on": clock.today()},
        actor=company.finance,
    )
    subscribe("payment.confirmed")
    with pytest.raises(ApplicationError):
        services.confirm_payment(payment_id=payment.pk, actor=company.finance)
    assert payloads() == {}


def test_a_contract_is_signed_and_takes_effect(company, subscribe):
    subscribe("contract.signed", "contract.activated", "customer.created")
    contract = signed_contract(company, company.rep1, (10, "12800.00"))
    told = payloads()
    assert told["customer.created"]["no"] == contract.customer.no
    assert told["contract.signed"]["state"] == "signed"
    assert told["contract.signed"]["signed_on"] == clock.today().isoformat()
    assert told["contract.activated"]["state"] == "active"
    assert told["contract.activated"] | {"state": "", "effective_on": ""} == told["contract.signed"] | {
        "state": "",
        "effective_on": "",
    }
    assert told["contract.activated"]["amount"] == "12800.00"
