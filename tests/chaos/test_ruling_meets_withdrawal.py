"""A ruling and a withdrawal at the same moment: one wins, the other is told; never a ruling on what is withdrawn.

Each of the two is halted before each of its statements in turn, while the other one runs.
"""

from __future__ import annotations

import pytest

from config.reference import load_all
from core.errors import Conflict
from service import services
from service.models import Ruling
from tests.chaos.stepping import meet_everywhere
from tests.processes.complaint_walk import ComplaintWalk
from workflows.models import Incident, WorkItem

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]
# A task that is gone is not found any more.
TOLD = (Conflict, WorkItem.DoesNotExist)


@pytest.fixture(autouse=True)
def _patience(settings):
    """Whoever waits for the other one's lock gets it: nobody is told "busy" here."""
    settings.STEP_LOCK_TIMEOUT_MS = 60_000


@pytest.mark.parametrize("first", ["ruling", "withdrawal"])
def test_a_complaint_withdrawn_while_it_is_ruled_on(company, first):
    """A ruling that comes first stands in a complaint that is withdrawn after it; one that comes later is refused."""
    load_all(processes={"complaint"})
    walks: list[ComplaintWalk] = []
    ends = set()

    def pair():
        walk = ComplaintWalk(company)
        walk.acknowledge()
        walks.append(walk)

        def withdrawing() -> object:
            return services.withdraw_complaint(
                complaint_id=walk.complaint.pk, reason="客户撤回", actor=company.aftersales
            )

        deeds = (walk.rule, withdrawing)
        return deeds if first == "ruling" else deeds[::-1]

    for meeting in meet_everywhere(pair):
        where = f"halted at {meeting.halted_at}"
        walk = walks[-1]
        deeds = [meeting.first.error, meeting.second.error]
        ruling, withdrawal = deeds if first == "ruling" else deeds[::-1]
        assert withdrawal is None, f"{where}: {withdrawal}"
        assert ruling is None or isinstance(ruling, TOLD), f"{where}: {ruling!r}"
        walk.stands("withdrawn", case="cancelled")
        assert walk.waits() == [], where
        assert Ruling.objects.filter(complaint=walk.complaint).exists() == (ruling is None), where
        assert not Incident.objects.exists(), where
        ends.add(ruling is None)
    assert len(walks) > 10
    assert ends == {True, False}
