"""Customers go from status to status along the ways that the company has drawn (F38, F39, F54)."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction

from core.actors import SystemActor
from core.errors import ApplicationError, Conflict
from crm.models import Customer, CustomerStatus, StatusChange, StatusTransition
from crm.models.status import forget_statuses
from crm.services import change_status, delete_status, save_status, set_customer_status, update_customer
from tests.contracts.factory import customer_of
from workflows.models import Message

pytestmark = pytest.mark.django_db
PROCESS = SystemActor("customer_status:advance")


@pytest.fixture(autouse=True)
def _read_anew():
    """What a test adds is gone after it."""
    yield
    forget_statuses()


@pytest.fixture
def customer(company) -> Customer:
    return customer_of(company.rep1)


def move(customer, actor, to="planned", **kwargs):
    return change_status(customer_id=customer.pk, to=to, actor=actor, **kwargs)


class TestChanging:
    def test_along_a_way_with_the_fact_that_proves_it(self, company, customer):
        move(customer, company.rep1, facts="已列入明年采购预算")
        customer.refresh_from_db()
        assert customer.status == "planned"
        change = StatusChange.objects.get()
        assert (change.from_code, change.to_code, change.is_override) == ("interested", "planned", False)
        told = Message.objects.get(name="customer.status_changed", subject_id=str(customer.pk))
        assert told.payload == {"status": "planned", "kind": "open"}

    @pytest.mark.parametrize(
        ("to", "more", "code"),
        [
            ("planned", {}, "fact_needed"),
            ("signed", {"facts": "x"}, "no_way"),
            ("lost", {}, "reason_needed"),
            ("no_such", {}, "no_such_status"),
            ("interested", {}, "already_in_status"),
        ],
    )
    def test_is_refused_and_changes_nothing(self, company, customer, to, more, code):
        with pytest.raises(ApplicationError) as refusal:
            move(customer, company.rep1, to=to, **more)
        assert refusal.value.code == code
        customer.refresh_from_db()
        assert (customer.status, StatusChange.objects.count()) == ("interested", 0)

    def test_a_manager_sets_any_status_and_says_why_a_rep_does_not(self, company, customer):
        with pytest.raises(PermissionDenied):
            move(customer, company.rep1, to="signed", reason="x", override=True)
        with pytest.raises(ApplicationError):
            move(customer, company.manager1, to="signed", override=True)
        move(customer, company.manager1, to="signed", reason="纸质合同已签", override=True)
        customer.refresh_from_db()
        assert (customer.status, customer.deal_state) == ("signed", "active")

    def test_where_the_manager_approves_only_the_process_goes_on(self, company, customer):
        CustomerStatus.objects.filter(code="planned").update(needs_approval=True)
        with pytest.raises(ApplicationError) as refusal:
            move(customer, company.rep1, facts="预算")
        assert refusal.value.code == "approval_needed"
        move(customer, PROCESS, facts="预算")
        customer.refresh_from_db()
        assert customer.status == "planned"

    def test_who_is_given_up_is_contacted_no_more(self, company, customer):
        Customer.objects.filter(pk=customer.pk).update(next_contact_on="2030-01-01")
        move(customer, company.rep1, to="lost", reason="选择了竞争对手")
        customer.refresh_from_db()
        assert (customer.status, customer.next_contact_on) == ("lost", None)

    def test_the_form_of_the_customer_does_not_go_past_it(self, company, customer):
        with pytest.raises(ApplicationError) as refusal:
            update_customer(
                customer_id=customer.pk,
                revision=customer.revision,
                changes={"status": "signed"},
                actor=company.rep1,
            )
        assert list(refusal.value.errors) == ["status"]

    def test_a_signed_contract_shows_wherever_the_customer_stood(self, company, customer):
        set_customer_status(customer_id=customer.pk, status="signed", actor=PROCESS)
        customer.refresh_from_db()
        assert (customer.status, StatusChange.objects.get().to_code) == ("signed", "signed")


class TestTheStatusesThemselves:
    def test_a_new_one_with_its_ways(self, company, customer):
        save_status(
            code="trial",
            fields={"name_zh": "试用中", "name_en": "On trial", "kind": "open", "probability": 50},
            ways={"quoted": True, "lost": False},
            actor=company.director,
            is_new=True,
        )
        ways = StatusTransition.objects.filter(from_status__code="trial")
        assert set(ways.values_list("to_status__code", "needs_fact")) == {("quoted", True), ("lost", False)}
        delete_status(code="trial", actor=company.director)
        assert not CustomerStatus.objects.filter(code="trial").exists()

    def test_one_in_use_is_only_retired(self, company, customer):
        with pytest.raises(Conflict):
            delete_status(code="interested", actor=company.director)
        assert CustomerStatus.objects.filter(code="interested").exists()

    def test_needs_the_right(self, company):
        with pytest.raises(PermissionDenied):
            save_status(code="planned", fields={}, ways={}, actor=company.rep1)
        assert StatusTransition.objects.filter(from_status__code="planned").exists()


class TestTheDatabase:
    def test_refuses_to_delete_a_status_in_use_and_to_invent_one(self, company, customer):
        deeds = (
            lambda: CustomerStatus.objects.filter(code="interested").delete(),
            lambda: Customer.objects.filter(pk=customer.pk).update(status="invented"),
        )
        for deed in deeds:
            with pytest.raises(IntegrityError, match="status_is_one_of_the_rows"), transaction.atomic():
                deed()
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        customer.refresh_from_db()
        assert customer.status == "interested"

    def test_refuses_another_code_and_the_same_way_twice(self, company):
        status = CustomerStatus.objects.get(code="lost")
        way = StatusTransition.objects.first()
        for deed, why in (
            (lambda: CustomerStatus.objects.filter(pk=status.pk).update(code="gone"), "code of a status"),
            (
                lambda: StatusTransition.objects.create(from_status=way.from_status, to_status=way.to_status),
                "a_way_once",
            ),
            (
                lambda: StatusTransition.objects.create(from_status=status, to_status=status),
                "a_way_leads_somewhere_else",
            ),
        ):
            with pytest.raises(IntegrityError, match=why), transaction.atomic():
                deed()
        status.refresh_from_db()
        assert status.code == "lost"

    def test_refuses_to_rewrite_a_change_and_an_override_without_reason(self, company, customer):
        move(customer, company.rep1, facts="预算")
        with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
            StatusChange.objects.update(to_code="signed")
        with pytest.raises(IntegrityError, match="override_says_why"), transaction.atomic():
            StatusChange.objects.create(customer=customer, from_code="a", to_code="b", is_override=True)
        assert StatusChange.objects.get().to_code == "planned"
