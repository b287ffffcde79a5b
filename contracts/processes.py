"""What apps above contracts do with contracts in processes of their own: onboarding, renewal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from contracts.models import Contract
from core.actors import Actor


class OnCancel(Protocol):
    """A case about the contract was cancelled: say so in the app's own rows, in the same transaction."""

    def __call__(self, contract: Contract, *, actor: Actor, reason: str) -> None: ...


@dataclass(frozen=True)
class ContractProcess:
    """A process about contracts that another app brings.

    ``require_startable`` raises an ApplicationError where it makes no sense (any more) for this contract.
    """

    key: str
    require_startable: Callable[[Contract], None] | None = None
    on_cancel: OnCancel | None = None


_processes: dict[str, ContractProcess] = {}


def add_process(process: ContractProcess) -> None:
    """Make it known; an app does so while it starts."""
    if _processes.setdefault(process.key, process) != process:
        raise ValueError(f"The process {process.key} about contracts is added twice.")


def process_named(key: str) -> ContractProcess | None:
    return _processes.get(key)
