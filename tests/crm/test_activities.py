"""What is recorded of the work with a customer, and what the customer says of it (F40 to F45)."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from core import clock
from core.errors import ApplicationError
from core.models import Notification
from crm.models import Activity, ActivityType, Contact, Customer
from crm.services import correct_activity, log_activity
from tests.contracts.factory import customer_of
from workflows.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(company) -> Customer:
    return customer_of(company.rep1)


def log(customer, actor, kind="phone_call", **fields) -> Activity:
    return log_activity(
        customer_id=customer.pk, fields={"type": kind, "subject": "询问采购计划", **fields}, actor=actor
    )


class TestLogging:
    def test_the_customer_says_when_how_often_and_when_again(self, company, customer):
        following = clock.today() + timedelta(days=7)
        activity = log(customer, company.rep1, next_on=following)
        customer.refresh_from_db()
        assert (customer.last_contact_on, customer.next_contact_on, customer.contact_count) == (
            clock.today(),
            following,
            1,
        )
        assert list(activity.executors.all()) == [company.rep1]
        told = Message.objects.get(name="activity.logged", subject_id=str(customer.pk))
        assert told.payload["type"] == "phone_call"

    def test_a_planned_contact_that_took_place_is_planned_no_more(self, company, customer):
        log(customer, company.rep1, next_on=clock.today())
        log(customer, company.rep1)
        customer.refresh_from_db()
        assert (customer.next_contact_on, customer.contact_count) == (None, 2)

    def test_what_is_no_contact_does_not_count(self, company, customer):
        log(customer, company.rep1, kind="invoicing")
        customer.refresh_from_db()
        assert (customer.contact_count, customer.last_contact_on) == (0, None)

    def test_executors_may_be_others_than_who_records(self, company, customer):
        activity = log_activity(
            customer_id=customer.pk,
            fields={"type": "visit", "subject": "拜访"},
            executors=[company.rep2, company.manager1],
            actor=company.rep1,
        )
        assert set(activity.executors.all()) == {company.rep2, company.manager1}

    @pytest.mark.parametrize(
        ("kind", "fields", "wrong"),
        [
            ("phone_call", {"subject": ""}, "subject"),
            ("phone_call", {"occurred_on": "tomorrow"}, "occurred_on"),
            ("wechat", {}, "transcript"),
            ("shipment", {}, "next_on"),
            ("no_such", {}, "type"),
            ("msn", {"transcript": "x"}, "type"),
        ],
    )
    def test_names_the_wrong_field_and_records_nothing(self, company, customer, kind, fields, wrong):
        if fields.get("occurred_on"):
            fields = {"occurred_on": clock.today() + timedelta(days=1)}
        with pytest.raises(ApplicationError) as refusal:
            log(customer, company.rep1, kind=kind, **fields)
        assert wrong in refusal.value.errors
        customer.refresh_from_db()
        assert (Activity.objects.count(), customer.contact_count) == (0, 0)

    def test_a_contact_of_another_customer_is_refused(self, company, customer):
        other = Contact.objects.get(customer=customer_of(company.rep1))
        with pytest.raises(ApplicationError):
            log_activity(
                customer_id=customer.pk,
                fields={"type": "visit", "subject": "拜访"},
                contact_id=other.pk,
                actor=company.rep1,
            )
        assert not Activity.objects.exists()

    def test_a_stranger_finds_nothing_and_a_reader_may_not(self, company, customer):
        with pytest.raises(Customer.DoesNotExist):
            log(customer, company.rep3)
        with pytest.raises(PermissionDenied):
            log(customer, company.boss)
        assert not Activity.objects.exists()

    def test_the_manager_hears_of_the_fourth_the_eighth_and_the_eleventh(self, company, customer):
        for _number in range(12):
            log(customer, company.rep1)
        told = Notification.objects.filter(kind="crm.milestone", person=company.manager1)
        assert sorted(one.params["count"] for one in told) == [4, 8, 11]

    def test_a_correction_needs_who_recorded_it_or_the_right_to_change_the_customer(self, company, customer):
        activity = log(customer, company.rep1)
        correct_activity(activity_id=activity.pk, changes={"outcome": "有意向"}, actor=company.rep1)
        with pytest.raises(PermissionDenied):
            correct_activity(activity_id=activity.pk, changes={"outcome": "x"}, actor=company.aftersales)
        activity.refresh_from_db()
        assert activity.outcome == "有意向"


class TestTheDatabase:
    def row(self, customer, kind="phone_call", **values) -> Activity:
        return Activity(
            customer=customer,
            type=ActivityType.objects.get(code=kind),
            **{"subject": "电话", **values},
        )

    def refused(self, row: Activity, why: str) -> None:
        with pytest.raises(IntegrityError, match=why), transaction.atomic():
            row.save(force_insert=True)
        assert not Activity.objects.exists()

    def test_refuses_one_without_a_subject(self, customer):
        self.refused(self.row(customer, subject=""), "activity_has_a_subject")

    def test_refuses_one_that_lies_ahead(self, customer):
        ahead = clock.today() + timedelta(days=1)
        self.refused(self.row(customer, occurred_on=ahead), "activity_lies_not_ahead")

    def test_refuses_a_chat_without_its_record(self, customer):
        self.refused(self.row(customer, kind="wecom"), "chat record or a file")
        self.row(customer, kind="wecom", transcript="您好").save()

    def test_refuses_a_sample_that_nobody_follows_up(self, customer):
        self.refused(self.row(customer, kind="shipment"), "when it is followed up")
