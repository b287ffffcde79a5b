"""Money at the very moment at which a letter is printed or a level is raised: one wins, the other is told.

Each of the two is halted before each of its statements in turn (in make test: before every fifth), while the
other one runs.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from contracts import services
from contracts.models import CollectionLevel, Contract, DunningNotice, DunningProposal
from core.errors import Conflict
from core.models import NumberRule
from tests.chaos.stepping import meet_everywhere
from tests.contracts.debts import COLLECTION, approved_run, owing, recorded

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("everywhere"),
]

Deed = Callable[[], object]


@pytest.fixture(autouse=True)
def _patience(settings):
    settings.STEP_LOCK_TIMEOUT_MS = 60_000


def confirming(company: Any, contract: Contract, amount: str) -> Deed:
    payment = recorded(company, contract, amount)
    return lambda: services.confirm_payment(payment_id=payment.pk, actor=company.finance2)


@pytest.mark.parametrize("first", ["payment", "level"])
def test_a_level_is_raised_while_the_money_is_confirmed(company, first):
    contracts: list[Contract] = []
    ends = set()

    def pair() -> tuple[Deed, Deed]:
        contract = owing(company, plan=((-20, "1000.00"),))
        contracts.append(contract)
        deeds = (
            confirming(company, contract, "1000.00"),
            lambda: services.raise_level(customer_id=contract.customer_id, level=1, actor=COLLECTION),
        )
        return deeds if first == "payment" else deeds[::-1]

    for meeting in meet_everywhere(pair):
        runners = (meeting.first, meeting.second)
        paying, raising = runners if first == "payment" else runners[::-1]
        where = f"halted at {meeting.halted_at}"
        assert paying.error is None, (where, paying.error)
        is_raised = CollectionLevel.objects.filter(plan_line__contract=contracts[-1]).exists()
        if not is_raised:
            # The money was there first: whoever raises is told.
            assert isinstance(raising.error, Conflict), (where, raising.error)
            assert raising.error.code == "nothing_overdue"
        else:
            assert raising.error is None, (where, raising.error)
        account = services.account_of(customer_id=contracts[-1].customer_id, actor=COLLECTION)
        assert account.is_settled, where
        ends.add(is_raised)
    assert ends == {True, False}


@pytest.mark.parametrize("first", ["payment", "letter"])
def test_a_letter_is_printed_while_the_money_is_confirmed(company, first):
    """It asks for what is owed when it is filed, takes no number for nothing, and never holds what is paid."""
    made: list[tuple[Contract, DunningProposal]] = []
    ends = set()

    def pair() -> tuple[Deed, Deed]:
        contract = owing(company, plan=((-20, "1000.00"),))
        proposal = approved_run(company)
        for line in proposal.lines.exclude(customer=contract.customer):
            assert line.is_excluded
        made.append((contract, proposal))
        deeds = (
            confirming(company, contract, "1000.00"),
            lambda: services.print_run(proposal_id=proposal.pk, actor=company.finance),
        )
        return deeds if first == "payment" else deeds[::-1]

    for meeting in meet_everywhere(pair):
        runners = (meeting.first, meeting.second)
        paying, printing = runners if first == "payment" else runners[::-1]
        where = f"halted at {meeting.halted_at}"
        contract, proposal = made[-1]
        assert paying.error is None, (where, paying.error)
        notice = DunningNotice.objects.filter(customer=contract.customer_id).first()
        if notice is None:
            assert isinstance(printing.error, Conflict), (where, printing.error)
            assert printing.error.code == "nothing_left"
        else:
            assert printing.error is None, (where, printing.error)
            assert notice.principal_total == Decimal("1000.00")
        proposal.refresh_from_db()
        assert (proposal.state == "printed") == (notice is not None)
        numbers = NumberRule.objects.filter(code="dunning").values_list("last_value", flat=True).first() or 0
        assert numbers == DunningNotice.objects.count(), "no number is lost"
        ends.add(notice is not None)
    assert True in ends
