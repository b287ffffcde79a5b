"""Processes about customers: started from their page, shown there, and reading what is known of them."""

import pytest

from crm.services import assign_customer
from tests.api.diagrams import document, flow, node, user
from tests.contracts.factory import customer_of
from workflows import services
from workflows.models import ProcessInstance, WorkItem
from workflows.registry import subject_types

pytestmark = pytest.mark.django_db

SUBJECT = '<bpmn:extensionElements><flow:subject type="crm.customer"/></bpmn:extensionElements>'
VISIT = document(
    SUBJECT
    + node("startEvent", "begin")
    + user("ask", group="rep")
    + node("endEvent", "done")
    + flow("begin", "ask")
    + flow("ask", "done"),
    key="visit",
    name="拜访客户",
)


@pytest.fixture
def visit(company):
    services.import_bpmn(bpmn=VISIT.encode(), actor=company.admin)
    services.publish_draft(definition_key="visit", actor=company.admin)
    return company


def test_every_field_is_read_and_every_line_told(company):
    known = subject_types()["crm.customer"]
    customer = known.fetch(str(customer_of(company.rep1, industry="机械").pk))
    read = {name: known.read(customer, name) for name in known.fields}
    assert (read["owner"], read["manager"], read["in_pool"]) == ("rep1", "manager1", False)
    assert dict(known.summary(customer, "en"))["Industry"] == "机械"
    assert dict(known.summary(customer, "zh-hans"))["客户编号"] == customer.no
    assign_customer(customer_id=customer.pk, owner=None, actor=company.manager1)
    customer = known.fetch(str(customer.pk))
    assert [known.read(customer, name) for name in ("owner", "manager", "in_pool")] == ["", "", True]


def test_the_page_has_the_tab_and_shows_who_has_it(visit, signed_in):
    customer = customer_of(visit.rep1)
    page = signed_in(visit.rep1).get(customer.get_absolute_url()).content.decode()
    assert "?tab=processes" in page
    case = services.start_process(definition_key="visit", subject=customer, actor=visit.rep1)
    assert (case.subject_type, case.department_path) == ("crm.customer", customer.department_path)
    item = WorkItem.objects.get(instance=case)
    panel = signed_in(visit.rep1).get(customer.get_absolute_url() + "?tab=processes").content.decode()
    assert f"/cases/{case.pk}/" in panel
    assert item.name in panel
    # Whoever does not see the customer does not see its cases.
    assert signed_in(visit.content).get(f"/cases/{case.pk}/").status_code == 404
    assert ProcessInstance.objects.filter(subject_type="crm.customer").count() == 1
