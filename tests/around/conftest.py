"""A customer to talk about, and a stranger to it."""

import pytest

from core.jobs import health
from tests.around.support import customer_of


@pytest.fixture(autouse=True)
def _background_is_well():
    """Pages do not ask the database for the state of the background: their queries are counted."""
    health.show(health.WELL, seconds=3600)


@pytest.fixture
def customer(company):
    """rep1's, whom rep3 (another team) does not see."""
    return customer_of(company.rep1)
