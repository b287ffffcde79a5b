"""Contracts in effect that tests after the sale start from, made through the services as in life."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction

from contracts import services as contract_services
from contracts.models import Contract
from core import clock
from core.actors import SystemActor
from core.models import User
from service.models import Onboarding, OnboardingItem
from tests.contracts.factory import draft_of

PROCESS = SystemActor("contract_lifecycle:test")


def contract_in_effect(company: Any, owner: User, **kwargs: Any) -> Contract:
    """A contract with a membership, in effect since today, without a process."""
    contract = draft_of(owner, **kwargs)
    contract_services.submit_contract(contract_id=contract.pk, actor=PROCESS, submitted_by=owner)
    contract_services.approve_contract(contract_id=contract.pk, actor=PROCESS)
    contract_services.seal_contract(
        contract_id=contract.pk, actor=company.seal, seal_kind="contract", copies=2
    )
    contract_services.record_signature(
        contract_id=contract.pk,
        actor=company.assistant,
        signed_on=clock.today(),
        customer_signer="张三",
        our_signer="郑国栋",
    )
    return contract_services.activate_contract(contract_id=contract.pk, actor=PROCESS)


@transaction.atomic
def bare_onboarding(contract: Contract, *codes: str) -> Onboarding:
    """An onboarding with these items, all of them to do."""
    onboarding = Onboarding.objects.create(
        contract=contract, due_at=clock.now() + timedelta(days=7), opened_at=clock.now()
    )
    OnboardingItem.objects.bulk_create(
        OnboardingItem(
            onboarding=onboarding,
            seq=number,
            code=code,
            title_zh=code,
            title_en=code,
            role="assistant",
            due_at=onboarding.due_at,
        )
        for number, code in enumerate(codes or ("shop",), 1)
    )
    return onboarding
