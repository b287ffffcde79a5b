"""How many statements a list costs, whether it holds one row or twenty."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.jobs import enqueue
from tests.api.diagrams import travel
from tests.contracts.factory import customer_of, draft_of, instalments
from workflows import services
from workflows.models import ProcessDefinition

pytestmark = pytest.mark.django_db

# The token with its person is one; grants and queues are asked once each where they matter.
STATEMENTS = {
    "customers/": 3,
    "contacts/": 3,
    "products/": 3,
    "contract-templates/": 3,
    "contracts/": 3,
    "payments/": 3,
    "receivables/": 3,
    "dunning-runs/": 3,
    "dunning-letters/": 3,
    "process-definitions/": 4,
    "process-instances/": 4,
    "work-items/?box=mine": 2,
    "work-items/?box=queue": 3,
    "work-items/?box=done": 2,
    "work-items/?box=started": 2,
    "work-items/?box=all": 4,
    "background-jobs/": 3,
    "auth/tokens/": 2,
}


def fill(company, rows: int) -> None:
    for _ in range(rows):
        customer = customer_of(company.rep1)
        draft_of(company.rep1, customer, plan=instalments((-3, "12800.00")))
        services.start_process(definition_key="travel", actor=company.rep1)
        enqueue("tests.nothing", {}, key=str(customer.pk), created_by=company.rep1)


@pytest.fixture
def started(company):
    services.import_bpmn(bpmn=travel().encode(), actor=company.admin)
    services.publish_draft(definition_key="travel", actor=company.admin)
    fill(company, 2)
    return company


def counts(client) -> dict[str, int]:
    found = {}
    for path in STATEMENTS:
        with CaptureQueriesContext(connection) as queries:
            answer = client.read(path)
        assert answer.status_code == 200, path
        found[path] = len(queries)
    return found


def test_lists_cost_what_they_cost_however_long_they_are(started, as_):
    rep1 = as_("rep1")
    rep1.read("auth/me/")
    assert ProcessDefinition.objects.count() == 2
    few = counts(rep1)
    fill(started, 8)
    assert counts(rep1) == few
    assert few == STATEMENTS
