"""Filling in forms: told at once what is wrong, nothing typed is lost, two people do not undo each other."""

import re

import pytest
from playwright.sync_api import expect

from core.models import FormDraft
from crm.models import Customer
from tests.browser.chromium import settled
from tests.browser.test_accessibility import violations


@pytest.fixture
def customer(office):
    return office.drafting.customer


@pytest.fixture
def page(open_window, customer, live_server):
    found = open_window("rep1")
    found.goto(f"{live_server.url}/customers/{customer.pk}/edit/")
    settled(found)
    return found


def error_of(page, name):
    return page.locator(f'[data-field="{name}"] .field-error')


class TestTellingAtOnce:
    def test_a_field_says_what_is_wrong_when_it_is_left_and_takes_it_back(self, page, complaints):
        page.locator("#id_name").focus()
        page.locator("#id_uscc").fill("123")
        expect(page.locator(".field-error")).to_have_count(0)
        page.keyboard.press("Tab")
        expect(error_of(page, "uscc")).to_contain_text("18")
        field = page.locator("#id_uscc")
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_attribute("aria-describedby", "id_uscc_help id_uscc_error")
        expect(page.locator(".field-error")).to_have_count(1)
        field.fill("91310000775785552L")
        expect(error_of(page, "uscc")).to_have_count(0)
        expect(field).to_have_attribute("aria-describedby", "id_uscc_help")
        assert violations(page) == []
        assert complaints == []

    def test_an_emptied_field_is_missed_at_once(self, page):
        page.locator("#id_name").fill("")
        page.keyboard.press("Tab")
        expect(error_of(page, "name")).to_have_text("请填写此项。")

    def test_ctrl_s_sends_and_the_first_error_has_the_focus(self, page, customer):
        page.locator("#id_name").fill("")
        page.locator("#id_remark").fill("x")
        page.keyboard.press("Control+s")
        expect(page.locator(".wrong-fields a")).to_have_text(["名称"])
        expect(page.locator("#id_name")).to_be_focused()


class TestNothingIsLost:
    def test_what_was_typed_is_offered_and_taken_back(self, page, customer, complaints):
        page.locator("#id_industry").fill("风电")
        page.keyboard.press("Tab")
        expect(page.locator("[data-draft-state]")).to_contain_text("已暂存")
        page.goto(page.url)
        offer = page.locator("[data-draft-note]")
        expect(offer).to_contain_text("未提交的内容")
        assert violations(page) == []
        offer.get_by_role("link", name="恢复").click()
        expect(page.locator("#id_industry")).to_have_value("风电")
        page.keyboard.press("Control+Enter")
        expect(page).to_have_url(re.compile(rf"/customers/{customer.pk}/$"))
        customer.refresh_from_db()
        assert customer.industry == "风电"
        assert not FormDraft.objects.exists()
        assert complaints == []

    def test_closing_the_page_keeps_it_too(self, page, live_server):
        page.locator("#id_industry").fill("风电")
        page.goto(f"{live_server.url}/customers/")
        page.go_back()
        expect(page.locator("[data-draft-note]")).to_be_visible()

    def test_it_is_thrown_away(self, page):
        page.locator("#id_industry").fill("风电")
        page.keyboard.press("Tab")
        expect(page.locator("[data-draft-state]")).to_contain_text("已暂存")
        page.goto(page.url)
        page.get_by_role("button", name="丢弃").click()
        expect(page.locator("[data-draft-note]")).to_be_hidden()
        page.goto(page.url)
        expect(page.locator("[data-draft-note]")).to_be_hidden()
        assert not FormDraft.objects.exists()

    def test_typing_it_back_leaves_nothing_behind(self, page, customer):
        before = page.locator("#id_industry").input_value()
        page.locator("#id_industry").fill("风电")
        page.keyboard.press("Tab")
        expect(page.locator("[data-draft-state]")).to_contain_text("已暂存")
        page.locator("#id_industry").fill(before)
        page.keyboard.press("Tab")
        expect(page.locator("[data-draft-state]")).to_be_hidden()
        page.goto(page.url)
        expect(page.locator("[data-draft-note]")).to_be_hidden()

    def test_a_session_that_ends_while_typing_loses_nothing(self, page, customer, live_server):
        page.locator("#id_industry").fill("风电")
        page.context.clear_cookies(name="sessionid")
        page.keyboard.press("Control+Enter")
        expect(page).to_have_url(re.compile("/account/login/"))
        page.locator("#id_login").fill("rep1")
        page.locator("#id_password").fill("xiaoliu")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(rf"/customers/{customer.pk}/edit/"))
        page.locator("[data-draft-note]").get_by_role("link", name="恢复").click()
        expect(page.locator("#id_industry")).to_have_value("风电")
        assert Customer.objects.get(pk=customer.pk).industry != "风电"

    def test_leaving_asks_only_when_it_could_not_be_kept(self, page, live_server):
        asked = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        page.locator("#id_industry").fill("风电")
        page.keyboard.press("Tab")
        expect(page.locator("[data-draft-state]")).to_contain_text("已暂存")
        page.goto(f"{live_server.url}/customers/")
        assert asked == []
        page.go_back()
        expect(page.locator("[data-draft-note]")).to_be_visible()
        page.locator("#id_region").fill("山东")  # the earlier text still waits: this cannot take its place
        page.keyboard.press("Tab")
        expect(page.locator("[data-draft-state]")).to_contain_text("尚未暂存")
        page.goto(f"{live_server.url}/customers/")
        assert asked == ["beforeunload"]

    def test_what_the_server_never_got_is_offered_where_it_was_typed_and_nowhere_else(
        self, page, office, live_server
    ):
        page.route("**/drafts/", lambda route: route.abort())
        page.locator("#id_industry").fill("风电")
        page.keyboard.press("Tab")
        url = page.url
        page.goto(f"{live_server.url}/customers/{office.overdue.customer_id}/edit/")
        page.unroute("**/drafts/")
        expect(page.locator("[data-draft-note]")).to_be_hidden()
        page.goto(url)
        expect(page.locator("[data-draft-note]")).to_be_visible()
        page.get_by_role("link", name="恢复").click()
        expect(page.locator("#id_industry")).to_have_value("风电")


class TestTwoPeople:
    def test_the_choice_is_made_by_keyboard_and_shows_what_will_stand(self, page, customer, complaints):
        page.locator("#id_industry").fill("风电")
        Customer.objects.filter(pk=customer.pk).update(
            industry="船舶", region="山东", revision=customer.revision + 1
        )
        page.keyboard.press("Control+Enter")
        expect(page.locator(".overtaken")).to_contain_text("船舶")
        expect(page.locator("#id_region")).to_have_value("山东")
        settled(page)
        assert violations(page) == []
        theirs = page.locator('[data-stands="industry"][value="theirs"]')
        expect(theirs).to_be_focused()
        page.keyboard.press("Space")
        expect(page.locator("#id_industry")).to_have_value("船舶")
        page.keyboard.press("ArrowDown")
        expect(page.locator("#id_industry")).to_have_value("风电")
        page.keyboard.press("Control+Enter")
        expect(page).to_have_url(re.compile(rf"/customers/{customer.pk}/$"))
        customer.refresh_from_db()
        assert (customer.industry, customer.region) == ("风电", "山东")
        assert complaints == []
