"""What the tests of pages share."""

from decimal import Decimal

from contracts import services
from contracts.models import Contract
from core import clock
from core.actors import SystemActor
from tests.contracts.factory import draft_of, instalments

PROCESS = SystemActor("contract_lifecycle:test")


def rows(response) -> list:
    """The rows of a list page."""
    assert response.status_code == 200
    return [row.record for row in response.context["table"].rows]


def sealed_contract(company, customer=None) -> Contract:
    """One of rep1 that went out to be signed; without a case."""
    contract = draft_of(company.rep1, customer)
    services.submit_contract(contract_id=contract.pk, actor=PROCESS, submitted_by=company.rep1)
    services.approve_contract(contract_id=contract.pk, actor=PROCESS)
    services.seal_contract(contract_id=contract.pk, actor=company.seal, seal_kind="contract", copies=2)
    contract.refresh_from_db()
    return contract


def signed_contract(company, owner, *parts: tuple[int, str], customer=None) -> Contract:
    """A contract in effect whose instalments fall due so many days from today."""
    total = sum(Decimal(amount) for _days, amount in parts)
    contract = draft_of(owner, customer, price=str(total), plan=instalments(*parts))
    services.submit_contract(contract_id=contract.pk, actor=PROCESS, submitted_by=owner)
    services.approve_contract(contract_id=contract.pk, actor=PROCESS)
    services.seal_contract(contract_id=contract.pk, actor=company.seal, seal_kind="contract", copies=2)
    services.record_signature(
        contract_id=contract.pk,
        actor=company.assistant,
        signed_on=clock.today(),
        customer_signer="张三",
        our_signer="郑国栋",
    )
    return services.activate_contract(contract_id=contract.pk, actor=PROCESS)
