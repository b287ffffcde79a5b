"""What other programs hear of cases: once each, with the step, and without a statement where nobody listens."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import WebhookDelivery
from tests.api.diagrams import travel
from tests.api.world import BROKEN
from tests.webhooks.conftest import verified, work
from workflows import services
from workflows.models import Incident, WorkItem

pytestmark = pytest.mark.django_db
ALL = (
    "process.started",
    "process.completed",
    "process.cancelled",
    "work_item.created",
    "work_item.completed",
    "incident.opened",
)


@pytest.fixture
def published(company):
    for bpmn in (travel(), BROKEN):
        (found,) = services.import_bpmn(bpmn=bpmn.encode(), actor=company.admin).processes
        services.publish_draft(definition_key=found.definition.key, actor=company.admin)
    return company


def told() -> list[str]:
    return list(WebhookDelivery.objects.order_by("pk").values_list("event", flat=True))


def the_open_item(case) -> WorkItem:
    return WorkItem.objects.get(instance=case, status="open")


def finish(case, company, **data) -> None:
    services.complete_work_item(work_item_id=the_open_item(case).pk, actor=company.rep1, data=data)


def test_a_case_from_its_start_to_its_end(published, subscribe, receiver):
    endpoint = subscribe(*ALL)
    case = services.start_process(definition_key="travel", actor=published.rep1)
    assert told() == ["process.started", "work_item.created"]
    item = the_open_item(case)
    finish(case, published, amount=1)
    assert told()[2:] == ["work_item.completed", "process.completed"]
    work()
    messages = {one.type: one for one in (verified(sent, endpoint.plain) for sent in receiver.requests)}
    started, done = messages["process.started"], messages["work_item.completed"]
    assert started.subject == {"type": "workflows.processinstance", "id": str(case.pk)}
    assert started.data["definition"] == "travel"
    assert started.data["by"] == "rep1"
    assert done.data["id"] == str(item.pk)
    assert done.data["completed_by"] == "rep1"
    assert messages["process.completed"].data["status"] == "completed"


def test_a_task_that_arrives_is_named_by_its_key(published, subscribe):
    subscribe("work_item.created")
    case = services.start_process(definition_key="travel", actor=published.rep1)
    assert WebhookDelivery.objects.get().payload["id"] == str(the_open_item(case).pk)


def test_a_failure(published, subscribe):
    subscribe("incident.opened")
    case = services.start_process(definition_key="broken", actor=published.rep1)
    finish(case, published)
    payload = WebhookDelivery.objects.get().payload
    assert payload["id"] == str(Incident.objects.get(instance=case).pk)
    assert payload["element"] == "divide"


def test_a_case_that_is_ended(published, subscribe):
    subscribe("process.cancelled", "process.completed")
    case = services.start_process(definition_key="travel", actor=published.rep1)
    services.cancel_instance(instance_id=case.pk, actor=published.admin, reason="客户取消")
    assert told() == ["process.cancelled"]
    assert WebhookDelivery.objects.get().payload["reason"] == "客户取消"


def test_claiming_tells_nothing(published, subscribe):
    subscribe(*ALL)
    case = services.start_process(definition_key="travel", actor=published.rep1)
    before = told()
    services.claim_work_item(work_item_id=the_open_item(case).pk, actor=published.rep1)
    assert told() == before


def test_a_step_costs_one_look_more_where_somebody_listens_to_something_else(published, subscribe):
    def cost() -> int:
        case = services.start_process(definition_key="travel", actor=published.rep1)
        with CaptureQueriesContext(connection) as queries:
            finish(case, published, amount=1)
        return len(queries)

    cost()
    without = cost()
    subscribe("contract.signed")
    assert cost() == without + 1
