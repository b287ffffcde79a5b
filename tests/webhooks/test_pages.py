"""The pages of webhooks, in both languages, and who gets them."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.models import Grant, WebhookDelivery, WebhookEndpoint
from core.webhooks import announce
from tests.core.receiver import Say
from tests.webhooks.conftest import only_delivery, verified, work

pytestmark = pytest.mark.django_db
FORM = {"name": "ERP", "url": "https://erp.example.com/in", "events": ["customer.created", "contract.signed"]}
PAGES = ["detail", "edit", "test", "switch-off", "switch-on", "secret", "replay", "delete"]


@pytest.fixture
def admin(cast, signed_in):
    return signed_in(cast.admin)


@pytest.fixture
def english(cast, admin):
    cast.admin.language = "en"
    cast.admin.save(update_fields=["language"])
    return admin


def address(name: str, *args) -> str:
    return reverse(f"webhook-{name}", args=args)


class TestWhoGetsThem:
    def test_without_the_grant_there_is_no_list_and_no_webhook(self, cast, subscribe, signed_in):
        endpoint = subscribe("customer.created")
        announce("customer.created", {"id": "1"})
        client, before = signed_in(cast.rep1), list(WebhookEndpoint.objects.values())
        for name in ("list", "create"):
            assert client.get(address(name)).status_code == 403
        assert client.post(address("create"), FORM).status_code == 403
        pages = [address(name, endpoint.pk) for name in PAGES]
        pages += [address("delivery", only_delivery().pk), address("delivery-replay", only_delivery().pk)]
        for page in pages:
            assert client.get(page).status_code == 404, page
            assert client.post(page, {"since": "2020-01-01", "overlap_hours": "0"}).status_code in (
                404,
                405,
            ), page
        assert list(WebhookEndpoint.objects.values()) == before
        assert only_delivery().round == 1
        assert "webhooks" not in client.get("/inbox/").content.decode()

    def test_those_of_others_are_not_there_for_who_manages_their_own(self, cast, subscribe, signed_in):
        endpoint = subscribe("customer.created", name="不给别人看")
        Grant.objects.create(role=cast.tech.roles.first(), permission="core.manage_webhooks", scope="own")
        client = signed_in(cast.tech)
        assert "不给别人看" not in client.get(address("list")).content.decode()
        for name in PAGES:
            assert client.get(address(name, endpoint.pk)).status_code == 404


class TestMaking:
    def test_an_empty_list_says_what_it_is_for(self, admin):
        page = admin.get(address("list")).content.decode()
        assert "还没有 Webhook" in page
        assert address("create") in page

    def test_the_secret_is_shown_once_and_kept_by_no_cache(self, admin):
        answer = admin.post(address("create"), FORM)
        secret = re.search(r'value="(whsec_[^"]+)"', answer.content.decode()).group(1)
        assert answer["Cache-Control"] == "no-store"
        endpoint = WebhookEndpoint.objects.get()
        assert endpoint.events == ["contract.signed", "customer.created"]
        for page in ("detail", "edit", "secret"):
            assert secret not in admin.get(address(page, endpoint.pk)).content.decode()

    def test_what_is_wrong_is_said_beside_it(self, admin):
        answer = admin.post(
            address("create"), {"name": "ERP", "url": "http://10.0.0.1/", "events": ["contract.signed"]}
        )
        assert answer.status_code == 400
        assert "该地址位于内网" in answer.content.decode()
        assert not WebhookEndpoint.objects.exists()

    def test_events_are_chosen_by_their_names(self, english):
        page = english.get(address("create")).content.decode()
        assert "Contract in effect" in page
        assert "contract.activated" in page
        assert "webhook.test" not in page

    def test_private_addresses_are_offered_to_system_administrators_only(self, cast, admin, signed_in):
        assert "allow_private" not in admin.get(address("create")).content.decode()
        admin.post(address("create"), {**FORM, "allow_private": "on"})
        assert WebhookEndpoint.objects.get().allow_private is False
        cast.boss.is_superuser = True
        cast.boss.save(update_fields=["is_superuser"])
        assert "allow_private" in signed_in(cast.boss).get(address("create")).content.decode()

    def test_somebody_elses_change_is_not_overwritten(self, admin, subscribe):
        endpoint = subscribe("customer.created")
        answer = admin.post(address("edit", endpoint.pk), {**FORM, "seen_version": "0"})
        assert answer.status_code == 409
        endpoint.refresh_from_db()
        assert endpoint.events == ["customer.created"]
        admin.post(address("edit", endpoint.pk), {**FORM, "name": "OA", "seen_version": "1"})
        endpoint.refresh_from_db()
        assert (endpoint.name, endpoint.revision) == ("OA", 2)


class TestDeeds:
    def test_a_test_leads_to_its_delivery_which_asks_until_it_is_over(self, admin, subscribe, receiver):
        endpoint = subscribe("customer.created")
        answer = admin.post(address("test", endpoint.pk))
        delivery = only_delivery()
        assert answer.url == address("delivery", delivery.pk)
        assert 'hx-trigger="every' in admin.get(answer.url).content.decode()
        receiver.script = [Say(body='{"ok":true,"说":"好"}'.encode())]
        work()
        part = admin.get(answer.url, {"part": "panel"}, headers={"HX-Request": "true"}).content.decode()
        assert "hx-trigger" not in part
        assert "已送达" in part
        assert "&quot;ok&quot;: true,\n" in part
        assert delivery.message_id in part

    def test_what_the_receiver_says_is_text(self, admin, subscribe, receiver):
        subscribe("customer.created")
        receiver.script = [Say(500, body=b"<script>alert(1)</script>")]
        announce("customer.created", {"name": "<b>"})
        work()
        page = admin.get(only_delivery().get_absolute_url()).content.decode()
        assert "<script>alert(1)</script>" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "下次重试" in page

    def test_off_and_on(self, admin, subscribe):
        endpoint = subscribe("customer.created")
        admin.post(address("switch-off", endpoint.pk))
        page = admin.get(endpoint.get_absolute_url()).content.decode()
        assert "已停用" in page
        assert address("test", endpoint.pk) not in page
        admin.post(address("switch-on", endpoint.pk))
        endpoint.refresh_from_db()
        assert endpoint.is_active

    def test_a_new_secret_after_a_question(self, admin, subscribe, receiver):
        endpoint = subscribe("customer.created")
        assert "泄露" in admin.get(address("secret", endpoint.pk)).content.decode()
        page = admin.post(address("secret", endpoint.pk), {"overlap_hours": "24"}).content.decode()
        secret = re.search(r'value="(whsec_[^"]+)"', page).group(1)
        announce("customer.created", {"id": "1"})
        work()
        verified(receiver.requests[0], secret)
        verified(receiver.requests[0], endpoint.plain)

    def test_replay_of_one_and_of_all_failed(self, admin, subscribe, receiver):
        endpoint = subscribe("customer.created")
        receiver.script = [Say(410)]
        announce("customer.created", {"id": "1"})
        work()
        admin.post(address("switch-on", endpoint.pk))
        since = (clock.now() - timedelta(hours=1)).astimezone(clock.COMPANY_ZONE)
        admin.post(address("replay", endpoint.pk), {"since": f"{since:%Y-%m-%d %H:%M}"})
        work()
        admin.post(address("delivery-replay", only_delivery().pk))
        work()
        assert len(receiver.requests) == 3
        assert only_delivery().status == "delivered"

    def test_deleting_takes_the_log_along(self, admin, subscribe):
        endpoint = subscribe("customer.created")
        announce("customer.created", {"id": "1"})
        assert admin.post(address("delete", endpoint.pk)).url == address("list")
        assert not WebhookDelivery.objects.exists()


class TestLists:
    def test_the_log_is_narrowed_by_status_and_event(self, admin, subscribe):
        endpoint = subscribe("customer.created", "contract.signed")
        announce("customer.created", {"id": "1"})
        announce("contract.signed", {"id": "1"})
        url = endpoint.get_absolute_url()
        for query, count in [
            ({}, 2),
            ({"event": "contract.signed"}, 1),
            ({"status": "failed"}, 0),
            ({"status": "pending", "event": "customer.created"}, 1),
        ]:
            page = admin.get(url, query).content.decode()
            assert len(re.findall(r'href="/webhooks/deliveries/\d+/"', page)) == count, query

    def test_they_cost_the_same_however_long_they_are(self, admin, subscribe):
        endpoint = subscribe("customer.created")
        urls = [address("list"), endpoint.get_absolute_url()]

        def costs() -> list[int]:
            found = []
            for url in urls:
                with CaptureQueriesContext(connection) as queries:
                    assert admin.get(url).status_code == 200
                found.append(len(queries))
            return found

        announce("customer.created", {"id": "1"})
        costs()
        few = costs()
        for number in range(6):
            subscribe("customer.created", name=f"x{number}")
            announce("customer.created", {"id": str(number)})
        assert costs() == few

    def test_in_english(self, english, subscribe):
        endpoint = subscribe("customer.created")
        announce("customer.created", {"id": "1"})
        pages = [address("list"), endpoint.get_absolute_url(), only_delivery().get_absolute_url()]
        text = "".join(english.get(page).content.decode() for page in pages)
        assert "Customer entered" in text
        assert "on its way" in text
        shown = re.sub(r"<[^>]+>", " ", text)
        assert set(re.findall(r"[\u3400-\u9fff]+", shown)) <= {"简体中文", "贺明", "流程管理员"}, (
            "Chinese on an English page"
        )
