"""Who may make endpoints, what is refused, and that secrets stay secret."""

import json
import logging
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from core import clock
from core.errors import ApplicationError, Conflict
from core.models import ApiToken, AuditEntry, BackgroundJob, Grant, WebhookDelivery, WebhookEndpoint
from core.webhooks import announce
from core.webhooks.endpoints import (
    change_endpoint,
    create_endpoint,
    delete_endpoint,
    recreate_secret,
    switch_endpoint,
)
from core.webhooks.replaying import replay_delivery, replay_failed, send_test
from tests.api.conftest import as_  # noqa: F401
from tests.core.receiver import Say
from tests.webhooks.conftest import only_delivery, work

pytestmark = pytest.mark.django_db
FIELDS = {"name": "ERP", "url": "https://erp.example.com/in", "events": ["customer.created"]}


@pytest.fixture
def root(cast):
    """A system administrator; the demo's admin is one by grants only."""
    cast.boss.is_superuser = True
    cast.boss.save(update_fields=["is_superuser"])
    return cast.boss


@pytest.fixture
def endpoint(cast):
    return create_endpoint(fields=FIELDS, actor=cast.admin)[0]


def state() -> list:
    return [*WebhookEndpoint.objects.values(), *WebhookDelivery.objects.values()]


class TestRights:
    def test_making_one_needs_the_grant(self, cast):
        with pytest.raises(PermissionDenied):
            create_endpoint(fields=FIELDS, actor=cast.rep1)
        assert not WebhookEndpoint.objects.exists()

    @pytest.mark.parametrize(
        "deed",
        [
            lambda pk, actor: change_endpoint(endpoint_id=pk, changes={"name": "X"}, actor=actor),
            lambda pk, actor: switch_endpoint(endpoint_id=pk, on=False, actor=actor),
            lambda pk, actor: recreate_secret(endpoint_id=pk, actor=actor),
            lambda pk, actor: delete_endpoint(endpoint_id=pk, actor=actor),
            lambda pk, actor: send_test(endpoint_id=pk, actor=actor),
            lambda pk, actor: replay_failed(endpoint_id=pk, since=clock.now(), actor=actor),
        ],
    )
    def test_strangers_find_nothing_and_change_nothing(self, endpoint, cast, deed):
        before = state()
        with pytest.raises(WebhookEndpoint.DoesNotExist):
            deed(endpoint.pk, cast.rep1)
        assert state() == before

    def test_whoever_manages_their_own_does_not_find_those_of_others(self, endpoint, cast):
        Grant.objects.create(role=cast.tech.roles.get(), permission="core.manage_webhooks", scope="own")
        own, _secret = create_endpoint(fields={**FIELDS, "name": "tech"}, actor=cast.tech)
        assert list(WebhookEndpoint.objects.visible_to(cast.tech)) == [own]
        with pytest.raises(WebhookEndpoint.DoesNotExist):
            delete_endpoint(endpoint_id=endpoint.pk, actor=cast.tech)
        delivery = send_test(endpoint_id=endpoint.pk, actor=cast.admin)
        with pytest.raises(WebhookDelivery.DoesNotExist):
            replay_delivery(delivery_id=delivery.pk, actor=cast.tech)


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"name": " "}, "name"),
            ({"name": "x" * 61}, "name"),
            ({"events": []}, "events"),
            ({"events": ["customer.created", "webhook.test"]}, "events"),
            ({"events": ["no.such"]}, "events"),
            ({"url": ""}, "url"),
            ({"url": "ftp://erp.example.com/"}, "url"),
            ({"url": "https://user:pw@erp.example.com/"}, "url"),
            ({"url": "http://10.0.0.1/"}, "url"),
            ({"url": "http://localhost:8000/"}, "url"),
            ({"url": "http://169.254.169.254/latest/"}, "url"),
            ({"url": "http://[::ffff:10.0.0.1]/"}, "url"),
            ({"url": "http://erp.example.com:6379/"}, "url"),
            ({"allow_private": True}, "allow_private"),
        ],
    )
    def test_wrong_fields_are_named_and_nothing_is_written(self, endpoint, cast, changes, field):
        before = state()
        for deed in (
            lambda: create_endpoint(fields={**FIELDS, "name": "new", **changes}, actor=cast.admin),
            lambda: change_endpoint(endpoint_id=endpoint.pk, changes=changes, actor=cast.admin),
        ):
            with pytest.raises(ApplicationError) as refusal:
                deed()
            assert list(refusal.value.errors) == [field]
        assert state() == before

    def test_a_name_is_taken_once(self, endpoint, cast):
        with pytest.raises(ApplicationError) as refusal:
            create_endpoint(fields=FIELDS, actor=cast.admin)
        assert (refusal.value.code, list(refusal.value.errors)) == ("name_taken", ["name"])
        assert WebhookEndpoint.objects.count() == 1

    def test_a_stale_revision_changes_nothing(self, endpoint, cast):
        change_endpoint(endpoint_id=endpoint.pk, changes={"name": "A"}, revision=1, actor=cast.admin)
        with pytest.raises(Conflict):
            change_endpoint(endpoint_id=endpoint.pk, changes={"name": "B"}, revision=1, actor=cast.admin)
        assert WebhookEndpoint.objects.get().name == "A"

    def test_one_that_is_off_sends_nothing_by_hand(self, endpoint, cast):
        delivery = send_test(endpoint_id=endpoint.pk, actor=cast.admin)
        switch_endpoint(endpoint_id=endpoint.pk, on=False, actor=cast.admin)
        before = state()
        for deed in (
            lambda: send_test(endpoint_id=endpoint.pk, actor=cast.admin),
            lambda: replay_failed(endpoint_id=endpoint.pk, since=clock.now(), actor=cast.admin),
            lambda: replay_delivery(delivery_id=delivery.pk, actor=cast.admin),
        ):
            with pytest.raises(Conflict):
                deed()
        assert state() == before

    def test_what_is_on_its_way_is_not_replayed(self, endpoint, cast):
        delivery = send_test(endpoint_id=endpoint.pk, actor=cast.admin)
        with pytest.raises(Conflict):
            replay_delivery(delivery_id=delivery.pk, actor=cast.admin)
        assert BackgroundJob.objects.count() == 1


