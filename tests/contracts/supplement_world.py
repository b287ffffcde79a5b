"""A contract in effect and the supplements that change it, step by step without their process."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from contracts import services
from contracts.models import Contract
from contracts.services import Amendment, Instalment, Line
from core import clock
from core.actors import SystemActor
from core.models import User
from tests.contracts.factory import draft_of, instalments

PROCESS = SystemActor("contract_lifecycle:test")
EFFECT = {"effective_rule": "on_signature", "late_rule": "none"}


def in_effect(company: Any, *parts: tuple[int, str], **more: Any) -> Contract:
    """A contract of rep1 in effect, payable in two instalments unless said otherwise."""
    plan = parts or ((10, "6800.00"), (40, "6000.00"))
    draft = draft_of(company.rep1, plan=instalments(*plan), **more)
    return take_effect(company, submit(company, draft))


def term_to(days: int) -> Amendment:
    """The term ends so many days from today."""
    return Amendment("term", new_day=clock.today() + timedelta(days=days))


def move(seq: int, days: int) -> Amendment:
    """An instalment falls due so many days from today."""
    return Amendment("instalment", instalment=seq, new_day=clock.today() + timedelta(days=days))


def reword(
    code: str = "refund", text: str = "甲方无理由解约的，乙方退还剩余期限的价款。", **more: Any
) -> Amendment:
    return Amendment("clause", code=code, text=text, **{"reason": "客户要求", "risk": "mid", **more})


def add_clause(title: str = "保密", text: str = "双方对本合同内容保密。", **more: Any) -> Amendment:
    return Amendment("added", title=title, text=text, **{"reason": "客户要求", "risk": "low", **more})


def supplement_to(
    main: Contract,
    *changes: Amendment,
    lines: Sequence[Line] = (),
    plan: Sequence[Instalment] = (),
    owner: User | None = None,
    **fields: Any,
) -> Contract:
    """A draft that changes the contract; without a process."""
    return services.create_contract(
        customer_id=main.customer_id,
        actor=owner or main.owner,
        fields={**EFFECT, "kind": "supplement", "parent_id": main.pk, **fields},
        lines=lines,
        plan=plan,
        changes=changes,
    )


def submit(company: Any, draft: Contract) -> Contract:
    return services.submit_contract(contract_id=draft.pk, actor=PROCESS, submitted_by=draft.owner)


def accept(company: Any, contract: Contract) -> None:
    """Legal approves, with what deviates."""
    services.record_decision(
        contract_id=contract.pk, actor=company.legal, outcome="approve", step="legal_review"
    )


def sign(company: Any, contract: Contract) -> Contract:
    """From the review to the signature."""
    accept(company, contract)
    services.approve_contract(contract_id=contract.pk, actor=PROCESS)
    services.seal_contract(contract_id=contract.pk, actor=company.seal, seal_kind="contract", copies=2)
    services.record_signature(
        contract_id=contract.pk,
        actor=company.assistant,
        signed_on=clock.today(),
        customer_signer="刘经理",
        our_signer="郑国栋",
    )
    return Contract.objects.get(pk=contract.pk)


def take_effect(company: Any, contract: Contract) -> Contract:
    """From the review into effect."""
    sign(company, contract)
    return services.activate_contract(contract_id=contract.pk, actor=PROCESS)


def changed_by(company: Any, main: Contract, *changes: Amendment, **more: Any) -> Contract:
    """A supplement in effect."""
    return take_effect(company, submit(company, supplement_to(main, *changes, **more)))
