"""Who tracks a customer: one at a time, told by the ownerships, also when somebody writes past the services."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from core import clock
from core.holdings import holdings
from crm.models import Customer, OwnershipPeriod
from crm.services import assign_customer, create_customer, import_customer
from tests.contracts.factory import customer_of

pytestmark = pytest.mark.django_db


def at_once():
    """What is checked at the end of the transaction is checked now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def told(customer) -> list[tuple[str, str, str]]:
    return [(one.owner.username, one.how, one.end_reason) for one in customer.periods.order_by("pk")]


class TestTakeOwnership:
    def test_whoever_enters_a_customer_tracks_it_first(self, company):
        customer = customer_of(company.rep1)
        assert (customer.pool_state, customer.first_tracker) == ("owned", company.rep1)
        assert told(customer) == [("rep1", "entry", "")]
        at_once()

    def test_in_the_pool_nobody_does(self, company):
        customer = create_customer(fields={"name": "无主公司"}, actor=company.rep1, in_pool=True)
        assert (customer.pool_state, customer.owner, customer.first_tracker) == ("pool", None, None)
        assert told(customer) == []

    def test_a_hand_over_ends_one_and_begins_one_and_keeps_the_first_tracker(self, company):
        customer = customer_of(company.rep1)
        assign_customer(customer_id=customer.pk, owner=company.rep2, actor=company.manager1)
        customer.refresh_from_db()
        assert told(customer) == [("rep1", "entry", "transfer"), ("rep2", "transfer", "")]
        assert (customer.owner, customer.first_tracker) == (company.rep2, company.rep1)
        first, second = customer.periods.order_by("pk")
        assert (first.ended_at, second.by) == (second.started_at, company.manager1)
        at_once()

    def test_the_release_ends_the_claim_on_the_deal(self, company):
        customer = customer_of(company.rep1)
        assign_customer(customer_id=customer.pk, owner=None, actor=company.rep1)
        customer.refresh_from_db()
        assert (customer.pool_state, customer.owner, customer.first_tracker) == ("pool", None, None)
        assign_customer(customer_id=customer.pk, owner=company.rep2, actor=company.assistant)
        customer.refresh_from_db()
        assert customer.first_tracker == company.rep2
        assert told(customer) == [("rep1", "entry", "release"), ("rep2", "assign", "")]
        at_once()

    def test_an_import_for_oneself_says_so(self, company):
        customer = import_customer(
            fields={"name": "导入公司"}, owner=company.assistant, actor=company.assistant
        )
        assert told(customer) == [("assistant", "import", "")]

    def test_who_leaves_hands_over(self, company):
        customer = customer_of(company.rep1)
        holding = next(one for one in holdings() if one.code == "crm.customers")
        holding.hand_over(company.rep1, company.rep2, "", company.admin)
        customer.refresh_from_db()
        assert told(customer) == [("rep1", "entry", "leave"), ("rep2", "transfer", "")]
        assert customer.first_tracker == company.rep1


class TestTheDatabase:
    """What no program can walk around."""

    @pytest.fixture
    def customer(self, company):
        return customer_of(company.rep1)

    def test_refuses_a_second_open_ownership(self, company, customer):
        with pytest.raises(IntegrityError, match="one_open_ownership_per_customer"), transaction.atomic():
            OwnershipPeriod.objects.create(customer=customer, owner=company.rep2, how="claim")
        assert told(customer) == [("rep1", "entry", "")]

    def test_refuses_an_owner_that_no_ownership_tells(self, company, customer):
        with pytest.raises(IntegrityError, match="open ownership says"), transaction.atomic():
            Customer.objects.filter(pk=customer.pk).update(owner=company.rep2)
            at_once()
        customer.refresh_from_db()
        assert customer.owner == company.rep1

    def test_refuses_an_ownership_that_ends_while_the_owner_stays(self, company, customer):
        with pytest.raises(IntegrityError, match="open ownership says"), transaction.atomic():
            customer.periods.update(ended_at=clock.now(), end_reason="release")
            at_once()
        assert told(customer) == [("rep1", "entry", "")]

    def test_refuses_a_tracked_customer_without_owner_and_an_owner_in_the_pool(self, company, customer):
        for values in ({"owner": None}, {"pool_state": "pool"}):
            with pytest.raises(IntegrityError, match="tracked_customer_has_an_owner"), transaction.atomic():
                Customer.objects.filter(pk=customer.pk).update(**values)
        customer.refresh_from_db()
        assert (customer.owner, customer.pool_state) == (company.rep1, "owned")

    def test_refuses_a_row_in_the_recycle_bin_that_names_no_other(self, company):
        copy = create_customer(fields={"name": "副本公司"}, actor=company.rep1, in_pool=True)
        with pytest.raises(IntegrityError, match="recycled_customer_names_what_stays"), transaction.atomic():
            Customer.objects.filter(pk=copy.pk).update(pool_state="recycled")
        copy.refresh_from_db()
        assert copy.pool_state == "pool"

    @pytest.mark.parametrize("what", ["no_reason", "before_it_began"])
    def test_refuses_an_end_without_reason_or_before_the_beginning(self, customer, what):
        ends = {
            "no_reason": {"ended_at": clock.now()},
            "before_it_began": {"ended_at": clock.now() - timedelta(days=9), "end_reason": "release"},
        }
        with pytest.raises(IntegrityError, match="ended_ownership_says_why"), transaction.atomic():
            customer.periods.update(**ends[what])
        assert told(customer) == [("rep1", "entry", "")]

    def test_refuses_to_rewrite_who_tracked_it(self, company, customer):
        with pytest.raises(IntegrityError, match="can only end"), transaction.atomic():
            customer.periods.update(owner=company.rep2)
        assign_customer(customer_id=customer.pk, owner=company.rep2, actor=company.manager1)
        with pytest.raises(IntegrityError, match="can only end"), transaction.atomic():
            customer.periods.filter(owner=company.rep1).update(reason="anders")
        with pytest.raises(DatabaseError, match="stays written"), transaction.atomic():
            customer.periods.filter(owner=company.rep1).delete()
            at_once()
        assert told(customer) == [("rep1", "entry", "transfer"), ("rep2", "transfer", "")]