class TestPrivateAddresses:
    def test_a_system_administrator_allows_them(self, root, cast, receiver):
        endpoint, _secret = create_endpoint(
            fields={**FIELDS, "url": receiver.url, "allow_private": True}, actor=root
        )
        send_test(endpoint_id=endpoint.pk, actor=cast.admin)
        work()
        assert only_delivery().status == "delivered"

    def test_nobody_else_turns_that_leave_against_another_machine(self, root, cast):
        endpoint, _secret = create_endpoint(
            fields={**FIELDS, "url": "http://10.0.0.5/in", "allow_private": True}, actor=root
        )
        with pytest.raises(ApplicationError) as refusal:
            change_endpoint(endpoint_id=endpoint.pk, changes={"url": "http://10.0.0.6/"}, actor=cast.admin)
        assert list(refusal.value.errors) == ["url"]
        endpoint.refresh_from_db()
        assert endpoint.url == "http://10.0.0.5/in"
        # Other things, and taking the leave back, are anybody's who manages it.
        change_endpoint(endpoint_id=endpoint.pk, changes={"name": "OA"}, actor=cast.admin)
        change_endpoint(
            endpoint_id=endpoint.pk, changes={"url": FIELDS["url"], "allow_private": False}, actor=cast.admin
        )
        endpoint.refresh_from_db()
        assert (endpoint.name, endpoint.allow_private) == ("OA", False)


