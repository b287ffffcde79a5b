"""Who is told of what, and that a rollback tells nobody."""

from decimal import Decimal

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from core.models import BackgroundJob, WebhookDelivery
from core.webhooks import Announcement, announce, announce_all, declare, events, interest
from core.webhooks.endpoints import switch_endpoint
from crm.services import create_customer
from tests.webhooks.conftest import only_delivery, verified, work

pytestmark = pytest.mark.django_db
CUSTOMER = {"name": "东方阀门有限公司"}


class TestWhoIsTold:
    def test_who_subscribed_and_nobody_else(self, subscribe, cast):
        subscribe("customer.created")
        subscribe("contract.signed", name="other")
        off = subscribe("customer.created", name="off")
        switch_endpoint(endpoint_id=off.pk, on=False, actor=cast.admin)
        customer = create_customer(fields=CUSTOMER, actor=cast.rep1)
        delivery = only_delivery()
        assert delivery.endpoint.name == "ERP"
        assert (delivery.event, delivery.status) == ("customer.created", "pending")
        assert (delivery.subject_type, delivery.subject_id) == ("crm.customer", str(customer.pk))
        assert BackgroundJob.objects.get(kind="webhook").payload == {"delivery": delivery.pk, "round": 1}

    def test_one_event_has_one_id_for_all_endpoints(self, subscribe):
        subscribe("customer.created")
        subscribe("customer.created", name="CRM")
        announce("customer.created", {"id": "1"})
        assert WebhookDelivery.objects.count() == 2
        assert WebhookDelivery.objects.values("event_id").distinct().count() == 1

    def test_a_batch_tells_each_event_apart(self, subscribe):
        subscribe("customer.created", "contract.signed")
        announce_all(
            [Announcement("customer.created", {"id": "1"}), Announcement("contract.signed", {"id": "2"})]
        )
        assert WebhookDelivery.objects.values("event_id").distinct().count() == 2

    def test_what_is_told(self, subscribe, receiver, cast):
        endpoint = subscribe("customer.created")
        customer = create_customer(fields=CUSTOMER, actor=cast.rep1)
        work()
        message = verified(receiver.requests[0], endpoint.plain)
        assert message.type == "customer.created"
        assert message.subject == {"type": "crm.customer", "id": str(customer.pk)}
        assert message.data["name"] == "东方阀门有限公司"
        assert message.data["owner"] == "rep1"

    def test_an_unknown_event_is_a_mistake_of_ours_even_if_nobody_listens(self):
        with pytest.raises(ImproperlyConfigured, match=r"contract\.exploded"):
            announce("contract.exploded", {})

    def test_two_declarations_of_one_event_must_agree(self):
        with pytest.raises(ImproperlyConfigured, match="twice"):
            declare("customer.created", zh="别的", en="Something else", sample={})

    def test_events_have_names_in_both_languages_and_a_sample(self):
        names = {one.name for one in events()}
        assert {"customer.created", "contract.activated", "work_item.created", "incident.opened"} <= names
        assert all(one.zh and one.en and one.sample for one in events())
        assert "webhook.test" not in names


class TestWithTheTransaction:
    def test_a_rollback_tells_nobody(self, subscribe, receiver, cast):
        subscribe("customer.created")
        with pytest.raises(RuntimeError), transaction.atomic():
            create_customer(fields=CUSTOMER, actor=cast.rep1)
            raise RuntimeError
        assert work() == 0
        assert not WebhookDelivery.objects.exists()
        assert receiver.requests == []

    @pytest.mark.django_db(transaction=True)
    def test_it_belongs_into_a_transaction(self, subscribe):
        subscribe("customer.created")
        with pytest.raises(RuntimeError, match="transaction"):
            announce("customer.created", {})


class TestWhatItCosts:
    def queries(self, deed) -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            deed()
        return len(found)

    def test_nothing_while_nobody_listens(self, db):
        interest.note(False)
        assert self.queries(lambda: announce("customer.created", self.never)) == 0

    def test_one_look_when_it_is_not_known(self, db, monkeypatch):
        monkeypatch.setattr(interest, "_known", None)
        assert self.queries(lambda: announce("customer.created", self.never)) == 1
        assert self.queries(lambda: announce("customer.created", self.never)) == 0

    def test_one_look_where_somebody_listens_to_other_things(self, subscribe):
        subscribe("contract.signed")
        assert self.queries(lambda: announce("customer.created", self.never)) == 1

    def test_an_endpoint_is_heard_of_when_the_memory_is_old(self, subscribe, monkeypatch):
        subscribe("customer.created")
        monkeypatch.setattr(interest, "_known", (0.0, False))
        announce("customer.created", {"id": "1"})
        assert WebhookDelivery.objects.count() == 1

    def test_its_own_transaction_counts(self, subscribe):
        interest.note(False)
        subscribe("customer.created")
        announce("customer.created", {"id": "1"})
        assert WebhookDelivery.objects.count() == 1

    @staticmethod
    def never():
        raise AssertionError("Nobody wants to know.")


def test_decimals_and_days_can_be_told(subscribe, receiver, cast):
    from core import clock

    endpoint = subscribe("customer.created")
    announce("customer.created", {"amount": Decimal("10.50"), "on": clock.today()})
    work()
    data = verified(receiver.requests[0], endpoint.plain).data
    assert data == {"amount": "10.50", "on": clock.today().isoformat()}
