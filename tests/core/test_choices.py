"""What filters offer: within one's reach, in order, without reading all rows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.choices import people_in, values_in
from crm.models import Customer
from tests.contracts.factory import customer_of


@pytest.fixture
def customers(company):
    for name, owner, industry in (
        ("甲", company.rep1, "机床"),
        ("乙", company.rep1, "机床"),
        ("丙", company.rep2, "阀门"),
        ("丁", company.rep3, "轴承"),
    ):
        customer = customer_of(owner, name=f"{name}有限公司")
        Customer.objects.filter(pk=customer.pk).update(industry=industry)
    return company


def test_values_are_those_of_visible_rows_each_once_and_in_order(customers):
    assert set(values_in(Customer.objects.visible_to(customers.gm), "industry")) >= {"机床", "阀门", "轴承"}
    own = values_in(Customer.objects.visible_to(customers.rep1), "industry")
    assert own.count("机床") == 1
    assert "轴承" not in own
    assert values_in(Customer.objects.none(), "industry") == []


def test_they_are_one_query(customers):
    rows = Customer.objects.visible_to(customers.manager1)
    with CaptureQueriesContext(connection) as asked:
        values_in(rows, "industry")
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("viewer", "seen", "unseen"),
    [("gm", "rep1 rep2 rep3", "finance"), ("manager1", "rep1 rep2", "rep3"), ("rep1", "rep1", "rep2 rep3")],
)
def test_people_are_those_within_reach_who_have_rows(customers, viewer, seen, unseen):
    person = getattr(customers, viewer)
    offered = {
        key for key, _name in people_in(Customer, "owner", actor=person, permission="crm.view_customer")
    }
    assert {str(getattr(customers, name).pk) for name in seen.split()} <= offered
    assert not {str(getattr(customers, name).pk) for name in unseen.split()} & offered
