"""How many statements each kind of step costs, BEGIN and COMMIT among them. A change here is meant or a mistake."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import Department, User
from tests.workflows.conftest import open_item
from workflows import selectors, services
from workflows.models import Incident

pytestmark = pytest.mark.django_db(transaction=True)


def statements(deed: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        deed()
    return len(captured)


@pytest.fixture
def warm(start, cast) -> None:
    """Definitions compiled, the clock asked."""
    for key in ("approval", "renaming", "parallel"):
        case = start(key)
        services.cancel_instance(instance_id=case.pk, reason="warm", actor=cast.admin)


def test_a_step_costs_few_statements(start, cast, warm):
    case = start("approval")
    draft = open_item(case, "draft")
    rep = User.objects.get(pk=cast.rep1.pk)
    counts = {"claim": statements(lambda: services.claim_work_item(work_item_id=draft.pk, actor=rep))}
    counts["complete"] = statements(
        lambda: services.complete_work_item(work_item_id=draft.pk, actor=rep, data={"amount": "1"})
    )
    review = open_item(case, "review")
    counts["decide, run an operation, end"] = statements(
        lambda: services.complete_work_item(work_item_id=review.pk, actor=cast.manager1, outcome="approve")
    )
    plain = start("parallel")
    left = open_item(plain, "left")
    counts["complete at a join"] = statements(
        lambda: services.complete_work_item(work_item_id=left.pk, actor=cast.rep1)
    )
    counts["cancel"] = statements(
        lambda: services.cancel_instance(instance_id=plain.pk, reason="x", actor=cast.admin)
    )
    assert counts == {
        # begin, lock and read, the person's queues, write, commit
        "claim": 5,
        # begin, lock and read, business row, who did the draft, anybody in the role, write, commit
        "complete": 7,
        # the queues, who did the draft, savepoint, business row, the operation's two, release
        "decide, run an operation, end": 10,
        "complete at a join": 5,
        "cancel": 10,
    }


def test_starting_and_retrying(start, cast, warm):
    row = Department.objects.get(code="sales2")
    started = statements(lambda: start("renaming", about=row))
    case = start("renaming")
    item = open_item(case, "ask")
    services.complete_work_item(work_item_id=item.pk, actor=cast.rep1, data={"name": "fail once"})
    Department.objects.filter(pk=case.subject_id).update(name="mended")
    incident = Incident.objects.get(instance=case)
    retried = statements(lambda: services.retry_incident(incident_id=incident.pk, actor=cast.admin))
    # The fixture itself asks once whether the process is published.
    assert {"start": started, "retry": retried} == {"start": 10, "retry": 13}


def test_the_inbox_costs_the_same_with_one_item_and_with_many(start, cast):
    def page() -> list:
        person = User.objects.get(pk=cast.rep1.pk)
        selectors.inbox_counts(person)
        return [
            (one.name, one.definition.name, one.assignee) for one in selectors.inbox(person, box="queue")[:40]
        ]

    start("renaming")
    few = statements(page)
    for row in Department.objects.exclude(code="sales1"):
        start("renaming", about=row)
    assert statements(page) == few == 5
