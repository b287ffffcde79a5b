"""Customers are entered once, found by any piece of their name, and never overwritten unawares."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from config.demo.codes import uscc
from core.errors import ApplicationError, Conflict
from core.models import AuditEntry
from crm import selectors
from crm.models import Contact, Customer, CustomerAddress
from crm.services import (
    add_contact,
    assign_customer,
    create_customer,
    set_address,
    update_contact,
    update_customer,
)


@pytest.fixture
def customer(company) -> Customer:
    return create_customer(
        fields={"name": "苏州恒力泵业有限公司", "uscc": uscc("320500", 1)},
        contacts=[{"name": "刘经理", "mobile": "138 0013 8000"}],
        actor=company.rep1,
    )


class TestCreateCustomer:
    def test_gets_number_owner_department_and_sort_key(self, company, customer):
        assert customer.no == "KH-00001"
        assert (customer.owner, customer.department_path) == (company.rep1, "/hq/sales/sales1/")
        assert customer.name_sort.startswith("su zhou heng li")
        assert customer.contacts.get().is_primary
        assert AuditEntry.objects.filter(action="crm.create_customer", actor=company.rep1).count() == 1

    def test_refuses_a_company_that_is_tracked_already(self, company, customer):
        with pytest.raises(ApplicationError) as refusal:
            create_customer(fields={"name": "苏州 恒力泵业 有限责任公司"}, actor=company.rep2)
        assert refusal.value.code == "already_tracked"
        assert Customer.objects.count() == 1

    def test_lets_copies_of_one_company_stand_in_the_pool(self, company, customer):
        copy = create_customer(fields={"name": customer.name}, actor=company.rep2, in_pool=True)
        assert copy.is_in_pool

    def test_the_database_refuses_a_second_tracked_one_too(self, company, customer):
        copy = create_customer(fields={"name": customer.name}, actor=company.rep2, in_pool=True)
        with pytest.raises(IntegrityError, match="tracked_company_has_its_name_alone"), transaction.atomic():
            Customer.objects.filter(pk=copy.pk).update(owner=company.rep2, pool_state="owned")
        copy.refresh_from_db()
        assert copy.is_in_pool

    def test_refuses_a_tax_number_that_another_has(self, company, customer):
        with pytest.raises(ApplicationError) as refusal:
            create_customer(fields={"name": "另一家公司", "uscc": customer.uscc}, actor=company.rep2)
        assert list(refusal.value.errors) == ["uscc"]

    def test_names_every_wrong_field_at_once_and_takes_no_number(self, company, customer):
        with pytest.raises(ApplicationError) as refusal:
            create_customer(
                fields={"name": "", "uscc": "123", "level": "Z", "website": "x", "owner": 1},
                actor=company.rep1,
            )
        assert set(refusal.value.errors) == {"name", "uscc", "level", "website", "owner"}
        assert create_customer(fields={"name": "下一家"}, actor=company.rep1).no == "KH-00002"

    def test_refuses_a_contact_nobody_can_reach_and_saves_nothing(self, company):
        with pytest.raises(ApplicationError):
            create_customer(fields={"name": "某公司"}, contacts=[{"name": "李四"}], actor=company.rep1)
        assert not Customer.objects.exists()

    def test_refuses_without_the_permission(self, company):
        with pytest.raises(PermissionDenied):
            create_customer(fields={"name": "某公司"}, actor=company.finance)
        assert not Customer.objects.exists()

    def test_gives_customers_only_to_people_in_reach(self, company):
        assert (
            create_customer(fields={"name": "甲"}, owner=company.rep2, actor=company.manager1).owner
            == company.rep2
        )
        with pytest.raises(ApplicationError) as refusal:
            create_customer(fields={"name": "乙"}, owner=company.rep3, actor=company.manager1)
        assert refusal.value.code == "owner_out_of_reach"


class TestUpdateCustomer:
    def test_changes_what_is_named_and_records_before_and_after(self, company, customer):
        update_customer(
            customer_id=customer.pk,
            revision=1,
            changes={"industry": "泵阀", "level": "A"},
            actor=company.rep1,
        )
        customer.refresh_from_db()
        assert (customer.industry, customer.level, customer.revision) == ("泵阀", "A", 2)
        entry = AuditEntry.objects.get(action="crm.update_customer")
        assert (entry.before["level"], entry.after["level"]) == ("C", "A")

    def test_tells_who_was_faster_instead_of_overwriting(self, company, customer):
        update_customer(customer_id=customer.pk, revision=1, changes={"industry": "泵阀"}, actor=company.rep1)
        with pytest.raises(Conflict, match="李雷"):
            update_customer(
                customer_id=customer.pk, revision=1, changes={"industry": "机床"}, actor=company.manager1
            )
        customer.refresh_from_db()
        assert customer.industry == "泵阀"

    def test_a_stranger_finds_nothing_and_a_reader_may_not(self, company, customer):
        with pytest.raises(Customer.DoesNotExist):
            update_customer(customer_id=customer.pk, revision=1, changes={"level": "A"}, actor=company.rep3)
        with pytest.raises(PermissionDenied):
            update_customer(
                customer_id=customer.pk, revision=1, changes={"level": "A"}, actor=company.finance
            )
        customer.refresh_from_db()
        assert customer.level == "C"

    def test_a_new_name_is_found_and_sorted_by(self, company, customer):
        update_customer(
            customer_id=customer.pk, revision=1, changes={"name": "无锡恒力泵业有限公司"}, actor=company.rep1
        )
        assert selectors.customers(company.rep1, search="无锡").get() == customer
        assert not selectors.customers(company.rep1, search="苏州").exists()


class TestVisibility:
    def test_own_department_subtree_and_all(self, company, customer):
        seen = {
            name: selectors.customers(getattr(company, name)).exists()
            for name in ("rep1", "rep2", "rep3", "manager1", "manager2", "director", "gm", "finance", "tech")
        }
        assert [name for name, sees in seen.items() if sees] == [
            "rep1",
            "manager1",
            "director",
            "gm",
            "finance",
        ]

    def test_handing_over_moves_the_view(self, company, customer):
        assign_customer(customer_id=customer.pk, owner=company.rep2, actor=company.manager1)
        assert not selectors.customers(company.rep1).exists()
        assert selectors.customers(company.rep2).get().department_path == "/hq/sales/sales1/"


@pytest.mark.parametrize("text", ["恒力", "hengli", "szhl", "KH-00001", "8000", "刘经理", "320500"])
def test_is_found_by_any_piece(company, customer, text):
    assert selectors.customers(company.rep1, search=text).get() == customer


class TestContacts:
    def test_the_first_is_primary_and_a_later_one_can_take_over(self, company, customer):
        second = add_contact(
            customer_id=customer.pk,
            fields={"name": "王总", "phone": "0512-62880001"},
            is_primary=True,
            actor=company.rep1,
        )
        assert list(customer.contacts.filter(is_primary=True)) == [second]
        first = customer.contacts.get(name="刘经理")
        customer.refresh_from_db()
        update_contact(
            contact_id=first.pk, changes={}, make_primary=True, revision=customer.revision, actor=company.rep1
        )
        assert list(customer.contacts.filter(is_primary=True)) == [first]

    def test_the_database_keeps_one_primary(self, company, customer):
        with pytest.raises(IntegrityError, match="customer_has_one_primary_contact"), transaction.atomic():
            Contact.objects.create(customer=customer, name="第二个", is_primary=True)

    def test_a_stale_page_changes_no_contact(self, company, customer):
        contact = customer.contacts.get()
        update_customer(customer_id=customer.pk, revision=1, changes={"level": "A"}, actor=company.rep1)
        with pytest.raises(Conflict):
            update_contact(contact_id=contact.pk, changes={"name": "别名"}, revision=1, actor=company.rep1)
        contact.refresh_from_db()
        assert contact.name == "刘经理"


class TestAddresses:
    def test_the_last_of_a_kind_is_the_default(self, company, customer):
        for street in ("星湖街1号", "星湖街2号"):
            set_address(
                customer_id=customer.pk,
                fields={"kind": "postal", "address": street, "postcode": "215000"},
                actor=company.rep1,
            )
        found = selectors.customer_for(company.rep1, customer.pk)
        assert selectors.postal_address(found).address == "星湖街2号"
        assert CustomerAddress.objects.filter(is_default=True).count() == 1

    def test_the_database_keeps_one_default_of_a_kind(self, company, customer):
        set_address(
            customer_id=customer.pk, fields={"kind": "postal", "address": "甲路1号"}, actor=company.rep1
        )
        with pytest.raises(IntegrityError, match="one_default_address_of_a_kind"), transaction.atomic():
            CustomerAddress.objects.create(
                customer=customer, kind="postal", address="乙路2号", is_default=True
            )

    def test_letters_go_to_the_postal_or_service_address_never_the_registered_one(self, company, customer):
        set_address(
            customer_id=customer.pk, fields={"kind": "registered", "address": "甲路1号"}, actor=company.rep1
        )
        assert selectors.postal_address(selectors.customer_for(company.rep1, customer.pk)) is None

    def test_refuses_a_wrong_kind_and_postcode(self, company, customer):
        with pytest.raises(ApplicationError) as refusal:
            set_address(
                customer_id=customer.pk,
                fields={"kind": "home", "address": "甲路1号", "postcode": "1"},
                actor=company.rep1,
            )
        assert set(refusal.value.errors) == {"kind", "postcode"}
        assert not customer.addresses.exists()
