"""Webhooks by hand: make one, send a test, and see by itself how it went."""

import pytest
from django.db import transaction

from core.models import WebhookEndpoint
from core.webhooks import announce
from tests.browser.chromium import settled
from tests.core.receiver import Say, receiving
from tests.webhooks.conftest import verified, work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("language", "phone"), [("zh", False), ("en", True)])
def test_from_nothing_to_a_delivery(open_window, settings, complaints, language, phone):
    settings.WEBHOOK_ALLOWED_NETS = ["127.0.0.1/32"]
    page = open_window("admin", language=language, phone=phone)
    base = page.url.split("/inbox")[0]
    with receiving() as receiver:
        page.goto(f"{base}/webhooks/")
        page.goto(f"{base}/webhooks/new/")
        page.fill("#id_name", "财务软件")
        page.fill("#id_url", receiver.url)
        for event in ("contract.activated", "payment.confirmed", "customer.created"):
            page.check(f"input[value='{event}']")
        page.click("button.btn-primary")
        secret = page.input_value("#secret")
        page.click(".bar a.btn-primary")
        page.wait_for_selector("a[href$='/test/']")
        # The next click opens a dialog only once the scripts listen.
        settled(page)
        page.click("a[href$='/test/']")
        page.wait_for_selector("#dialog-title")
        page.click("#dialog-content button.btn-primary")
        page.wait_for_url("**/deliveries/*/")
        receiver.script = [Say(body='{"ok": true, "received": "测试"}'.encode())]
        work()
        # The page asks by itself.
        page.wait_for_selector(".panel .tag-green")
        assert verified(receiver.requests[0], secret).type == "webhook.test"
        receiver.script = [Say(500, body=b"Traceback: no such account")]
        with transaction.atomic():
            announce("customer.created", {"no": "KH-00017", "name": "东方阀门"})
        work()
        page.goto(f"{base}{WebhookEndpoint.objects.get().get_absolute_url()}")
        page.locator("td.name a").first.click()
        page.wait_for_selector("text=no such account")
    assert complaints == []
    assert page.evaluate("window.__breaches") == []
