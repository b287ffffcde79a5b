"""The history of fields: the database writes it, whoever changes a row and however."""

import json

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from contracts.services import start_contract
from core import clock, history
from core.acting import acting_as
from core.actors import SystemActor
from core.models import FieldChange, Role
from crm.models import Contact, Customer
from tests.around.support import changes_of, customer_of
from tests.contracts.factory import customer_of as complete_customer
from tests.contracts.factory import instalments, membership, term
from tests.crm.raw import ownership_follows
from workflows.selectors import open_work_item_of
from workflows.services import complete_work_item

pytestmark = pytest.mark.django_db


def newest(row):
    return changes_of(row)[0]


class TestWhatIsCaught:
    def test_a_saved_row(self, company, customer):
        with acting_as(company.rep2):
            customer.region = "上海"
            customer.save(update_fields=["region"])
        found = newest(customer)
        assert (found.actor_id, found.actor_label) == (company.rep2.pk, company.rep2.display_name)
        assert (found.action, found.changes) == ("update", {"region": ["", "上海"]})

    def test_an_update_of_many(self, company, customer):
        other = customer_of(company.rep1, name="另一家")
        with acting_as(company.manager1):
            Customer.objects.filter(pk__in=[customer.pk, other.pk]).update(level="A")
        assert [newest(one).changes for one in (customer, other)] == [{"level": ["C", "A"]}] * 2
        assert newest(other).actor_id == company.manager1.pk

    def test_rows_created_in_bulk(self, company, customer):
        with acting_as(company.rep1):
            Contact.objects.bulk_create(
                Contact(customer=customer, name=name, mobile="13800000000") for name in ("李雷", "韩梅")
            )
        told = changes_of(customer)[:2]
        assert {one.changes["name"][1] for one in told} == {"李雷", "韩梅"}
        assert {(one.action, one.row_type, one.actor_id) for one in told} == {
            ("insert", "crm.contact", company.rep1.pk)
        }

    def test_sql_by_hand(self, customer):
        with acting_as(SystemActor("repair:regions")), connection.cursor() as cursor:
            cursor.execute("UPDATE crm_customer SET region = %s WHERE id = %s", ["北京 100%", customer.pk])
        found = newest(customer)
        assert (found.actor_id, found.actor_label) == (None, "repair:regions")
        assert found.changes == {"region": ["", "北京 100%"]}

    def test_somebody_at_the_database_is_told_from_the_program(self, company, customer):
        connection.cursor().execute("/* by hand */ UPDATE crm_customer SET region = 'x'")
        Customer.objects.update(region="y")
        assert [one.actor_label for one in changes_of(customer)[:2]] == ["", "$database"]
        with translation.override("en"):
            told = [one.who for one in history.told(history.changes_of(customer)[:2])]
        assert told == ["The system", "Directly in the database"]

    def test_a_deleted_row(self, company, customer):
        contact = Contact.objects.create(customer=customer, name="李雷")
        with acting_as(company.rep1):
            contact.delete()
        found = newest(customer)
        assert (found.action, found.changes["name"]) == ("delete", ["李雷", None])

    def test_a_role_given_and_taken(self, company):
        role = Role.objects.get(code="finance")
        with acting_as(company.admin):
            company.rep1.roles.add(role)
            company.rep1.roles.remove(role)
        assert [(one.action, one.changes) for one in changes_of(company.rep1)[:2]] == [
            ("delete", {"role_id": [role.pk, None]}),
            ("insert", {"role_id": [None, role.pk]}),
        ]

    def test_a_contact_that_moves_is_read_of_at_both(self, company, customer):
        other = customer_of(company.rep1, name="另一家")
        contact = Contact.objects.create(customer=customer, name="李雷")
        Contact.objects.filter(pk=contact.pk).update(customer=other)
        assert newest(customer).changes == newest(other).changes == {"customer_id": [customer.pk, other.pk]}


class TestWhatIsNotWritten:
    def test_nothing_where_nothing_changed(self, customer):
        count = FieldChange.objects.count()
        Customer.objects.filter(pk=customer.pk).update(
            region=customer.region, revision=9, search_tokens=["x"]
        )
        assert FieldChange.objects.count() == count

    def test_never_a_password(self, company):
        count = FieldChange.objects.count()
        company.rep1.set_password("a new and secret one")
        company.rep1.save(update_fields=["password"])
        assert FieldChange.objects.count() == count
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM core_fieldchange WHERE changes ? 'password'")
            assert cursor.fetchone() == (0,)

    def test_nothing_of_what_was_undone(self, customer):
        count = FieldChange.objects.count()
        with transaction.atomic():
            Customer.objects.filter(pk=customer.pk).update(region="上海")
            transaction.set_rollback(True)
        assert FieldChange.objects.count() == count


