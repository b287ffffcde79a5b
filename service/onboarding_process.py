"""What the onboarding's process does to a contract when it is started or cancelled."""

from __future__ import annotations

from contracts.models import Contract
from contracts.processes import ContractProcess, add_process
from core.actors import Actor
from service.services.onboarding import PROCESS, call_off_onboarding, require_startable


def _cancelled(contract: Contract, *, actor: Actor, reason: str) -> None:
    call_off_onboarding(contract_id=contract.pk, reason=reason, actor=actor)


add_process(ContractProcess(PROCESS, require_startable=require_startable, on_cancel=_cancelled))