class TestSecrets:
    def test_they_stand_nowhere(self, cast, subscribe, receiver, as_, caplog):
        """Not in rows, audit, jobs, logs, answers of the API or the log of deliveries."""
        caplog.set_level(logging.DEBUG)
        endpoint = subscribe("customer.created")
        _row, second = recreate_secret(endpoint_id=endpoint.pk, actor=cast.admin)
        receiver.script = [Say(500)]
        announce("customer.created", {"id": "1"})
        work()
        delivery = only_delivery()
        client = as_("admin")
        answers = [
            client.read(path).content.decode()
            for path in (
                "webhooks/",
                f"webhooks/{endpoint.pk}/",
                f"webhooks/{endpoint.pk}/deliveries/",
                f"webhook-deliveries/{delivery.pk}/",
            )
        ]
        rows = [
            repr(list(model.objects.values()))
            for model in (WebhookEndpoint, WebhookDelivery, AuditEntry, BackgroundJob, ApiToken)
        ]
        sent = repr(receiver.requests)
        for secret in (endpoint.plain, second):
            bare = secret.removeprefix("whsec_")
            for text in (*answers, *rows, caplog.text, sent):
                assert bare not in text

    def test_the_api_shows_one_once(self, as_):
        client = as_("admin")
        made = client.send("POST", "webhooks/", FIELDS, **{"Idempotency-Key": "a"})
        assert made.status_code == 201, made.content
        assert made.json()["secret"].startswith("whsec_")
        again = client.read(f"webhooks/{made.json()['id']}/")
        assert "secret" not in again.json()
        new = client.send("POST", f"webhooks/{made.json()['id']}/secret/", {"overlap_hours": 0})
        assert new.json()["secret"] not in ("", made.json()["secret"])
        assert new.json()["old_secret_until"] is None

    @pytest.mark.parametrize("overlap", [timedelta(hours=-1), timedelta(days=31)])
    def test_an_overlap_has_bounds(self, endpoint, cast, overlap):
        before = state()
        with pytest.raises(ApplicationError):
            recreate_secret(endpoint_id=endpoint.pk, actor=cast.admin, overlap=overlap)
        assert state() == before


class TestApi:
    def test_from_making_to_replaying(self, as_, receiver, settings):
        settings.WEBHOOK_ALLOWED_NETS = ["127.0.0.1/32"]
        client = as_("admin")
        pk = client.send("POST", "webhooks/", {**FIELDS, "url": receiver.url}).json()["id"]
        test = client.send("POST", f"webhooks/{pk}/test/")
        assert (test.status_code, test.json()["event"], test.json()["status"]) == (
            201,
            "webhook.test",
            "pending",
        )
        work()
        (row,) = client.read(f"webhooks/{pk}/deliveries/?status=delivered").json()["results"]
        shown = client.read(f"webhook-deliveries/{row['id']}/").json()
        assert shown["message"]["type"] == "webhook.test"
        assert shown["attempts"][0]["response"] == "thanks"
        assert client.send("POST", f"webhook-deliveries/{row['id']}/replay/").json()["status"] == "pending"
        work()
        assert json.loads(receiver.requests[0].body) == json.loads(receiver.requests[1].body)
        off = client.send("PATCH", f"webhooks/{pk}/", {"is_active": False, "name": "OA"}).json()
        assert (off["is_active"], off["off_reason"], off["name"]) == (False, "person", "OA")
        assert client.send("POST", f"webhooks/{pk}/test/").status_code == 409
        assert client.send("DELETE", f"webhooks/{pk}/").status_code == 204
        assert client.read(f"webhooks/{pk}/").status_code == 404

    def test_replay_of_all_that_failed(self, as_, subscribe, receiver):
        endpoint = subscribe("customer.created")
        receiver.script = [Say(410)]
        announce("customer.created", {"id": "1"})
        work()
        client = as_("admin")
        client.send("PATCH", f"webhooks/{endpoint.pk}/", {"is_active": True})
        answer = client.send("POST", f"webhooks/{endpoint.pk}/replay/", {"since": "2020-01-01T00:00:00Z"})
        assert answer.json() == {"count": 1}
        work()
        assert only_delivery().status == "delivered"

    def test_events(self, as_):
        found = as_("admin").read("webhook-events/").json()["results"]
        assert {one["name"]: one["label"] for one in found}["payment.confirmed"] == "Payment confirmed"


class TestTheDatabaseIsTheLastGate:
    @pytest.mark.parametrize(
        "values",
        [
            {"secret": ""},
            {"is_active": False},
            {"off_reason": "gone"},
            {"old_secret": "x"},
            {"old_secret_until": "2030-01-01T00:00:00Z"},
        ],
    )
    def test_endpoints(self, endpoint, values):
        with pytest.raises(IntegrityError), transaction.atomic():
            WebhookEndpoint.objects.update(**values)

    @pytest.mark.parametrize(
        "values", [{"next_try_at": None}, {"status": "delivered"}, {"closed_at": "2030-01-01T00:00:00Z"}]
    )
    def test_deliveries(self, endpoint, cast, values):
        send_test(endpoint_id=endpoint.pk, actor=cast.admin)
        with pytest.raises(IntegrityError), transaction.atomic():
            WebhookDelivery.objects.update(**values)