class TestWhoActs:
    def test_the_innermost_actor_acts(self, company, customer):
        with acting_as(company.rep1):
            with acting_as(SystemActor("contract_lifecycle:activate")):
                Customer.objects.filter(pk=customer.pk).update(level="A")
            Customer.objects.filter(pk=customer.pk).update(level="B")
        assert [one.actor_label for one in changes_of(customer)[:2]] == [
            company.rep1.display_name,
            "contract_lifecycle:activate",
        ]

    @pytest.mark.parametrize("name", ["*/ DROP TABLE x; /*", "50% %s %(a)s", "a;b;c", "'; --", "李/*雷"])
    def test_a_name_says_nothing_to_the_database(self, customer, name):
        with acting_as(SystemActor(name)):
            Customer.objects.filter(pk=customer.pk).update(level="A")
        found = newest(customer)
        assert found.changes == {"level": ["C", "A"]}
        assert not set(found.actor_label) & set("*;%'()")

    def test_a_text_that_looks_like_an_actor_is_none(self, company, customer):
        Customer.objects.filter(pk=customer.pk).update(region=f"/*by:{company.admin.pk};0;x*/")
        assert (newest(customer).actor_id, newest(customer).actor_label) == (None, "")

    def test_it_costs_no_statement(self, company, customer, django_assert_num_queries):
        with acting_as(company.rep1), django_assert_num_queries(1):
            Customer.objects.filter(pk=customer.pk).update(level="A")

    def test_a_clock_that_was_set_ahead_holds_here_too(self, customer):
        with clock.travel(clock.now().replace(year=2031)):
            Customer.objects.filter(pk=customer.pk).update(level="A")
        assert newest(customer).at.year == 2031

    def test_the_person_of_a_page(self, company, customer, client):
        client.force_login(company.manager1)
        page = reverse("crm:customer-assign", args=[customer.pk])
        assert client.post(page, {"owner": company.rep2.pk}).status_code == 302
        found = newest(customer)
        assert (found.actor_id, found.changes["owner_id"]) == (
            company.manager1.pk,
            [company.rep1.pk, company.rep2.pk],
        )


@pytest.mark.parametrize(
    "deed", ["UPDATE core_fieldchange SET changes = '{}'", "DELETE FROM core_fieldchange"]
)
def test_nobody_rewrites_it(customer, deed):
    before = json.dumps([one.changes for one in changes_of(customer)])
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(deed)
    assert json.dumps([one.changes for one in changes_of(customer)]) == before


def triggers():
    """(row type, columns left out) of every table whose changes the database writes down."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgargs FROM pg_trigger WHERE tgname LIKE '%\\_history'")
        arguments = [bytes(row[0]).decode().split("\x00") for row in cursor.fetchall()]
    return {one[0]: set(one[3].split()) for one in arguments}


class TestHowItIsRead:
    def test_each_tracked_table_says_how(self):
        assert set(triggers()) == set(history.tracked())

    def test_each_field_has_a_name_in_both_languages(self):
        nameless = []
        for row_type, left_out in triggers().items():
            model = apps.get_model(row_type)
            for column in (one.column for one in model._meta.concrete_fields if one.column not in left_out):
                with translation.override("zh-hans"):
                    chinese = history.label_of(model, column)
                with translation.override("en"):
                    english = history.label_of(model, column)
                if not english.isascii() or (chinese.isascii() and chinese not in ("QQ",)):
                    nameless.append((row_type, column, english, chinese))
        assert nameless == []

    def test_names_choices_money_and_days_are_written_out(self, company, customer):
        with acting_as(company.rep1):
            Customer.objects.filter(pk=customer.pk).update(level="A", owner=company.rep2, status="signed")
        ownership_follows(customer, company.rep2)
        with translation.override("en"):
            change = history.told(history.changes_of(customer))[0]
        assert (change.who, change.title) == (company.rep1.display_name_en, "changed")
        assert [(one.label, one.before, one.after) for one in change.lines] == [
            ("Level", "C: ordinary", "A: key account"),
            ("Customer status", "Interested", "Contract signed"),
            ("Owner", company.rep1.display_name_en, company.rep2.display_name_en),
        ]

    def test_a_part_is_named_also_when_it_is_gone(self, company, customer):
        contact = Contact.objects.create(customer=customer, name="李雷", mobile="13800000000")
        contact.delete()
        with translation.override("en"):
            gone, entered = history.told(history.changes_of(customer))[:2]
        assert (gone.title, entered.title) == ("Contact 李雷 · removed", "Contact 李雷 · entered")

    def test_a_hundred_changes_cost_four_questions(self, company, customer, django_assert_num_queries):
        for number in range(50):
            Contact.objects.create(customer=customer, name=f"联系人{number}")
            Customer.objects.filter(pk=customer.pk).update(owner=company.rep2 if number % 2 else company.rep1)
        ownership_follows(customer, company.rep2)
        # The changes with their people; contacts; their customer; owners.
        with django_assert_num_queries(4):
            assert len(history.told(history.changes_of(customer)[:100])) == 100


class TestInAProcess:
    def test_what_a_step_does_by_itself_names_the_process_and_what_a_person_fills_in_the_person(
        self, company
    ):
        contract = start_contract(
            customer_id=complete_customer(company.rep1).pk,
            actor=company.rep1,
            fields=term(),
            lines=[membership()],
            plan=instalments((10, "12800.00")),
        )
        item = open_work_item_of(contract, element="draft_contract", actor=company.rep1)
        complete_work_item(work_item_id=item.pk, actor=company.rep1, outcome="submit", comment="", data={})
        moved = next(one for one in changes_of(contract) if "state" in one.changes)
        assert moved.changes["state"][1] == "reviewing"
        assert moved.actor_id is None
        assert moved.actor_label.startswith("contract_lifecycle:")
        with translation.override("zh-hans"):
            assert history.told([moved])[0].who.startswith("流程“")

    def test_where_nothing_tracked_is_written_a_step_costs_what_it_cost(self, company):
        # tests/workflows/test_query_counts.py pins the statements of steps; the actor adds none to any.
        with CaptureQueriesContext(connection) as seen, acting_as(company.rep1):
            Role.objects.filter(code="rep").update(description="x")
        assert len(seen) == 1
