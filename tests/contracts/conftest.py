"""Contracts in the states that tests start from."""

import pytest

from contracts import services
from core.actors import SystemActor
from tests.contracts.factory import draft_of

PROCESS = SystemActor("contract_lifecycle:test")


@pytest.fixture
def process() -> SystemActor:
    """The contract's process as an actor."""
    return PROCESS


@pytest.fixture
def draft(company):
    """A complete draft of rep1."""
    return draft_of(company.rep1)


@pytest.fixture
def submitted(company, draft):
    """A draft that was handed to the reviewers."""
    return services.submit_contract(contract_id=draft.pk, actor=PROCESS, submitted_by=company.rep1)
