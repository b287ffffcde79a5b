"""Links for people without an account, opened in a real browser: it sends what Django asks of a form."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from contracts.models import SigningLink
from core.services.access import invite_person
from tests.browser.chromium import context_of
from tests.contracts.pages import sealed_contract


@pytest.fixture
def guest(browser: Browser, live_server):
    """A phone on which no script runs."""
    context = context_of(browser, phone=True, java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_a_link_is_made_copied_and_confirmed_on_a_phone_without_scripts(
    open_window, live_server, office, guest: Page, complaints
):
    contract = sealed_contract(office.people)
    page = open_window("rep1")
    page.goto(live_server.url + contract.get_absolute_url())
    page.get_by_role("link", name="生成客户确认链接").click()
    page.get_by_role("button", name="生成链接").click()
    address = page.locator("#link").input_value()
    assert address.startswith(f"{live_server.url}/confirm/")
    page.get_by_role("button", name="复制").click()
    expect(page.locator("[data-copy]")).to_contain_text("已复制")
    expect(page.get_by_role("img", name="链接二维码")).to_be_visible()

    guest.goto(address)
    pictures = guest.locator(".pages img")
    assert pictures.count() >= 2
    assert pictures.first.evaluate("one => one.complete && one.naturalWidth") > 1000
    assert guest.evaluate("document.documentElement.scrollWidth") == 390
    guest.fill("[name=name]", "刘经理")
    guest.locator("#confirm button").click()
    expect(guest.locator(".wrong li")).to_have_count(3)
    guest.fill("[name=title]", "采购经理")
    guest.fill("[name=mobile]", "13800138000")
    guest.check("[name=is_confirmed]")
    guest.locator("#confirm button").click()
    expect(guest.locator("#receipt")).to_contain_text("138****8000")
    link = SigningLink.objects.get()
    assert (link.name, link.title) == ("刘经理", "采购经理")
    expect(guest.locator("#receipt")).to_contain_text(link.shown_sha256)

    page.goto(live_server.url + contract.get_absolute_url())
    expect(page.locator("body")).to_contain_text("刘经理 · 采购经理 · 138****8000")
    assert page.evaluate("window.__breaches") == []
    assert complaints == []


def test_an_invitation_is_accepted(browser: Browser, live_server, office):
    path = invite_person(person_id=office.people.rep2.pk, actor=office.people.admin)
    context = context_of(browser)
    page = context.new_page()
    page.goto(live_server.url + path)
    for field in page.locator("input[type=password]").all():
        field.fill("a long pass word 77")
    page.locator("form[data-primary] button").click()
    expect(page.locator("nav").first).to_be_visible()
    assert page.url == f"{live_server.url}/"
    context.close()
